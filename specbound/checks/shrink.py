"""Makes a counterexample small enough to read, whatever search found it.

Hypothesis shrinks only what it has drawn itself, so counterexamples of the batched search are shrunk here: greedily
to smaller sizes, then to numbers that fill their range, then to simpler ones, as long as the claim stays violated by a
good part of what it was.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from specbound.checks.margins import margins, pick
from specbound.core.recipe import Reals, Recipe, Values
from specbound.core.statement import Statement

KEPT_PART = 0.1
"""Part of the first counterexample's relative violation that a simpler one must keep, dimensionless; a heuristic."""

REDRAWN = 200
"""Fresh draws at smaller sizes, where cropping the arrays loses the violation; a heuristic."""


def shrink(statement: Statement, recipe: Recipe, values: Values) -> Values:
    """The numbers of a smaller counterexample of the same recipe: sizes first, then one number after the other.

    **Parameters.** ``values``: numbers on which ``statement`` is violated, reals as NumPy arrays.
    **Returns.** Numbers on which it is violated by at least a tenth as much, relative to the statement's scale, and
    where no single number can be made simpler.
    """
    required = KEPT_PART * _violation(statement, recipe, values)
    smaller: Values | None = values
    while smaller is not None:
        values = smaller
        candidates = _smaller(statement, recipe, values)
        smaller = next((c for c in candidates if _violation(statement, recipe, c) >= required), None)
    for item in recipe.reals:
        # Most claims are homogeneous: numbers that fill their range are simpler one by one than tiny ones together.
        largest = np.max(np.abs(values[item.name]), initial=0.0)
        if 0 < largest < item.high:
            candidate = {**values, item.name: np.clip(values[item.name] * (item.high / largest), item.low, item.high)}
            values = candidate if _violation(statement, recipe, candidate) >= required else values
    simpler = True
    while simpler:
        simpler = False
        for item in recipe.reals:
            for position in np.ndindex(values[item.name].shape):
                for choice in _simpler_choices(item, float(values[item.name][position])):
                    array = np.array(values[item.name])
                    array[position] = choice
                    candidate = {**values, item.name: array}
                    if _violation(statement, recipe, candidate) >= required:
                        values, simpler = candidate, True
                        break
    return values


def _smaller(statement: Statement, recipe: Recipe, values: Values) -> Iterator[Values]:
    """Neighbours with smaller integers, the arrays cropped or the worst of many drawn afresh."""
    generator = np.random.default_rng(0)
    for smaller in recipe.smaller_integers(values):
        yield smaller
        batch = {**smaller, **recipe.draw_reals(generator, smaller, (REDRAWN,))}
        yield pick(recipe, batch, int(np.argmin(margins(statement, recipe, batch).relative)))


def _violation(statement: Statement, recipe: Recipe, values: Values) -> float:
    """By how much the claim is violated, relative to the scale; negative where it is not, or not admitted."""
    batch = margins(statement, recipe, {**values, **{item.name: values[item.name][None] for item in recipe.reals}})
    return -float(batch.relative[0]) if batch.violated[0] else -1.0


def _simpler_choices(real: Reals, value: float) -> Sequence[float]:
    """Simpler numbers to try for one real, the simplest first; none once it is one of them."""
    decimals = [round(value, digits) for digits in (0, 1, 2)]
    candidates = [0.0, real.high, real.high / 2, real.high / 4, -real.high, -real.high / 2, -real.high / 4, *decimals]
    chosen: list[float] = []
    for candidate in candidates:
        if candidate == value:
            break
        if real.low <= candidate <= real.high:
            chosen.append(candidate)
    return chosen
