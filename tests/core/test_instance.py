import copy

import numpy as np
import pytest

from specbound.core.errors import InvalidInput
from specbound.core.instance import Domain, Index

DOMAIN = Domain({"A": ("m", "n"), "B": ("n", "p")}, {"r": Index(1, lambda sizes: min(sizes["m"], sizes["n"]))})
GOOD = {"A": np.ones((2, 3)), "B": np.ones((3, 1)), "r": 2}


def test_a_good_instance_gives_its_values_by_name() -> None:
    instance = DOMAIN.instance(GOOD)
    assert instance.A is GOOD["A"]
    assert instance.r == 2
    with pytest.raises(AttributeError, match="no 'Q'"):
        _ = instance.Q


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"B": np.ones((2, 1))}, r"A \(2, 3\), B \(2, 1\) do not fit together; required: A \(m, n\), B \(n, p\)"),
        ({"A": np.ones(3)}, r"shape \(3,\); required: a matrix"),
        ({"A": np.ones((0, 3))}, "at least one entry"),
        ({"A": np.array([[1.0, np.nan, 0.0]] * 2)}, "A has entries that are NaN or infinite"),
        ({"B": np.array([[np.inf]] * 3)}, "B has entries that are NaN or infinite"),
        ({"r": 3}, "r = 3; required: 1 to 2"),
        ({"r": 0}, "r = 0; required: 1 to 2"),
        ({"extra": 1}, "required: exactly"),
    ],
)
def test_bad_instances_are_refused_with_what_was_required(change: dict[str, object], message: str) -> None:
    with pytest.raises(InvalidInput, match=message):
        DOMAIN.instance({**GOOD, **change})


def test_an_instance_can_be_copied() -> None:
    instance = DOMAIN.instance(GOOD)
    assert copy.copy(instance).r == 2


@pytest.mark.parametrize("name", ["A", "m"])
def test_an_index_has_a_name_of_its_own(name: str) -> None:
    with pytest.raises(InvalidInput, match="give it another"):
        Domain({"A": ("m", "n")}, {name: Index(1, lambda sizes: sizes["n"])})


def test_a_missing_matrix_is_named() -> None:
    with pytest.raises(InvalidInput, match=r"required: exactly \['A', 'B', 'r'\]"):
        DOMAIN.instance({"A": np.ones((2, 3)), "r": 1})


def test_a_side_may_be_a_product_of_sizes() -> None:
    domain = Domain({"F": ("c", "n*n"), "v": ("n", "1")})
    assert domain.dimensions == ("c", "n")
    assert domain.shape("F", {"c": 2, "n": 3}) == (2, 9)
    assert domain.sizes({"F": np.ones((2, 9)), "v": np.ones((3, 1))}) == {"c": 2, "n": 3}
    with pytest.raises(InvalidInput, match=r"F \(2, 8\), v \(3, 1\) do not fit together"):
        domain.sizes({"F": np.ones((2, 8)), "v": np.ones((3, 1))})


def test_a_product_is_of_sizes_that_occur_alone() -> None:
    with pytest.raises(InvalidInput, match="'n' occurs in products alone"):
        Domain({"F": ("c", "n*n")})
