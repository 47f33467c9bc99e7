"""The eigenvalues of a Hessian before and after a lock."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from figures.panels import networks, new_panels, of_network, scaling
from figures.style import BLUE, GREY, ORANGE, save

STUDY = "curvature"

SHOWN = {1.0: ("α = 1: identity inserted", GREY), 10.0: ("α = 10", BLUE), 1e3: ("α = 1,000", ORANGE)}

LEAST = 1e-12
"""Eigenvalues below this part of the largest are not told from zero: rounding is of that size."""


def draw(results: Path, out: Path) -> list[Path]:
    """Draws the figure ``curvature_spectrum``: sizes of eigenvalues in descending order, for the first seed."""
    records, source = scaling(results)
    figure, (row,) = new_panels(records, rows=1, height=2.7)
    for network, axes in zip(networks(records), row, strict=True):
        runs = next(iter(of_network(records, network).values()))
        for record in runs:
            alpha = record.parameters["alpha"]
            if alpha in SHOWN:
                sizes = np.sort(np.abs(record.arrays()["spectrum"]))[::-1]
                sizes[sizes < LEAST * sizes[0]] = np.nan
                axes.plot(np.arange(1, len(sizes) + 1), sizes, ".", markersize=2.5, color=SHOWN[alpha][1])
        axes.loglog()
        axes.set_xlabel("rank")
    row[0].set_ylabel("|eigenvalue| of the Hessian")
    entries = [row[0].plot([], [], "o", markersize=4, color=c, label=n)[0] for n, c in SHOWN.values()]
    figure.legend(handles=entries, loc="outside upper center", ncols=3, frameon=False, fontsize=7.5)
    return save(figure, out, "curvature_spectrum", source)
