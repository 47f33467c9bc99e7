"""No derivation reaches a mutant."""

import importlib

import pytest

from specbound.checks.symbolic.check import derive
from specbound.core.catalogue import catalog
from specbound.core.statement import Expected, Mutant, Statement

MUTANTS = [(s, mutant) for s in catalog().values() if s.expected is Expected.HOLDS for mutant in s.mutants]


@pytest.mark.parametrize(("statement", "mutant"), MUTANTS, ids=lambda item: getattr(item, "id", None) or item.name)
def test_no_derivation_reaches_a_mutant(statement: Statement, mutant: Mutant) -> None:
    steps = importlib.import_module(f"proofs.{statement.area}.{statement.id}").derive
    derivation, failure = derive(statement.mutate(mutant), steps)
    assert "does not follow" in failure
    assert not derivation.complete
