"""How tight each bound is: on Gaussian matrices, on trained weights, and where the search drives it."""

from __future__ import annotations

from pathlib import Path
from statistics import median
from typing import Any

from matplotlib.axes import Axes
from matplotlib.ticker import FixedLocator, FuncFormatter

from figures.loading import load
from figures.style import BLACK, BLUE, GREEN, GREY, ORANGE, new_axes, save
from specbound.core.errors import InvalidInput

STUDY = "statements"

LEAST = 1e-4
"""Tightness from which on all bounds are drawn at the left edge: next to vacuous."""

LANES = {"random": (0.22, GREY, "o"), "MiniLM": (0.0, BLUE, "o"), "digits": (-0.22, GREEN, "s")}


def draw(results: Path, out: Path) -> list[Path]:
    """Draws the figure ``tightness`` from a results folder: inequalities from the tightest down, refuted ones last.

    A point is one tuple of matrices, at its best indices; a diamond is the tightest instance that the search met. Right
    of 1 a bound is violated. Equalities, and what was measured on no matrices, are left out.
    """
    records, source = load(results, STUDY)
    by_name: dict[str, list[dict[str, Any]]] = {}
    for record in records:
        by_name.setdefault(record["statement"], []).append(record)
    drawn = {name: mine for name, mine in by_name.items() if _is_measured_inequality(mine)}
    if not drawn:
        raise InvalidInput(f"{results} has no inequality that was measured on matrices; the figure would be empty")
    names = sorted(drawn, key=lambda name: (_violated(drawn[name]), -_median_tightness(drawn[name])))
    figure, axes = new_axes(height=0.36 * len(names) + 1.25)
    for row, name in enumerate(reversed(names)):
        for record in drawn[name]:
            if record["kind"] == "measured":
                _points(axes, row, record)
        tightest = max((r["tightness"] or 0.0 for r in drawn[name] if r["kind"] == "adversarial"), default=0.0)
        _search(axes, row, tightest)
    _frame(axes, list(reversed(names)))
    return save(figure, out, "tightness", source)


def _is_measured_inequality(records: list[dict[str, Any]]) -> bool:
    measured = [record for record in records if record["kind"] == "measured"]
    return bool(measured) and not all(set(record["counts"]) <= {"CONSISTENT"} for record in measured)


def _violated(records: list[dict[str, Any]]) -> bool:
    return any(record["verdict"] == "VIOLATED" for record in records)


def _median_tightness(records: list[dict[str, Any]]) -> float:
    measured = [record for record in records if record["kind"] == "measured" and record["details"]["random"]]
    return median(item["tightness"] or 0.0 for record in measured for item in record["details"]["tuples"])


def _points(axes: Axes, row: int, record: dict[str, Any]) -> None:
    lane = "random" if record["details"]["random"] else record["details"]["chain"]
    shift, colour, marker = LANES[lane]
    values = [max(item["tightness"] or 0.0, LEAST) for item in record["details"]["tuples"]]
    axes.scatter(values, [row + shift] * len(values), s=14, c=colour, marker=marker, alpha=0.55, linewidths=0)


def _search(axes: Axes, row: int, tightest: float) -> None:
    if tightest > LEAST:
        colour = ORANGE if tightest > 1.001 else BLACK
        axes.scatter(
            [tightest], [row], s=42, marker="D", facecolors="none", edgecolors=colour, linewidths=1.4, zorder=4
        )


def _frame(axes: Axes, names: list[str]) -> None:
    axes.set_xscale("log")
    axes.set_xlim(LEAST / 1.4, 40)
    axes.axvspan(1.0, 40, color=ORANGE, alpha=0.08, linewidth=0)
    axes.axvline(1.0, color=BLACK, linewidth=0.8)
    axes.text(1.15, len(names) - 0.42, "violated", color=ORANGE, fontsize=8, va="bottom")
    axes.text(0.87, len(names) - 0.42, "holds", color=BLACK, fontsize=8, va="bottom", ha="right")
    axes.xaxis.set_major_locator(FixedLocator([LEAST, 1e-3, 1e-2, 1e-1, 1, 10]))
    axes.xaxis.set_major_formatter(FuncFormatter(_tick))
    axes.set_yticks(range(len(names)), names, family="monospace")
    axes.set_ylim(-0.6, len(names) - 0.1)
    axes.set_xlabel("tightness: the side claimed to be smaller over the other; 1 = attained")
    for label, (_, colour, marker) in (
        ("Gaussian, same shapes", LANES["random"]),
        ("MiniLM transformer", LANES["MiniLM"]),
        ("network trained on digits", LANES["digits"]),
    ):
        axes.scatter([], [], s=18, c=colour, marker=marker, label=label)
    axes.scatter([], [], s=36, marker="D", facecolors="none", edgecolors=BLACK, label="extreme of the search")
    axes.figure.legend(loc="outside upper center", ncols=4, frameon=False, fontsize=7.5, handletextpad=0.2)


def _tick(value: float, _position: int) -> str:
    return f"≤ {LEAST:g}" if value <= LEAST else f"{value:g}"
