"""What must hold of products with an error bound: on the scalars with the largest rounding, and in bad arithmetic."""

from collections.abc import Iterator
from fractions import Fraction
from types import SimpleNamespace
from typing import Any

import numpy as np

from tests.numeric.exact_products import (
    difference,
    exact,
    product,
    square_sum,
    transposed,
)
from tests.numeric.hostile import HOSTILE, Flushing

MODES = ("fast", "tight")
UNIT = 2.0**-53


def splits(library: SimpleNamespace) -> None:
    """High and low part add up, and products of high parts are exact, of columns too where that was asked for."""
    split, draws = library.products.split, np.random.default_rng(2)
    for matrix in (
        draws.standard_normal((6, 6)),
        np.linalg.qr(draws.standard_normal((60, 3)))[0],
        np.linalg.qr(draws.standard_normal((60, 3)))[0].T,
        1e90 * draws.standard_normal((4, 9)),
        1e-90 * draws.standard_normal((4, 9)),
        np.full((1, 1), 1.999999),
        np.zeros((2, 2)),
        np.array([[1.0, 2.0**-60], [2.0**-27 + 2.0**-53, 1 - UNIT]]),
    ):
        for both in (False, True):
            high, low = split(matrix, both=both)
            assert exact(matrix) == [
                [a + b for a, b in zip(p, q, strict=True)] for p, q in zip(exact(high), exact(low), strict=True)
            ]
            longest = max(np.linalg.norm(matrix, axis=1).max(), np.linalg.norm(matrix, axis=0).max() if both else 0)
            assert np.abs(low).max() <= 2.0**-26 * longest
            for side in (high, high.T) if both else (high,):
                assert exact(side @ side.T) == product(exact(side), transposed(exact(side)))
    for _ in range(30):
        # Long vectors of numbers with all their bits set: where a part has a bit too many, their products round.
        one, other = (split(1 - 2.0**-27 * draws.random((1, 3)) - 0.5 * draws.random()) for _ in range(2))
        assert exact(one.high @ other.high.T) == product(exact(one.high), transposed(exact(other.high)))


def products(library: SimpleNamespace) -> None:
    """A product is off by at most what is told: on scalars with the largest rounding, at underflow, with bad sums."""
    ours, draws = library.products, np.random.default_rng(3)
    for left, right in _pairs(draws):
        true = product(exact(left), exact(right))
        for function in (ours.plain_product, ours.split_product):
            _held(function(left, right), true)
        radius = ours.split_product(left, right)[1]
        assert radius <= 8 * UNIT * np.linalg.norm(left) * np.linalg.norm(right) + 1e-150
        for matrix in (left @ right, draws.standard_normal((left.shape[0], right.shape[1]))):
            whole = np.ascontiguousarray(right.T)
            found = ours.residual_up(matrix, ours.split(left), ours.split(whole), whole)
            _held(found, difference(exact(matrix), true))
    for _ in range(1500):
        # Each partial result lies just above a power of two, where rounding is largest.
        left, right = (np.array([[1 + 2.0**-20 * draws.random()]]) for _ in range(2))
        true = product(exact(left), exact(right))
        _held(ours.plain_product(left, right), true)
        _held(ours.split_product(left, right), true)
        matrix = -np.array([[1 + 2.0**-20 * draws.random()]])
        found = ours.residual_up(matrix, ours.split(left), ours.split(right), right)
        _held(found, difference(exact(matrix), true))
    for kind in (*HOSTILE, Flushing):
        for left, right in _hard_pairs() if kind is not Flushing else _vanishing():
            true = product(exact(left), exact(right))
            bad, other = left.view(kind), right.view(kind)
            _held(ours.plain_product(bad, other), true)
            _held(ours.split_product(bad, other), true)
            for matrix in (left @ right, np.full((left.shape[0], right.shape[1]), 0.7)):
                whole = np.ascontiguousarray(right.T).view(kind)
                found = ours.residual_up(matrix.view(kind), ours.split(bad), ours.split(whole), whole)
                _held(found, difference(exact(matrix), true))


def _hard_pairs() -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Long sums of equal terms: of all signs, that cancel, and with a low part in one factor only."""
    signs, short = np.repeat([[1.0, -1.0]], 32, axis=1), 1 - 2.0**-23
    left, right = np.full((2, 64), 0.1), np.full((64, 2), 0.3)
    yield left, right
    yield left * signs, right
    yield signs * short, right
    yield left * signs, np.full((64, 1), short)
    yield np.eye(9) / 3, np.eye(9) / 7


def _vanishing() -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Products that are all below the smallest normal number."""
    yield np.full((1, 64), 2.0**-512), np.full((64, 1), 2.0**-512)
    yield np.full((2, 9), 0.9 * 2.0**-512), np.full((9, 2), 1.1 * 2.0**-511)


def _pairs(draws: np.random.Generator) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    for rows, terms, columns in ((3, 4, 2), (1, 9, 1), (5, 1, 5)):
        yield draws.standard_normal((rows, terms)), draws.standard_normal((terms, columns))
    # All products underflow, wholly or in part.
    yield draws.random((2, 3)) * 2.0**-540, draws.random((3, 2)) * 2.0**-530
    yield draws.random((2, 3)) * 2.0**-500, draws.random((3, 2)) * 2.0**-560
    # The split's low part underflows with the other's.
    yield draws.random((2, 3)) * 2.0**-520, draws.random((3, 2)) * 2.0**-520


def _held(found: tuple[np.ndarray, float], true: Any) -> None:
    computed, radius = found
    assert square_sum(difference(exact(computed), true)) <= Fraction(radius) ** 2
