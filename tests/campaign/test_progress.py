from io import StringIO

import pytest
from rich.console import Console

from specbound.campaign import progress
from specbound.campaign.progress import Reporter


def _told(terminal: bool, cells: int, total: int) -> str:
    out = StringIO()
    reporter = Reporter(Console(file=out, force_terminal=terminal, width=100))
    with reporter.phase("squares", total) as tick:
        for _ in range(cells):
            tick()
        reporter.say("a line of its own")
    return out.getvalue()


def test_lines_tell_rate_and_time_left(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = iter([0.0, 4.0, 8.0, 12.0, 16.0])
    monkeypatch.setattr(progress.time, "monotonic", lambda: next(clock))
    assert _told(False, 4, 200).splitlines() == [
        "squares: 2 of 200, 4.0 s a cell, 13:12 left",
        "squares: 4 of 200, 4.0 s a cell, 13:04 left",
        "a line of its own",
    ]


def test_the_last_cell_is_told_in_any_case(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = iter([0.0, 0.1, 0.2])
    monkeypatch.setattr(progress.time, "monotonic", lambda: next(clock))
    assert _told(False, 2, 2).splitlines()[0] == "squares: 2 of 2, 10.0 cells/s, 0:00 left"


def test_hours_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = iter([0.0, 10.0])
    monkeypatch.setattr(progress.time, "monotonic", lambda: next(clock))
    assert _told(False, 1, 1_000).splitlines()[0] == "squares: 1 of 1000, 10.0 s a cell, 2:46:30 left"


def test_a_terminal_shows_a_bar() -> None:
    told = _told(True, 3, 3)
    assert "3/3" in told
    assert "━" in told
    assert "a line of its own" in told
