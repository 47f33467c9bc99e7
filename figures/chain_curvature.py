"""Curvature of chains of factors against α, with the line that was predicted of each from the unlocked model."""

from __future__ import annotations

from collections.abc import Sequence
from math import log10
from pathlib import Path
from statistics import mean

from matplotlib.axes import Axes

from figures.loading import measured
from figures.panels import networks, new_panels
from figures.style import BLACK, BLUE, GREEN, GREY, ORANGE, SKY, save
from specbound.campaign import Record
from specbound.core.errors import InvalidInput
from verify.intervals import half_width

STUDY = "chains"

COLOURS = {1: GREY, 2: SKY, 3: BLUE, 4: GREEN, 5: ORANGE}
"""By the number of factors."""


def draw(results: Path, out: Path) -> list[Path]:
    """Draws the figure ``chain_curvature``: a column for each network, a colour for each number of factors.

    Points are geometric means over seeds with 95 % intervals; lines ``κ α^{2(1−1/m)}``, κ that of the leading block
    at α = 1; the band above a line reaches up to what the blocks beside it can add.
    """
    records, source = measured(results, STUDY)
    even = [record for record in records if record.parameters["kind"] == "even"]
    if not even:
        raise InvalidInput(f"{results} has no chain that shares α evenly; the figure would be empty")
    figure, (row,) = new_panels(even, rows=1, height=3.0)
    for network, axes in zip(networks(even), row, strict=True):
        axes.loglog()
        for count, colour in COLOURS.items():
            mine = [r for r in even if (r.parameters["network"], r.parameters["count"]) == (network, count)]
            if mine:
                _chain(axes, mine, colour)
        axes.set_xlabel("α")
    row[0].set_ylabel("σ₁ of the Hessian")
    met = sorted({record.parameters["count"] for record in even})
    entries = [
        row[0].plot([], [], color=BLACK, linewidth=1.0, label="predicted")[0],
        row[0].errorbar([], [], yerr=[], color=BLACK, fmt="o", markersize=3, label="measured"),
        *(row[0].plot([], [], color=COLOURS[m], linewidth=3, label=f"m = {m}")[0] for m in met),
    ]
    figure.legend(handles=entries, loc="outside upper center", ncols=len(entries), frameon=False, fontsize=7.5)
    return save(figure, out, "chain_curvature", source)


def _chain(axes: Axes, records: Sequence[Record], colour: str) -> None:
    alphas = sorted({record.parameters["alpha"] for record in records})
    at = [[record for record in records if record.parameters["alpha"] == alpha] for alpha in alphas]
    low, high = ([10 ** mean(log10(r.prediction[end]) for r in mine) for mine in at] for end in ("low", "high"))
    axes.plot(alphas, low, color=colour, linewidth=1.0)
    axes.fill_between(alphas, low, high, color=colour, alpha=0.15, linewidth=0)
    logs = [[log10(record.measurement["curvature"]) for record in mine] for mine in at]
    middle = [10 ** mean(values) for values in logs]
    # An interval over two seeds can reach over many decades; it is drawn from three on.
    halves = [half_width(values) if len(values) > 2 else 0.0 for values in logs]
    errors = [
        [point * (1 - 10**-half) for point, half in zip(middle, halves, strict=True)],
        [point * (10**half - 1) for point, half in zip(middle, halves, strict=True)],
    ]
    axes.errorbar(alphas, middle, yerr=errors, color=colour, fmt="o", markersize=3, linewidth=0.8)
