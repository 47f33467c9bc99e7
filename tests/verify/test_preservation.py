"""The study of preservation: what a lock keeps and loses is as predicted, and whatever is not is a surprise."""

from __future__ import annotations

from dataclasses import replace
from io import StringIO
from typing import Any

import pytest
from rich.console import Console

from specbound.campaign import Record
from tests.verify.made import record
from verify import preservation


@pytest.fixture(scope="module")
def records() -> list[Record]:
    """A lock that the format holds, one that it does not, one in the other form, and one of which nothing is said."""
    return [
        _run(form, format, alpha)
        for form, format, alpha in (
            ("dense", "float64", 1e5),
            ("dense", "bfloat16", 1e3),
            ("rotated", "bfloat16", 1e9),
            ("dense", "float32", 1e5),
        )
    ]


def _run(form: str, format: str, alpha: float) -> Record:
    at: dict[str, Any] = {"network": "digits", "form": form, "format": format, "alpha": alpha}
    return record("preservation", at, preservation.predict(**at, seed=0), preservation.measure(**at, seed=0))


def test_what_is_kept_and_lost_is_as_predicted(records: list[Record]) -> None:
    assert preservation.unexpected(records) == []
    assert [r.prediction["kept"] for r in records] == [True, False, True, None]
    assert [r.measurement["refused"] for r in records] == [False, True, False, True]
    assert records[1].measurement["points"] < -10
    assert records[1].measurement["accuracy"] > 80


@pytest.mark.parametrize(
    ("place", "changed", "told"),
    [
        (0, {"weights": 1.0}, "weights are off by 1.0e+00; the bound is"),
        (0, {"refused": True}, "the lock is refused, unlike predicted"),
        (0, {"outputs": 0.1}, "outputs are off by 0.1; predicted 1.0e-02 at most"),
        (0, {"outputs": None}, "outputs are off by None"),
        (0, {"points": -1.2}, "accuracy changes by -1.20 points; predicted 1 or less: True"),
        (1, {"refused": False}, "the lock is not refused, unlike predicted"),
        (1, {"points": 0.9}, "predicted 1 or less: False"),
        (2, {"outputs": 0.1}, "outputs are off by 0.1"),
        (3, {"weights": 1.0}, "weights are off"),
    ],
)
def test_what_is_not_is_a_surprise(records: list[Record], place: int, changed: dict, told: str) -> None:
    off = replace(records[place], measurement={**records[place].measurement, **changed})
    (line,) = preservation.unexpected([off])
    assert told in line


def test_a_lock_in_the_other_form_is_not_taken_for_a_rotated_one(monkeypatch: pytest.MonkeyPatch) -> None:
    made = preservation.lock
    monkeypatch.setattr(preservation, "lock", lambda *given, **more: made(*given[:4], "dense", **more))
    lines = preservation.unexpected([_run("rotated", "float32", 1e9)])
    assert any("weights are off" in line for line in lines)
    assert any("outputs are off" in line for line in lines)


def test_the_table_marks_what_is_refused(records: list[Record]) -> None:
    stream = StringIO()
    preservation.show(records, Console(file=stream, width=100))
    rows = {line.split("dense")[0].strip(): line for line in stream.getvalue().splitlines() if "dense" in line}
    assert "†" in rows["digits, bfloat16,"]
    assert "†" not in rows["digits, float64,"]
