"""How much of the curvature the published bound sees.

Across, the strength α of the lock; up, the published bound over the largest curvature that is there, σ₁(∇²f), for one
output of one sample: at 1 (black) it would see all of it. A line for each seed and each reading of the bound that
holds. A line that falls says that curvature grows faster than the bound; what is below 1e-10 is drawn at the lower
edge, as next to nothing.
"""

from __future__ import annotations

from pathlib import Path

from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from figures.exhibit import Exhibit
from figures.panels import TITLES, logarithmic, networks, new_panels
from figures.rows import Row, distinct, place, select
from figures.scaling import READINGS, scaling
from figures.style import BLACK, add_legend

LEAST = 1e-10
"""Tightness from which on all bounds are drawn at the lower edge."""


def rows(results: Path) -> list[Row]:
    """A row for each network, α, seed and reading."""
    return [
        {
            **place(record, "network", "alpha"),
            "reading": reading,
            "bound": (bound := record.measurement["published bounds"][reading]),
            "curvature": (curvature := record.measurement["top of one output"]),
            "tightness": bound / curvature,
        }
        for record in scaling(results)
        for reading in READINGS
    ]


def draw(rows: list[Row], width: float) -> Figure:
    """A panel for each network, a line for each seed and reading."""
    names = networks(rows)
    figure, (panels,) = new_panels([TITLES[name] for name in names], width, 1.9, across="α", up=["bound / σ₁(∇²f)"])
    for network, axes in zip(names, panels, strict=True):
        logarithmic(axes)
        axes.axhline(1.0, color=BLACK, linewidth=0.8)
        for reading, (_, colour, style) in READINGS.items():
            mine = select(rows, network=network, reading=reading)
            for seed in distinct(mine, "seed"):
                line = select(mine, seed=seed)
                values = [max(row["tightness"], LEAST) for row in line]
                axes.plot([r["alpha"] for r in line], values, color=colour, linestyle=style, linewidth=0.9, alpha=0.7)
    add_legend(figure, [Line2D([], [], color=c, linestyle=s, label=name) for name, c, s in READINGS.values()])
    return figure


exhibit = Exhibit("curvature", rows, draw)
