"""One style for all figures: sizes in inches of a two-column paper, colours that colour-blind readers tell apart."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import Any

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from specbound.core.provenance import write_atomically

FULL_WIDTH = 6.75
BLUE, ORANGE, GREEN, SKY, GREY, BLACK = "#0072B2", "#D55E00", "#009E73", "#56B4E9", "#999999", "#222222"
"""From Okabe & Ito, Color Universal Design (2008)."""

SETTINGS: Any = {
    "font.size": 9,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": BLACK,
    "pdf.fonttype": 42,
    "svg.hashsalt": "specbound",
}


def new_axes(height: float) -> tuple[Figure, Axes]:
    """A figure of full width with one set of axes, without pyplot's global state."""
    with mpl.rc_context(SETTINGS):
        figure = Figure(figsize=(FULL_WIDTH, height), layout="constrained")
        return figure, figure.add_subplot()


def save(figure: Figure, folder: Path, name: str, source: str) -> list[Path]:
    """Writes PNG and PDF, each marked with the hash of the results that it was drawn from, without a date."""
    folder.mkdir(parents=True, exist_ok=True)
    written: list[Path] = []
    for ending, metadata in (("png", {"Source": source}), ("pdf", {"Keywords": source, "CreationDate": None})):
        content = BytesIO()
        with mpl.rc_context(SETTINGS):
            figure.savefig(content, format=ending, dpi=200, metadata=metadata)
        written.append(folder / f"{name}.{ending}")
        write_atomically(written[-1], content.getvalue())
    return written
