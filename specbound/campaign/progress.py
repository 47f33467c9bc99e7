"""How far a run is: a bar with rate and time left on a terminal, plain lines elsewhere."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, ProgressColumn, Task, TextColumn, TimeRemainingColumn
from rich.text import Text

SECONDS_BETWEEN_LINES = 5.0

Tick = Callable[[], None]
"""Called once a cell."""


class Reporter:
    """Says on a console how far each phase of a run is."""

    def __init__(self, console: Console) -> None:
        self._console = console

    def say(self, line: str) -> None:
        """Prints one line, above the bar if there is one."""
        self._console.print(line, soft_wrap=True, markup=False, highlight=False)

    @contextmanager
    def phase(self, name: str, total: int) -> Iterator[Tick]:
        """Reports on one phase of ``total`` cells."""
        with self._bar(name, total) if self._console.is_terminal else self._lines(name, total) as tick:
            yield tick

    @contextmanager
    def _bar(self, name: str, total: int) -> Iterator[Tick]:
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), _Rate(), TimeRemainingColumn())
        with Progress(*columns, console=self._console) as progress:
            task = progress.add_task(name, total=total)
            yield lambda: progress.advance(task)

    @contextmanager
    def _lines(self, name: str, total: int) -> Iterator[Tick]:
        start = said = time.monotonic()
        done = 0

        def tick() -> None:
            nonlocal done, said
            done += 1
            now = time.monotonic()
            if done == total or now - said >= SECONDS_BETWEEN_LINES:
                said = now
                rate = done / max(now - start, 1e-9)
                self.say(f"{name}: {done} of {total}, {_per_second(rate)}, {_clock((total - done) / rate)} left")

        yield tick


class _Rate(ProgressColumn):
    def render(self, task: Task) -> Text:
        return Text(_per_second(task.speed) if task.speed else "")


def _per_second(rate: float) -> str:
    return f"{rate:.1f} cells/s" if rate >= 1 else f"{1 / rate:.1f} s a cell"


def _clock(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
