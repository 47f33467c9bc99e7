"""How fast each optimizer's stable learning rate falls.

A row for each optimizer; across, the power of the lock's strength α with which the largest stable learning rate
changes, for large α. −2 says that a lock ten times stronger needs steps a hundred times smaller, 0 that it does not
slow this optimizer. Marks are measured, means over seeds with 95 % intervals, filled for the dense and hollow for the
rotated form of the lock; black strokes are what a statement predicts, where one does.
"""

from __future__ import annotations

from pathlib import Path
from statistics import mean

from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import MultipleLocator

from figures.exhibit import Exhibit
from figures.loading import measured
from figures.panels import COLOURS, MARKERS, TITLES, networks, new_panels
from figures.rows import Row, distinct, select
from figures.style import BLACK, GREY, SMALL, add_legend
from figures.tabular import Table, spread
from specbound.core.errors import InvalidInput
from verify.intervals import half_width
from verify.predictions import PREDICTED
from verify.slowdown import BETWEEN, exponents

FILLED = {"dense": True, "rotated": False}
"""Forms of a lock: whether their marks are filled."""

Key = tuple[str, str, str]
"""Network, optimizer, form."""


def _found(results: Path) -> dict[Key, list[float]]:
    """Exponents over seeds, optimizers in the order of their predictions."""
    found = exponents(measured(results, "slowdown"))
    if not found:
        raise InvalidInput(f"{results} has no limits at both α of {BETWEEN}; the figure would be empty")
    order = list(PREDICTED)
    return dict(sorted(found.items(), key=lambda item: order.index(item[0][1])))


def rows(results: Path) -> list[Row]:
    """A row for each optimizer, network and form; the interval needs two seeds."""
    return [
        {
            "optimizer": optimizer,
            "network": network,
            "form": form,
            "predicted": PREDICTED[optimizer].exponents[form],
            "measured": mean(values),
            "half_width": half_width(values) if len(values) > 1 else None,
            "seeds": len(values),
        }
        for (network, optimizer, form), values in _found(results).items()
    ]


def draw(rows: list[Row], width: float) -> Figure:
    """A row for each optimizer, in it a mark for each network and form."""
    optimizers = distinct(rows, "optimizer")
    most = max(len(select(rows, optimizer=optimizer)) for optimizer in optimizers)
    across = "power of α in the largest\nstable learning rate, for large α"
    figure, ((axes,),) = new_panels([""], width, max(0.3, 0.075 * most) * len(optimizers) + 0.6, across=across, up=[""])
    for place, optimizer in enumerate(optimizers):
        mine = select(rows, optimizer=optimizer)
        for predicted in {row["predicted"] for row in mine} - {None}:
            axes.plot([predicted] * 2, [place - 0.4, place + 0.4], color=BLACK, linewidth=2.2, zorder=1)
        for lane, row in enumerate(mine):
            colour = COLOURS[row["network"]]
            axes.errorbar(
                row["measured"],
                place - 0.33 + 0.66 * (lane + 0.5) / len(mine),
                xerr=row["half_width"],
                color=colour,
                marker=MARKERS[row["network"]],
                markerfacecolor=colour if FILLED[row["form"]] else "white",
                markersize=4,
                linewidth=1.0,
            )
        if place:
            axes.axhline(place - 0.5, color=GREY, linewidth=0.3)
    axes.set_yticks(range(len(optimizers)), optimizers, family="monospace", fontsize=SMALL)
    axes.set_ylim(len(optimizers) - 0.5, -0.5)
    axes.xaxis.set_major_locator(MultipleLocator(0.5))
    axes.grid(axis="x", color=GREY, linewidth=0.3)
    entries = [
        Line2D([], [], color=BLACK, linewidth=2.2, label="predicted"),
        *(Line2D([], [], ls="", marker=MARKERS[n], ms=4, color=COLOURS[n], label=TITLES[n]) for n in networks(rows)),
        *(
            Line2D([], [], ls="", marker="o", ms=4, color=GREY, mfc=GREY if FILLED[f] else "white", label=f"{f} form")
            for f in FILLED
        ),
    ]
    add_legend(figure, entries)
    return figure


def table(results: Path) -> Table:
    """Predicted and measured exponents, by network, with half of a 95 % interval over seeds."""
    found = _found(results)
    names = [name for name in TITLES if any(network == name for network, _, _ in found)]
    lines: list[list[str]] = []
    for optimizer, form in dict.fromkeys((optimizer, form) for _, optimizer, form in found):
        predicted = PREDICTED[optimizer].exponents[form]
        told = "–" if predicted is None else f"${predicted}$"
        lines.append(
            [f"`{optimizer}`", form, told, *(spread(found.get((name, optimizer, form), []), ".3f") for name in names)]
        )
    return Table(["optimizer", "form", "predicted", *(TITLES[name] for name in names)], lines)


exhibit = Exhibit("slowdown", rows, draw, table)
