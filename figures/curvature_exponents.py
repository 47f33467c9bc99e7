"""Which blocks of the Hessian grow with α, and how fast."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from matplotlib.colors import Normalize

from figures.panels import networks, new_panels, scaling
from figures.style import save
from specbound.core.errors import InvalidInput
from verify.exponents import BLOCKS_BETWEEN, exponents

STUDY = "curvature"

NAMES = ("C'U", "C'U⊥", "W'U", "W'U⊥", "others")
"""Parts of the parameters: inflated by α, left, contracted by α, left, left."""


def draw(results: Path, out: Path) -> list[Path]:
    """Draws the figure ``curvature_exponents``: the measured power of α of each block's norm, the mean over seeds."""
    records, source = scaling(results)
    found = exponents(records, "blocks", BLOCKS_BETWEEN)
    if not found:
        raise InvalidInput(
            f"{results} has no network measured at both α of {BLOCKS_BETWEEN}; the figure would be empty"
        )
    figure, (row,) = new_panels(records, rows=1, height=2.5)
    for network, axes in zip(networks(records), row, strict=True):
        mine = [values for (name, _), values in found.items() if name == network]
        mean = np.nanmean(mine, axis=0)
        axes.imshow(mean, cmap="RdBu_r", norm=Normalize(-2.4, 2.4))
        for (a, b), value in np.ndenumerate(mean):
            colour = "white" if abs(value) > 1.5 else "black"
            axes.text(
                b, a, f"{value + 0.0:.2f}".replace("-0.00", "0.00"), ha="center", va="center", fontsize=6, color=colour
            )
        axes.set_xticks(range(len(NAMES)), NAMES, rotation=90, fontsize=7)
        axes.set_yticks(range(len(NAMES)), NAMES, fontsize=7)
        axes.spines[:].set_visible(False)
        axes.tick_params(length=0)
    figure.supxlabel(
        "power of α with which the norm of each block grows; predicted: 1 for C'U, −1 for W'U, 0 else, summed",
        fontsize=7,
    )
    return save(figure, out, "curvature_exponents", source)
