"""What must hold from the matrix to the interval: singular values, spectral norms, ranks and refusals."""

from collections.abc import Callable
from fractions import Fraction
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

import numpy as np

from tests.numeric.exact_products import (
    difference,
    exact,
    product,
    square_sum,
    transposed,
)
from tests.numeric.families import FAMILIES
from tests.numeric.hostile import HOSTILE, TooLarge
from tests.reference_spectra import exact_misses, known

MODES = ("fast", "tight")
UNIT = 2.0**-53


def spectra(library: SimpleNamespace) -> None:
    """From the matrix to the interval: known spectra, small matrices of every family, order and width."""
    enclosure = library.spectrum.singular_value_enclosure
    draws = np.random.default_rng(6)
    made = [
        known((n, m), draws.integers(0, 2**20, min(n, m)) * 2.0**-20, draws) for n, m in ((16, 16), (40, 7), (3, 30))
    ]
    cases = [(k.matrix, k.values) for k in made]
    cases += [(family(3, np.random.default_rng(7)), None) for family in FAMILIES.values()]
    for matrix, values in cases:
        for mode in MODES:
            found = enclosure(matrix, mode=mode)
            if values is None:
                assert exact_misses(matrix, found.lower, found.upper) == []
            else:
                assert (found.lower <= values).all()
                assert (values <= found.upper).all()
                assert (found.upper - found.lower <= (1e-11 if mode == "fast" else 2e-13) * values[0]).all()
            assert (np.diff(found.lower) <= 0).all()
            assert (np.diff(found.upper) <= 0).all()


def spectral_norms(library: SimpleNamespace) -> None:
    """The norm's interval holds it and is narrow, and each of its errors is allowed for."""
    ours, draws = library.norm, np.random.default_rng(10)
    cases = [
        known((n, m), draws.integers(0, 2**20, min(n, m)) * 2.0**-20, draws) for n, m in ((30, 30), (50, 8), (4, 40))
    ]
    cases += [known((12, 12), np.repeat([1.0, 0.0], 6), draws), known((12, 12), np.ones(12), draws)]
    for case in cases:
        low, high = ours.spectral_norm_enclosure(case.matrix)
        assert low <= case.values[0] <= high
        assert high - low <= 1e-11 * high
    for family in FAMILIES.values():
        matrix = family(3, np.random.default_rng(11))
        low, high = ours.spectral_norm_enclosure(matrix)
        assert exact_misses(matrix, [low], [high]) == []
    for size in (2, 5, 9):
        matrix = draws.standard_normal((size, size))
        definite = matrix @ matrix.T + 0.1 * np.eye(size)
        definite = (definite + definite.T) / 2
        factor = exact(np.linalg.cholesky(definite))
        off = difference(product(factor, transposed(factor)), exact(definite))
        assert square_sum(off) <= Fraction(ours._backward_error(size, float(np.trace(definite)))) ** 2
        gamma = Fraction(size + 1, 2**53)
        assert Fraction(ours._backward_error(size, 1.0)) >= gamma / (1 - 2 * gamma)
    _hidden(library)


def _hidden(library: SimpleNamespace) -> None:
    """A column of ones, whose Gram matrix comes out too small, or its products too large, as much as they may."""
    ours, size = library.norm, 100
    ones, half = np.ones((size, 1)), np.diag([1.0, 0.5])
    with patch.multiple(ours, SHIFTS=(0.1,)):
        for kind in HOSTILE:
            for matrix in (ones, ones @ np.array([[0.6, 0.8]])):
                low, high = ours._norm(matrix.view(kind))
                assert low <= 10 <= high
        with patch.multiple(ours, _backward_error=lambda count, trace: 0.125):
            assert Fraction(ours._norm(np.eye(3))[1]) ** 2 >= 1 + Fraction(1, 81) + Fraction(1, 8)
        with patch.multiple(ours, UNIT=0.125):
            assert ours._norm(half)[1] ** 2 >= 1 + 0.09
    with patch.multiple(ours, SHIFTS=(-1e6,)):
        # The bound that is tried lies below: no factor may be found, and none be taken for granted.
        try:
            found = ours._norm(np.eye(3))
        except ours.NotAvailable:
            found = None
        assert found is None
    flat = np.full((size, size), 0.1)
    assert ours._along(flat.view(TooLarge), np.eye(size), 10.0) <= 10
    assert ours._along(half, np.eye(2), 2.0) <= 1
    assert ours._along(half, np.diag([1e-6, 1.0]), 2.0) >= 1 - 1e-12
    with patch.multiple(ours, underflow=lambda terms, entries: 0.25):
        assert ours._along(half, np.diag([1e-6, 1.0]), 2.0) <= 0.7501
    with patch.multiple(ours, underflow=lambda terms, entries: 0.25, SHIFTS=(0.1,)):
        assert ours._norm(np.eye(3))[1] ** 2 >= 1.5


def ranks(library: SimpleNamespace) -> None:
    """Ranks and condition numbers of diagonal matrices with all that is to be told apart."""
    ours, unit = library.spectrum, np.diag([4.0, 2.0, 1.0, 0.0])
    for threshold, rank in ((0.5, 3), (1.5, 2), (3.0, 1), (5.0, 0), (1e-12, 3)):
        assert tuple(ours.certified_rank(unit, threshold=threshold)) == (rank, rank)
    for value in (1.0, 2.0, 4.0, 0.0):
        found = ours.certified_rank(unit, threshold=value)
        assert found.lower <= int((np.diag(unit) > value).sum()) <= found.upper
    turned = known((12, 12), np.repeat([4.0, 2.0], 6), np.random.default_rng(12)).matrix
    assert tuple(ours.certified_rank(turned, threshold=4.0)) == (0, 6)
    low, high = ours.condition_number_enclosure(turned)
    assert low <= 2 <= high
    assert high - low <= 1e-12
    assert ours.condition_number_enclosure(unit).upper == np.inf
    # 3/1 is exact, 1/3 is not: an end that is rounded to nearest would miss one of them.
    for kept in (1.0, 1 / 3, 0.1, 0.7):
        low, high = ours.condition_number_enclosure(np.diag([1.0, kept]))
        assert Fraction(low) <= 1 / Fraction(kept) <= Fraction(high)


def refusals(library: SimpleNamespace) -> None:
    """What cannot be enclosed raises."""
    ours = library.spectrum
    cases: tuple[Callable[[], Any], ...] = (
        lambda: ours.singular_value_enclosure([[np.nan]]),
        lambda: ours.singular_value_enclosure([[np.inf, 1.0]]),
        lambda: ours.singular_value_enclosure(np.array([[2**60 + 1]])),
        lambda: ours.singular_value_enclosure(np.array([[1 + 1j]])),
        lambda: ours.singular_value_enclosure(np.zeros((0, 2))),
        lambda: ours.singular_value_enclosure(np.zeros(2)),
        lambda: ours.singular_value_enclosure(np.eye(2), mode="loose"),
        lambda: ours.singular_value_enclosure(np.full((9, 9), 1.7e308)),
        lambda: ours.certified_rank(np.eye(2), threshold=-1.0),
        lambda: ours.certified_rank(np.eye(2), threshold=np.nan),
        lambda: ours.condition_number_enclosure(np.zeros((2, 2))),
        lambda: library.rounded.gamma(2**52),
    )
    for number, case in enumerate(cases):
        try:
            case()
        except (ValueError, TypeError) as error:
            told = str(error)
        except Exception as error:
            told = f"another error: {error}"
        else:
            told = "nothing"
        assert "required" in told, f"case {number} was told {told}"
