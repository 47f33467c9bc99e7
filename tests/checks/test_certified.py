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
from specbound.checks import decide as ladder
from specbound.checks.certified import TOLD, check_certified, check_certified_on
from specbound.checks.decide import Decided, Enclosures, decide
from specbound.checks.measured import Chain
from specbound.core.catalogue import catalog
from specbound.core.errors import InvalidInput
from specbound.core.instance import Domain, Index
from specbound.core.statement import Assumption, Example, Expected, Source, Statement
from specbound.core.status import status, surprises
from specbound.core.verdict import Relation, Verdict
from specbound.numeric.enclosures.ops import EnclosureOps
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
    assert status(CATALOG["kronecker_spectrum"], [equal]) == "consistent in intervals on 50"


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


# The ladder: fast enclosures, tight ones, balls.


def _diagonal(*entries: float, size: int = 5) -> dict:
    return {"A": np.diag([*entries, *np.linspace(0.5, 0.1, size - len(entries))])}


@pytest.mark.parametrize(
    ("gap", "size", "by"),
    [
        (1e-2, 5, "fast"),
        (3e-14, 12, "tight"),
        (2.0**-50, 12, "balls"),
        (1e-2, 4, "balls"),
        (1e-2, 33, "fast"),
        (1e-13, 33, "tight"),
    ],
)
def test_the_first_system_that_can_decides(gap: float, size: int, by: str) -> None:
    values = _diagonal(1 + gap, 1, size=size)
    values["A"] = _turned(values["A"]) if by == "tight" else values["A"]
    for claim, verdict in (
        (_claim(first, Relation.GE, second), Verdict.HOLDS),
        (_claim(second, Relation.GE, first), Verdict.VIOLATED),
        (_claim(first, Relation.LE, second), Verdict.VIOLATED),
        (_claim(first, Relation.EQ, second), Verdict.VIOLATED),
    ):
        decision = decide(claim, values)
        assert decision is not None
        assert (decision.verdict, decision.by) == (verdict, by)
        assert decision.margin[0] <= decision.margin[1]
        assert (decision.margin[0] > 0) == (verdict is Verdict.HOLDS)


def _turned(matrix: np.ndarray) -> np.ndarray:
    """So that fast enclosures are some hundred units wide."""
    draws = np.random.default_rng(0)
    left, right = (np.linalg.qr(draws.standard_normal(matrix.shape))[0] for _ in range(2))
    return left @ matrix @ right.T


def test_what_nothing_decides_is_told_with_the_narrowest_interval() -> None:
    same = {"A": np.eye(5)}
    for relation, equal, verdict in (
        (Relation.GE, False, Verdict.UNDECIDED),
        (Relation.LE, False, Verdict.UNDECIDED),
        (Relation.GE, True, Verdict.CONSISTENT),
        (Relation.EQ, False, Verdict.CONSISTENT),
    ):
        # Other objects for the same numbers, in both systems.
        claim = _claim(first, relation, lambda x: x.ops.singular_value(x.ops.transpose(x.A), 0) * 1)
        decision = decide(claim, _large_irrational(), equal)
        assert decision is not None
        assert (decision.verdict, decision.by) == (verdict, "balls")
        assert decision.margin[1] - decision.margin[0] < 1e-100
        wide = decide(claim, {"A": np.random.default_rng(1).standard_normal((40, 40))}, equal)
        assert wide is not None
        assert (wide.verdict, wide.by) == (verdict, "tight")
        assert 1e-20 < wide.margin[1] - wide.margin[0] < 1e-10
    assert decide(_claim(first, Relation.GE, first), same) is not None


def _large_irrational() -> dict:
    return {"A": np.random.default_rng(2).integers(-3, 4, (5, 5)).astype(float)}


