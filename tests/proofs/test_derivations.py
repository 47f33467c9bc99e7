"""Every derivation goes through, and every checked step fails once its claim is replaced by a false one."""

import importlib
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest
import sympy

from specbound.checks.symbolic import Derivation, DerivationFailed, StepKind, check, check_symbolic
from specbound.checks.symbolic.check import derive
from specbound.core.catalogue import catalog
from specbound.core.statement import Example, Expected, Statement
from specbound.core.verdict import Verdict
from specbound.numeric.ops import NotAvailable
from tests.conftest import run_module
from tests.proofs.reach import REACH

CATALOG = catalog()


def _steps(statement: Statement):
    return importlib.import_module(f"proofs.{statement.area}.{statement.id}").derive


@cache
def _derived(name: str) -> tuple[Derivation, str]:
    """Once for all tests here."""
    return derive(CATALOG[name], _steps(CATALOG[name]))


def test_it_is_said_of_every_statement_what_its_derivation_rests_on() -> None:
    assert set(REACH) == set(CATALOG)


@pytest.mark.parametrize("statement", CATALOG.values(), ids=lambda s: s.id)
def test_the_derivation_goes_through(statement: Statement, monkeypatch: pytest.MonkeyPatch) -> None:
    def derived(statement: Statement, steps: Callable[[Derivation], None]) -> tuple[Derivation, str]:
        assert steps is _steps(statement)
        return _derived(statement.id)

    monkeypatch.setattr(check, "derive", derived)
    found = check_symbolic(statement)
    assert "failure" not in found.details
    reach, sizes = found.details["reach"], "derived at sizes"
    assert REACH[statement.id] in (reach, sizes if reach.startswith(sizes) else reach)
    expected = Verdict.HOLDS if statement.expected is Expected.HOLDS else Verdict.VIOLATED
    assert found.verdict is expected


@pytest.mark.parametrize("statement", CATALOG.values(), ids=lambda s: s.id)
def test_every_checked_step_fails_for_a_stronger_claim(statement: Statement) -> None:
    derivation, _ = _derived(statement.id)
    slack = sympy.Symbol("slack", positive=True)
    checked = [step for step in derivation.steps if step.kind in (StepKind.CHECKED, StepKind.AT_SIZES)]
    assert checked
    for step in checked:
        assert step.check(step.claim), step.name
        assert not step.check(step.claim - slack), step.name


@pytest.mark.parametrize("repaired", ["triple_gap", "triple_sequential"])
def test_the_counterexample_does_not_refute_the_readings_that_hold(repaired: str) -> None:
    statement = replace(CATALOG[repaired], refuted_by=CATALOG["triple_independent"].refuted_by)
    _, failure = derive(statement, _steps(CATALOG["triple_independent"]))
    assert "does not follow" in failure


def test_a_counterexample_must_meet_the_assumptions() -> None:
    derivation = Derivation(CATALOG["triple_independent"])
    with pytest.raises((DerivationFailed, NotAvailable)):
        derivation.refute(Example("equal", {"A": [[1, 1]], "B": [[1, 0], [0, 1]], "C": [[1], [-1]], "r1": 1, "r2": 1}))


def test_a_derivation_without_conclusion_is_a_failure() -> None:
    _, failure = derive(CATALOG["weyl_sum"], lambda _: None)
    assert failure == "it ends without a conclusion"


def test_a_users_statement_has_no_derivation(tmp_path: Path) -> None:
    with pytest.raises(NotAvailable, match="there is no derivation"):
        check_symbolic(replace(CATALOG["weyl_sum"], id="mine", file=tmp_path / "mine.py"))


def test_a_statement_of_the_catalogue_that_lost_its_file_fails() -> None:
    found = check_symbolic(replace(CATALOG["weyl_sum"], id="lost"))
    assert found.verdict is Verdict.UNDECIDED
    assert found.details["failure"] == "there is no proofs/singular/lost.py"


@pytest.mark.slow
def test_python_m_proofs_runs_them_all() -> None:
    done = run_module("proofs")
    assert done.returncode == 0, done.stderr
    for statement in CATALOG.values():
        assert statement.id in done.stdout
    assert "triple_sequential, 15 steps: derived" in done.stdout
    assert "cited      Cauchy–Schwarz (Horn & Johnson, " in done.stdout
