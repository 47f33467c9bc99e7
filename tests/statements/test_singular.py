"""The statements' two sides against slow definitions, on named hard instances and on drawn ones."""

import numpy as np
import pytest

from specbound.core.catalogue import catalog
from specbound.core.statement import Expected, Statement
from specbound.core.verdict import Verdict
from tests.cases import TRIPLES, cases_of
from tests.reference import SIDES, exact

CATALOG = {name: statement for name, statement in catalog().items() if statement.area == "singular"}
CASES = {
    (statement.id, name): case
    for statement in CATALOG.values()
    for name, case in cases_of(dict(statement.domain.matrices)).items()
}


def _instances(statement: Statement, case: dict):
    matrices = {name: np.array(value, dtype=float) for name, value in case.items()}
    sizes = statement.domain.sizes(matrices)
    combinations: list[dict] = [{}]
    for name, index in statement.domain.indices.items():
        combinations = [
            {**known, name: value}
            for known in combinations
            for value in range(index.low, index.high({**sizes, **known}) + 1)
        ]
    for indices in combinations:
        instance = statement.domain.instance({**matrices, **indices})
        if statement.expected is Expected.REFUTED or bool(statement.admits(instance)):
            yield instance


@pytest.mark.parametrize(("name", "case"), CASES)
def test_hard_instances_hold_or_are_undecided(name: str, case: str) -> None:
    statement = CATALOG[name]
    for instance in _instances(statement, CASES[name, case]):
        verdict = statement.compare(instance).verdict
        if statement.expected is Expected.HOLDS:
            assert verdict in (Verdict.HOLDS, Verdict.UNDECIDED, Verdict.CONSISTENT)


@pytest.mark.parametrize("name", SIDES)
def test_sides_agree_with_slow_definitions(name: str) -> None:
    statement = CATALOG[name]
    compared = set()
    for case in (case for owner, case in CASES if owner == name):
        for instance in _instances(statement, CASES[name, case]):
            if not _vectors_are_determined(statement, instance):
                continue
            matrices = {key: exact(instance.values[key]) for key in statement.domain.matrices}
            indices = {key: instance.values[key] for key in statement.domain.indices}
            width = float(statement.tolerance(instance))
            for side, reference in zip(statement.sides(instance), SIDES[name](**matrices, **indices), strict=True):
                assert abs(float(side) - float(reference)) <= width, case
            compared.add(case)
    assert len(compared) >= 4


def _vectors_are_determined(statement: Statement, instance) -> bool:
    """Whether no singular vector in the formula is a free choice, so that a second implementation must agree."""
    if statement.id.startswith("eckart_young"):
        cuts = [(instance.B, instance.k)]
    elif statement.id == "triple_dominates_horn_johnson":
        cuts = [(instance.B, 1), (instance.B @ instance.C, 1)]
        cuts += [(m, r) for m in (instance.A, instance.C) for r in range(1, min(m.shape))]
    elif statement.id.startswith("triple"):
        cuts = [(instance.A, instance.r1), (instance.B, instance.values.get("k", 1)), (instance.C, instance.r2)]
        cuts += [(instance.B @ instance.C, 1)] if statement.id == "triple_sequential" else []
    else:
        return True
    for matrix, count in cuts:
        spectrum = np.append(np.linalg.svd(matrix, compute_uv=False), 0.0)
        if spectrum[count - 1] - spectrum[count] < 1e-3 * spectrum[0] and count < max(matrix.shape):
            return False
        if spectrum[0] == 0:
            return False
    return True


@pytest.mark.parametrize("name", [name for name in SIDES if name != "triple_independent"])
def test_equality_is_attained_where_it_is_said_to_be(name: str) -> None:
    statement = CATALOG[name]
    assert statement.attained
    for example in statement.attained:
        comparison = statement.compare(statement.example(example), equality=True)
        assert comparison.verdict is Verdict.CONSISTENT, example.why


def test_every_statement_has_a_slow_definition() -> None:
    assert set(SIDES) == set(CATALOG)


def test_the_best_sequential_reading_is_positive_exactly_where_it_should_be() -> None:
    """It is positive although both outer factors lack rank, and zero where A kills u₁(BC) or Cᵀ kills v₁(B)."""
    statement = CATALOG["triple_dominates_horn_johnson"]
    b = np.diag([2.0, 1.0])

    def best(a, c) -> float:
        instance = statement.domain.instance({"A": np.array(a, dtype=float), "B": b, "C": np.array(c, dtype=float)})
        lhs, rhs = statement.sides(instance)
        assert rhs == 0
        return float(lhs)

    assert best([[1, 1]], [[1], [1]]) == pytest.approx(2 * 3 / 5**0.5)
    assert best([[0, 1]], [[1], [0]]) == pytest.approx(0, abs=1e-15)
    assert best([[1, 0]], [[0], [1]]) == pytest.approx(0, abs=1e-15)


def test_the_counterexample_of_the_theory() -> None:
    case = {**{k: np.array(v, dtype=float) for k, v in TRIPLES["the counterexample of triple_independent"].items()}}
    instance = CATALOG["triple_independent"].domain.instance({**case, "r1": 1, "r2": 1})
    comparison = CATALOG["triple_independent"].compare(instance)
    assert (comparison.lhs, comparison.rhs) == (pytest.approx(1), pytest.approx(2))
    assert comparison.verdict is Verdict.VIOLATED
    assert bool(CATALOG["triple_independent"].admits(instance))
    assert CATALOG["triple_sequential"].compare(instance).verdict in (Verdict.HOLDS, Verdict.UNDECIDED)


def test_the_refuted_reading_gets_the_benefit_of_undefined_angles() -> None:
    statement = CATALOG["triple_independent"]
    equal = statement.domain.instance({"A": np.eye(2)[:1], "B": np.eye(2), "C": np.eye(2)[:, :1], "r1": 1, "r2": 1})
    assert not bool(statement.admits(equal))


def test_how_often_random_triples_violate_the_refuted_reading() -> None:
    """Often with outer factors of rank one, hardly ever at full rank, as the theory reports."""
    statement = CATALOG["triple_independent"]
    generator = np.random.default_rng(0)

    def share(size: int, rank: int) -> float:
        violated = 0
        for _ in range(400):
            matrices = {name: generator.standard_normal((size, size)) for name in "ABC"}
            for name in "AC":
                matrices[name] = matrices[name][:, :rank] @ matrices[name][:rank, :]
            instance = statement.domain.instance({**matrices, "r1": rank, "r2": rank})
            violated += statement.is_violated_on(instance)
        return violated / 400

    assert share(size=8, rank=1) > 0.1
    assert share(size=20, rank=20) == 0
