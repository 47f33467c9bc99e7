"""The window of learning rates of gradient descent, closed from above by curvature and from below by rounding."""

from __future__ import annotations

from pathlib import Path
from statistics import median

from figures.loading import measured
from figures.panels import new_panels
from figures.style import BLACK, BLUE, GREEN, GREY, ORANGE, save

STUDY = "windows"

FORMATS = {"float64": BLUE, "float32": GREEN, "bfloat16": ORANGE}


def draw(results: Path, out: Path) -> list[Path]:
    """Draws the figure ``slowdown_windows``: a column for each network, a point for each seed, lines predicted.

    Black lines are the largest stable learning rate, α⁻² times that of the inflated directions alone; each coloured one
    is the smallest that still moves half of the weights outside the pair, in that format, the median over seeds.
    """
    records, source = measured(results, STUDY)
    figure, (row,) = new_panels(records, rows=1, height=2.9)
    for network, axes in zip(dict.fromkeys(r.parameters["network"] for r in records), row, strict=True):
        mine = [record for record in records if record.parameters["network"] == network]
        axes.loglog()
        for seed in sorted({record.seed for record in mine}):
            upper = sorted({(r.parameters["alpha"], r.prediction["upper"]) for r in mine if r.seed == seed})
            axes.plot(*zip(*upper, strict=True), color=BLACK, linewidth=0.6, alpha=0.6)
        for format, colour in FORMATS.items():
            of_format = [record for record in mine if record.parameters["format"] == format]
            axes.axhline(median(r.prediction["lower"] for r in of_format), color=colour, linewidth=1.0)
            for end, marker in (("upper", "v"), ("lower", "^")):
                ends = [(r.parameters["alpha"], r.measurement[end]) for r in of_format if end in r.measurement]
                if ends:
                    axes.scatter(*zip(*ends, strict=True), s=14, c=colour, marker=marker, alpha=0.6, linewidths=0)
        axes.set_xlabel("α")
    row[0].set_ylabel("learning rate")
    entries = [
        row[0].plot([], [], color=BLACK, linewidth=0.8, label="predicted")[0],
        row[0].scatter([], [], s=16, c=GREY, marker="v", linewidths=0, label="largest stable"),
        row[0].scatter([], [], s=16, c=GREY, marker="^", linewidths=0, label="smallest that moves half of the weights"),
        *(row[0].plot([], [], color=colour, linewidth=3, label=name)[0] for name, colour in FORMATS.items()),
    ]
    figure.legend(handles=entries, loc="outside upper center", ncols=3, frameon=False, fontsize=7.5)
    return save(figure, out, "slowdown_windows", source)
