"""What a figure's file declares: the study it shows, the data behind it, and how that is drawn."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from matplotlib.figure import Figure

from figures.rows import Row
from figures.tabular import Table


@dataclass(frozen=True)
class Exhibit:
    """One figure, in two widths, with its data and, where there is one, its table.

    ``rows``: what a results folder has to show, a row for each mark or record; raises
    :class:`~specbound.core.errors.InvalidInput` where that is nothing. ``draw``: these rows, at a width in inches.
    ``table``: the same results as a table for a paper.

    ``name`` and ``document`` are those of the file: the first sentence of its docstring is the title, a short headline;
    what follows is the caption, which has to do for a reader who knows no more than the picture.
    """

    study: str
    rows: Callable[[Path], list[Row]]
    draw: Callable[[list[Row], float], Figure]
    table: Callable[[Path], Table] | None = None
    name: str = ""
    document: str = ""

    @property
    def title(self) -> str:
        """The headline, without a full stop."""
        return self._paragraphs[0].rstrip(".")

    @property
    def caption(self) -> str:
        """What is across, what is up, what marks, lines and colours mean, and what there is to see."""
        return " ".join(self._paragraphs[1:])

    @property
    def _paragraphs(self) -> list[str]:
        return [" ".join(paragraph.split()) for paragraph in self.document.strip().split("\n\n")]
