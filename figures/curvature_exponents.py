"""Which blocks of the Hessian grow with a lock, and how fast.

The parameters of a locked model are split into five parts, and so is its Hessian, down and across: the directions of
the inserted compensator C' that the lock inflates (C'U) and its others (C'U⊥), those of the locked weight W' that it
contracts (W'U) and its others (W'U⊥), and all other layers. A number, which the colour repeats, is the power of α with
which the norm of that block grows, the mean over seeds to a tenth. Predicted is the sum of the powers of
its two parts: 1 for C'U, −1 for W'U, 0 for the rest.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from matplotlib.colors import Normalize
from matplotlib.figure import Figure

from figures.exhibit import Exhibit
from figures.panels import TITLES, networks, new_panels
from figures.rows import Row, select
from figures.scaling import scaling
from figures.style import SMALL
from specbound.core.errors import InvalidInput
from verify.exponents import BLOCKS_BETWEEN, exponents

POWERS = {"C'U": 1, "C'U⊥": 0, "W'U": -1, "W'U⊥": 0, "others": 0}
"""Parts of the parameters, with the predicted power of α: inflated, left, contracted, left, left."""


def rows(results: Path) -> list[Row]:
    """A row for each network, seed and block; a block that vanishes has no measured power."""
    found = exponents(scaling(results), "blocks", BLOCKS_BETWEEN)
    if not found:
        raise InvalidInput(
            f"{results} has no network measured at both α of {BLOCKS_BETWEEN}; the figure would be empty"
        )
    names = list(POWERS)
    return [
        {
            "network": network,
            "seed": seed,
            "down": names[a],
            "across": names[b],
            "predicted": POWERS[names[a]] + POWERS[names[b]],
            "measured": float(value) if np.isfinite(value) else None,
        }
        for (network, seed), blocks in found.items()
        for (a, b), value in np.ndenumerate(blocks)
    ]


def draw(rows: list[Row], width: float) -> Figure:
    """A map of the blocks for each network."""
    names = networks(rows)
    figure, (panels,) = new_panels(
        [TITLES[name] for name in names],
        width,
        1.9,
        across="numbers: power of α with which a block's norm grows",
        up=[""],
    )
    for network, axes in zip(names, panels, strict=True):
        mine = select(rows, network=network)
        means = np.array([[_mean(select(mine, down=a, across=b)) for b in POWERS] for a in POWERS])
        axes.imshow(means, cmap="RdBu_r", norm=Normalize(-2.4, 2.4), aspect="auto")
        for (a, b), value in np.ndenumerate(means):
            colour = "white" if abs(value) > 1.5 else "black"
            told = f"{round(value, 1) + 0:g}".replace("-", "−")
            axes.text(b, a, told, ha="center", va="center", fontsize=SMALL, color=colour)
        axes.set_xticks(range(len(POWERS)), POWERS, rotation=90, fontsize=SMALL)
        axes.set_yticks(range(len(POWERS)), POWERS, fontsize=SMALL)
        axes.spines[:].set_visible(False)
        axes.tick_params(length=0)
    return figure


def _mean(rows: list[Row]) -> float:
    known = [row["measured"] for row in rows if row["measured"] is not None]
    return float(np.mean(known)) if known else np.nan


exhibit = Exhibit("curvature", rows, draw)
