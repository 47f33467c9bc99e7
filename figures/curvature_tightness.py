"""How much of the curvature lower bounds see.

Across, the strength α of the lock; up, a lower bound over the largest curvature that is there, σ₁(∇²f), for one output
of one sample: at 1 (black) it would see all of it, and what is below 1e-10 is drawn at the lower edge, as next to
nothing. Bounds are the published one in the reading that holds (sequential), our two repairs of it (subspace, gap) and
the classical one of Horn and Johnson; marks are seeds, side by side to be told apart, and lines their medians. A line
that falls says that curvature grows faster, like α², than the bound, like α; with ReLU an output is piecewise linear in
the locked weight, and its curvature grows like α as well.
"""

from __future__ import annotations

from pathlib import Path
from statistics import median

from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from figures.exhibit import Exhibit
from figures.panels import TITLES, logarithmic, networks, new_panels
from figures.rows import Row, distinct, place, select
from figures.scaling import BOUNDS, scaling
from figures.style import BLACK, add_legend

LEAST = 1e-10
"""Tightness from which on all bounds are drawn at the lower edge."""

APART = 1.35
"""The factor of α between the marks of two bounds that are measured at the same α."""


def rows(results: Path) -> list[Row]:
    """A row for each network, α, seed and bound."""
    return [
        {
            **place(record, "network", "alpha"),
            "bound": name,
            "value": (value := record.measurement["published bounds"][name]),
            "curvature": (curvature := record.measurement["top of one output"]),
            "tightness": value / curvature,
        }
        for record in scaling(results)
        for name in BOUNDS
    ]


def draw(rows: list[Row], width: float) -> Figure:
    """A panel for each network, a line for each bound and a mark for each seed."""
    names = networks(rows)
    figure, (panels,) = new_panels([TITLES[name] for name in names], width, 1.9, across="α", up=["bound / σ₁(∇²f)"])
    for network, axes in zip(names, panels, strict=True):
        logarithmic(axes)
        axes.axhline(1.0, color=BLACK, linewidth=0.8)
        for lane, (name, (_, colour, style, thick)) in enumerate(BOUNDS.items()):
            mine = select(rows, network=network, bound=name)
            alphas = sorted(distinct(mine, "alpha"))
            medians = [median(row["tightness"] for row in select(mine, alpha=alpha)) for alpha in alphas]
            axes.plot(alphas, [max(one, LEAST) for one in medians], color=colour, linestyle=style, linewidth=thick)
            at = [row["alpha"] * APART ** (lane - (len(BOUNDS) - 1) / 2) for row in mine]
            axes.scatter(at, [max(r["tightness"], LEAST) for r in mine], s=5, c=colour, linewidths=0, zorder=3)
    entries = [Line2D([], [], color=c, linestyle=s, linewidth=w, label=label) for label, c, s, w in BOUNDS.values()]
    add_legend(figure, entries)
    return figure


exhibit = Exhibit("curvature", rows, draw)
