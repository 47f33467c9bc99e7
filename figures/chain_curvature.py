"""Curvature of a lock whose weight is split into a chain of factors.

Across, the strength α of the lock; up, the largest curvature of the loss, σ₁ of its Hessian, on a locked model whose
locked weight is split into m factors that share α evenly, with the lock's compensator frozen. Marks are measured,
geometric means over seeds, with 95 % intervals from three seeds on. Lines are predicted from the unlocked model, a
constant times α to the power 2(1 − 1/m), and the band above a line reaches up to what the rest of the model can add.
See whether marks lie on their lines, flat for one factor and steeper with each more.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import log10
from pathlib import Path
from statistics import mean

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from figures.exhibit import Exhibit
from figures.loading import measured
from figures.panels import TITLES, logarithmic, networks, new_panels
from figures.rows import Row, distinct, place, select
from figures.style import BLACK, BLUE, GREEN, GREY, ORANGE, SKY, add_legend
from figures.tabular import Table, spread
from specbound.core.errors import InvalidInput
from verify.chains import exponents
from verify.intervals import half_width

LOOKS = {1: (GREY, "o"), 2: (SKY, "s"), 3: (BLUE, "^"), 4: (GREEN, "D"), 5: (ORANGE, "v")}
"""By the number of factors."""


def rows(results: Path) -> list[Row]:
    """A row for each chain that shares α evenly, at each α and seed."""
    found = [
        {
            **place(record, "network", "count", "alpha"),
            "predicted": record.prediction["low"],
            "predicted_at_most": record.prediction["high"],
            "measured": record.measurement["curvature"],
        }
        for record in measured(results, "chains")
        if record.parameters["kind"] == "even"
    ]
    if not found:
        raise InvalidInput(f"{results} has no chain that shares α evenly; the figure would be empty")
    return found


def draw(rows: list[Row], width: float) -> Figure:
    """A panel for each network, a colour and a mark for each number of factors."""
    names = networks(rows)
    figure, (panels,) = new_panels(
        [TITLES[name] for name in names], width, 2.3, across="α", up=["σ₁ of the Hessian"], least=1.6
    )
    met = sorted(distinct(rows, "count"))
    for network, axes in zip(names, panels, strict=True):
        logarithmic(axes)
        for count in met:
            _chain(axes, select(rows, network=network, count=count), *LOOKS[count])
    entries = [
        Line2D([], [], color=BLACK, linewidth=1.0, label="predicted"),
        *(Line2D([], [], ls="", ms=4, color=LOOKS[m][0], marker=LOOKS[m][1], label=f"m = {m}") for m in met),
    ]
    add_legend(figure, entries)
    return figure


def _chain(axes: Axes, rows: Sequence[Row], colour: str, marker: str) -> None:
    alphas = sorted(distinct(rows, "alpha"))
    at = [select(rows, alpha=alpha) for alpha in alphas]
    low, high = ([10 ** mean(log10(r[end]) for r in mine) for mine in at] for end in ("predicted", "predicted_at_most"))
    axes.plot(alphas, low, color=colour, linewidth=1.0)
    axes.fill_between(alphas, low, high, color=colour, alpha=0.15, linewidth=0)
    logs = [[log10(row["measured"]) for row in mine] for mine in at]
    middle = [10 ** mean(values) for values in logs]
    # An interval over two seeds can reach over many decades; it is drawn from three on.
    halves = [half_width(values) if len(values) > 2 else 0.0 for values in logs]
    errors = [
        [point * (1 - 10**-half) for point, half in zip(middle, halves, strict=True)],
        [point * (10**half - 1) for point, half in zip(middle, halves, strict=True)],
    ]
    axes.errorbar(alphas, middle, yerr=errors, color=colour, fmt=marker, markersize=3.5, linewidth=0.8)


def table(results: Path) -> Table:
    """The power of α between the two largest: predicted, and measured by network."""
    found = exponents(measured(results, "chains"))
    even = {(network, count): pairs for (network, kind, count), pairs in found.items() if kind == "even"}
    names = [name for name in TITLES if any(network == name for network, _ in even)]
    lines: list[list[str]] = []
    for count in sorted({count for _, count in even}):
        pairs = [even.get((name, count), []) for name in names]
        predicted = next(pair[1] for mine in pairs for pair in mine)
        lines.append([str(count), f"{predicted:.3f}", *(spread([one for one, _ in mine], ".3f") for mine in pairs)])
    return Table(["$m$", "predicted", *(TITLES[name] for name in names)], lines)


exhibit = Exhibit("chains", rows, draw, table)
