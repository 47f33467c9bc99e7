"""Property test: Hypothesis draws recipes until one violates the claim."""

from __future__ import annotations

import os
import sys
import tempfile
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest.mock import patch

if "hypothesis" not in sys.modules:
    # Nobody else uses it in this process, so its folder need not appear where the user happens to stand.
    os.environ.setdefault("HYPOTHESIS_STORAGE_DIRECTORY", str(Path(tempfile.gettempdir()) / "specbound-hypothesis"))

import hypothesis
from hypothesis.errors import Unsatisfiable
from hypothesis.internal.conjecture import providers

from specbound.checks.tally import Tally
from specbound.core.evidence import Evidence, Kind
from specbound.core.recipe import Recipe, Values
from specbound.core.statement import Statement
from specbound.core.verdict import Verdict
from specbound.statements.recipes import recipes_of
from specbound.testing import values_of

IRRELEVANT_HERE = (
    hypothesis.HealthCheck.too_slow,
    hypothesis.HealthCheck.filter_too_much,
    hypothesis.HealthCheck.data_too_large,
    hypothesis.HealthCheck.large_base_example,
)
"""Checks of Hypothesis that speak of slow or wasteful tests; a statement's assumptions may well be rare."""


class _Violated(Exception):
    """Ends the test at the first example that violates the claim."""


def check_property(statement: Statement, examples: int, seed: int) -> Evidence:
    """Compares both sides where they are said to be equal, and on instances of the recipes that Hypothesis draws.

    The first violation ends the test and is shrunk by :mod:`specbound.checks.shrink`: Hypothesis's own shrinking
    leaves sizes and the arrays that depend on them tangled, and takes seconds where this takes milliseconds.

    **Parameters.** ``examples``: shared out evenly over the recipes. ``seed``: of all draws, which depend on nothing
    else.
    **Returns.** Evidence with the counts of verdicts; where the claim is violated, the shrunk recipe; where an
    example said to attain equality does not, its name in ``details["not attained"]``.
    """
    tally = Tally(statement, Kind.PROPERTY)
    missed = _missed_equalities(tally)
    sample(tally, examples, seed)
    return tally.evidence(seed, {"not attained": missed} if missed else {})


def sample(tally: Tally, examples: int, seed: int, targeted: bool = False) -> None:
    """Compares both sides on drawn instances until one violates the claim.

    **Parameters.** ``targeted``: let Hypothesis climb towards small relative margins.
    """
    recipes = recipes_of(tally.statement)
    phases = [hypothesis.Phase.generate, hypothesis.Phase.target]
    settings = hypothesis.settings(
        max_examples=max(1, examples // len(recipes)),
        phases=phases if targeted else phases[:1],
        database=None,
        deadline=None,
        suppress_health_check=IRRELEVANT_HERE,
        report_multiple_bugs=False,
        verbosity=hypothesis.Verbosity.quiet,
    )
    for recipe in recipes:
        test = hypothesis.given(values_of(recipe))(_comparison(tally, recipe, targeted))
        try:
            with from_the_seed_alone(), warnings.catch_warnings():
                # Threads of a cluster's worker draw random numbers meanwhile, which Hypothesis takes for ours.
                warnings.filterwarnings("ignore", message="Do not use the `random` module inside strategies")
                settings(hypothesis.seed(seed)(test))()
        except _Violated:
            break
        except Unsatisfiable:
            # No drawn instance met the assumptions: there is nothing to count for this recipe.
            continue


@contextmanager
def from_the_seed_alone() -> Iterator[None]:
    """Keeps Hypothesis from drawing constants that it reads in the source of whatever modules are imported by now.

    There is no setting for it; versions before 6.131 don't do it.
    """
    if not hasattr(providers, "_get_local_constants"):
        yield
        return
    hidden: Any = providers
    cache = hidden.CONSTANTS_CACHE
    with (
        patch.object(hidden, "_get_local_constants", hidden.Constants),
        patch.object(hidden, "CONSTANTS_CACHE", type(cache)(cache.max_size)),
    ):
        yield


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


def _comparison(tally: Tally, recipe: Recipe, targeted: bool) -> Callable[[Values], None]:
    statement = tally.statement

    def compare(values: Values) -> None:
        if tally.violated:
            # Hypothesis runs a failing example again before it reports it.
            raise _Violated
        instance = recipe.build(values, None)
        hypothesis.assume(bool(statement.admits(instance)))
        comparison = statement.compare(instance)
        violated = comparison.verdict is Verdict.VIOLATED
        relative = statement.relative(comparison.margin, instance)
        tally.count({comparison.verdict: 1})
        tally.lower(relative, violated, recipe, values)
        tally.tighten(comparison.tightness)
        if violated:
            raise _Violated
        if targeted:
            hypothesis.target(-relative)

    return compare
