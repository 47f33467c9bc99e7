"""No derivation reaches a mutant."""

import importlib

import pytest

from specbound.checks.symbolic.check import derive
from specbound.core.catalogue import catalog
from specbound.core.statement import Expected, Mutant, Statement

LONG = {"clipped", "decay_elsewhere"}
"""Of `trajectory_equivalence`, whose three other mutants end the same chain of steps sooner."""


def _marked(statement: Statement, mutant: Mutant):
    long = statement.id == "trajectory_equivalence" and mutant.name in LONG
    name = f"{statement.id}-{mutant.name}"
    return pytest.param(statement, mutant, id=name, marks=[pytest.mark.slow] if long else [])


MUTANTS = [_marked(s, mutant) for s in catalog().values() if s.expected is Expected.HOLDS for mutant in s.mutants]


@pytest.mark.parametrize(("statement", "mutant"), MUTANTS)
def test_no_derivation_reaches_a_mutant(statement: Statement, mutant: Mutant) -> None:
    steps = importlib.import_module(f"proofs.{statement.area}.{statement.id}").derive
    derivation, failure = derive(statement.mutate(mutant), steps)
    assert "does not follow" in failure
    assert not derivation.complete
