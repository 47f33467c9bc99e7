"""Property test: Hypothesis draws recipes until one violates the claim."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

if "hypothesis" not in sys.modules:
    # Nobody else uses it in this process, so its folder need not appear where the user happens to stand.
    os.environ.setdefault("HYPOTHESIS_STORAGE_DIRECTORY", str(Path(tempfile.gettempdir()) / "specbound-hypothesis"))

import hypothesis
import numpy as np
from hypothesis import strategies as st
from hypothesis.errors import Unsatisfiable

from specbound.checks.tally import Tally
from specbound.core.evidence import Evidence, Kind
from specbound.core.recipe import Reals, Recipe, Values
from specbound.core.statement import Statement
from specbound.core.verdict import Verdict
from specbound.statements.recipes import recipes_of

IRRELEVANT_HERE = (
    hypothesis.HealthCheck.too_slow,
    hypothesis.HealthCheck.filter_too_much,
    hypothesis.HealthCheck.data_too_large,
    hypothesis.HealthCheck.large_base_example,
)
"""Checks of Hypothesis that speak of slow or wasteful tests; a statement's assumptions may well be rare."""


class _Violated(Exception):
    """Ends the test at the first example that violates the claim."""


def values_of(recipe: Recipe) -> st.SearchStrategy[Values]:
    """A strategy for the numbers of a recipe: landmarks (0, 1, half the bound), hundredths of the bound, any float."""

    @st.composite
    def draw_values(draw: Callable[[Any], Any]) -> Values:
        values: Values = {}
        for integer in recipe.integers:
            high = integer.high(values)
            hypothesis.assume(high >= integer.low)
            values[integer.name] = draw(st.integers(integer.low, high))
        for real in recipe.reals:
            shape = real.shape(values)
            count = int(np.prod(shape))
            numbers = draw(st.lists(_number(real), min_size=count, max_size=count))
            values[real.name] = np.array(numbers, dtype=float).reshape(shape)
        return values

    return draw_values()


def _number(real: Reals) -> st.SearchStrategy[float]:
    landmarks = [0.0, real.high, real.high / 2, real.low, real.low / 2]
    hundredths = st.integers(0, 100).map(lambda k: real.low + k / 100 * (real.high - real.low))
    return st.sampled_from(landmarks) | hundredths | st.floats(real.low, real.high, allow_subnormal=False)


def check_property(statement: Statement, examples: int, seed: int) -> Evidence:
    """Compares both sides where they are said to be equal, and on instances of the recipes that Hypothesis draws.

    The first violation ends the test and is shrunk by :mod:`specbound.checks.shrink`: Hypothesis's own shrinking
    leaves sizes and the arrays that depend on them tangled, and takes seconds where this takes milliseconds.

    **Parameters.** ``examples``: shared out evenly over the recipes. ``seed``: of all draws; Hypothesis also draws
    constants that it finds in the modules imported at the time, so the same seed gives the same examples within one
    command, and only nearly so from another program.
    **Returns.** Evidence with the counts of verdicts; where the claim is violated, the shrunk recipe; where an
    example said to attain equality does not, its name in ``details["not attained"]``.
    """
    tally = Tally(statement, Kind.PROPERTY)
    missed = _missed_equalities(tally)
    recipes = recipes_of(statement)
    settings = hypothesis.settings(
        max_examples=max(1, examples // len(recipes)),
        phases=(hypothesis.Phase.generate,),
        database=None,
        deadline=None,
        suppress_health_check=IRRELEVANT_HERE,
        verbosity=hypothesis.Verbosity.quiet,
    )
    for recipe in recipes:
        test = hypothesis.given(values_of(recipe))(_comparison(tally, recipe))
        try:
            settings(hypothesis.seed(seed)(test))()
        except _Violated:
            break
        except Unsatisfiable:
            # No drawn instance met the assumptions: there is nothing to count for this recipe.
            continue
    return tally.evidence(seed, {"not attained": missed} if missed else {})


def _missed_equalities(tally: Tally) -> list[str]:
    """Counts the instances at which equality is said to be attained, and names those at which it is not."""
    statement = tally.statement
    missed: list[str] = []
    for example in statement.attained:
        instance = statement.example(example)
        if bool(statement.admits(instance)):
            verdict = statement.compare(instance, equality=True).verdict
            tally.count({Verdict.CONSISTENT if verdict is Verdict.CONSISTENT else Verdict.UNDECIDED: 1})
            if verdict is Verdict.VIOLATED:
                missed.append(example.why)
    return missed


def _comparison(tally: Tally, recipe: Recipe) -> Callable[[Values], None]:
    statement = tally.statement

    def compare(values: Values) -> None:
        if tally.violated:
            # Hypothesis runs a failing example again before it reports it.
            raise _Violated
        instance = recipe.build(values, None)
        hypothesis.assume(bool(statement.admits(instance)))
        comparison = statement.compare(instance)
        violated = comparison.verdict is Verdict.VIOLATED
        tally.count({comparison.verdict: 1})
        tally.lower(statement.relative(comparison.margin, instance), violated, recipe, values)
        tally.tighten(comparison.tightness)
        if violated:
            raise _Violated

    return compare
