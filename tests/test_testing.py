"""The strategies find what is hard, keep what they promise, and refuse what cannot be."""

from collections.abc import Callable
from typing import Any

import hypothesis
import numpy as np
import pytest
from hypothesis import strategies as st

from specbound import testing
from specbound.core.catalogue import catalog
from specbound.core.errors import InvalidInput

QUIET = hypothesis.settings(
    max_examples=150,
    phases=[hypothesis.Phase.generate],
    database=None,
    deadline=None,
    suppress_health_check=list(hypothesis.HealthCheck),
    derandomize=True,
)


FEW = hypothesis.settings(QUIET, max_examples=50)


def found(strategy: st.SearchStrategy, predicate: Callable[[Any], bool]) -> Any:
    """The first drawn example that satisfies the predicate; fails where 150 draws hold none."""
    return hypothesis.find(strategy, predicate, settings=QUIET)


def values(matrix: np.ndarray) -> np.ndarray:
    return np.linalg.svd(matrix, compute_uv=False)


HARD: dict[str, Callable[[np.ndarray], bool]] = {
    "zero": lambda a: not a.any(),
    "rank-deficient and not zero": lambda a: values(a)[-1] < 1e-12 < values(a)[0],
    "full rank": lambda a: values(a)[-1] > 0.01,
    "all singular values equal": lambda a: np.ptp(values(a)) < 1e-12 < values(a)[0],
    "two equal, one apart": lambda a: abs(values(a)[0] - values(a)[1]) < 1e-12 < values(a)[1] - values(a)[2] - 0.1,
    "condition number above a million": lambda a: 0 < 1e6 * values(a)[2] < values(a)[0] and values(a)[2] > 1e-13,
    "not symmetric": lambda a: np.abs(a - a.T).max() > 0.1,
    "no entry near zero": lambda a: np.abs(a).min() > 0.05,
    "diagonal": lambda a: not (a - np.diag(np.diag(a))).any() and np.diag(a).min() > 0.1,
    "a negative determinant": lambda a: np.linalg.det(a) < -1e-3,
}


@pytest.mark.parametrize("name", HARD)
def test_hard_matrices_are_found(name: str) -> None:
    assert HARD[name](found(testing.matrices(3, 3), HARD[name]))


def test_uniform_entries_would_not_find_them() -> None:
    """What the strategies are for: of 2,000 uniform matrices none lacks rank, repeats a value or is graded."""
    uniform = np.random.default_rng(0).uniform(-1, 1, (2000, 3, 3))
    for name in ("rank-deficient and not zero", "two equal, one apart", "condition number above a million", "diagonal"):
        assert not any(HARD[name](a) for a in uniform)


ANGLES: dict[str, Callable[[float, float], bool]] = {
    "no angle": lambda one, two: one < 1e-7 and two < 1e-7,
    "right angles": lambda one, two: one > 89.9 and two > 89.9,
    "one of each": lambda one, two: one > 89.9 and two < 1e-7,
    "in between": lambda one, two: 30 < one < 60 and 30 < two < 60,
}


def angles(triple: dict[str, Any]) -> tuple[float, float]:
    u, _, vt = np.linalg.svd(triple["B"])
    to_a = np.linalg.svd(triple["A"])[2][: triple["r1"]]
    to_c = np.linalg.svd(triple["C"])[0][:, : triple["r2"]].T

    def degrees(basis: np.ndarray, vector: np.ndarray) -> float:
        inside = basis @ vector
        return float(np.degrees(np.arctan2(np.linalg.norm(vector - basis.T @ inside), np.linalg.norm(inside))))

    return degrees(to_a, u[:, 0]), degrees(to_c, vt[0])


@pytest.mark.parametrize("name", ANGLES)
def test_hard_angles_are_found(name: str) -> None:
    assert ANGLES[name](*angles(found(testing.triples_by_angle(), lambda triple: ANGLES[name](*angles(triple)))))


def test_the_false_reading_falls_to_triples_by_angle() -> None:
    statement = catalog()["triple_independent"]

    def violated(triple: dict[str, Any]) -> bool:
        instance = statement.domain.instance(triple)
        return bool(statement.admits(instance)) and statement.is_violated_on(instance)

    assert violated(found(testing.triples_by_angle(45.0, 45.0, max_side=2), violated))


