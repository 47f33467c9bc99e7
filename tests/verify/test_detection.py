"""Detection counts what is found, exactly and not, and says so where it is not what was predicted."""

from dataclasses import replace
from pathlib import Path

import pytest
from rich.console import Console

from specbound.campaign import Record, measured_in, read
from specbound.locking.detection import inspect
from tests.conftest import ROOT
from verify import detection

QUICK = ROOT / "verify" / "records" / "quick"


@pytest.fixture
def _few(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(detection, "MODELS", 4)


def _records() -> list[Record]:
    return measured_in(read(QUICK, "detection"))


def test_the_committed_run_has_no_surprise_and_shows_what_was_found(tmp_path: Path) -> None:
    assert detection.unexpected(_records()) == []
    with (tmp_path / "shown").open("w") as stream:
        detection.show(_records(), Console(file=stream, width=100))
    assert "without a lock" in (tmp_path / "shown").read_text()


def test_a_count_other_than_predicted_is_a_surprise() -> None:
    for record in _records():
        wrong = replace(record, measurement={**record.measurement, "found": 99})
        (line,) = detection.unexpected([wrong])
        assert "in 99 of 100" in line


@pytest.mark.usefixtures("_few")
def test_locks_are_found_and_nothing_where_there_is_none() -> None:
    found = detection.measure(True, 3)
    assert found["found"] == 4
    assert found["angle"] < 1e-12
    assert detection.measure(False, 3)["found"] == 0


def _changed(locks: list, **what) -> list:
    return [replace(lock, **{name: change(getattr(lock, name)) for name, change in what.items()}) for lock in locks]


@pytest.mark.usefixtures("_few")
@pytest.mark.parametrize(
    "what",
    [
        {"alpha": lambda alpha: alpha * 1.001},
        {"k": lambda k: k + 1},
        {"layer": lambda layer: f"{layer}.other"},
        {"directions": lambda directions: directions.flip(0)},
    ],
    ids=lambda what: next(iter(what)),
)
def test_a_lock_that_is_found_wrongly_is_not_counted(what: dict, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(detection, "inspect", lambda model: _changed(inspect(model), **what))
    assert detection.measure(True, 3)["found"] <= 1


@pytest.mark.usefixtures("_few")
def test_a_lock_seen_where_there_is_none_is_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(detection, "inspect", lambda model: ["a lock"])
    assert detection.measure(False, 3)["found"] == 4
