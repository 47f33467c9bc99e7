"""What recovery costs in parameters, attacker by attacker: the frontier."""

from __future__ import annotations

from collections.abc import Sequence
from math import isinf
from pathlib import Path
from statistics import median

from matplotlib.axes import Axes

from figures.panels import new_panels
from figures.recovery_ratio import CENSORED, one_layer
from figures.style import BLACK, BLUE, GREY, ORANGE, save
from specbound.campaign import Record
from verify.recovery import FAST, SLACK, ratio

STUDY = "recovery"


def draw(results: Path, out: Path) -> list[Path]:
    """Draws the figure ``recovery_cost``: a column for each network, a point for each attacker, the median over seeds.

    Across, parameters added over those of the unlocked model; up, steps to the target over the unlocked model's, at the
    largest α. Triangles did not get there within ten times as many. Grey: as fast as without a lock.
    """
    records, source = one_layer(results)
    strongest = max(record.parameters["alpha"] for record in records)
    shown = [record for record in records if record.parameters["alpha"] == strongest]
    figure, (panels,) = new_panels(shown, rows=1, height=3.2)
    for axes, network in zip(panels, dict.fromkeys(r.parameters["network"] for r in shown), strict=True):
        mine = [record for record in shown if record.parameters["network"] == network]
        axes.set_yscale("log")
        axes.axhspan(0.4, FAST, color=GREY, alpha=0.18, linewidth=0)
        axes.axhline(1, color=BLACK, linewidth=0.6)
        axes.axvline(0, color=BLACK, linewidth=0.6)
        _points(axes, mine)
        axes.set_ylim(0.4, 1.8 * SLACK)
        axes.set_yticks([0.5, 1, 1.5, 3, 10], ["½", "1", "1.5", "3", "10"])
        axes.minorticks_off()
        axes.margins(x=0.25)
        axes.set_xlabel("parameters added, % of the model")
    panels[0].set_ylabel("steps to the target, over unlocked")
    return save(figure, out, "recovery_cost", source)


NEAR = 1.25
"""Attackers of equal size share a label where their steps are within this factor of the next."""


def _points(axes: Axes, records: Sequence[Record]) -> None:
    found: list[tuple[float, float, str]] = []
    for attacker in dict.fromkeys(record.parameters["attacker"] for record in records):
        mine = [record for record in records if record.parameters["attacker"] == attacker]
        added = 100 * mine[0].measurement["cost"]["parameters"] / mine[0].measurement["size"]
        steps = median(ratio(record) for record in mine)
        found.append((added, CENSORED if isinf(steps) else steps, attacker.replace("_", " ")))
    for added in dict.fromkeys(place for place, _, _ in found):
        column = sorted((steps, name) for place, steps, name in found if place == added)
        while column:
            count = 1
            while count < len(column) and column[count][0] <= NEAR * column[count - 1][0]:
                count += 1
            near, column = column[:count], column[count:]
            missed = near[0][0] == CENSORED
            for steps, _ in near:
                marker, colour = ("^", ORANGE) if missed else ("o", BLUE)
                axes.scatter(added, steps, s=26, c=colour, marker=marker, linewidths=0)
            label = "\n".join(name for _, name in reversed(near))
            middle = (near[0][0] * near[-1][0]) ** 0.5
            place = {"xytext": (0, -5), "va": "top", "ha": "center"} if missed else {"xytext": (6, 0), "va": "center"}
            axes.annotate(label, (added, middle), textcoords="offset points", fontsize=6.5, **place)
