"""The statements' two sides against slow definitions, on named hard instances and on drawn ones."""

import itertools

import numpy as np
import pytest

from specbound.core.catalogue import catalog
from specbound.core.statement import Expected, Statement
from specbound.core.verdict import Verdict
from tests.cases import PAIRS, TRIPLES
from tests.reference import SIDES, exact

CATALOG = catalog()
CASES = {
    **{("weyl_sum", name): case for name, case in PAIRS.items()},
    **{(statement, name): case for statement in SIDES if statement != "weyl_sum" for name, case in TRIPLES.items()},
}


def _instances(statement: Statement, case: dict):
    matrices = {name: np.array(value, dtype=float) for name, value in case.items()}
    sizes = statement.domain.sizes(matrices)
    ranges = [range(index.low, index.high(sizes) + 1) for index in statement.domain.indices.values()]
    for combination in itertools.product(*ranges):
        yield statement.domain.instance({**matrices, **dict(zip(statement.domain.indices, combination, strict=True))})


@pytest.mark.parametrize(("name", "case"), CASES)
def test_hard_instances_hold_or_are_undecided(name: str, case: str) -> None:
    statement = CATALOG[name]
    for instance in _instances(statement, CASES[name, case]):
        verdict = statement.compare(instance).verdict
        if statement.expected is Expected.HOLDS:
            assert verdict in (Verdict.HOLDS, Verdict.UNDECIDED)


@pytest.mark.parametrize("name", SIDES)
def test_sides_agree_with_slow_definitions(name: str) -> None:
    statement = CATALOG[name]
    compared = set()
    for case in (case for owner, case in CASES if owner == name):
        for instance in _instances(statement, CASES[name, case]):
            if not _angles_are_defined(statement, instance):
                continue
            matrices = {key: exact(instance.values[key]) for key in statement.domain.matrices}
            indices = {key: instance.values[key] for key in statement.domain.indices}
            width = float(statement.tolerance(instance))
            for side, reference in zip(statement.sides(instance), SIDES[name](**matrices, **indices), strict=True):
                assert abs(float(side) - float(reference)) <= width, case
            compared.add(case)
    assert len(compared) >= 7


def _angles_are_defined(statement: Statement, instance) -> bool:
    """Whether no singular vector in the formula is a free choice, so that a second implementation must agree."""
    if not statement.id.startswith("triple"):
        return True
    cuts = [(instance.A, instance.r1), (instance.B, 1), (instance.C, instance.r2), (instance.B @ instance.C, 1)]
    for matrix, count in cuts:
        values = np.append(np.linalg.svd(matrix, compute_uv=False), 0.0)
        if values[count - 1] - values[count] < 1e-3 * values[0] and count < max(matrix.shape):
            return False
        if values[0] == 0:
            return False
    return True


@pytest.mark.parametrize("name", [name for name in SIDES if name != "triple_independent"])
def test_equality_is_attained_where_it_is_said_to_be(name: str) -> None:
    statement = CATALOG[name]
    assert statement.attained
    for example in statement.attained:
        comparison = statement.compare(statement.example(example), equality=True)
        assert comparison.verdict is Verdict.CONSISTENT, example.why


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
