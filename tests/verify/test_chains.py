"""The study of chains of factors: it comes out as predicted, and what leaves a prediction is a surprise."""

from __future__ import annotations

from dataclasses import replace
from io import StringIO
from pathlib import Path

import pytest
import torch
from rich.console import Console

from figures import chain_curvature
from figures.style import FULL
from specbound.attacks.factor_chain import even_factors
from specbound.campaign import Grid, Record, Status, run
from specbound.checks.budget import BUDGETS
from specbound.core.errors import InvalidInput
from tests.results import QUIET
from verify import chains
from verify.tasks import TINY

ALPHAS = [1.0, 1e6, 1e8]
OTHERS = [kind for kind in chains.KINDS if kind != "even"]
GRIDS = [
    Grid({"network": [TINY], "kind": ["even"], "count": [1, 2, 3, 5], "alpha": ALPHAS}),
    Grid({"network": [TINY], "kind": OTHERS, "count": [3], "alpha": ALPHAS[1:]}),
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("chains")


@pytest.fixture(scope="module")
def records(folder: Path) -> list[Record]:
    study = replace(chains.study, grids=dict.fromkeys(BUDGETS, GRIDS))
    return list(run(study, folder, workers=1, reporter=QUIET))


def _curved(record: Record, factor: float) -> Record:
    return replace(record, measurement={"curvature": factor * record.measurement["curvature"]})


def _one(records: list[Record], **wanted: object) -> Record:
    (found,) = [record for record in records if wanted.items() <= record.parameters.items()]
    return found


def test_chains_come_out_as_predicted(records: list[Record]) -> None:
    assert {record.status for record in records} == {Status.MEASURED}
    assert chains.unexpected(records) == []
    predicted = {key[1:]: pairs[0][1] for key, pairs in chains.exponents(records).items()}
    assert predicted == pytest.approx(
        {
            **{("even", count): 2 * (1 - 1 / count) for count in (1, 2, 3, 5)},
            ("trained", 3): 2,
            ("merged", 3): 0,
            ("all", 3): 0,
            ("last", 3): 0,
        }
    )


@pytest.mark.parametrize("end", ["low", "high"])
def test_curvature_beyond_a_bound_is_a_surprise(records: list[Record], end: str) -> None:
    record = _one(records, kind="even", count=2, alpha=1e6)
    value = record.prediction[end] * (0.999 if end == "low" else 1.001)
    # Told to be right where it is, it is beyond the bound alone.
    off = replace(record, measurement={"curvature": value}, prediction={**record.prediction, "curvature": value})
    (line,) = chains.unexpected([off])
    assert "count=2" in line
    assert "curvature" in line


@pytest.mark.parametrize("factor", [1 - 3e-4, 1 + 3e-4])
def test_curvature_off_that_of_the_mapped_chain_is_a_surprise(records: list[Record], factor: float) -> None:
    record = _one(records, kind="even", count=5, alpha=1.0)
    assert record.prediction["low"] < factor * record.measurement["curvature"]
    (line,) = chains.unexpected([_curved(record, factor)])
    assert "curvature" in line


@pytest.mark.parametrize("count", [2, 3, 5])
@pytest.mark.parametrize("power", [-0.06, 0.06])
def test_an_exponent_off_its_prediction_is_a_surprise(records: list[Record], count: int, power: float) -> None:
    mine = [r for r in records if r.parameters["kind"] == "even" and r.parameters["count"] == count]
    off = [_curved(r, 100.0**power) if r.parameters["alpha"] == ALPHAS[-1] else r for r in mine]
    (line,) = [line for line in chains.unexpected(off) if "exponent" in line]
    assert f"{count} factors" in line


def test_the_leading_block_is_not_that_of_another_number_of_factors(records: list[Record]) -> None:
    """Each κ belongs to its chain: with that of another, the curvature is beyond a bound."""
    one, other = (_one(records, kind="even", count=count, alpha=1e8) for count in (2, 3))
    ends = dict.fromkeys(("low", "high"), 1e8 * other.prediction["kappa"])
    assert chains.unexpected([replace(one, prediction={**one.prediction, **ends})])


@pytest.mark.parametrize("kind", chains.KINDS)
def test_every_chain_keeps_the_function(kind: str) -> None:
    before, _ = chains.chain(TINY, "merged", 1, 1.0, 0)
    inputs, _ = before.data
    for count in (1, 2, 5):
        after, _ = chains.chain(TINY, kind, count, 1e3, 0)
        with torch.no_grad():
            torch.testing.assert_close(after.model(inputs), before.model(inputs), rtol=1e-9, atol=1e-9)


def test_factors_have_roots_of_the_singular_values() -> None:
    weight = torch.randn(4, 6, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    for count in (1, 2, 4):
        factors = even_factors(weight, count)
        whole = torch.eye(6, dtype=torch.float64)
        for factor in factors:
            whole = factor @ whole
            expected = torch.linalg.svdvals(weight) ** (1 / count)
            torch.testing.assert_close(torch.linalg.svdvals(factor), expected)
        assert len({factor.data_ptr() for factor in factors}) == count
        torch.testing.assert_close(whole, weight)


def test_the_table_names_every_chain(records: list[Record]) -> None:
    stream = StringIO()
    chains.show(records, Console(file=stream, width=150))
    for name in chains.KINDS.values():
        assert name in stream.getvalue()


def test_the_figure_is_drawn_of_even_chains_alone(
    records: list[Record], folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = chain_curvature.rows(folder)
    assert len(rows) == len([record for record in records if record.parameters["kind"] == "even"])
    chain_curvature.draw(rows, FULL)
    others = [record for record in records if record.parameters["kind"] != "even"]
    monkeypatch.setattr(chain_curvature, "measured", lambda *_: others)
    with pytest.raises(InvalidInput, match="shares α evenly"):
        chain_curvature.rows(folder)
