"""Curvature after a lock: predicted before it, measured, and what lower bounds see.

Across, the strength α of the lock; a mark for each network and seed. Above, the largest curvature of the locked model's
loss, σ₁(H), over the constant σ₁(K) computed on the unlocked model: where marks lie on the line, α², the curvature was
known before the lock. Below, diamonds are the largest curvature of a single output for a single sample, and lines lower
bounds on it, medians over seeds: the published one in the reading that holds (sequential), our two repairs of it
(subspace, gap) and the classical one of Horn and Johnson; the further below, the less they see. With ReLU an output is
piecewise linear in the locked weight, its part of K vanishes, and its curvature grows like α and not α².
"""

from __future__ import annotations

from pathlib import Path
from statistics import median

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from figures.exhibit import Exhibit
from figures.panels import TITLES, logarithmic, networks, new_panels
from figures.rows import Row, distinct, place, select
from figures.scaling import BOUNDS, scaling
from figures.style import BLACK, BLUE, ORANGE, add_legend

LEAST = 1e-3
"""Bounds below it are next to nothing beside curvatures of 1 to 1e17, and not drawn."""


def rows(results: Path) -> list[Row]:
    """A row for each network, α and seed."""
    return [
        {
            **place(record, "network", "alpha"),
            "predicted_constant": record.prediction["kappa"],
            "measured_loss": record.measurement["top"],
            "measured_output": record.measurement["top of one output"],
            **{f"bound_{name}": record.measurement["published bounds"][name] for name in BOUNDS},
        }
        for record in scaling(results)
    ]


def draw(rows: list[Row], width: float) -> Figure:
    """A panel for each network, above for the loss and below for one output."""
    names = networks(rows)
    up = ["σ₁(H locked) / σ₁(K)", "σ₁(∇²f), one output"]
    figure, (above, below) = new_panels([TITLES[name] for name in names], width, 1.7, across="α", up=up)
    for network, law, bounds in zip(names, above, below, strict=True):
        mine = select(rows, network=network)
        alphas = sorted(distinct(mine, "alpha"))
        logarithmic(law)
        law.plot(alphas, [alpha**2 for alpha in alphas], color=BLACK, linewidth=1.0, zorder=1)
        _points(law, mine, [row["measured_loss"] / row["predicted_constant"] for row in mine], BLUE, "o")
        logarithmic(bounds)
        _points(bounds, mine, [row["measured_output"] for row in mine], ORANGE, "D")
        for name, (_, colour, style, thick) in BOUNDS.items():
            values = np.array([median(row[f"bound_{name}"] for row in select(mine, alpha=a)) for a in alphas])
            values[values < LEAST] = np.nan
            bounds.plot(alphas, values, color=colour, linestyle=style, linewidth=thick)
    entries = [
        Line2D([], [], color=BLACK, linewidth=1.0, label="predicted: α²"),
        Line2D([], [], ls="", marker="o", ms=4, color=BLUE, label="measured, loss"),
        Line2D([], [], ls="", marker="D", ms=3.5, color=ORANGE, label="measured, one output"),
        *(Line2D([], [], color=c, linestyle=s, linewidth=w, label=label) for label, c, s, w in BOUNDS.values()),
    ]
    add_legend(figure, entries)
    return figure


def _points(axes: Axes, rows: list[Row], values: list[float], colour: str, marker: str) -> None:
    alphas = [row["alpha"] for row in rows]
    axes.scatter(alphas, values, s=14, c=colour, marker=marker, alpha=0.6, linewidths=0, zorder=3)


exhibit = Exhibit("curvature", rows, draw)
