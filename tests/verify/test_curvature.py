"""The study of curvature calls what leaves its predictions a surprise; its intervals and exponents are right."""

from dataclasses import replace

import numpy as np
import pytest

from specbound.campaign import Record, read
from tests.conftest import ROOT
from verify import curvature
from verify.exponents import BLOCKS_BETWEEN, exponents
from verify.intervals import half_width, interval

RECORDS = read(ROOT / "verify" / "records" / "quick", "curvature")


def _scaling(network: str) -> list[Record]:
    of_network = [r for r in RECORDS if r.parameters["network"] == network and r.seed == 0]
    return [r for r in of_network if r.parameters["look"] == "scaling" and r.parameters["alpha"] in BLOCKS_BETWEEN]


def test_the_committed_run_has_no_surprise() -> None:
    assert curvature.unexpected(RECORDS) == []


@pytest.mark.parametrize("factor", [0.999, 1.5])
def test_a_curvature_that_leaves_its_prediction_is_a_surprise(factor: float) -> None:
    low, high = _scaling("mlp")
    off = replace(high, measurement={**high.measurement, "top": factor * high.measurement["top"]})
    (line,) = curvature.unexpected([low, off])
    assert "predicted" in line


def test_a_block_that_grows_otherwise_is_a_surprise() -> None:
    low, high = _scaling("cnn")
    blocks = np.array(high.measurement["blocks"])
    blocks[0, 1] *= 2
    found = curvature.unexpected([low, replace(high, measurement={**high.measurement, "blocks": blocks.tolist()})])
    assert found == ["cnn, seed 0: block C'U, C'U⊥: exponent 1.151; predicted 1"]


@pytest.mark.parametrize("what", ["violated", "left out"])
def test_a_statement_that_fares_otherwise_is_a_surprise(what: str) -> None:
    record = next(r for r in RECORDS if r.parameters["look"] == "statements")
    off = replace(record, measurement={**record.measurement, what: [*record.measurement[what], "quadratic_law"]})
    (line,) = curvature.unexpected([off])
    assert f"{what} " in line
    assert "quadratic_law" in line


def test_exponents_are_slopes() -> None:
    low, high = _scaling("transformer")
    (found,) = exponents([low, high], "blocks", BLOCKS_BETWEEN).values()
    assert found[0, 0] == pytest.approx(2, abs=1e-6)
    assert found[2, 2] == pytest.approx(-2, abs=1e-6)


def test_the_interval_is_that_of_students_t() -> None:
    assert half_width([1.0, 2.0, 3.0]) == pytest.approx(4.302652729911275 / 3**0.5)
    assert interval([1.0], ".1f") == "1.0"
    assert interval([], ".1f") == "–"
