"""The eigenvalues of a Hessian before and after a lock.

Sizes of the eigenvalues of a network's loss Hessian, for one seed: across their rank, largest first, up their size.
Grey circles belong to the model with an identity in the lock's place (α = 1), squares and triangles to locks of growing
strength α. See how many rise, by α², and how many stay where they were; those that rounding does not tell from zero are
left out.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from figures.exhibit import Exhibit
from figures.panels import TITLES, logarithmic, networks, new_panels
from figures.rows import Row, place, select
from figures.scaling import scaling
from figures.style import BLUE, GREY, ORANGE, add_legend
from specbound.core.errors import InvalidInput

SHOWN = {1.0: ("α = 1: identity inserted", GREY, "o"), 10.0: ("α = 10", BLUE, "s"), 1e3: ("α = 1,000", ORANGE, "^")}

LEAST = 1e-12
"""Eigenvalues below this part of the largest are not told from zero: rounding is of that size."""


def rows(results: Path) -> list[Row]:
    """A row for each eigenvalue, of each network's first seed."""
    records = scaling(results)
    first: dict[str, int] = {}
    found: list[Row] = []
    for record in records:
        network, alpha = record.parameters["network"], record.parameters["alpha"]
        if alpha in SHOWN and record.seed == first.setdefault(network, record.seed):
            sizes = np.sort(np.abs(record.arrays()["spectrum"]))[::-1]
            told = sizes[sizes >= LEAST * sizes[0]]
            where = place(record, "network", "alpha")
            found += [{**where, "rank": rank, "size": float(size)} for rank, size in enumerate(told, start=1)]
    if not found:
        raise InvalidInput(f"{results} has no spectrum at any α of {list(SHOWN)}; the figure would be empty")
    return found


def draw(rows: list[Row], width: float) -> Figure:
    """A panel for each network, a colour and a mark for each α."""
    names = networks(rows)
    figure, (panels,) = new_panels(
        [TITLES[name] for name in names], width, 1.9, across="rank", up=["|eigenvalue| of the Hessian"]
    )
    for network, axes in zip(names, panels, strict=True):
        logarithmic(axes)
        for alpha, (_, colour, marker) in SHOWN.items():
            mine = select(rows, network=network, alpha=alpha)
            axes.plot([r["rank"] for r in mine], [r["size"] for r in mine], marker, ms=2.2, mew=0, color=colour)
    entries = [Line2D([], [], ls="", marker=m, ms=4, color=c, label=name) for name, c, m in SHOWN.values()]
    add_legend(figure, entries)
    return figure


exhibit = Exhibit("curvature", rows, draw)
