"""What must hold of an approximate decomposition and its defects, given inputs on which every term is needed.

Factors are far from orthonormal in one direction, residuals attain the bound on their norm, scalars lie just above a
power of two, where rounding is largest, and arithmetic errs as badly as the bound admits
(:mod:`tests.numeric.hostile`).
"""

from collections.abc import Iterator
from fractions import Fraction
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

import mpmath
import numpy as np

from tests.numeric.exact_products import (
    difference,
    exact,
    identity,
    product,
    spectral_norm,
    transposed,
    weighted,
)
from tests.numeric.hostile import HOSTILE
from tests.reference_spectra import exact_misses

MODES = ("fast", "tight")
UNIT = 2.0**-53


def crafted() -> Iterator[tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]]:
    """A, U, s, V: each with a defect that one of the three bounds has to see, in one direction and attained."""
    bump = np.eye(4) + np.full((4, 4), 2.0**-10)
    dent = np.eye(4) - np.full((4, 4), 2.0**-10)
    ones, halves = np.ones(4), np.full(4, 0.5)
    for turn in (bump, dent):
        yield turn / 2, turn, halves, np.eye(4)
        yield turn / 2, np.eye(4), halves, turn
    yield np.eye(4) + 2.0**-8, np.eye(4), ones, np.eye(4)
    yield np.eye(4) - 2.0**-8, np.eye(4), ones, np.eye(4)
    tall, wide = np.eye(9)[:, :2], np.eye(2)
    yield tall / 2 + 2.0**-8, tall, halves[:2], wide
    yield (tall / 2 + 2.0**-8).T, wide, halves[:2], tall
    # A bump in a tall factor, and one in the other factor of a wide matrix.
    yield tall @ (np.eye(2) + 2.0**-10), tall @ (np.eye(2) + 2.0**-10), ones[:2], wide
    yield ((np.eye(2) - 2.0**-10) @ tall.T), wide, ones[:2], tall @ (np.eye(2) - 2.0**-10)
    # Low parts of a split that all have the same sign, and as large as they can be.
    low = np.eye(16) + 0.98 * 2.0**-27
    yield low / 2, low, np.full(16, 0.5), np.eye(16)
    yield low / 2, np.eye(16), np.full(16, 0.5), low
    # So far from orthonormal that nothing can be said from below.
    far = np.diag([2.0, 0.125])
    yield far @ far, far, ones[:2], far
    draws = np.random.default_rng(4)
    for shape in ((5, 5), (7, 3), (3, 6), (1, 1)):
        matrix = draws.standard_normal(shape)
        matrix /= 1.01 * np.abs(matrix).max()
        left, values, right = np.linalg.svd(matrix, full_matrices=False)
        yield matrix, left, values, right.T


def _true_defects(A: np.ndarray, U: np.ndarray, s: np.ndarray, V: np.ndarray) -> list[mpmath.mpf]:
    left, right = exact(U), exact(V)
    defects = [difference(identity(len(s)), product(transposed(side), side)) for side in (left, right)]
    return [
        spectral_norm(part) for part in (*defects, difference(exact(A), product(weighted(left, s), transposed(right))))
    ]


def defects(library: SimpleNamespace) -> None:
    """‖I − UᵀU‖, ‖I − VᵀV‖, ‖A − U diag(s) Vᵀ‖ are bounded from above, and closely where they are not just rounding."""
    less = 1 - mpmath.mpf(10) ** -60
    factors = library.factors.Factors
    for A, U, s, V in crafted():
        true = _true_defects(A, U, s, V)
        for mode in MODES:
            found = factors(A, U, s, V).defects(mode)
            assert all(t * less <= f for t, f in zip(true, found, strict=True)), (mode, true, found)
            assert all(f <= t * 1.001 + 400 * UNIT for t, f in zip(true, found, strict=True)), (mode, true, found)
    for x in (1.0, 0.3, 1.5, 7e-9):
        assert Fraction(library.factors._slightly_more(x)) >= Fraction(x) * (1 + Fraction(UNIT))
    draws, one = np.random.default_rng(5), np.ones((1, 1))
    for _ in range(1500):
        # The computed residual is 0; both roundings went the same way, each nearly as far as it can.
        u, s, v = (float(x) for x in 2.0 ** draws.integers(0, 3, 3) * (1 + 2.0**-20 * draws.random(3)))
        A, U, V = one * ((u * s) * v), one * u, one * v
        true = abs(Fraction(float(A[0, 0])) - Fraction(u) * Fraction(s) * Fraction(v))
        orthonormal = [abs(1 - Fraction(x) ** 2) for x in (u, v)]
        for mode in MODES:
            found = factors(A, U, np.array([s]), V).defects(mode)
            assert all(t <= Fraction(f) for t, f in zip((*orthonormal, true), found, strict=True)), (mode, u, s, v)


def exact_grams(library: SimpleNamespace) -> None:
    """The high parts that the tight mode takes for exact are: of a tall factor and of a wide matrix's other one."""
    seen: list[Any] = []
    kept = library.factors._split_defect
    columns = np.linalg.qr(np.random.default_rng(14).standard_normal((60, 2)))[0]

    def watched(given: np.ndarray, parts: Any) -> float:
        seen.append(parts.high)
        return kept(given, parts)

    with patch.multiple(library.factors, _split_defect=watched):
        for A, U, V in ((columns, columns, np.eye(2)), (columns.T, np.eye(2), columns)):
            library.factors.Factors(A, U, np.ones(2), V).defects("tight")
    assert len(seen) == 4
    for high in seen:
        assert exact(high.T @ high) == product(transposed(exact(high)), exact(high))


