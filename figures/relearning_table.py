"""How far and how fast each model relearns what it had unlearned, by learning rate.

Down, the optimizer and the model it begins with: never unlearned (undefended), unlearned, or unlearned and then locked
with strength α; across, the learning rate. A number is the median of steps to the goal where most seeds reached it; 1/3
says that one seed of three did, else – says that the budget ended, † that the loss diverged, ‡ that it blew up and came
back. The colour is the mean accuracy in the end.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import log10
from pathlib import Path
from statistics import mean

import numpy as np
from matplotlib.figure import Figure

from figures.exhibit import Exhibit
from figures.loading import measured
from figures.panels import TITLES, networks, new_panels
from figures.rows import Row, distinct, select
from figures.style import SMALL
from figures.tabular import Table, power_of_ten
from specbound.campaign import Record
from verify.relearning import cells, told


def rows(results: Path) -> list[Row]:
    """A row for each cell of the table: seeds, how many of them reached the goal, and what is told of them."""
    return [
        {
            "network": network,
            "optimizer": optimizer,
            "condition": condition,
            "learning_rate": rate,
            "seeds": len(records),
            "reached": sum(record.measurement["reached"] is not None for record in records),
            "steps": _steps(records),
            "accuracy": mean(record.measurement["accuracy"] for record in records),
        }
        for (network, optimizer, condition, rate), records in cells(measured(results, "relearning")).items()
    ]


def _steps(records: Sequence[Record]) -> str:
    """Steps where most seeds reached the goal, how many did where some did, else why none did."""
    reached = sum(record.measurement["reached"] is not None for record in records)
    return f"{reached}/{len(records)}" if 0 < 2 * reached <= len(records) else told(records).split()[0]


def draw(rows: list[Row], width: float) -> Figure:
    """A map for each network."""
    names, rates, models = networks(rows), sorted(distinct(rows, "learning_rate")), _models(rows)
    figure, (panels,) = new_panels(
        [TITLES[name] for name in names],
        width,
        0.21 * len(models) + 1.0,
        across="learning rate",
        up=[""],
        least=2.0,
    )
    for network, axes in zip(names, panels, strict=True):
        accuracy = np.full((len(models), len(rates)), np.nan)
        for row in select(rows, network=network):
            y, x = models.index((row["optimizer"], row["condition"])), rates.index(row["learning_rate"])
            accuracy[y, x] = row["accuracy"]
            colour = "white" if row["accuracy"] < 0.5 else "black"
            axes.text(x, y, row["steps"], ha="center", va="center", fontsize=SMALL, color=colour)
        axes.imshow(accuracy, cmap="cividis", vmin=0, vmax=1, aspect="auto")
        axes.set_xticks(range(len(rates)), [f"1e{log10(rate):.0f}" for rate in rates], fontsize=SMALL)
        axes.set_yticks(range(len(models)), [", ".join(model) for model in models], fontsize=SMALL)
        axes.spines[:].set_visible(False)
        axes.tick_params(length=0)
    # Above, it takes no width from the columns.
    label = "accuracy in the end"
    figure.colorbar(panels[0].images[0], ax=panels, label=label, location="top", fraction=0.05, pad=0.04, aspect=40)
    return figure


def _models(rows: list[Row]) -> list[tuple[str, str]]:
    return list(dict.fromkeys((row["optimizer"], row["condition"]) for row in rows))


def table(results: Path) -> Table:
    """The table in the shape of the published one: steps / accuracy by learning rate, for each network and model."""
    found = rows(results)
    rates = sorted(distinct(found, "learning_rate"))
    lines: list[list[str]] = []
    for network in networks(found):
        for optimizer, condition in _models(found):
            mine = select(found, network=network, optimizer=optimizer, condition=condition)
            by_rate = {row["learning_rate"]: f"{row['steps']} / {row['accuracy']:.2f}" for row in mine}
            lines.append([TITLES[network], optimizer, _model(condition), *(by_rate.get(rate, "") for rate in rates)])
    return Table(["network", "optimizer", "model", *(f"${power_of_ten(rate)}$" for rate in rates)], lines)


def _model(condition: str) -> str:
    name, lock, exponent = condition.partition("α=1e")
    return rf"$\alpha=10^{{{exponent}}}$" if lock else name


exhibit = Exhibit("relearning", rows, draw, table)
