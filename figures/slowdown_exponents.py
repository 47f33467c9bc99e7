"""With which power of α the largest stable learning rate of each optimizer falls: predicted and measured."""

from __future__ import annotations

from pathlib import Path
from statistics import mean

from figures.loading import measured
from figures.panels import TITLES
from figures.style import BLACK, BLUE, GREEN, GREY, ORANGE, SKY, new_axes, save
from specbound.core.errors import InvalidInput
from verify.intervals import half_width
from verify.predictions import PREDICTED
from verify.slowdown import BETWEEN, exponents

STUDY = "slowdown"

COLOURS = {"mlp": BLUE, "cnn": GREEN, "transformer": ORANGE, "tiny": SKY}
MARKERS = {"dense": "o", "rotated": "D"}


def draw(results: Path, out: Path) -> list[Path]:
    """Draws the figure ``slowdown_exponents``: a row for each optimizer, a mark for each network and form.

    Bars are 95 % intervals over seeds; a black line is the exponent that a statement predicts.
    """
    records, source = measured(results, STUDY)
    found = exponents(records)
    if not found:
        raise InvalidInput(f"{results} has no limits at both α of {BETWEEN}; the figure would be empty")
    optimizers = [name for name in PREDICTED if any(optimizer == name for _, optimizer, _ in found)]
    figure, axes = new_axes(height=0.46 * len(optimizers) + 1.2)
    for row, optimizer in enumerate(reversed(optimizers)):
        for exponent in {e for e in PREDICTED[optimizer].exponents.values() if e is not None}:
            axes.plot([exponent] * 2, [row - 0.36, row + 0.36], color=BLACK, linewidth=2.2, zorder=1)
        mine = [(network, form, values) for (network, name, form), values in found.items() if name == optimizer]
        for place, (network, form, values) in enumerate(sorted(mine)):
            width = half_width(values) if len(values) > 1 else 0.0
            height = row + 0.3 - 0.6 * (place + 0.5) / len(mine)
            axes.errorbar(
                mean(values),
                height,
                xerr=width,
                color=COLOURS[network],
                marker=MARKERS[form],
                markersize=3.5,
                linewidth=1.0,
            )
    axes.set_yticks(range(len(optimizers)), reversed(optimizers), family="monospace")
    axes.set_ylim(-0.6, len(optimizers) - 0.4)
    for row in range(len(optimizers) - 1):
        axes.axhline(row + 0.5, color=GREY, linewidth=0.3)
    axes.grid(axis="x", color=GREY, linewidth=0.3)
    axes.set_xlabel("exponent of α in the largest stable learning rate, for large α")
    axes.plot([], [], color=BLACK, linewidth=2.2, label="predicted")
    for network in dict.fromkeys(network for network, _, _ in found):
        axes.plot([], [], color=COLOURS[network], linewidth=3, label=TITLES[network])
    for form, marker in MARKERS.items():
        axes.plot([], [], color=GREY, marker=marker, linestyle="none", markersize=4, label=f"{form} form")
    axes.figure.legend(loc="outside upper center", ncols=4, frameon=False, fontsize=7.5)
    return save(figure, out, "slowdown_exponents", source)
