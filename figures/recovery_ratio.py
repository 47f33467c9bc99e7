"""How fast each attacker is on a locked model, against the unlocked one, with what was predicted."""

from __future__ import annotations

from collections.abc import Sequence
from math import inf, isinf
from pathlib import Path

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from figures.loading import measured
from figures.panels import TITLES
from figures.style import BLACK, BLUE, FULL_WIDTH, GREEN, GREY, ORANGE, SETTINGS, save
from specbound.campaign import Record
from specbound.certification.cells import SLACK
from specbound.certification.verdict import BROKEN
from specbound.core.errors import InvalidInput
from verify.recovery import ratio

STUDY = "recovery"

COLOURS = {"mlp": BLUE, "cnn": ORANGE, "transformer": GREEN}
CENSORED = 1.3 * SLACK
"""Where attackers are shown that did not get there."""


def one_layer(results: Path) -> tuple[list[Record], str]:
    """The records of attacks on one locked layer, one-sided, and the hash of the file they lie in."""
    records, source = measured(results, STUDY)
    found = [record for record in records if record.parameters["lock"] == "one layer"]
    if not found:
        raise InvalidInput(f"{results} has no attacks on one locked layer; the figure would be empty")
    return found, source


def draw(results: Path, out: Path) -> list[Path]:
    """Draws the figure ``recovery_ratio``: a column for each α, a row for each attacker, a point for each seed.

    Across, steps to the target over those of the unlocked model; triangles did not get there within ten times as many.
    Black marks are predicted: the same run without a lock. Grey, up to 1.5: as fast as without a lock.
    """
    records, source = one_layer(results)
    attackers = list(dict.fromkeys(record.parameters["attacker"] for record in records))
    alphas = sorted({record.parameters["alpha"] for record in records})
    with mpl.rc_context(SETTINGS):
        figure = Figure(figsize=(FULL_WIDTH, 1.1 + 0.24 * len(attackers)), layout="constrained")
        panels = figure.subplots(1, len(alphas), squeeze=False, sharey=True, sharex=True)[0]
    for axes, alpha in zip(panels, alphas, strict=True):
        _panel(axes, [record for record in records if record.parameters["alpha"] == alpha], attackers)
        axes.set_title(f"α = 1e{len(str(int(alpha))) - 1}", fontsize=9)
    panels[0].set_yticks(range(len(attackers)), [name.replace("_", " ") for name in attackers])
    panels[0].invert_yaxis()
    figure.supxlabel("steps to the target, over the unlocked model's", fontsize=9)
    networks = list(dict.fromkeys(record.parameters["network"] for record in records))
    entries = [
        *(Line2D([], [], ls="", marker="o", ms=4, color=COLOURS[name], label=TITLES[name]) for name in networks),
        Line2D([], [], ls="", marker=">", ms=5, color=GREY, label=f"not within {SLACK} times"),
        Line2D([], [], ls="", marker="|", ms=8, color=BLACK, label="predicted without a lock"),
    ]
    figure.legend(handles=entries, loc="outside upper center", ncols=5, frameon=False, fontsize=7.5)
    return save(figure, out, "recovery_ratio", source)


def _panel(axes: Axes, records: Sequence[Record], attackers: Sequence[str]) -> None:
    axes.set_xscale("log")
    axes.axvspan(0, BROKEN, color=GREY, alpha=0.18, linewidth=0)
    axes.axvline(1, color=BLACK, linewidth=0.6)
    networks = list(dict.fromkeys(record.parameters["network"] for record in records))
    for record in records:
        network = record.parameters["network"]
        height = attackers.index(record.parameters["attacker"]) + 0.2 * (
            networks.index(network) - (len(networks) - 1) / 2
        )
        found = ratio(record)
        at, marker = (CENSORED, ">") if isinf(found) else (found, "o")
        axes.scatter(at, height, s=16, c=COLOURS[network], marker=marker, alpha=0.7, linewidths=0, zorder=3)
        predicted = (record.prediction["steps"] or inf) / record.prediction["unlocked"]
        if predicted <= SLACK:
            axes.scatter(predicted, height, s=45, c=BLACK, marker="|", linewidths=0.8, zorder=4)
    axes.set_xlim(0.5, 1.6 * SLACK)
    axes.set_xticks([0.5, 1, 1.5, 3, 10], ["½", "1", "1.5", "3", "10"])
    axes.minorticks_off()
