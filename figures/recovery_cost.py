"""What it costs in parameters to undo a lock.

One layer is locked with the largest α tried; a numbered mark for each attacker, the median over seeds. Across,
parameters that the attacker adds, over those of the unlocked model, negative where the lock's own are taken away; up,
steps to a target loss over those of the unlocked model. Grey counts as fast as without a lock; orange triangles did not
get there within ten times as many steps.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from statistics import mean

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from figures.attacks import CENSORED, attacks, ratio_axis, shown, typical
from figures.exhibit import Exhibit
from figures.panels import TITLES, networks, new_panels
from figures.rows import Row, distinct, select
from figures.style import BLACK, BLUE, ORANGE, SMALL, add_legend

NEAR, BESIDE = 1.25, 0.1
"""Attackers share a label where their steps are within this factor of each other's, and their parameters within this
part of the panel.
"""


Point = tuple[float, float, int]
"""Parameters added, steps, and an attacker's number."""


def rows(results: Path) -> list[Row]:
    """A row for each attack on one locked layer, at the largest α."""
    found = attacks(results, "one layer")
    return select(found, alpha=max(row["alpha"] for row in found))


def draw(rows: list[Row], width: float) -> Figure:
    """A panel for each network; the legend says which number is which attacker."""
    names, attackers = networks(rows), distinct(rows, "attacker")
    figure, (panels,) = new_panels(
        [TITLES[name] for name in names],
        width,
        2.6,
        across="parameters added, % of the model",
        up=["steps to the target,\nover unlocked"],
        least=2.2,
        shared=False,
    )
    for axes, network in zip(panels, names, strict=True):
        ratio_axis(axes, "y")
        axes.axvline(0, color=BLACK, linewidth=0.5, alpha=0.4)
        _points(axes, select(rows, network=network), attackers)
        axes.margins(x=0.2)
    told = [f"{number} {attacker.replace('_', ' ')}" for number, attacker in enumerate(attackers, start=1)]
    add_legend(figure, [Line2D([], [], ls="", label=name) for name in told], handlelength=0, handletextpad=0)
    return figure


def _points(axes: Axes, rows: Sequence[Row], attackers: Sequence[str]) -> None:
    """A point for each attacker, with its number; those that lie together share a label."""
    points: list[Point] = []
    for number, attacker in enumerate(attackers, start=1):
        mine = select(rows, attacker=attacker)
        if mine:
            points.append((mine[0]["parameters_added_percent"], shown(typical(mine)), number))
    reach = BESIDE * (max(added for added, _, _ in points) - min(added for added, _, _ in points))
    groups: list[list[Point]] = []
    for point in sorted(points):
        near = [group for group in groups if any(_is_near(point, other, reach) for other in group)]
        groups = [group for group in groups if group not in near] + [[point, *(p for group in near for p in group)]]
    for group in groups:
        for added, steps, _ in group:
            marker, colour = ("^", ORANGE) if steps == CENSORED else ("o", BLUE)
            axes.scatter(added, steps, s=22, c=colour, marker=marker, linewidths=0)
        at = mean(added for added, _, _ in group), max(steps for _, steps, _ in group)
        label = _runs(sorted(number for _, _, number in group))
        axes.annotate(label, at, xytext=(0, 5), textcoords="offset points", ha="center", fontsize=SMALL)


def _is_near(one: Point, other: Point, reach: float) -> bool:
    return abs(one[0] - other[0]) <= reach and 1 / NEAR <= one[1] / other[1] <= NEAR


def _runs(numbers: Sequence[int]) -> str:
    """Numbers in ascending order, of three or more in a row the first and the last."""
    rows: list[list[int]] = []
    for number in numbers:
        if rows and number == rows[-1][-1] + 1:
            rows[-1].append(number)
        else:
            rows.append([number])
    return " ".join(f"{row[0]}–{row[-1]}" if len(row) > 2 else " ".join(map(str, row)) for row in rows)


exhibit = Exhibit("recovery", rows, draw)
