"""How much of the curvature the published bound sees, in each of its readings that hold, over α."""

from __future__ import annotations

from pathlib import Path

from figures.curvature_bounds import READINGS
from figures.panels import networks, new_panels, of_network, scaling
from figures.style import save

STUDY = "curvature"

LEAST = 1e-10
"""Tightness from which on all bounds are drawn at the lower edge: next to vacuous."""


def draw(results: Path, out: Path) -> list[Path]:
    """Draws the figure ``curvature_tightness``: bound over truth for one output of one sample, a line for each seed."""
    records, source = scaling(results)
    figure, (row,) = new_panels(records, rows=1, height=2.7)
    for network, axes in zip(networks(records), row, strict=True):
        for runs in of_network(records, network).values():
            alphas = [record.parameters["alpha"] for record in runs]
            for reading, (_, colour, style) in READINGS.items():
                values = [r.measurement["published bounds"][reading] / r.measurement["top of one output"] for r in runs]
                shown = [max(value, LEAST) for value in values]
                axes.plot(alphas, shown, color=colour, linestyle=style, linewidth=0.9, alpha=0.7)
        axes.loglog()
        axes.axhline(1.0, color="black", linewidth=0.8)
        axes.set_xlabel("α")
    row[0].set_ylabel("bound / σ₁(∇²f)")
    entries = [row[0].plot([], [], color=c, linestyle=s, label=n)[0] for n, c, s in READINGS.values()]
    figure.legend(handles=entries, loc="outside upper center", ncols=4, frameon=False, fontsize=7.5)
    return save(figure, out, "curvature_tightness", source)
