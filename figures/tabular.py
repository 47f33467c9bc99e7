"""Tables for papers: rows of texts as a LaTeX tabular, for the package booktabs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import log10
from statistics import mean

from specbound.report.latex import text
from verify.intervals import half_width


@dataclass(frozen=True)
class Table:
    """``head`` and ``rows`` are texts, with formulas between dollar signs and names in backticks; the first column is
    set left, the others right.
    """

    head: Sequence[str]
    rows: Sequence[Sequence[str]]


def tabular(table: Table, source: str) -> str:
    """The table in LaTeX, marked with the hash of the results that it was made from.

    **Raises.** :class:`~specbound.core.errors.InvalidInput` for a character that LaTeX has no command for.
    """
    head, *rows = (" & ".join(text(cell) for cell in row) + r" \\" for row in (table.head, *table.rows))
    lines = [rf"\begin{{tabular}}{{l{'r' * (len(table.head) - 1)}}}", r"\toprule", head, r"\midrule", *rows]
    return "\n".join([f"% {source}", *lines, r"\bottomrule", r"\end{tabular}"]) + "\n"


def spread(values: Sequence[float], form: str) -> str:
    """The mean, formatted as given, and where there are two values or more half of its 95 % interval, as a formula."""
    if not values:
        return "–"
    middle = f"{mean(values):z{form}}"
    return rf"${middle} \pm {half_width(values):{form}}$" if len(values) > 1 else f"${middle}$"


def power_of_ten(value: float) -> str:
    """A power of ten, for a formula."""
    return rf"10^{{{log10(value):.0f}}}"
