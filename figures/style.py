"""One style for all figures: the two widths of a paper, and colours that colour-blind readers tell apart."""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO
from typing import Any, Literal

from matplotlib.artist import Artist
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

COLUMN, FULL = 3.25, 6.75
"""Inches: one column of a two-column paper, which is also what a phone shows, and both."""

DPI = 200
"""Of PNG files, so that a column has a phone's width twice over."""

BLUE, ORANGE, GREEN, SKY, GREY, BLACK = "#0072B2", "#D55E00", "#009E73", "#56B4E9", "#AAAAAA", "#222222"
PALETTE = (BLUE, ORANGE, GREEN, SKY, GREY, BLACK)
"""From Okabe & Ito, Color Universal Design (2008), and a grey light enough to be told from their green."""

Dash = Literal["-", "--", "-.", ":"]

SMALL = 7.5
"""Points: what is written beside a mark and in legends. Nothing is smaller: on a phone a column is 300 pixels wide, and
this nearly 10.
"""

SETTINGS: Any = {
    "font.size": 8,
    "axes.titlesize": 8,
    "axes.labelsize": 8,
    "figure.labelsize": 8,
    "legend.fontsize": SMALL,
    "legend.frameon": False,
    "legend.handletextpad": 0.4,
    "legend.columnspacing": 1.0,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": BLACK,
    "axes.axisbelow": True,
    "pdf.fonttype": 42,
}


def add_legend(figure: Figure, entries: Sequence[Artist], **spacing: float) -> None:
    """A legend above everything, in as many columns as fit; the figure grows by its height."""
    renderer = FigureCanvasAgg(figure).get_renderer()
    for columns in range(len(entries), 0, -1):
        legend = figure.legend(handles=entries, ncols=columns, loc="outside upper center", **spacing)
        box = legend.get_window_extent(renderer)
        if columns == 1 or box.width <= 0.95 * figure.bbox.width:
            figure.set_figheight(figure.get_figheight() + box.height / figure.dpi)
            return
        legend.remove()


def pictures(figure: Figure, source: str) -> dict[str, bytes]:
    """The figure as PNG and PDF, marked with the hash of the results that it was drawn from, without a date."""
    found: dict[str, bytes] = {}
    for ending, metadata in (("png", {"Source": source}), ("pdf", {"Keywords": source, "CreationDate": None})):
        content = BytesIO()
        figure.savefig(content, format=ending, dpi=DPI, metadata=metadata)
        # The layout of the first is that of both, and takes longer than drawing.
        figure.set_layout_engine("none")
        found[ending] = content.getvalue()
    return found