def test_a_margin_that_is_zero_exactly_holds_unless_equality_is_known() -> None:
    same = _claim(first, Relation.GE, first)
    for values in ({"A": np.diag([1.0, 0.3, 0.2, 0.7, 0.1])}, {"A": np.ones((40, 40))}):
        found = [decide(same, values, equal) for equal in (False, True)]
        assert [one and one.verdict for one in found] == [Verdict.HOLDS, Verdict.CONSISTENT]
    structured = replace(same, equal_where=lambda x: x.A.shape[0] == 5)
    for size, verdict in ((5, Verdict.CONSISTENT), (6, Verdict.HOLDS)):
        decision = decide(structured, {"A": np.random.default_rng(0).standard_normal((size, size))})
        assert decision is not None
        assert decision.verdict is verdict
    never = decide(replace(structured, lhs=lambda x: 2 * first(x)), {"A": np.ones((5, 5))})
    assert never is not None
    assert never.verdict is Verdict.HOLDS
    wrong = decide(replace(structured, lhs=lambda x: first(x) / 2), {"A": np.ones((5, 5))})
    assert wrong is not None
    assert wrong.verdict is Verdict.VIOLATED


def test_the_sides_are_equal_where_a_statement_says_so_and_a_mutant_says_nothing() -> None:
    draws = np.random.default_rng(3)
    said = [claim for claim in CATALOG.values() if claim.equal_where]
    assert said
    for claim in said:
        met = 0
        for shape in ((5, 3, 6), (3, 3, 3), (4, 5, 5), (6, 2, 5)):
            sizes = dict(zip(claim.domain.dimensions, shape, strict=True))
            matrices = {
                name: draws.integers(-4, 5, claim.domain.shape(name, sizes)).astype(float)
                for name in claim.domain.matrices
            }
            (index,) = claim.domain.indices
            for value in range(1, claim.domain.indices[index].high(sizes) + 1):
                found = decide(claim, {**matrices, index: value})
                assert found is not None
                structural = claim.equal_where(claim.domain.instance({**matrices, index: value}))
                met += structural
                assert found.verdict is (Verdict.CONSISTENT if structural else Verdict.HOLDS)
                # It is equality indeed: to 512 bits.
                assert not structural or abs(found.margin[1] - found.margin[0]) < 1e-100
        assert met >= 3
        assert all(claim.mutate(mutant).equal_where is None for mutant in claim.mutants)


def _premise(holds) -> tuple[Assumption, ...]:
    return (Assumption("given", "a test", holds),)


def _answers(fast, tight, balls):
    """A premise that each system answers in its own way: True, False, or None for unknown."""
    asked = []

    def holds(x):
        name = x.ops.mode if isinstance(x.ops, EnclosureOps) else "balls"
        asked.append(name)
        answer = {"fast": fast, "tight": tight, "balls": balls}[name]
        if answer is None:
            raise NotAvailable("not known here")
        return answer

    return holds, asked


def test_a_premise_that_is_unknown_is_asked_again_and_one_that_fails_is_not() -> None:
    claim, values = _claim(first, Relation.GE, second), _diagonal(2, 1)
    for answers, by, asked in (
        ((True, None, None), "fast", ["fast"]),
        ((None, True, None), "tight", ["fast", "tight"]),
        ((None, None, True), "balls", ["fast", "tight", "balls"]),
        ((False, True, True), None, ["fast"]),
        ((None, False, True), None, ["fast", "tight"]),
        ((None, None, False), None, ["fast", "tight", "balls"]),
    ):
        holds, seen = _answers(*answers)
        decision = decide(replace(claim, assumptions=_premise(holds)), values)
        assert (decision and decision.by, seen) == (by, asked)
    holds, _ = _answers(None, None, None)
    with pytest.raises(NotAvailable, match="not known here"):
        decide(replace(claim, assumptions=_premise(holds)), values)
    # Left open in one system, and the premise unknown in those after: what was found stays.
    holds, seen = _answers(True, None, None)
    open_ = decide(replace(_claim(first, Relation.LE, second), assumptions=_premise(holds)), {"A": np.eye(5)})
    assert open_ is not None
    assert (open_.verdict, open_.by) == (Verdict.UNDECIDED, "fast")
    assert seen == ["fast", "tight", "balls", "balls", "balls"]