def bad_sums(library: SimpleNamespace) -> None:
    """The same three where sums of products err by half of what they may, and hide the defect entirely."""
    factors, size = library.factors.Factors, 64
    # Not 1, or sums were exact in any order.
    unit, gamma = np.eye(size) * (1 + 2.0**-52), size * UNIT
    for kind in HOSTILE:
        for step in (0.2 * gamma, -0.2 * gamma):
            turn = unit * (1 + step)
            for U, V in ((turn, unit), (unit, turn)):
                _seen(factors(*(x.view(kind) for x in (U * V, U)), np.ones(size), V.view(kind)), U, V)
        for sign in (1, -1):
            A = unit * (1 + sign * 0.5 * gamma)
            for mode in MODES:
                found = factors(A.view(kind), unit.view(kind), np.ones(size), unit.view(kind)).defects(mode)
                assert found.residual >= 0.45 * gamma
        flat = np.full((size, size), 2.0**-6) * np.random.default_rng(0).choice([1.0, -1.0], (size, 1))
        wobbly = unit - 2 * flat @ flat.T / np.trace(flat @ flat.T)
        _seen(factors(*(x.view(kind) for x in (wobbly, wobbly)), np.ones(size), unit.view(kind)), wobbly, unit)


def _seen(given: Any, U: np.ndarray, V: np.ndarray) -> None:
    for mode in MODES:
        found = given.defects(mode)
        for told, side in ((found.left, U), (found.right, V)):
            along = Fraction(1) if np.count_nonzero(side) > len(side) else Fraction(float(side[0, 0]))
            if along != 1:
                assert Fraction(told) >= abs(1 - along**2), (mode, told)
            assert told <= 20 * len(side) ** 2 * UNIT


def bounds(library: SimpleNamespace) -> None:
    """The interval of each value holds it where the formula is attained, above and below, in both modes."""
    factors = library.factors.Factors
    for A, U, s, V in crafted():
        for mode in MODES:
            lower, upper = factors(A, U, s, V).bounds(mode)
            assert exact_misses(A, lower, upper) == [], mode
            assert (lower >= 0).all()
            wide = factors(A, U, s, V).bounds(mode, radius=0.25)
            assert (wide[0] <= np.maximum(lower - 0.25, 0) + 4 * UNIT).all()
            assert (wide[1] >= upper + 0.25 - 4 * UNIT).all()
    for turn, end in ((1 + 2.0**-8, 1), (1 - 2.0**-8, 0)):
        # U or V stretches one direction by this, and the bound that looks that way is attained.
        one = np.eye(4) + (turn - 1) / 4
        for U, V in ((one, np.eye(4)), (np.eye(4), one)):
            for mode in MODES:
                found = factors(one / 2, U, np.full(4, 0.5), V).bounds(mode)[end]
                assert abs((found[0] if end else found[-1]) - turn / 2) <= 1e-12
    spread, unit = np.array([0.25, -1.0, 0.5]), np.eye(3)
    for mode in MODES:
        lower, upper = factors(np.diag(spread), unit, spread, unit).bounds(mode)
        assert exact_misses(np.diag(spread), lower, upper) == []
        assert (upper - lower <= 400 * UNIT).all()
        far = factors(unit, 2 * unit, np.full(3, 0.5), unit).bounds(mode)
        assert exact_misses(unit, *far) == []
        assert (far[0] == 0).all()


def terms(library: SimpleNamespace) -> None:
    """Terms that other ones always hide: each is made large in turn, and has to show in the result."""
    ours, draws = library.factors, np.random.default_rng(13)
    with patch.multiple(library.spectrum, rescaled=lambda matrix: (matrix, 0, 0.25)):
        for mode in MODES:
            found = library.spectrum.singular_value_enclosure(np.eye(2), mode=mode)
            assert (found.lower <= 0.75).all()
            assert (found.upper >= 1.25).all()
        assert library.spectrum.condition_number_enclosure(np.eye(2)).upper >= 1.25 / 0.75
    with patch.multiple(library.norm, rescaled=lambda matrix: (matrix, 0, 0.25)):
        low, high = library.norm.spectral_norm_enclosure(np.eye(2))
        assert low <= 0.75
        assert high >= 1.25
    columns = 0.1 * draws.standard_normal((6, 4))
    parts = library.products.split(columns, both=True)
    high, low = parts
    rest = (high + low / 2).T @ low
    rest = rest + rest.T
    far, size = np.linalg.norm(columns.T @ columns - np.eye(4)), np.linalg.norm
    diagonal = size(np.diagonal(high.T @ high) - 1)
    plain = ours._split_defect(columns, parts)
    with patch.multiple(ours, UNIT=1.0):
        assert ours._split_defect(columns, parts) - plain >= 0.99 * size(rest) + 0.999999999 * (far + diagonal)
        assert ours._split_defect(columns, parts) - plain - far - diagonal >= 0.9 * size(rest)
    with patch.multiple(ours, gamma=lambda count: 2.0**20 * count):
        hidden = 2 * 2.0**20 * len(columns) * size(high) * size(low)
        assert ours._split_defect(columns, parts) - plain >= 0.99 * hidden
    with patch.multiple(ours, underflow=lambda terms, entries: 0.25):
        assert ours._split_defect(columns, parts) - plain >= 0.2499
        assert ours._plain_defect(columns) >= plain + 0.2499
        left, values, right = np.linalg.svd(columns, full_matrices=False)
        assert ours.Factors(columns, left, values, right.T).defects("fast").residual >= 0.4999
    with patch.multiple(library.products, underflow=lambda terms, entries: 0.25):
        assert ours.Factors(columns, left, values, right.T).defects("tight").residual >= 0.2499
        assert library.products.split_product(columns, right)[1] >= 0.25
