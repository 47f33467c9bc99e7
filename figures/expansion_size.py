"""How fast training is again, by how much the model is enlarged.

Every layer of the model is locked. Across, parameters that the attacker inserts, as identities at one to three of the
locks, over those of the unlocked model; up, steps to a target loss over those of the unlocked model, where grey counts
as fast as without a lock. Small points are seeds, large ones their median, and triangles did not get there within ten
times as many steps. Orange is merging each lock back into one layer, which inserts nothing.
"""

from __future__ import annotations

from pathlib import Path

from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from figures.attacks import attacks, ratio_axis, shown, typical
from figures.exhibit import Exhibit
from figures.panels import TITLES, networks, new_panels
from figures.rows import Row, distinct, select
from figures.style import BLUE, GREY, ORANGE, SMALL, add_legend


def rows(results: Path) -> list[Row]:
    """A row for each attack on a model locked everywhere, at the largest α."""
    found = attacks(results, "every layer")
    return select(found, alpha=max(row["alpha"] for row in found))


def draw(rows: list[Row], width: float) -> Figure:
    """A panel for each network, a name at each attacker."""
    names = networks(rows)
    figure, (panels,) = new_panels(
        [TITLES[name] for name in names],
        width,
        2.4,
        across="parameters inserted, % of the model",
        up=["steps to the target,\nover unlocked"],
        least=2.2,
    )
    for axes, network in zip(panels, names, strict=True):
        ratio_axis(axes, "y")
        for attacker in distinct(rows, "attacker"):
            mine = select(rows, network=network, attacker=attacker)
            # Merging takes the compensators away; what it inserts is nothing.
            added, steps = max(mine[0]["parameters_added_percent"], 0), typical(mine)
            colour, marker = ORANGE if attacker == "merge" else BLUE, "^" if steps is None else "o"
            every = [shown(row["ratio"]) for row in mine]
            axes.scatter([added] * len(every), every, s=8, c=colour, alpha=0.5, linewidths=0)
            axes.scatter(added, shown(steps), s=30, c=colour, marker=marker, linewidths=0, zorder=3)
            axes.annotate(
                attacker.replace("_", " "),
                (added, shown(steps)),
                xytext=(5, 3),
                textcoords="offset points",
                fontsize=SMALL,
            )
        axes.margins(x=0.25)
    entries = [
        Line2D([], [], ls="", marker="o", ms=2.5, color=GREY, label="a seed"),
        Line2D([], [], ls="", marker="o", ms=5, color=GREY, label="median"),
        Line2D([], [], ls="", marker="^", ms=5, color=GREY, label="not reached"),
    ]
    add_legend(figure, entries)
    return figure


exhibit = Exhibit("recovery", rows, draw)
