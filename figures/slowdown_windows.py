"""The window of learning rates, closed from above by curvature and from below by rounding.

Across, the strength α of the lock; up, learning rates of gradient descent, a mark for each seed and number format:
pointing down the largest stable one, pointing up the smallest that still moves half of the weights outside the lock.
Black lines, one for each seed, are the upper end predicted for large α, α⁻² times that of the inflated directions
alone; coloured ones the lower end predicted for a format, the median over seeds. In bfloat16 no upper end is measured:
a rise of the loss as small as that by which stability is judged is not to be seen in its 8 bits. Where black runs below
a format's line nothing much can be learned in it.
"""

from __future__ import annotations

from pathlib import Path
from statistics import median

from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from figures.exhibit import Exhibit
from figures.loading import measured
from figures.panels import TITLES, logarithmic, networks, new_panels
from figures.rows import Row, distinct, place, select
from figures.style import BLACK, BLUE, GREEN, GREY, ORANGE, Dash, add_legend

LOOKS: dict[str, tuple[str, Dash, int]] = {
    "float64": (BLUE, "-", 34),
    "float32": (GREEN, "--", 14),
    "bfloat16": (ORANGE, "-.", 14),
}
"""By number format. The upper ends of two lie together: the larger mark is drawn around the smaller."""


def rows(results: Path) -> list[Row]:
    """A row for each network, format, α and seed; in bfloat16 no upper end is measured."""
    return [
        {
            **place(record, "network", "format", "alpha"),
            "predicted_upper": record.prediction["upper"],
            "upper": record.measurement.get("upper"),
            "predicted_lower": record.prediction["lower"],
            "lower": record.measurement["lower"],
        }
        for record in sorted(measured(results, "windows"), key=lambda record: record.parameters["alpha"])
    ]


def draw(rows: list[Row], width: float) -> Figure:
    """A panel for each network, a colour, a dash and a size for each number format."""
    names = networks(rows)
    figure, (panels,) = new_panels(
        [TITLES[name] for name in names], width, 2.3, across="α", up=["learning rate"], least=1.6
    )
    for network, axes in zip(names, panels, strict=True):
        logarithmic(axes)
        mine = select(rows, network=network)
        for seed in distinct(mine, "seed"):
            upper = sorted({(row["alpha"], row["predicted_upper"]) for row in select(mine, seed=seed)})
            axes.plot(*zip(*upper, strict=True), color=BLACK, linewidth=0.7)
        for format in distinct(mine, "format"):
            colour, dash, size = LOOKS[format]
            found = select(mine, format=format)
            axes.axhline(median(row["predicted_lower"] for row in found), color=colour, linewidth=1.0, linestyle=dash)
            for end, marker in (("upper", "v"), ("lower", "^")):
                ends = [(row["alpha"], row[end]) for row in found if row[end] is not None]
                if ends:
                    x, y = zip(*ends, strict=True)
                    axes.scatter(x, y, s=size, facecolors="none", edgecolors=colour, marker=marker, linewidths=0.7)
    entries = [
        Line2D([], [], color=BLACK, linewidth=0.7, label="predicted upper end, large α"),
        *(
            Line2D([], [], color=LOOKS[f][0], linestyle=LOOKS[f][1], label=f"{f}, predicted lower end")
            for f in distinct(rows, "format")
        ),
        Line2D([], [], ls="", marker="v", ms=4.5, mfc="none", color=GREY, label="measured: largest stable"),
        Line2D([], [], ls="", marker="^", ms=4.5, mfc="none", color=GREY, label="measured: moves half of the weights"),
    ]
    add_legend(figure, entries)
    return figure


exhibit = Exhibit("windows", rows, draw)
