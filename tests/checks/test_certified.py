"""Rigorous verdicts: what they decide, what they leave open, and what they refuse to call an answer."""

import sys
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("flint")

import specbound
from specbound.campaign import evidence_in, read
from specbound.checks.certified import check_certified
from specbound.checks.decide import decide
from specbound.core.catalogue import catalog
from specbound.core.errors import InvalidInput
from specbound.core.instance import Domain
from specbound.core.statement import Example, Expected, Source, Statement
from specbound.core.status import status, surprises
from specbound.core.verdict import Relation, Verdict
from specbound.numeric.ops import NotAvailable
from tests.results import store_evidence

CATALOG = catalog()
TRUE = [s for s in CATALOG.values() if s.expected is Expected.HOLDS]
SINGULAR_VECTORS = (
    "triple",
    "eckart_young",
    "deformation_spectrum",
    "hessian_gap",
    "hessian_sequential",
    "hessian_subspace",
    "lock_detection",
)
"""Statements that speak of singular vectors, which are not determined where singular values coincide."""
ONE = Domain({"A": ("m", "n")})


def _claim(lhs, relation: Relation, rhs, **changes) -> Statement:
    return Statement("own", "own", "", ONE, lhs, relation, rhs, lambda _: 1.0, Source("a test"), **changes)


def first(x):
    return x.ops.singular_value(x.A, 0)


def second(x):
    return x.ops.singular_value(x.A, 1)


@pytest.mark.parametrize("statement", TRUE, ids=lambda s: s.id)
@pytest.mark.parametrize(("seed", "asked"), [(0, 60), pytest.param(1, 100, marks=pytest.mark.slow)])
def test_what_holds_is_never_violated(statement: Statement, seed: int, asked: int) -> None:
    found = check_certified(statement, asked, seed)
    assert found.verdict is not Verdict.VIOLATED
    assert found.examples >= 0.4 * asked
    assert found.details["not available"] == 0 or statement.id.startswith(SINGULAR_VECTORS)
    assert found.details["width"] < 1e-30
    assert "not attained" not in found.details
    word = "CONSISTENT" if statement.relation is Relation.EQ else "HOLDS"
    assert found.counts[word] > found.examples / 3


def test_the_refuted_reading_is_certainly_violated_in_fractions() -> None:
    found = check_certified(CATALOG["triple_independent"], 50, 0)
    assert found.verdict is Verdict.VIOLATED
    assert found.details["violated"]["B"] == [["2", "0"], ["0", "1"]]
    low, high = found.details["violated"]["rhs"]
    assert low < 2 < high
    assert high - low < 1e-14
    assert "not refuted" not in found.details
    rational = CATALOG["triple_independent"].refuted_by[1]
    assert any(isinstance(value, Fraction) for value in rational.values["A"][0])
    decision = decide(CATALOG["triple_independent"], rational.values)
    assert decision is not None
    assert decision.verdict is Verdict.VIOLATED
    assert decision.lhs[0] < 6 / 25 < decision.lhs[1]
    assert decision.rhs[0] < 12 / 25 < decision.rhs[1]


def test_a_false_equality_is_seen_at_a_higher_precision() -> None:
    near = {"A": [[10**40 + 1, 0], [0, 10**40]]}
    for claim in (_claim(first, Relation.EQ, second), _claim(second, Relation.GE, first)):
        decision = decide(claim, near)
        assert decision is not None
        assert decision.verdict is Verdict.VIOLATED


def test_what_is_not_bounded_is_no_answer() -> None:
    broken = _claim(lambda x: first(x) / second(x), Relation.EQ, first)
    with pytest.raises(NotAvailable, match="not bounded"):
        decide(broken, {"A": [[1, 0], [0, 0]]})
    found = check_certified(replace(broken, attained=(Example("singular", {"A": [[1, 0], [0, 0]]}),)), 20, 0)
    assert found.details["not available"] > 0
    never = _claim(lambda x: first(x) / (first(x) - first(x)), Relation.EQ, first)
    with pytest.raises(NotAvailable, match="not bounded"):
        check_certified(never, 5, 0)


