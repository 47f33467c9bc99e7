"""Curvature over α: what was predicted before the lock against what was measured after it, and the published bound."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from statistics import median

import numpy as np
from matplotlib.axes import Axes

from figures.panels import networks, new_panels, of_network, scaling
from figures.style import BLACK, BLUE, GREEN, GREY, ORANGE, save
from specbound.campaign import Record

STUDY = "curvature"

READINGS = {
    "subspace": ("bound, subspace", GREEN, "-"),
    "sequential": ("bound, sequential", GREEN, "--"),
    "gap": ("bound, gap", GREY, "-"),
    "horn_johnson": ("bound, Horn–Johnson", GREY, ":"),
}
"""How each reading of the published bound that holds is named and drawn."""

LEAST = 1e-3
"""Bounds below it are next to nothing beside curvatures of 1 to 1e17, and not drawn."""


def draw(results: Path, out: Path) -> list[Path]:
    """Draws the figure ``curvature_bounds``: a column for each network, a point for each seed.

    Above, σ₁ of the locked loss Hessian over the σ₁(K) computed on the unlocked model: the law says α². Below, σ₁ of
    the Hessian of one output for one sample, against the readings of the bound on a product of three (medians).
    """
    records, source = scaling(results)
    figure, (above, below) = new_panels(records, rows=2, height=4.6)
    for network, law, published in zip(networks(records), above, below, strict=True):
        mine = [record for runs in of_network(records, network).values() for record in runs]
        alphas = np.array(sorted({record.parameters["alpha"] for record in mine}))
        law.plot(alphas, alphas**2, color=BLACK, linewidth=1.0, zorder=1)
        _points(law, mine, [r.measurement["top"] / r.prediction["kappa"] for r in mine], BLUE)
        _points(published, mine, [r.measurement["top of one output"] for r in mine], ORANGE)
        for reading, (_, colour, style) in READINGS.items():
            values = np.array([_median(mine, alpha, reading) for alpha in alphas])
            values[values < LEAST] = np.nan
            published.plot(alphas, values, color=colour, linestyle=style, linewidth=1.2)
        for axes in (law, published):
            axes.loglog()
        published.set_xlabel("α")
    above[0].set_ylabel("σ₁(H locked) / σ₁(K)")
    below[0].set_ylabel("σ₁(∇²f), one output")
    entries = [
        above[0].plot([], [], color=BLACK, linewidth=1.0, label="predicted: α²")[0],
        above[0].scatter([], [], s=18, c=BLUE, linewidths=0, label="measured, loss"),
        above[0].scatter([], [], s=18, c=ORANGE, linewidths=0, label="measured, one output"),
        *(above[0].plot([], [], color=c, linestyle=s, linewidth=1.2, label=n)[0] for n, c, s in READINGS.values()),
    ]
    figure.legend(handles=entries, loc="outside upper center", ncols=4, frameon=False, fontsize=7.5)
    return save(figure, out, "curvature_bounds", source)


def _points(axes: Axes, records: Sequence[Record], values: Sequence[float], colour: str) -> None:
    alphas = [record.parameters["alpha"] for record in records]
    axes.scatter(alphas, values, s=16, c=colour, alpha=0.6, linewidths=0, zorder=3)


def _median(records: Sequence[Record], alpha: float, reading: str) -> float:
    mine = [r for r in records if r.parameters["alpha"] == alpha]
    return median(record.measurement["published bounds"][reading] for record in mine)
