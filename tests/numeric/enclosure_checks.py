"""What must hold of the parts of an enclosure, one by one: each check takes the modules, whole or broken, and asserts.

Parts are given inputs on which each of their terms is needed: factors that are far from orthonormal in one direction,
residuals that attain the norm's bound, scalars just above a power of two, whose rounding is the largest there is, and
arithmetic that errs as badly as the bound admits (:mod:`tests.numeric.hostile`).
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from fractions import Fraction
from math import isqrt
from types import SimpleNamespace
from typing import Any

import mpmath
import numpy as np

from tests.numeric.exact_products import (
    difference,
    exact,
    identity,
    product,
    spectral_norm,
    square_sum,
    transposed,
    weighted,
)
from tests.numeric.families import FAMILIES
from tests.numeric.hostile import Flushing, TooLarge, TooSmall
from tests.reference_spectra import exact_misses, known

MODES = ("fast", "tight")
UNIT = 2.0**-53
HOSTILE = (TooSmall, TooLarge)


def generator(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


def arithmetic(library: SimpleNamespace) -> None:
    """Single operations are rounded outward, and hardly more than that."""
    rounded, draws = library.rounded, generator()
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
    rounded, draws = library.rounded, generator(1)
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
        assert norm * (1 - mpmath.mpf(10) ** -70) <= through_squares(library, matrix)
    for matrix in attained:
        norm = float(spectral_norm(exact(matrix)))
        assert rounded.norm_up(matrix) <= norm * (1 + 60 * UNIT)
        assert through_squares(library, matrix) <= norm * (1 + 90 * UNIT)
    large = draws.standard_normal((200, 150))
    norm = np.linalg.norm(large, 2)
    assert through_squares(library, large) <= 2.5 * norm
    assert abs(through_squares(library, 1e-250 * large) / through_squares(library, large) * 1e250 - 1) < 1e-12
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
            assert norm <= Fraction(through_squares(library, bad))


def through_squares(library: SimpleNamespace, matrix: np.ndarray) -> float:
    return library.rounded.norm_through_squares_up(matrix)


def splits(library: SimpleNamespace) -> None:
    """High and low part add up, and products of high parts are exact, of columns too where that was asked for."""
    split, draws = library.products.split, generator(2)
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
    ours, draws = library.products, generator(3)
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
    draws = generator(4)
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
    draws, one = generator(5), np.ones((1, 1))
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
    columns = np.linalg.qr(generator(14).standard_normal((60, 2)))[0]

    def watched(given: np.ndarray, parts: Any) -> float:
        seen.append(parts.high)
        return kept(given, parts)

    with _replaced(library.factors, _split_defect=watched):
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
    ours, draws = library.factors, generator(13)
    with _replaced(library.spectrum, rescaled=lambda matrix: (matrix, 0, 0.25)):
        for mode in MODES:
            found = library.spectrum.singular_value_enclosure(np.eye(2), mode=mode)
            assert (found.lower <= 0.75).all()
            assert (found.upper >= 1.25).all()
        assert library.spectrum.condition_number_enclosure(np.eye(2)).upper >= 1.25 / 0.75
    with _replaced(library.norm, rescaled=lambda matrix: (matrix, 0, 0.25)):
        low, high = library.norm.spectral_norm_enclosure(np.eye(2))
        assert low <= 0.75
        assert high >= 1.25
    columns = 0.1 * draws.standard_normal((6, 4))
    parts = library.products.split(columns, both=True)
    high, low = parts
    rest = (high + low / 2).T @ low
    rest = rest + rest.T
    far, size = np.linalg.norm(columns.T @ columns - np.eye(4)), np.linalg.norm
    plain = ours._split_defect(columns, parts)
    with _replaced(ours, UNIT=1.0):
        assert ours._split_defect(columns, parts) - plain >= 0.99 * size(rest) + 0.999999999 * far
        assert ours._split_defect(columns, parts) - plain - far >= 0.9 * size(rest)
    with _replaced(ours, gamma=lambda count: 2.0**20 * count):
        hidden = 2 * 2.0**20 * len(columns) * size(high) * size(low)
        assert ours._split_defect(columns, parts) - plain >= 0.99 * hidden
    with _replaced(ours, underflow=lambda terms, entries: 0.25):
        assert ours._split_defect(columns, parts) - plain >= 0.2499
        assert ours._plain_defect(columns) >= plain + 0.2499
        left, values, right = np.linalg.svd(columns, full_matrices=False)
        assert ours.Factors(columns, left, values, right.T).defects("fast").residual >= 0.4999
    with _replaced(library.products, underflow=lambda terms, entries: 0.25):
        assert ours.Factors(columns, left, values, right.T).defects("tight").residual >= 0.2499
        assert library.products.split_product(columns, right)[1] >= 0.25


@contextmanager
def _replaced(module: Any, **names: Any) -> Iterator[None]:
    kept = {name: getattr(module, name) for name in names}
    try:
        for name, value in names.items():
            setattr(module, name, value)
        yield
    finally:
        for name, value in kept.items():
            setattr(module, name, value)


def spectra(library: SimpleNamespace) -> None:
    """From the matrix to the interval: known spectra, small matrices of every family, order and width."""
    enclosure = library.spectrum.singular_value_enclosure
    draws = generator(6)
    made = [
        known((n, m), draws.integers(0, 2**20, min(n, m)) * 2.0**-20, draws) for n, m in ((16, 16), (40, 7), (3, 30))
    ]
    cases = [(k.matrix, k.values) for k in made]
    cases += [(family(3, generator(7)), None) for family in FAMILIES.values()]
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


def scaling(library: SimpleNamespace) -> None:
    """Scaling is exact, or off by no more than is told; bounds come back rounded outward."""
    ours = library.scaling
    for family in FAMILIES.values():
        matrix = family(4, generator(8))
        scaled, exponent, lost = ours.rescaled(matrix)
        if matrix.any():
            assert 0.5 <= np.abs(scaled).max() < 1
        unit = Fraction(2) ** exponent
        off = difference(exact(matrix), [[a * unit for a in row] for row in exact(scaled)])
        assert square_sum(off) <= (Fraction(lost) * unit) ** 2
    draws = generator(9)
    for exponent in (-1080, -1074, -1060, -1000, 0, 5, 1023):
        lower, upper = 0.5 * draws.random(50), 0.5 + 0.4 * draws.random(50)
        unit = Fraction(2) ** exponent
        low, high = ours.in_units(lower, upper, exponent)
        assert all(Fraction(a) <= Fraction(b) * unit for a, b in zip(low.tolist(), lower.tolist(), strict=True))
        assert all(Fraction(a) >= Fraction(b) * unit for a, b in zip(high.tolist(), upper.tolist(), strict=True))
        assert (low >= 0).all()
        assert all(
            Fraction(a) <= Fraction(b) * unit + Fraction(1, 2**1073) for a, b in zip(high.tolist(), upper.tolist())
        )


def spectral_norms(library: SimpleNamespace) -> None:
    """The norm's interval holds it and is narrow, and each of its errors is allowed for."""
    ours, draws = library.norm, generator(10)
    cases = [
        known((n, m), draws.integers(0, 2**20, min(n, m)) * 2.0**-20, draws) for n, m in ((30, 30), (50, 8), (4, 40))
    ]
    cases += [known((12, 12), np.repeat([1.0, 0.0], 6), draws), known((12, 12), np.ones(12), draws)]
    for case in cases:
        low, high = ours.spectral_norm_enclosure(case.matrix)
        assert low <= case.values[0] <= high
        assert high - low <= 1e-11 * high
    for family in FAMILIES.values():
        matrix = family(3, generator(11))
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
    with _replaced(ours, SHIFTS=(0.1,)):
        for kind in HOSTILE:
            for matrix in (ones, ones @ np.array([[0.6, 0.8]])):
                low, high = ours._norm(matrix.view(kind))
                assert low <= 10 <= high
        with _replaced(ours, _backward_error=lambda count, trace: 0.125):
            assert Fraction(ours._norm(np.eye(3))[1]) ** 2 >= 1 + Fraction(1, 81) + Fraction(1, 8)
        with _replaced(ours, UNIT=0.125):
            assert ours._norm(half)[1] ** 2 >= 1 + 0.09
    with _replaced(ours, SHIFTS=(-1e6,)):
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
    with _replaced(ours, underflow=lambda terms, entries: 0.25):
        assert ours._along(half, np.diag([1e-6, 1.0]), 2.0) <= 0.7501
    with _replaced(ours, underflow=lambda terms, entries: 0.25, SHIFTS=(0.1,)):
        assert ours._norm(np.eye(3))[1] ** 2 >= 1.5


def ranks(library: SimpleNamespace) -> None:
    """Ranks and condition numbers of diagonal matrices with all that is to be told apart."""
    ours, unit = library.spectrum, np.diag([4.0, 2.0, 1.0, 0.0])
    for threshold, rank in ((0.5, 3), (1.5, 2), (3.0, 1), (5.0, 0), (1e-12, 3)):
        assert tuple(ours.certified_rank(unit, threshold=threshold)) == (rank, rank)
    for value in (1.0, 2.0, 4.0, 0.0):
        found = ours.certified_rank(unit, threshold=value)
        assert found.lower <= int((np.diag(unit) > value).sum()) <= found.upper
    turned = known((12, 12), np.repeat([4.0, 2.0], 6), generator(12)).matrix
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


CHECKS: dict[str, Callable[[SimpleNamespace], None]] = {
    check.__name__: check
    for check in (
        arithmetic,
        norms,
        splits,
        products,
        defects,
        exact_grams,
        bad_sums,
        bounds,
        terms,
        spectra,
        scaling,
        spectral_norms,
        ranks,
        refusals,
    )
}
