"""Tables that a study prints."""

from __future__ import annotations

from collections.abc import Iterable

from rich import box
from rich.table import Table

SPREAD = "; ± half a 95 % interval"
"""For the title of a table whose cells are means over seeds."""


def table(title: str, columns: Iterable[str]) -> Table:
    """A table whose first column has no name."""
    made = Table(title=title, title_justify="left", box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0))
    # Where room is short names are broken, never numbers.
    made.add_column("")
    for column in columns:
        made.add_column(column, no_wrap=True)
    return made