def test_premises_of_enclosures_are_those_of_balls() -> None:
    """Orthonormal columns beyond 26 bits are certain in balls alone."""
    isometry = CATALOG["interlacing_isometry"]
    turn = [[Fraction(3, 5), Fraction(-4, 5)], [Fraction(4, 5), Fraction(3, 5)]]
    blocks = [[*turn[i % 2], 0, 0] if i < 2 else [0, 0, *turn[i % 2]] for i in range(4)]
    hadamard = np.kron(np.eye(2), np.array([[1, 1, 1, 1], [1, -1, 1, -1], [1, 1, -1, -1], [1, -1, -1, 1]]) / 2)
    draws = np.random.default_rng(4)
    for P, Q, admitted in (
        (blocks, np.eye(5, 4), True),
        (hadamard[:, :6], np.eye(5), True),
        (hadamard[:, :6] * (1 + 2.0**-52), np.eye(5), False),
        (0.5 * hadamard[:, :6], np.eye(5), False),
    ):
        M = draws.standard_normal((len(P), len(Q)))
        found = decide(isometry, {"P": P, "M": M, "Q": Q, "i": 1})
        assert (found is not None) == admitted
        assert found is None or found.verdict is Verdict.HOLDS
        assert found is None or found.by == ("balls" if P is blocks else "fast")


def test_shared_enclosures_say_the_same_and_remember() -> None:
    shared, draws = Enclosures(), np.random.default_rng(5)
    for _ in range(60):
        # Matrices come and go, and an identity may come again.
        values = {"A": draws.standard_normal((5, 5))}
        for claim in (_claim(first, Relation.GE, second), _claim(second, Relation.GE, first)):
            alone, together = decide(claim, values), decide(claim, values, enclosures=shared)
            assert alone == together
    matrix = draws.standard_normal((5, 5))
    assert shared.matrix(matrix) is shared.matrix(matrix)


def test_a_side_that_vanishes_or_is_unbounded_in_one_system_is_tried_in_the_next() -> None:
    # σ₂ may be zero in floats: only balls divide by it.
    tiny = _claim(lambda x: first(x) / second(x), Relation.GE, lambda _: 1)
    nearly = {"A": np.outer(np.arange(1.0, 6), [1.0, 2, 3, 4, 5]) + 1e-17 * np.eye(5)}
    nearly["A"] = [[Fraction(x) + Fraction(i == j, 10**18) for j, x in enumerate(r)] for i, r in enumerate(nearly["A"])]
    decision = decide(tiny, nearly)
    assert decision is not None
    assert (decision.verdict, decision.by) == (Verdict.HOLDS, "balls")
    # t − t is no zero where t is none: σ₂ of rank one.
    undefined = _claim(lambda x: (lambda t: t - t)(1 / second(x)), Relation.GE, lambda _: 0)
    for size in (5, 40):
        with pytest.raises(NotAvailable, match="not bounded"):
            decide(undefined, {"A": np.ones((size, size))})


def test_margins_are_relative_to_the_scale_if_it_is_positive() -> None:
    claim = _claim(first, Relation.GE, second)
    for scale, expected in ((lambda _: 4, 0.25), (first, 0.5), (lambda x: second(x) - second(x), 1)):
        for size in (3, 6):
            decision = decide(replace(claim, scale=scale), _diagonal(2, 1, size=size))
            assert decision is not None
            assert decision.margin == pytest.approx((expected, expected), rel=1e-9)
            assert decision.margin[0] <= expected <= decision.margin[1]
            assert decision.lhs == pytest.approx((2, 2), rel=1e-9)
            assert decision.rhs == pytest.approx((1, 1), rel=1e-9)


# On weights.


def _chain(*matrices: np.ndarray) -> Chain:
    return Chain("made", {f"layer {n}": matrix for n, matrix in enumerate(matrices, start=1)})


INDEXED = Domain({"A": ("m", "n")}, {"k": Index(1, lambda sizes: min(sizes["m"], sizes["n"]))})


def _values_apart(relation: Relation = Relation.GE, **changes) -> Statement:
    claim = _claim(
        lambda x: x.ops.singular_value(x.A, x.k - 1), relation, lambda x: x.ops.singular_value(x.A, x.k), **changes
    )
    return replace(claim, domain=INDEXED)


