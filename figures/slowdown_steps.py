"""Stable learning rates and steps to a target as a lock grows stronger.

Across, the strength α of the lock. Above, the largest stable learning rate: marks are measured, one for each seed, and
lines predicted from the unlocked model for large α, where the lock's directions alone set the limit; at small α all
others take part, and marks lie off their lines. Below, the fewest steps to a target loss over the learning rates tried;
hollow marks did not reach it and lie at their budget of steps.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import LogLocator, NullLocator, StrMethodFormatter

from figures.exhibit import Exhibit
from figures.loading import measured
from figures.panels import TITLES, logarithmic, networks, new_panels
from figures.rows import Row, distinct, place, select
from figures.style import BLACK, BLUE, GREEN, GREY, ORANGE, add_legend
from specbound.core.errors import InvalidInput
from verify.slowdown import fewest_steps

LOOKS = {
    "sgd": ("gradient descent", BLUE, "o"),
    "adamw": ("AdamW", ORANGE, "s"),
    "muon": ("Muon", GREEN, "^"),
}
"""How each optimizer is named and drawn."""


def rows(results: Path) -> list[Row]:
    """A row for each network, optimizer, α and seed with runs to a target, in the dense form."""
    records = [r for r in measured(results, "slowdown") if "runs" in r.measurement and r.parameters["form"] == "dense"]
    if not records:
        raise InvalidInput(f"{results} has no runs to a target; the figure would be empty")
    steps = {
        (network, optimizer, alpha, seed): count
        for (network, optimizer, _), found in fewest_steps(records).items()
        for alpha, seed, count, _ in found
    }
    return [
        {
            **(where := place(record, "network", "optimizer", "alpha")),
            "predicted_limit": record.prediction["limit"],
            "limit": record.measurement["limit"],
            "steps": steps[tuple(where.values())],
            "budget": record.parameters["steps"],
        }
        for record in sorted(records, key=lambda record: record.parameters["alpha"])
    ]


def draw(rows: list[Row], width: float) -> Figure:
    """A panel for each network, above for learning rates and below for steps."""
    names, optimizers = networks(rows), distinct(rows, "optimizer")
    up = ["largest stable\nlearning rate", "fewest steps\nto the target"]
    figure, (above, below) = new_panels([TITLES[name] for name in names], width, 1.55, across="α", up=up, least=1.6)
    for limits, steps, network in zip(above, below, names, strict=True):
        for optimizer in optimizers:
            mine = select(rows, network=network, optimizer=optimizer)
            _limits(limits, mine, *LOOKS[optimizer][1:])
            _steps(steps, mine, *LOOKS[optimizer][1:])
    entries = [
        *(
            Line2D([], [], ls="", marker=m, ms=4, color=c, label=name)
            for name, c, m in map(LOOKS.__getitem__, optimizers)
        ),
        Line2D([], [], color=BLACK, linewidth=0.7, label="predicted for large α"),
        Line2D([], [], ls="", marker="o", ms=4, mfc="none", color=GREY, label="target not reached"),
    ]
    add_legend(figure, entries)
    return figure


def _limits(axes: Axes, rows: Sequence[Row], colour: str, marker: str) -> None:
    logarithmic(axes)
    alphas, limits = [row["alpha"] for row in rows], [row["limit"] for row in rows]
    axes.scatter(alphas, limits, s=14, c=colour, marker=marker, alpha=0.6, linewidths=0, zorder=3)
    for seed in distinct(rows, "seed"):
        # Below, what the lock leaves unscaled takes part: the prediction is one for large α.
        line = [row for row in select(rows, seed=seed) if row["alpha"] > 1]
        axes.plot([r["alpha"] for r in line], [r["predicted_limit"] for r in line], color=BLACK, lw=0.7)


def _steps(axes: Axes, rows: Sequence[Row], colour: str, marker: str) -> None:
    logarithmic(axes)
    for row in rows:
        reached = row["steps"] is not None
        axes.scatter(
            row["alpha"],
            row["steps"] if reached else row["budget"],
            s=14,
            facecolors=colour if reached else "none",
            edgecolors=colour,
            marker=marker,
            linewidths=0.7,
            alpha=0.7,
        )
    axes.yaxis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0)))
    axes.yaxis.set_major_formatter(StrMethodFormatter("{x:,g}"))
    axes.yaxis.set_minor_locator(NullLocator())


exhibit = Exhibit("slowdown", rows, draw)
