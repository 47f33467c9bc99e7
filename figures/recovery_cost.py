"""What recovery costs in parameters, attacker by attacker: the frontier."""

from __future__ import annotations

from collections.abc import Sequence
from math import isinf
from pathlib import Path
from statistics import median

from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from figures.panels import new_panels
from figures.recovery_ratio import CENSORED, one_layer
from figures.style import BLACK, BLUE, GREY, ORANGE, save
from specbound.campaign import Record
from specbound.certification.cells import SLACK
from specbound.certification.verdict import BROKEN
from verify.recovery import ratio

STUDY = "recovery"


NEAR = 1.25
"""Attackers of equal size share a label where their steps are within this factor of the next."""


def draw(results: Path, out: Path) -> list[Path]:
    """Draws the figure ``recovery_cost``: a column for each network, a point for each attacker, the median over seeds.

    Across, parameters added over those of the unlocked model; up, steps to the target over the unlocked model's, at the
    largest α. Triangles did not get there within ten times as many. Grey: as fast as without a lock.
    """
    records, source = one_layer(results)
    strongest = max(record.parameters["alpha"] for record in records)
    shown = [record for record in records if record.parameters["alpha"] == strongest]
    attackers = list(dict.fromkeys(record.parameters["attacker"] for record in shown))
    figure, (panels,) = new_panels(shown, rows=1, height=3.6, shared=False)
    for axes, network in zip(panels, dict.fromkeys(r.parameters["network"] for r in shown), strict=True):
        axes.set_yscale("log")
        axes.axhspan(0.4, BROKEN, color=GREY, alpha=0.18, linewidth=0)
        axes.axhline(1, color=BLACK, linewidth=0.5, alpha=0.4)
        axes.axvline(0, color=BLACK, linewidth=0.5, alpha=0.4)
        _points(axes, [record for record in shown if record.parameters["network"] == network], attackers)
        axes.set_ylim(0.4, 1.8 * SLACK)
        axes.set_yticks([0.5, 1, 1.5, 3, 10], ["½", "1", "1.5", "3", "10"])
        axes.minorticks_off()
        axes.margins(x=0.25)
    panels[0].set_ylabel("steps to the target, over unlocked")
    figure.supxlabel("parameters added, % of the model", fontsize=9)
    names = [f"{number} {attacker.replace('_', ' ')}" for number, attacker in enumerate(attackers, start=1)]
    figure.legend(
        handles=[Line2D([], [], ls="", label=name) for name in names],
        loc="outside upper center",
        ncols=5,
        frameon=False,
        fontsize=7.5,
        handlelength=0,
        handletextpad=0,
    )
    return save(figure, out, "recovery_cost", source)


def _points(axes: Axes, records: Sequence[Record], attackers: Sequence[str]) -> None:
    """A point for each attacker, with its number; those that lie together share a label."""
    found: dict[float, list[tuple[float, int]]] = {}
    for number, attacker in enumerate(attackers, start=1):
        mine = [record for record in records if record.parameters["attacker"] == attacker]
        added = 100 * mine[0].measurement["cost"]["parameters"] / mine[0].measurement["size"]
        steps = median(ratio(record) for record in mine)
        found.setdefault(added, []).append((CENSORED if isinf(steps) else steps, number))
    for added, column in found.items():
        left = sorted(column)
        while left:
            count = 1
            while count < len(left) and left[count][0] <= NEAR * left[count - 1][0]:
                count += 1
            near, left = left[:count], left[count:]
            for steps, _ in near:
                marker, colour = ("^", ORANGE) if steps == CENSORED else ("o", BLUE)
                axes.scatter(added, steps, s=22, c=colour, marker=marker, linewidths=0)
            label = _runs(sorted(number for _, number in near))
            axes.annotate(
                label, (added, near[-1][0]), xytext=(0, 5), textcoords="offset points", ha="center", fontsize=7
            )


def _runs(numbers: Sequence[int]) -> str:
    """Numbers in ascending order, of three or more in a row the first and the last."""
    rows: list[list[int]] = []
    for number in numbers:
        if rows and number == rows[-1][-1] + 1:
            rows[-1].append(number)
        else:
            rows.append([number])
    return " ".join(f"{row[0]}–{row[-1]}" if len(row) > 2 else " ".join(map(str, row)) for row in rows)
