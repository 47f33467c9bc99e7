"""How fast each attacker is on a locked model.

One layer is locked; a row for each attacker, below what it has to know (in italics), the least at the top. Across,
steps to a target loss over those of the unlocked model, a mark for each seed: the fewest over learning rates of ¼ to 4
times the largest that is stable without a lock. Grey counts as fast as without a lock, and hollow marks did not get
there within ten times as many steps. Black strokes are predicted: the same run without any lock, which a statement says
it equals.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from figures.attacks import attacker_axis, attacks, by_knowledge, ratio_axis, shown, typical
from figures.exhibit import Exhibit
from figures.panels import COLOURS, MARKERS, TITLES, networks, new_panels
from figures.rows import Row, distinct, select
from figures.style import BLACK, GREY, add_legend
from figures.tabular import Table, power_of_ten
from specbound.certification.cells import SLACK


def rows(results: Path) -> list[Row]:
    """A row for each attack on one locked layer."""
    return attacks(results, "one layer")


def draw(rows: list[Row], width: float) -> Figure:
    """A panel for each α, a colour and a mark for each network."""
    groups, alphas, names = by_knowledge(rows), sorted(distinct(rows, "alpha")), networks(rows)
    figure, (panels,) = new_panels(
        [f"α = {alpha:.0e}".replace("e+0", "e") for alpha in alphas],
        width,
        0.5 + 0.2 * sum(1 + len(attackers) for attackers in groups.values()),
        across="steps to the target, over the unlocked model's",
        up=[""],
        least=2.2,
    )
    places = attacker_axis(panels, groups)
    for axes, alpha in zip(panels, alphas, strict=True):
        ratio_axis(axes, "x")
        _panel(axes, select(rows, alpha=alpha), places, names)
    entries = [
        *(Line2D([], [], ls="", marker=MARKERS[n], ms=4, color=COLOURS[n], label=TITLES[n]) for n in names),
        Line2D([], [], ls="", marker="o", ms=4, mfc="none", color=GREY, label=f"not within {SLACK} times"),
        Line2D([], [], ls="", marker="|", ms=8, color=BLACK, label="predicted without a lock"),
    ]
    add_legend(figure, entries)
    return figure


def _panel(axes: Axes, rows: Sequence[Row], places: Mapping[str, int], names: Sequence[str]) -> None:
    for row in rows:
        lane = 0.22 * (names.index(row["network"]) - (len(names) - 1) / 2)
        height = places[row["attacker"]] + lane
        colour, marker = COLOURS[row["network"]], MARKERS[row["network"]]
        axes.scatter(
            shown(row["ratio"]),
            height,
            s=14,
            facecolors="none" if row["ratio"] is None else colour,
            edgecolors=colour,
            marker=marker,
            linewidths=0.7,
        )
        if row["predicted_ratio"] is not None:
            axes.scatter(row["predicted_ratio"], height, s=45, c=BLACK, marker="|", linewidths=0.8, zorder=4)


def table(results: Path) -> Table:
    """At the largest α, of each attacker the median steps by network, and the parameters it adds in % of the model."""
    found = rows(results)
    strongest = max(row["alpha"] for row in found)
    at_strongest = select(found, alpha=strongest)
    names = networks(at_strongest)
    lines: list[list[str]] = []
    for attacker in distinct(at_strongest, "attacker"):
        mine = [select(at_strongest, attacker=attacker, network=name) for name in names]
        added = (f"${cell[0]['parameters_added_percent']:+.1f}$" if cell else "–" for cell in mine)
        lines.append([attacker.replace("_", " "), *(_told(cell) for cell in mine), *added])
    titles = [TITLES[name] for name in names]
    head = [*(f"steps, {title}" for title in titles), *(f"% added, {title}" for title in titles)]
    return Table([rf"$\alpha={power_of_ten(strongest)}$", *head], lines)


def _told(rows: Sequence[Row]) -> str:
    steps = typical(rows) if rows else None
    return "–" if not rows else f"$> {SLACK}$" if steps is None else f"{steps:.2f}"


exhibit = Exhibit("recovery", rows, draw, table)
