"""Makes a counterexample small enough to read, whatever search found it.

Hypothesis shrinks only what it has drawn itself, so counterexamples of the batched search are shrunk here: greedily
to smaller sizes, then to simpler numbers, as long as the claim stays violated by a good part of what it was.
"""

from __future__ import annotations

from collections.abc import Sequence

from specbound.core.recipe import Reals, Recipe, Values
from specbound.core.statement import Statement
from specbound.core.verdict import Verdict

KEPT_PART = 0.1
"""Part of the first counterexample's relative violation that a simpler one must keep, dimensionless; a heuristic."""


def shrink(statement: Statement, recipe: Recipe, values: Values) -> Values:
    """The numbers of a smaller counterexample of the same recipe, where no single simplification goes further.

    **Parameters.** ``values``: numbers on which ``statement`` is violated.
    **Returns.** Numbers on which it is violated by at least a tenth as much, relative to the statement's scale.
    """
    required = KEPT_PART * _violation(statement, recipe, values)
    simpler = True
    while simpler:
        simpler = False
        for candidate in recipe.smaller_integers(values):
            if _violation(statement, recipe, candidate) >= required:
                values, simpler = candidate, True
                break
        else:
            for candidate in recipe.simpler_reals(values, _simpler_choices):
                if _violation(statement, recipe, candidate) >= required:
                    values, simpler = candidate, True
                    break
    return values


def _violation(statement: Statement, recipe: Recipe, values: Values) -> float:
    """By how much the claim is violated, relative to the scale; negative where it is not, or not admitted."""
    instance = recipe.build(values, None)
    comparison = statement.compare(instance)
    if comparison.verdict is not Verdict.VIOLATED or not statement.admits(instance):
        return -1.0
    return -statement.relative(comparison.margin, instance)


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
