"""Every mutant falls: the quick search finds a counterexample, and enclosures are certain of it."""

from functools import cache

import pytest

from specbound.checks.adversarial import check_adversarial
from specbound.checks.budget import BUDGETS
from specbound.core.catalogue import catalog
from specbound.core.evidence import Evidence
from specbound.core.verdict import Verdict
from tests.checks.rebuilding import rebuilt

CATALOG = catalog()
MUTANTS = {false.id: false for s in CATALOG.values() for false in map(s.mutate, s.mutants)}
FALSE = {**MUTANTS, "triple_independent": CATALOG["triple_independent"]}


@cache
def _searched(name: str) -> Evidence:
    """Once for all tests here."""
    return check_adversarial(FALSE[name], BUDGETS["quick"], seed=0)


@pytest.mark.parametrize("name", FALSE)
def test_the_quick_search_refutes_every_mutant(name: str) -> None:
    found = _searched(name)
    assert found.verdict is Verdict.VIOLATED
    rebuilt(FALSE[name], found)


@pytest.mark.parametrize("name", MUTANTS)
def test_the_counterexample_of_every_mutant_is_certain(name: str) -> None:
    pytest.importorskip("flint")
    from specbound.checks.decide import decide

    mutant = MUTANTS[name]
    decision = decide(mutant, rebuilt(mutant, _searched(name)).values)
    if decision is None:
        # Rotations in floats are orthogonal up to rounding only, so no exact instance.
        assert "orthonormal_columns" in [assumption.name for assumption in mutant.assumptions]
    else:
        assert decision.verdict is Verdict.VIOLATED


@pytest.mark.slow
@pytest.mark.parametrize("name", MUTANTS)
def test_every_mutant_falls_for_many_seeds(name: str) -> None:
    for seed in range(1, 30):
        assert check_adversarial(MUTANTS[name], BUDGETS["quick"], seed).verdict is Verdict.VIOLATED
