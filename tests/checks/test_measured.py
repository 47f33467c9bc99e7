import numpy as np
import pytest

from specbound.checks.measured import Chain, check_measured, index_grid, windows
from specbound.core.catalogue import catalog
from specbound.core.evidence import Kind
from specbound.core.verdict import Verdict
from specbound.numeric.ops import NotAvailable

CATALOG = catalog()
RNG = np.random.default_rng(0)
LAYERS = {
    "first": RNG.standard_normal((5, 3)),
    "second": RNG.standard_normal((4, 5)),
    "third": RNG.standard_normal((2, 4)),
}


def test_a_window_is_read_against_the_flow_of_data() -> None:
    ((names, matrices),) = windows(CATALOG["triple_gap"].domain, LAYERS)
    assert names == ["third", "second", "first"]
    assert matrices["A"] is LAYERS["third"]
    assert matrices["C"] is LAYERS["first"]


def test_the_grid_holds_the_ends_and_powers_of_two() -> None:
    matrices = {"A": np.ones((20, 20)), "B": np.ones((20, 20)), "C": np.ones((20, 20))}
    ranks = sorted({point["r1"] for point in index_grid(CATALOG["triple_gap"].domain, matrices)})
    assert ranks == [1, 2, 4, 8, 16, 20]
    three = list(index_grid(CATALOG["triple_subspace"].domain, matrices))
    assert len(three) == 27
    assert {"r1": 1, "r2": 20, "k": 20} in three
    empty = CATALOG["triple_sequential"].mutate(CATALOG["triple_sequential"].mutants[1]).domain
    assert not list(index_grid(empty, {"A": np.ones((1, 2)), "B": np.ones((2, 2)), "C": np.ones((2, 2))}))
    pairs = {"A": np.ones((1, 1)), "B": np.ones((1, 1))}
    assert [tuple(p.values()) for p in index_grid(CATALOG["weyl_sum"].domain, pairs)] == [
        (0, 0),
        (0, 1),
        (1, 0),
        (1, 1),
    ]


def test_tightness_is_that_of_the_best_indices() -> None:
    statement = CATALOG["triple_sequential"]
    found = check_measured(statement, Chain("toy", LAYERS))
    assert found.kind is Kind.MEASURED
    assert found.verdict is Verdict.HOLDS
    ((names, matrices),) = windows(statement.domain, LAYERS)
    ratios = [
        statement.compare(statement.domain.instance({**matrices, **point})).tightness
        for point in index_grid(statement.domain, matrices)
    ]
    assert found.details["tuples"] == [{"matrices": names, "tightness": max(ratios)}]
    assert found.tightness == max(ratios)
    assert found.examples == len(ratios)


def test_a_bound_with_a_kernel_on_the_wrong_side_measures_as_zero() -> None:
    wide = {"c": RNG.standard_normal((4, 4)), "b": RNG.standard_normal((4, 4)), "a": RNG.standard_normal((2, 4))}
    found = check_measured(CATALOG["horn_johnson_triple"], Chain("wide", wide))
    assert found.details["tuples"][0]["tightness"] == 0


def test_a_violation_on_given_matrices_is_seen() -> None:
    chain = {"c": np.array([[1.0], [-1.0]]), "b": np.diag([2.0, 1.0]), "a": np.array([[1.0, 1.0]])}
    found = check_measured(CATALOG["triple_independent"], Chain("counterexample", chain))
    assert found.verdict is Verdict.VIOLATED
    assert found.tightness == pytest.approx(2)
    assert found.details["violated"] == {"matrices": ["a", "b", "c"], "indices": {"r1": 1, "r2": 1}}


def test_what_floats_cannot_give_is_counted_and_left_out() -> None:
    large = {name: 1e5 * RNG.standard_normal((64, 64)) for name in ("first", "second")}
    found = check_measured(CATALOG["horn_product"], Chain("large", large))
    assert found.details["not available"] >= 1
    assert found.details["tuples"][0]["tightness"] > 0.5
    with pytest.raises(NotAvailable, match="Kronecker product of 4096 × 4096 is too large"):
        check_measured(CATALOG["kronecker_spectrum"], Chain("large", large))


def test_matrices_that_do_not_meet_the_assumptions_are_not_measured() -> None:
    square = {name: RNG.standard_normal((4, 4)) for name in ("first", "second", "third")}
    with pytest.raises(NotAvailable, match="none that fit meets the assumptions"):
        check_measured(CATALOG["interlacing_isometry"], Chain("square", square))


def test_matrices_that_do_not_fit_are_named() -> None:
    with pytest.raises(NotAvailable, match=r"no 2 consecutive matrices fit together among first \(5, 3\)"):
        check_measured(CATALOG["weyl_sum"], Chain("toy", LAYERS))
