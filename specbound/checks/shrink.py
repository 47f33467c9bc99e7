"""Makes a counterexample small enough to read, whatever search found it.

Hypothesis shrinks only what it has drawn itself, so counterexamples of the batched search are shrunk here: greedily
to smaller sizes, then to simpler numbers, as long as the claim stays violated by a good part of what it was.
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
    """The numbers of a smaller counterexample of the same recipe, where no single simplification goes further.

    **Parameters.** ``values``: numbers on which ``statement`` is violated, reals as NumPy arrays.
    **Returns.** Numbers on which it is violated by at least a tenth as much, relative to the statement's scale.
    """
    required = KEPT_PART * _violation(statement, recipe, values)
    while True:
        for candidate in _simpler(statement, recipe, values):
            if _violation(statement, recipe, candidate) >= required:
                values = candidate
                break
        else:
            return values


def _simpler(statement: Statement, recipe: Recipe, values: Values) -> Iterator[Values]:
    """Smaller sizes first, with the arrays cropped or drawn afresh; then simpler numbers."""
    generator = np.random.default_rng(0)
    for smaller in recipe.smaller_integers(values):
        yield smaller
        batch = {**smaller, **recipe.draw_reals(generator, smaller, (REDRAWN,))}
        yield pick(recipe, batch, int(np.argmin(margins(statement, recipe, batch).relative)))
    yield from recipe.simpler_reals(values, _simpler_choices)


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
