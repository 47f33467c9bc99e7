"""Panels side by side at full width, and under each other or two by two in a column; how each network looks."""

from __future__ import annotations

from collections.abc import Sequence
from math import log10

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, NullFormatter

from figures.rows import Row
from figures.style import BLUE, GREEN, GREY, ORANGE, SKY

TITLES = {
    "mlp": "MLP, tanh",
    "relu": "MLP, ReLU",
    "cnn": "CNN, SiLU",
    "transformer": "transformer block",
    "tiny": "small MLP",
}
COLOURS = {"mlp": BLUE, "relu": GREY, "cnn": GREEN, "transformer": ORANGE, "tiny": SKY}
MARKERS = {"mlp": "o", "relu": "v", "cnn": "s", "transformer": "^", "tiny": "D"}


def networks(rows: Sequence[Row]) -> list[str]:
    """The networks met, in the order of their titles."""
    met = {row["network"] for row in rows}
    return [network for network in TITLES if network in met]


def new_panels(
    titles: Sequence[str],
    width: float,
    height: float,
    *,
    across: str,
    up: Sequence[str],
    least: float = 1.4,
    shared: bool = True,
) -> tuple[Figure, list[list[Axes]]]:
    """A figure with a panel for each title and each label of what is ``up``; a list of panels for each such label.

    Panels with the same label lie together and, if ``shared``, have the same axes. ``height``: of a panel; ``least``:
    how wide it has to be; both in inches, with what is written beside it.
    """
    columns = max(n for n in range(1, len(titles) + 1) if n == 1 or (len(titles) % n == 0 and n * least <= width))
    down = len(titles) // columns
    figure = Figure(figsize=(width, height * down * len(up) + 0.2), layout="constrained")
    grid = figure.add_gridspec(down * len(up), columns)
    found: list[list[Axes]] = []
    for kind, label in enumerate(up):
        mine: list[Axes] = []
        for place, title in enumerate(titles):
            row, column = kind * down + place // columns, place % columns
            x = found[0][0] if found else mine[0] if mine else None
            axes = figure.add_subplot(grid[row, column], sharex=x if shared else None, sharey=mine[0] if mine else None)
            if kind == 0 or down > 1:
                axes.set_title(title)
            if column == 0:
                axes.set_ylabel(label)
            axes.tick_params(labelleft=column == 0, labelbottom=not shared or row == down * len(up) - 1)
            mine.append(axes)
        found.append(mine)
    figure.supxlabel(across)
    return figure, found


def logarithmic(axes: Axes) -> None:
    """Makes both axes logarithmic, with powers of ten in plain characters: those of a formula would be smaller."""
    axes.loglog()
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_formatter(FuncFormatter(_power_of_ten))
        axis.set_minor_formatter(NullFormatter())


def _power_of_ten(value: float, _position: int | None) -> str:
    return "10" + str(round(log10(value))).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))
