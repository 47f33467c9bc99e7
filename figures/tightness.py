"""How tight each inequality is: on random matrices, on trained weights, and at its extreme.

A row for each inequality, from the tightest down, refuted ones last; across, the side claimed to be smaller over the
other: 1 is attained, and right of 1 (shaded) the claim is violated. Circles are Gaussian matrices, squares and
triangles trained weights of the same shapes, a mark for each tuple of matrices at its best indices. Diamonds are the
extreme that an adversarial search met, orange where it violates the claim. What is below 0.0001 is drawn at the left
edge, as next to nothing.
"""

from __future__ import annotations

from pathlib import Path
from statistics import median
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import FixedLocator, FuncFormatter

from figures.exhibit import Exhibit
from figures.loading import evidence
from figures.panels import new_panels
from figures.rows import Row, distinct, select
from figures.style import BLACK, BLUE, COLUMN, GREEN, GREY, ORANGE, SMALL, add_legend
from figures.tabular import Table
from specbound.core.errors import InvalidInput

LEAST = 1e-4
"""Tightness from which on all bounds are drawn at the left edge."""

MOST = 40

SEARCH = "search"

LOOKS = {
    "Gaussian": ("Gaussian, same shapes", -0.22, GREY, "o"),
    "MiniLM": ("MiniLM transformer", 0.0, BLUE, "s"),
    "digits": ("network trained on digits", 0.22, GREEN, "^"),
}
"""Where matrices are from: how that is named and drawn, and how far from the middle of the row."""

MEDIANS = {
    "Gaussian": ("Gaussian",),
    "trained weights": ("MiniLM", "digits"),
    "extreme of the search": (SEARCH,),
}
"""Of the table, with the origins that each is a median of."""

Evidence = dict[str, Any]


def rows(results: Path) -> list[Row]:
    """A row for each inequality and tuple of matrices, and one for the extreme of its search.

    Equalities, and what was measured on no matrices, are left out.
    """
    by_name: dict[str, list[Evidence]] = {}
    for record in evidence(results, "statements"):
        by_name.setdefault(record["statement"], []).append(record)
    drawn = {name: _rows(name, mine) for name, mine in by_name.items() if _is_measured_inequality(mine)}
    if not drawn:
        raise InvalidInput(f"{results} has no inequality that was measured on matrices; the figure would be empty")
    refuted = {name: any(item["verdict"] == "VIOLATED" for item in by_name[name]) for name in drawn}
    order = sorted(drawn, key=lambda name: (refuted[name], -_median_on_gaussian(drawn[name])))
    return [row for name in order for row in drawn[name]]


def _is_measured_inequality(records: list[Evidence]) -> bool:
    measured = [record for record in records if record["kind"] == "measured"]
    return bool(measured) and not all(set(record["counts"]) <= {"CONSISTENT"} for record in measured)


def _rows(name: str, records: list[Evidence]) -> list[Row]:
    found = [
        {
            "statement": name,
            "origin": "Gaussian" if record["details"]["random"] else record["details"]["chain"],
            "matrices": "; ".join(item["matrices"]),
            "tightness": item["tightness"] or 0.0,
        }
        for record in records
        if record["kind"] == "measured"
        for item in record["details"]["tuples"]
    ]
    tightest = max((r["tightness"] or 0.0 for r in records if r["kind"] == "adversarial"), default=None)
    extreme = {"statement": name, "origin": SEARCH, "matrices": "", "tightness": tightest}
    return found if tightest is None else [*found, extreme]


def _median_on_gaussian(rows: list[Row]) -> float:
    return median(row["tightness"] for row in select(rows, origin="Gaussian"))


def draw(rows: list[Row], width: float) -> Figure:
    """A row for each inequality, with a lane for each origin of its matrices."""
    names = distinct(rows, "statement")
    across = "tightness: the side claimed to be smaller\nover the other; 1 = attained"
    each = 0.35 if width > COLUMN else 0.42
    figure, ((axes,),) = new_panels([""], width, each * len(names) + 0.6, across=across, up=[""])
    for place, name in enumerate(names):
        mine = select(rows, statement=name)
        for source, (_, lane, colour, marker) in LOOKS.items():
            values = [max(row["tightness"], LEAST) for row in select(mine, origin=source)]
            axes.scatter(values, [place + lane] * len(values), s=12, c=colour, marker=marker, alpha=0.7, linewidths=0)
        for row in select(mine, origin=SEARCH):
            edge = ORANGE if row["tightness"] > 1.001 else BLACK
            at = max(row["tightness"], LEAST)
            axes.scatter(at, place, s=36, marker="D", facecolors="none", edgecolors=edge, linewidths=1.2, zorder=4)
    _frame(axes, names, width)
    entries = [
        *(Line2D([], [], ls="", marker=m, ms=4, color=c, label=label) for label, _, c, m in LOOKS.values()),
        Line2D([], [], ls="", marker="D", ms=5, mfc="none", color=BLACK, label="extreme of the search"),
    ]
    add_legend(figure, entries)
    return figure


def _frame(axes: Axes, names: list[str], width: float) -> None:
    axes.set_xscale("log")
    axes.set_xlim(LEAST / 1.4, MOST)
    axes.axvspan(1.0, MOST, color=ORANGE, alpha=0.08, linewidth=0)
    axes.axvline(1.0, color=BLACK, linewidth=0.8)
    axes.text(1.15, -0.97, "violated", color=ORANGE, fontsize=SMALL, va="center")
    axes.text(0.87, -0.97, "holds", color=BLACK, fontsize=SMALL, va="center", ha="right")
    axes.xaxis.set_major_locator(FixedLocator([LEAST, 1e-3, 1e-2, 1e-1, 1, 10]))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda x, _: f"≤ {LEAST:g}" if x <= LEAST else f"{x:g}"))
    axes.set_ylim(len(names) - 0.5, -1.25)
    if width > COLUMN:
        axes.set_yticks(range(len(names)), names, family="monospace")
        return
    # In a column there is no room beside the marks; names stand above them.
    axes.set_yticks([])
    for place, name in enumerate(names):
        axes.axhline(place - 0.68, color=GREY, linewidth=0.3)
        axes.text(LEAST / 1.3, place - 0.40, name, family="monospace", fontsize=SMALL, va="bottom")


def table(results: Path) -> Table:
    """Median tightness on Gaussian matrices and on trained weights, and the extreme of the search."""
    found = rows(results)
    lines: list[list[str]] = []
    for name in distinct(found, "statement"):
        mine = select(found, statement=name)
        medians = (
            _told([row["tightness"] for row in mine if row["origin"] in origins]) for origins in MEDIANS.values()
        )
        lines.append([f"`{name}`", *medians])
    return Table(["statement", *MEDIANS], lines)


def _told(values: list[float]) -> str:
    return f"{median(values):.3f}" if values else "–"


exhibit = Exhibit("statements", rows, draw, table)