@FEW
@hypothesis.given(testing.triples_by_angle(30.0, 60.0), st.sampled_from(["triple_gap", "triple_independent"]))
def test_triples_have_the_angles_asked_for(triple: dict[str, Any], name: str) -> None:
    assert angles(triple) == pytest.approx((30, 60), abs=1e-6)
    statement = catalog()[name]
    assert bool(statement.admits(statement.domain.instance(triple)))


@FEW
@hypothesis.given(st.data(), st.integers(1, 4), st.integers(1, 4))
def test_matrices_are_what_was_asked_for(data: st.DataObject, rows: int, columns: int) -> None:
    count = min(rows, columns)
    rank = data.draw(st.integers(0, count))
    assert np.sum(values(data.draw(testing.matrices(rows, columns, rank=rank))) > 1e-10) == rank
    clusters = data.draw(st.integers(1, count))
    assert len(np.unique(values(data.draw(testing.matrices(rows, columns, clusters=clusters))).round(8))) == clusters
    if count > 1:
        graded = values(data.draw(testing.matrices(rows, columns, condition_number=1e6)))
        assert graded[0] / graded[-1] == pytest.approx(1e6, rel=1e-6)
    spectrum = data.draw(testing.spectra(count))
    assert np.all(np.diff(spectrum) <= 0)
    assert values(data.draw(testing.matrices(rows, columns, spectrum=spectrum))) == pytest.approx(spectrum, abs=1e-12)
    q = data.draw(testing.orthonormal(max(rows, columns), count))
    assert q.T @ q == pytest.approx(np.eye(count), abs=1e-12)


@pytest.mark.parametrize("name", ["interlacing_isometry", "triple_subspace", "horn_product_equality"])
def test_instances_meet_the_assumptions(name: str) -> None:
    statement = catalog()[name]
    assert bool(statement.admits(found(testing.instances(statement), lambda _: True)))


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: testing.matrices(0, 2), "rows = 0; required: at least 1"),
        (lambda: testing.matrices(2, 3, rank=3), "rank = 3; required: 0 to 2"),
        (lambda: testing.matrices(2, 3, rank=-1), "rank = -1; required: 0 to 2"),
        (lambda: testing.matrices(2, 3, clusters=3), "clusters = 3; required: 1 to 2"),
        (lambda: testing.matrices(2, 2, condition_number=0.5), "required: a finite number of at least 1"),
        (lambda: testing.matrices(1, 2, condition_number=2.0), "and 1 for a single value"),
        (lambda: testing.matrices(2, 2, condition_number=float("nan")), "required: a finite number"),
        (lambda: testing.matrices(2, 2, rank=1, clusters=1), "at most one of them"),
        (lambda: testing.matrices(2, 2, spectrum=[1.0]), "required: 2 finite numbers of at least 0"),
        (lambda: testing.matrices(2, 2, spectrum=[1.0, -1.0]), "required: 2 finite numbers of at least 0"),
        (lambda: testing.matrices(2, 2, spectrum=[1.0, 1.0], rank=1), "required: one or the other"),
        (lambda: testing.orthonormal(2, 3), "3 orthonormal columns of length 2"),
        (lambda: testing.orthogonal(0), "size = 0; required: at least 1"),
        (lambda: testing.orthogonal(2.0), "size = 2.0; required: an integer"),
        (lambda: testing.orthogonal(True), "size = True; required: an integer"),
        (lambda: testing.matrices("2", 2), "rows = '2'; required: an integer"),
        (lambda: testing.matrices(2, 2, rank=1.0), "rank = 1.0; required: an integer"),
        (lambda: testing.matrices(2, 2, condition_number="10"), "condition_number = '10'; required: a real number"),
        (lambda: testing.matrices(2, 2, spectrum="ab"), "spectrum = 'a'; required: a real number"),
        (lambda: testing.matrices(2, 2, spectrum=[1j, 0]), "required: a real number"),
        (lambda: testing.triples_by_angle("45"), "first = '45'; required: a real number"),
        (lambda: testing.triples_by_angle(max_side=2.5), "max_side = 2.5; required: an integer"),
        (lambda: testing.triples_by_angle(91.0), "required: an angle of 0 to 90 degrees"),
        (lambda: testing.triples_by_angle(second=float("nan")), "required: an angle of 0 to 90 degrees"),
        (lambda: testing.triples_by_angle(max_side=1), "max_side = 1; required: at least 2"),
    ],
)
def test_what_cannot_be_is_refused_before_anything_is_drawn(call: Callable[[], Any], message: str) -> None:
    with pytest.raises(InvalidInput, match=message):
        call()
