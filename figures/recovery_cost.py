"""What it costs in parameters to undo a lock.

One layer is locked with the largest α tried; a row for each attacker, below what it has to know (in italics). Across,
parameters that it adds, over those of the unlocked model, negative where the lock's own are taken away. The number
beside a mark is the median over seeds of its steps to a target loss, over those of the unlocked model: circles are as
fast as without a lock, squares slower, and hollow ones did not get there within ten times as many steps.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from figures.attacks import attacker_axis, attacks, by_knowledge, typical
from figures.exhibit import Exhibit
from figures.panels import TITLES, networks, new_panels
from figures.rows import Row, select
from figures.style import BLACK, BLUE, ORANGE, SMALL, add_legend
from specbound.certification.cells import SLACK
from specbound.certification.verdict import BROKEN


def rows(results: Path) -> list[Row]:
    """A row for each attack on one locked layer, at the largest α."""
    found = attacks(results, "one layer")
    return select(found, alpha=max(row["alpha"] for row in found))


def draw(rows: list[Row], width: float) -> Figure:
    """A panel for each network, a row for each attacker."""
    names, groups = networks(rows), by_knowledge(rows)
    figure, (panels,) = new_panels(
        [TITLES[name] for name in names],
        width,
        0.5 + 0.2 * sum(1 + len(attackers) for attackers in groups.values()),
        across="parameters added, % of the model",
        up=[""],
        least=1.6,
        shared=False,
    )
    places = attacker_axis(panels, groups)
    for axes, network in zip(panels, names, strict=True):
        axes.axvline(0, color=BLACK, linewidth=0.5, alpha=0.4)
        _points(axes, select(rows, network=network), places)
        axes.margins(x=0.25)
    entries = [
        Line2D([], [], ls="", marker="o", ms=4, color=BLUE, label=f"steps within {BROKEN} times"),
        Line2D([], [], ls="", marker="s", ms=4, color=ORANGE, label=f"within {SLACK} times"),
        Line2D([], [], ls="", marker="s", ms=4, mfc="none", color=ORANGE, label=f"not within {SLACK} times"),
    ]
    add_legend(figure, entries)
    return figure


def _points(axes: Axes, rows: Sequence[Row], places: Mapping[str, int]) -> None:
    """A mark for each attacker, with how fast it is."""
    for attacker, place in places.items():
        mine = select(rows, attacker=attacker)
        if not mine:
            continue
        added, steps = mine[0]["parameters_added_percent"], typical(mine)
        colour, marker = (BLUE, "o") if steps is not None and steps <= BROKEN else (ORANGE, "s")
        filling = "white" if steps is None else colour
        axes.scatter(added, place, s=22, facecolors=filling, edgecolors=colour, marker=marker, linewidths=0.9, zorder=3)
        told = f"> {SLACK}" if steps is None else f"{steps:.1f}"
        beside = {"xytext": (6, 0), "textcoords": "offset points", "va": "center", "fontsize": SMALL}
        axes.annotate(told, (added, place), **beside)


exhibit = Exhibit("recovery", rows, draw)
