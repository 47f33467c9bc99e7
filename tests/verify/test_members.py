"""The study of rescalings finds what was predicted, and calls whatever lies elsewhere a surprise."""

from collections.abc import Iterator
from dataclasses import replace
from math import inf
from pathlib import Path

import pytest
import torch

from specbound.campaign import Grid, Record, Status, run
from specbound.checks.budget import BUDGETS
from verify import members, rescaled

LONG = ("limit", "normalised_limit")
"""Scenes that take many runs of gradient descent."""

GRIDS = [
    Grid({"scene": [name], "member": scene.of[:1], "alpha": [max(1e4, scene.least)]})
    for name, scene in members.SCENES.items()
    if name not in LONG
]


@pytest.fixture(scope="module")
def records(tmp_path_factory: pytest.TempPathFactory) -> list[Record]:
    study = replace(members.study, grids=dict.fromkeys(BUDGETS, GRIDS))
    return list(run(study, tmp_path_factory.mktemp("members"), workers=1))


def test_all_is_as_predicted(records: list[Record]) -> None:
    assert [record.status for record in records] == [Status.MEASURED] * len(GRIDS)
    assert members.unexpected(records) == []


def _planted(record: Record) -> Iterator[Record]:
    """Measured a little above and a little below what was predicted, where there is an end."""
    for end, sign in (("low", -1), ("high", 1)):
        value = record.prediction[end]
        if value is not None:
            yield replace(record, measurement={"value": value + sign * (1e-12 + 1e-6 * abs(value))})


def test_whatever_lies_elsewhere_is_a_surprise(records: list[Record]) -> None:
    for record in records:
        for off in _planted(record):
            (line,) = members.unexpected([off])
            assert f"scene={record.parameters['scene']}" in line
            assert "predicted" in line


@pytest.mark.parametrize("scene", ["kept", "curvature", "preconditioned", "undone", "outside"])
def test_a_factor_that_is_forgotten_is_seen(scene: str, monkeypatch: pytest.MonkeyPatch) -> None:
    member = members.MEMBERS["neurons"]

    def forgetful(case: rescaled.Case) -> dict[str, torch.Tensor]:
        found = dict(member.factors(case))
        del found["7.weight"]
        return found

    known = rescaled.factors("neurons", 1e4, 0)
    predicted = members.predict(scene, "neurons", 1e4, 0)
    monkeypatch.setitem(rescaled.MEMBERS, "neurons", replace(member, factors=forgetful))
    # The attacker, and who looks, know of all the factors.
    for module in (members, rescaled):
        monkeypatch.setattr(module, "flat_factors", lambda *_: _flat(known))
    monkeypatch.setattr(members, "factors", lambda *_: known)
    value = members.measure(scene, "neurons", 1e4, 0)["value"]
    high = predicted["high"]
    assert not predicted["low"] <= value <= (inf if high is None else high)


def _flat(known: dict[str, torch.Tensor]) -> torch.Tensor:
    model = rescaled.site("neurons", 1e4, 0).model
    one = torch.ones((), dtype=torch.float64)
    return torch.cat([(torch.ones_like(p) * known.get(n, one)).detach().flatten() for n, p in model.named_parameters()])


@pytest.mark.parametrize("member", rescaled.MEMBERS)
def test_balancing_needs_no_factor(member: str) -> None:
    found = rescaled.factors(member, 1e4, 0)
    one = rescaled.balanced(rescaled.site(member, 1e4, 0).model, found)
    for alpha in (10.0, 1e6):
        other = rescaled.balanced(rescaled.rewritten(member, alpha, 0).model, found)
        for p, q in zip(one.parameters(), other.parameters(), strict=True):
            torch.testing.assert_close(q, p, rtol=1e-12, atol=1e-12)


def test_without_normalisation_the_same_keys_are_another_function(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rescaled, "with_normalised_keys", lambda model: rescaled.deepcopy(model))
    assert members.measure("normalised_kept", "queries", 1e4, 0)["value"] > 1e-3


def test_the_file_is_found() -> None:
    assert Path(members.__file__).stem == members.study.name
