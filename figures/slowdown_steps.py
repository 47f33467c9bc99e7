"""Steps to a target against α, and the largest stable learning rate, with what was predicted of both."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from matplotlib.axes import Axes

from figures.loading import measured
from figures.panels import new_panels
from figures.style import BLACK, BLUE, GREY, ORANGE, save
from specbound.campaign import Record
from specbound.core.errors import InvalidInput
from verify.slowdown import Steps, fewest_steps

STUDY = "slowdown"

COLOURS = {"sgd": BLUE, "adamw": ORANGE, "muon": GREY}
NAMES = {"sgd": "gradient descent", "adamw": "AdamW", "muon": "Muon"}


def draw(results: Path, out: Path) -> list[Path]:
    """Draws the figure ``slowdown_steps``: a column for each network, a point for each seed.

    Above, the largest stable learning rate; lines are the limits predicted for large α from the unlocked model. Below,
    the fewest steps to the target over the learning rates tried; triangles are runs that did not reach it.
    """
    records, source = measured(results, STUDY)
    with_runs = [record for record in records if "runs" in record.measurement and record.parameters["form"] == "dense"]
    if not with_runs:
        raise InvalidInput(f"{results} has no runs to a target; the figure would be empty")
    figure, (above, below) = new_panels(with_runs, rows=2, height=4.4)
    networks = list(dict.fromkeys(record.parameters["network"] for record in with_runs))
    for place, network in enumerate(networks):
        mine = [record for record in with_runs if record.parameters["network"] == network]
        _limits(above[place], mine)
        for (_, optimizer, _), steps in fewest_steps(mine).items():
            _steps(below[place], steps, COLOURS[optimizer])
        below[place].set_xlabel("α")
    above[0].set_ylabel("largest stable learning rate")
    below[0].set_ylabel("fewest steps to the target")
    entries = [
        above[0].scatter([], [], s=18, c=COLOURS[name], linewidths=0, label=NAMES[name])
        for name in dict.fromkeys(record.parameters["optimizer"] for record in with_runs)
    ]
    entries += [
        above[0].plot([], [], color=BLACK, linewidth=1.0, label="predicted, a line for each seed")[0],
        below[0].scatter([], [], s=18, c=GREY, marker="^", linewidths=0, label="not reached (budget)"),
    ]
    figure.legend(handles=entries, loc="outside upper center", ncols=5, frameon=False, fontsize=7.5)
    return save(figure, out, "slowdown_steps", source)


def _limits(axes: Axes, records: Sequence[Record]) -> None:
    axes.loglog()
    for optimizer in dict.fromkeys(record.parameters["optimizer"] for record in records):
        mine = [r for r in records if r.parameters["optimizer"] == optimizer and r.measurement["limit"] is not None]
        alphas = [record.parameters["alpha"] for record in mine]
        limits = [record.measurement["limit"] for record in mine]
        axes.scatter(alphas, limits, s=16, c=COLOURS[optimizer], alpha=0.6, linewidths=0, zorder=3)
        for seed in sorted({record.seed for record in mine}):
            of_seed = sorted((r.parameters["alpha"], r.prediction["limit"]) for r in mine if r.seed == seed)
            axes.plot(*zip(*of_seed[1:], strict=True), color=BLACK, linewidth=0.6, alpha=0.6, zorder=1)


def _steps(axes: Axes, steps: Sequence[Steps], colour: str) -> None:
    axes.loglog()
    reached = [(alpha, count) for alpha, _, count, _ in steps if count is not None]
    missed = [(alpha, budget) for alpha, _, count, budget in steps if count is None]
    if reached:
        axes.scatter(*zip(*reached, strict=True), s=16, c=colour, alpha=0.6, linewidths=0)
    if missed:
        axes.scatter(*zip(*missed, strict=True), s=18, c=colour, alpha=0.4, marker="^", linewidths=0)