def test_weights_are_decided_at_every_index_and_told_by_name() -> None:
    draws, kept = np.random.default_rng(6), list[Decided]()
    chain = _chain(draws.standard_normal((40, 50)), draws.standard_normal((6, 40)))
    found = check_certified_on(_values_apart(), chain, kept.append)
    # 1, 2, 4, … and the largest.
    assert found.counts == {"HOLDS": 7 + 4}
    assert found.verdict is Verdict.HOLDS
    assert found.details["by"] == {"fast": 11}
    assert found.details["chain"] == "made"
    assert found.details["random"] is False
    assert found.details["undecided"] == []
    assert found.seed is None
    assert [one.tensors["A"] for one in kept] == ["layer 1"] * 7 + ["layer 2"] * 4
    assert {one.values["k"] for one in kept[:7]} == {1, 2, 4, 8, 16, 32, 40}
    refuted = check_certified_on(replace(_values_apart(Relation.LE), expected=Expected.REFUTED), chain)
    assert refuted.verdict is Verdict.VIOLATED
    assert refuted.details["violated"]["A"] == "layer 1"
    assert refuted.details["violated"]["k"] == 1
    low, high = refuted.details["violated"]["lhs"]
    assert low <= np.linalg.norm(chain.matrices["layer 1"], 2) <= high


def test_what_is_left_open_on_weights_is_told_up_to_a_limit() -> None:
    equal = [np.eye(40) for _ in range(TOLD)]
    found = check_certified_on(_values_apart(), _chain(*equal))
    open_ = found.counts["UNDECIDED"]
    # All but the last value, which exceeds the zero beyond.
    assert found.counts == {"UNDECIDED": open_, "HOLDS": TOLD}
    assert open_ == 6 * TOLD
    assert found.verdict is Verdict.UNDECIDED
    assert found.details["by"] == {"fast": TOLD}
    assert len(found.details["undecided"]) == TOLD
    assert found.details["undecided"][0]["A"] == "layer 1"
    assert found.details["undecided"][1]["k"] == 2
    widths = [one["width"] for one in found.details["undecided"]]
    assert all(0 < width < 1e-12 for width in widths)
    assert found.details["width"] >= max(widths)


def test_windows_of_weights_take_the_last_as_the_first_factor() -> None:
    draws, kept = np.random.default_rng(7), list[Decided]()
    one, other = draws.standard_normal((7, 6)), draws.standard_normal((5, 7))
    check_certified_on(CATALOG["weyl_product_upper"], _chain(one, other), kept.append)
    assert kept
    assert all(decided.tensors == {"A": "layer 2", "B": "layer 1"} for decided in kept)
    assert all(decided.values["A"] is other for decided in kept)
    with pytest.raises(NotAvailable):
        check_certified_on(CATALOG["weyl_product_upper"], _chain(other, one))


def test_without_an_instance_that_meets_the_premises_nothing_is_said() -> None:
    chain = _chain(np.eye(5))
    for holds, told in ((lambda _: False, "no instance meets"), (_answers(None, None, None)[0], "not known here")):
        with pytest.raises(NotAvailable, match=told):
            check_certified_on(_values_apart(assumptions=_premise(holds)), chain)


def test_structural_equality_on_weights_is_consistent_and_leaves_nothing_open() -> None:
    draws = np.random.default_rng(8)
    chain = _chain(draws.standard_normal((34, 40)), draws.standard_normal((40, 34)))
    found = check_certified_on(CATALOG["horn_product"], chain)
    assert "UNDECIDED" not in found.counts
    assert found.counts["CONSISTENT"] == 1
    plain = check_certified_on(replace(CATALOG["horn_product"], equal_where=None), chain)
    assert plain.counts["UNDECIDED"] == 1
    assert plain.counts["HOLDS"] == found.counts["HOLDS"]


def test_only_a_missing_flint_is_forgiven(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in sys.modules if name.startswith("specbound.numeric.balls")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.delattr(sys.modules["specbound.numeric"], "balls", raising=False)
    monkeypatch.setitem(sys.modules, "specbound.numeric.balls.matrix", None)
    with pytest.raises(ModuleNotFoundError):
        ladder.balls_if_any()


def test_an_equality_by_structure_that_raises_is_told_with_its_name() -> None:
    broken = replace(_claim(first, Relation.GE, second), equal_where=lambda x: x.nothing)
    with pytest.raises(NotAvailable, match="own: equal_where raised AttributeError"):
        decide(broken, {"A": [[2, 0], [0, 1]]})
