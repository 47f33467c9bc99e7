"""The window of learning rates of gradient descent, closed from above by curvature and from below by rounding."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from statistics import median

from figures.loading import measured
from figures.panels import new_panels
from figures.style import BLACK, BLUE, GREEN, ORANGE, save
from specbound.campaign import Record

STUDY = "windows"

FORMATS = {"float64": BLUE, "float32": GREEN, "bfloat16": ORANGE}

SMALLEST_NORMAL = 2.0**-126
"""Of float32."""


def draw(results: Path, out: Path) -> list[Path]:
    """Draws the figure ``slowdown_windows``: a column for each network, a point for each seed, lines predicted.

    The black line is the largest stable learning rate, α⁻² times that of the inflated directions alone; each coloured
    one the smallest that still moves half of the weights outside the pair, in that format.
    """
    records, source = measured(results, STUDY)
    figure, (row,) = new_panels(records, rows=1, height=2.9)
    for network, axes in zip(dict.fromkeys(r.parameters["network"] for r in records), row, strict=True):
        mine = [record for record in records if record.parameters["network"] == network]
        axes.loglog()
        alphas = sorted({record.parameters["alpha"] for record in mine})
        axes.plot(alphas, [_median(mine, alpha, "upper") for alpha in alphas], color=BLACK, linewidth=1.0)
        for format, colour in FORMATS.items():
            of_format = [record for record in mine if record.parameters["format"] == format]
            axes.plot(alphas, [_median(of_format, alpha, "lower") for alpha in alphas], color=colour, linewidth=1.0)
            for end, marker in (("upper", "v"), ("lower", "^")):
                ends = [(r.parameters["alpha"], r.measurement[end]) for r in of_format if end in r.measurement]
                if ends:
                    axes.scatter(*zip(*ends, strict=True), s=14, c=colour, marker=marker, alpha=0.6, linewidths=0)
        axes.set_xlabel("α")
    row[0].set_ylabel("learning rate")
    entries = [row[0].plot([], [], color=BLACK, linewidth=1.0, label="largest stable, predicted")[0]]
    entries += [
        row[0].plot([], [], color=c, linewidth=1.0, label=f"smallest that moves {n}")[0] for n, c in FORMATS.items()
    ]
    figure.legend(handles=entries, loc="outside upper center", ncols=4, frameon=False, fontsize=7.5)
    return save(figure, out, "slowdown_windows", source)


def _median(records: Sequence[Record], alpha: float, end: str) -> float:
    return median(record.prediction[end] for record in records if record.parameters["alpha"] == alpha)
