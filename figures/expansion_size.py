"""How fast training is again, by how much the model is enlarged.

Every layer of the model is locked. Across, parameters that the attacker inserts, as identities at one to three of the
locks, over those of the unlocked model; up, steps to a target loss over those of the unlocked model, where grey counts
as fast as without a lock; whether the median of no expansion gets down to it is said there. Small points are seeds,
large ones their median, and hollow ones did not get there within ten times as many steps. Orange is merging each lock
back into one layer, which inserts nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from figures.attacks import attacks, ratio_axis, shown, typical
from figures.exhibit import Exhibit
from figures.panels import TITLES, networks, new_panels
from figures.rows import Row, distinct, select
from figures.style import BLUE, GREY, ORANGE, SMALL, add_legend
from specbound.certification.verdict import BROKEN
from verify.recovery import EXPANSIONS


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
            colour = ORANGE if attacker == "merge" else BLUE
            every = [shown(row["ratio"]) for row in mine]
            axes.scatter([added] * len(every), every, s=8, c=colour, alpha=0.5, linewidths=0)
            filling = "white" if steps is None else colour
            axes.scatter(added, shown(steps), s=30, facecolors=filling, edgecolors=colour, linewidths=0.9, zorder=3)
            axes.annotate(
                attacker.replace("_", " "),
                (added, shown(steps)),
                xytext=(5, 3),
                textcoords="offset points",
                fontsize=SMALL,
            )
        axes.margins(x=0.3)
        if _none_is_fast(select(rows, network=network)):
            place = {"xytext": (0.97, 0.05), "textcoords": "axes fraction", "ha": "right", "fontsize": SMALL}
            axes.annotate("no expansion gets here", (0, BROKEN), **place)
    entries = [
        Line2D([], [], ls="", marker="o", ms=2.5, color=GREY, label="a seed"),
        Line2D([], [], ls="", marker="o", ms=5, color=GREY, label="median"),
        Line2D([], [], ls="", marker="o", ms=5, mfc="none", color=GREY, label="not reached"),
    ]
    add_legend(figure, entries)
    return figure


def _none_is_fast(rows: Sequence[Row]) -> bool:
    medians = (typical(select(rows, attacker=name)) for name in EXPANSIONS)
    return all(steps is None or steps > BROKEN for steps in medians)


exhibit = Exhibit("recovery", rows, draw)