def test_what_is_a_choice_or_undefined_decides_nothing() -> None:
    two = Domain({"A": ("m", "n"), "B": ("p", "n")})
    angle = replace(
        _claim(lambda x: x.ops.cosine(x.ops.svd(x.A).right(1), x.ops.svd(x.B).right(1)), Relation.GE, lambda _: 1),
        domain=two,
    )
    with pytest.raises(NotAvailable, match="coincide: the vectors are not determined"):
        decide(replace(angle, relation=Relation.LE, rhs=lambda _: 0), {"A": [[1, 0], [0, 1]], "B": [[1, 0], [0, 2]]})
    refuted = decide(angle, {"A": [[1, 0], [0, 1]], "B": [[1, 0], [0, 2]]})
    assert refuted is not None
    assert refuted.verdict is Verdict.VIOLATED
    imaginary = _claim(lambda x: x.ops.sqrt(second(x) - first(x)), Relation.GE, lambda _: 1)
    with pytest.raises(NotAvailable, match="which is negative"):
        decide(imaginary, {"A": [[2, 0], [0, 1]]})
    branching = _claim(lambda x: (first(x) - 1) or 5, Relation.LE, lambda _: 1)
    decision = decide(branching, {"A": [[1]]})
    assert decision is not None
    assert decision.verdict is Verdict.VIOLATED
    for side in (lambda _: None, lambda _: float("nan"), lambda x: x.A):
        with pytest.raises((InvalidInput, NotAvailable)):
            decide(_claim(side, Relation.LE, lambda _: 1), {"A": [[1]]})


def test_evidence_with_huge_sides_can_be_written(tmp_path: Path) -> None:
    huge = _claim(lambda x: first(x) ** 2, Relation.LE, lambda _: 0, refuted_by=(Example("huge", {"A": [[1e200]]}),))
    found = check_certified(huge, 1, 0)
    assert found.details["violated"]["lhs"][1] is None
    assert evidence_in(read(store_evidence(tmp_path, [found]))) == [found]


def test_a_claimed_equality_or_refutation_that_is_none_is_a_surprise() -> None:
    claim = _claim(first, Relation.GE, second, attained=(Example("apart", {"A": [[2, 0], [0, 1]]}),))
    found = check_certified(claim, 20, 0)
    assert found.details["not attained"] == ["apart"]
    assert surprises(claim, [found]) == ["own: equality is not attained at apart"]
    claim = _claim(first, Relation.GE, second, expected=Expected.REFUTED, refuted_by=(Example("no", {"A": [[2]]}),))
    found = check_certified(claim, 20, 0)
    assert surprises(claim, [found]) == ["own: not refuted, rigorously, by no"]


def test_undecided_assumptions_admit_nothing() -> None:
    isometry = CATALOG["interlacing_isometry"]
    turn = {"P": np.array([[0.6, -0.8], [0.8, 0.6]]), "M": np.eye(2), "Q": np.eye(2), "i": 1}
    assert decide(isometry, turn) is None
    assert decide(isometry, {**turn, "P": [[0, 1], [-1, 0]]}) is not None


def test_status_tells_certified_from_consistent() -> None:
    holds, equal = (check_certified(CATALOG[name], 50, 0) for name in ("weyl_sum", "kronecker_spectrum"))
    assert status(CATALOG["weyl_sum"], [holds]).startswith("certified on ")
    assert status(CATALOG["kronecker_spectrum"], [equal]) == "consistent in balls on 50"


@pytest.mark.parametrize(
    "values",
    [
        {},
        {"A": [[1]], "B": [[1]]},
        {"A": [[float("inf")]]},
        {"A": [[1, 2], [3]]},
        {"A": [1, 2]},
        {"A": [["x"]]},
    ],
)
def test_values_that_are_not_those_of_the_statement_are_refused(values: dict) -> None:
    with pytest.raises(InvalidInput):
        decide(_claim(first, Relation.GE, second), values)


def test_without_python_flint_enclosures_decide(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in sys.modules if name.startswith("specbound.numeric.balls")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.delattr(sys.modules["specbound.numeric"], "balls", raising=False)
    monkeypatch.setitem(sys.modules, "flint", None)
    (found,) = specbound.check("weyl_sum", kinds=["certified"])
    assert found.precision == "enclosures in float64; no balls without python-flint"
    assert set(found.details["by"]) <= {"fast", "tight"}
    assert found.counts["HOLDS"] > found.examples / 2
    refuted = check_certified(CATALOG["triple_independent"], 50, 0)
    assert refuted.verdict is Verdict.VIOLATED
    assert "not refuted" not in refuted.details


def test_a_formula_that_no_system_can_follow_is_told_and_left_out() -> None:
    claim = _claim(lambda x: (x.A**2).sum(axis=(-2, -1)), Relation.GE, lambda _: 0.0)
    with pytest.raises(NotAvailable, match="cannot be decided on this instance: own: lhs raised TypeError"):
        check_certified(claim, 5, 0)
