"""With which power of α the largest stable learning rate of each optimizer falls: predicted and measured."""

from __future__ import annotations

from pathlib import Path
from statistics import mean

from figures.loading import measured
from figures.panels import TITLES
from figures.style import BLACK, BLUE, GREEN, GREY, ORANGE, new_axes, save
from specbound.core.errors import InvalidInput
from verify.intervals import half_width
from verify.predictions import PREDICTED
from verify.slowdown import BETWEEN, exponents

STUDY = "slowdown"

NETWORKS = {"mlp": (BLUE, 0.22), "cnn": (GREEN, 0.0), "transformer": (ORANGE, -0.22), "minilm": (GREY, -0.32)}
"""How each network is drawn: its colour, and its place in an optimizer's row."""

MARKERS = {"dense": ("o", 0.05), "rotated": ("D", -0.05)}


def draw(results: Path, out: Path) -> list[Path]:
    """Draws the figure ``slowdown_exponents``: a row for each optimizer, a mark for each network and form.

    Bars are 95 % intervals over seeds; a black line is the exponent that a statement predicts, in either form.
    """
    records, source = measured(results, STUDY)
    found = exponents(records)
    if not found:
        raise InvalidInput(f"{results} has no limits at both α of {BETWEEN}; the figure would be empty")
    optimizers = [name for name in PREDICTED if any(optimizer == name for _, optimizer, _ in found)]
    figure, axes = new_axes(height=0.4 * len(optimizers) + 1.2)
    for row, optimizer in enumerate(reversed(optimizers)):
        for form, exponent in PREDICTED[optimizer].exponents.items():
            shift = MARKERS[form][1] * 3
            if exponent is not None:
                axes.plot([exponent] * 2, [row + shift - 0.2, row + shift + 0.2], color=BLACK, linewidth=2.2, zorder=1)
        for (network, name, form), values in found.items():
            if name != optimizer:
                continue
            colour, place = NETWORKS[network]
            marker, shift = MARKERS[form]
            width = half_width(values) if len(values) > 1 else 0.0
            axes.errorbar(
                mean(values), row + place + shift, xerr=width, color=colour, marker=marker, markersize=4, linewidth=1.0
            )
    axes.set_yticks(range(len(optimizers)), reversed(optimizers), family="monospace")
    axes.set_ylim(-0.6, len(optimizers) - 0.4)
    axes.grid(axis="x", color=GREY, linewidth=0.3)
    low, high = (f"{alpha:.0e}".replace("e+0", "e") for alpha in BETWEEN)
    axes.set_xlabel(f"exponent of α in the largest stable learning rate, from α = {low} to {high}")
    axes.plot([], [], color=BLACK, linewidth=2.2, label="predicted")
    for network in dict.fromkeys(network for network, _, _ in found):
        axes.plot([], [], color=NETWORKS[network][0], linewidth=3, label=TITLES[network])
    for form, (marker, _) in MARKERS.items():
        axes.plot([], [], color=GREY, marker=marker, linestyle="none", markersize=4, label=f"{form} form")
    axes.figure.legend(loc="outside upper center", ncols=6, frameon=False, fontsize=7.5)
    return save(figure, out, "slowdown_exponents", source)
