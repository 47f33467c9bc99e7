"""What must hold of the smallest parts of an enclosure: rounding, norms and scaling.

Each check takes the modules, whole or broken, and asserts.
"""

from fractions import Fraction
from math import isqrt
from types import SimpleNamespace

import mpmath
import numpy as np

from tests.numeric.exact_products import (
    difference,
    exact,
    spectral_norm,
    square_sum,
    transposed,
)
from tests.numeric.families import FAMILIES
from tests.numeric.hostile import HOSTILE, Flushing

MODES = ("fast", "tight")
UNIT = 2.0**-53


def arithmetic(library: SimpleNamespace) -> None:
    """Single operations are rounded outward, and hardly more than that."""
    rounded, draws = library.rounded, np.random.default_rng()
    for _ in range(200):
        x, y, z = (float(v) for v in 1 + draws.random(3) * 2.0 ** -draws.integers(0, 50))
        assert rounded.down(x * y) < Fraction(x) * Fraction(y) < rounded.up(x * y)
        assert Fraction(x) * Fraction(y) * Fraction(z) <= rounded.product_up(x, y, z) <= x * y * z * (1 + 9 * UNIT)
        assert Fraction(x) - Fraction(y) * Fraction(2.0**-30) <= rounded.sum_up(x, -y * 2.0**-30)
        assert Fraction(x) <= Fraction(rounded.root_up(x)) ** 2
        assert rounded.root_up(x) <= x**0.5 * (1 + 5 * UNIT)
    for count in (1, 2, 3, 64, 1000, 2**30):
        true = Fraction(count) / (2**53 - count)
        assert true <= Fraction(rounded.gamma(count)) <= true * (1 + Fraction(1, 2**50))
    for terms, entries in ((1, 1), (7, 12), (2048, 2048**2)):
        assert Fraction(rounded.underflow(terms, entries)) ** 2 >= Fraction(terms) ** 2 * entries / 2**2044


def norms(library: SimpleNamespace) -> None:
    """Norms are bounded from above, and where the bound is attained, closely; whatever sums do within their bound."""
    rounded, draws = library.rounded, np.random.default_rng(1)
    attained = (
        np.ones((3, 5)),
        np.ones((9, 2)) * 0.1,
        np.full((1, 1), 0.3),
        np.eye(4)[:, :1],
        np.kron(np.eye(4), np.ones((9, 2))),
    )
    others = (draws.standard_normal((5, 5)), draws.standard_normal((2, 7)), -draws.random((6, 3)))
    for matrix in (*attained, *others, np.zeros((2, 3))):
        entries = exact(matrix)
        low, high = rounded.norm_bounds(matrix)
        assert Fraction(low) ** 2 <= square_sum(entries) <= Fraction(high) ** 2
        assert high - low <= 60 * UNIT * high + 1e-150
        sums = max(sum(map(abs, row)) for row in entries), max(sum(map(abs, row)) for row in transposed(entries))
        found = rounded.sums_up(matrix)
        assert all(a <= Fraction(b) <= a * (1 + 60 * Fraction(UNIT)) + 1e-320 for a, b in zip(sums, found, strict=True))
        norm = spectral_norm(entries)
        sizes = spectral_norm([[abs(a) for a in row] for row in entries])
        assert max(norm, sizes) * (1 - mpmath.mpf(10) ** -70) <= rounded.norm_up(matrix)
        assert norm * (1 - mpmath.mpf(10) ** -70) <= rounded.norm_through_squares_up(matrix)
    for matrix in attained:
        norm = float(spectral_norm(exact(matrix)))
        assert rounded.norm_up(matrix) <= norm * (1 + 60 * UNIT)
        assert rounded.norm_through_squares_up(matrix) <= norm * (1 + 90 * UNIT)
    large = draws.standard_normal((200, 150))
    norm = np.linalg.norm(large, 2)
    assert rounded.norm_through_squares_up(large) <= 2.5 * norm
    assert (
        abs(rounded.norm_through_squares_up(1e-250 * large) / rounded.norm_through_squares_up(large) * 1e250 - 1)
        < 1e-12
    )
    small = np.full((9, 9), 2.0**-538)
    for matrix in (small, np.full((3, 3), 2.0**-512).view(Flushing)):
        # Their squares underflow.
        assert not np.vecdot(matrix, matrix).any()
        assert square_sum(exact(matrix)) <= Fraction(rounded.frobenius_up(matrix)) ** 2
    tenth = 0.1
    for kind in HOSTILE:
        for matrix in (tenth * np.eye(64), np.full((32, 32), tenth), np.full((64, 1), tenth), np.full((1, 64), tenth)):
            bad, entries, ones = matrix.view(kind), Fraction(tenth), (matrix > 0).astype(int)
            low, high = rounded.norm_bounds(bad)
            assert Fraction(low) ** 2 <= entries**2 * int(ones.sum()) <= Fraction(high) ** 2
            for found, axis in zip(rounded.sums_up(bad), (1, 0), strict=True):
                assert Fraction(found) >= entries * int(ones.sum(axis=axis).max())
            norm = entries * isqrt(int(ones.sum(axis=1).max() * ones.sum(axis=0).max()))
            assert norm <= Fraction(rounded.norm_up(bad))
            assert norm <= Fraction(rounded.norm_through_squares_up(bad))


def scaling(library: SimpleNamespace) -> None:
    """Scaling is exact, or off by no more than is told; bounds come back rounded outward."""
    ours = library.scaling
    for family in FAMILIES.values():
        matrix = family(4, np.random.default_rng(8))
        scaled, exponent, lost = ours.rescaled(matrix)
        if matrix.any():
            assert 0.5 <= np.abs(scaled).max() < 1
        unit = Fraction(2) ** exponent
        off = difference(exact(matrix), [[a * unit for a in row] for row in exact(scaled)])
        assert square_sum(off) <= (Fraction(lost) * unit) ** 2
    draws = np.random.default_rng(9)
    for exponent in (-1080, -1074, -1060, -1000, 0, 5, 1023):
        lower, upper = 0.5 * draws.random(50), 0.5 + 0.4 * draws.random(50)
        unit = Fraction(2) ** exponent
        low, high = ours.in_units(lower, upper, exponent)
        assert all(Fraction(a) <= Fraction(b) * unit for a, b in zip(low.tolist(), lower.tolist(), strict=True))
        assert all(Fraction(a) >= Fraction(b) * unit for a, b in zip(high.tolist(), upper.tolist(), strict=True))
        assert (low >= 0).all()
        assert (high <= np.nextafter(np.ldexp(upper, exponent), np.inf)).all()
