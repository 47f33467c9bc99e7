"""Enclosures hold the truth, are narrow, and refuse what they cannot enclose."""

from fractions import Fraction
from typing import Any

import mpmath
import numpy as np
import pytest
import torch

import specbound
from tests.numeric.families import FAMILIES
from tests.reference_spectra import Known, exact_counts, exact_misses, known, misses, spectrum

MODES = ("fast", "tight")
UNIT = 2.0**-53


def widest(mode: str, shape: tuple[int, int]) -> float:
    """The largest width allowed, in multiples of σ₁: two to three times what any family needs, at any size."""
    long, short = max(shape), min(shape)
    return UNIT * (100 + 60 * long + 6 * long * short if mode == "fast" else 200 + 80 * long**0.5)


def checked(matrix: Any, mode: str, values: Any = None) -> Any:
    """An enclosure that holds the reference, is ordered and narrow, and left its argument alone."""
    before = np.array(matrix, copy=True)
    found = specbound.singular_value_enclosure(matrix, mode=mode)
    values = spectrum(matrix) if values is None else values
    for end in (found.lower, found.upper):
        assert end.dtype == np.float64
        assert end.shape == (min(matrix.shape),)
        assert np.isfinite(end).all()
        assert (np.diff(end) <= 0).all()
    assert (found.lower >= 0).all()
    assert (found.lower <= found.upper).all()
    assert misses(values, found.lower, found.upper) == []
    largest = float(values[0])
    spare = 2.0**-1072
    assert (found.upper - found.lower <= widest(mode, matrix.shape) * largest + spare).all()
    assert np.array_equal(before, matrix)
    return found


def drawn(name: str, size: int, seed: int = 0) -> np.ndarray:
    return FAMILIES[name](size, np.random.default_rng([seed, size]))


def spread(shape: tuple[int, int], seed: int = 0) -> Known:
    """A dense matrix of which every singular value is known exactly."""
    generator = np.random.default_rng([seed, *shape])
    return known(shape, generator.integers(0, 2**25, min(shape)) * 2.0**-25, generator)


@pytest.mark.parametrize("size", [1, 2, 3, 7])
@pytest.mark.parametrize("name", FAMILIES)
@pytest.mark.parametrize("mode", MODES)
def test_every_family_lies_in_its_enclosures(name: str, size: int, mode: str) -> None:
    checked(drawn(name, size), mode)


@pytest.mark.parametrize("name", FAMILIES)
@pytest.mark.parametrize("mode", MODES)
def test_exact_counts_find_no_miss_either(name: str, mode: str) -> None:
    matrix = drawn(name, 4, seed=1)
    found = specbound.singular_value_enclosure(matrix, mode=mode)
    assert exact_misses(matrix, found.lower, found.upper) == []


@pytest.mark.slow
@pytest.mark.parametrize("size", [16, 25])
@pytest.mark.parametrize("name", FAMILIES)
def test_every_family_lies_in_its_enclosures_at_larger_sizes(name: str, size: int) -> None:
    for seed in range(3):
        matrix = drawn(name, size, seed)
        values = spectrum(matrix)
        for mode in MODES:
            checked(matrix, mode, values)


@pytest.mark.slow
@pytest.mark.parametrize("name", FAMILIES)
def test_many_small_ones_counted_exactly(name: str) -> None:
    for seed in range(40):
        matrix = drawn(name, 1 + seed % 6, seed)
        for mode in MODES:
            found = specbound.singular_value_enclosure(matrix, mode=mode)
            assert exact_misses(matrix, found.lower, found.upper) == [], (name, seed, mode)


@pytest.mark.parametrize("shape", [(64, 64), (120, 30), (3, 200), (300, 300)])
@pytest.mark.parametrize("mode", MODES)
def test_a_large_spectrum_that_is_known_exactly(shape: tuple[int, int], mode: str) -> None:
    made = spread(shape)
    checked(made.matrix, mode, made.values.tolist())


@pytest.mark.slow
@pytest.mark.parametrize("shape", [(512, 512), (1024, 1024), (1200, 20), (40, 900)])
@pytest.mark.parametrize("mode", MODES)
def test_a_larger_one(shape: tuple[int, int], mode: str) -> None:
    made = spread(shape)
    found = checked(made.matrix, mode, made.values.tolist())
    if mode == "tight":
        assert (found.upper - found.lower).max() <= 1e-13 * made.values[0]


def test_clusters_and_zeros_of_a_large_matrix() -> None:
    generator = np.random.default_rng(3)
    values = np.repeat([1.0, 1.0 - 2.0**-20, 0.5, 0.0], 25)
    made = known((100, 100), values, generator)
    for mode in MODES:
        checked(made.matrix, mode, made.values.tolist())
    assert specbound.certified_rank(made.matrix, threshold=1e-9).lower == 75


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("name", ["tall", "wide", "row", "gaussian", "graded", "kahan", "badly_scaled_rows"])
def test_a_transpose_has_the_same_values(name: str, mode: str) -> None:
    matrix = drawn(name, 6)
    values = spectrum(matrix)
    checked(matrix, mode, values)
    checked(matrix.T, mode, values)


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("exponent", [-700, -1, 3, 900])
@pytest.mark.parametrize("name", ["gaussian", "tall", "graded", "integers"])
def test_powers_of_two_scale_the_enclosure_exactly(name: str, exponent: int, mode: str) -> None:
    matrix = drawn(name, 6)
    plain = specbound.singular_value_enclosure(matrix, mode=mode)
    scaled = specbound.singular_value_enclosure(np.ldexp(matrix, exponent), mode=mode)
    assert np.array_equal(np.ldexp(plain.lower, exponent), scaled.lower)
    assert np.array_equal(np.ldexp(plain.upper, exponent), scaled.upper)


def test_a_sign_and_an_order_change_nothing_that_matters() -> None:
    matrix = drawn("gaussian", 7)
    values = spectrum(matrix)
    generator = np.random.default_rng(1)
    for mode in MODES:
        checked(-matrix, mode, values)
        checked(matrix[generator.permutation(7)][:, generator.permutation(7)], mode, values)


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("value", [0.0, 1.0, -3.0, 5e-324, 1e-310, 1.7e308, 0.1])
def test_one_by_one(value: float, mode: str) -> None:
    found = specbound.singular_value_enclosure(np.array([[value]]), mode=mode)
    assert found.lower[0] <= abs(value) <= found.upper[0]
    assert found.upper[0] - found.lower[0] <= 1e-13 * abs(value) + 1e-322


def test_what_is_zero_is_zero() -> None:
    for mode in MODES:
        found = specbound.singular_value_enclosure(np.zeros((3, 4)), mode=mode)
        assert found.lower.tolist() == [0.0] * 3
        assert found.upper.max() <= 1e-300
    norm = specbound.spectral_norm_enclosure(np.zeros((2, 2)))
    assert norm.lower == 0.0 <= norm.upper <= 1e-300


@pytest.mark.parametrize("name", FAMILIES)
@pytest.mark.parametrize("size", [1, 6])
def test_the_spectral_norm(name: str, size: int) -> None:
    matrix = drawn(name, size)
    largest = spectrum(matrix)[0]
    found = specbound.spectral_norm_enclosure(matrix)
    assert type(found.lower) is type(found.upper) is float
    assert misses([largest], [found.lower], [found.upper]) == []
    assert exact_misses(matrix, [found.lower], [found.upper]) == []
    assert found.upper - found.lower <= 1e-10 * float(largest) + 2.0**-1072


@pytest.mark.parametrize("shape", [(300, 300), (200, 60), (5, 250)])
def test_the_spectral_norm_of_a_larger_matrix(shape: tuple[int, int]) -> None:
    made = spread(shape)
    found = specbound.spectral_norm_enclosure(made.matrix)
    assert found.lower <= made.values[0] <= found.upper
    assert found.upper - found.lower <= 1e-10 * made.values[0]
    gaussian = np.random.default_rng(0).standard_normal(shape)
    norm, all_values = specbound.spectral_norm_enclosure(gaussian), specbound.singular_value_enclosure(gaussian)
    assert norm.lower <= all_values.upper[0]
    assert all_values.lower[0] <= norm.upper
    assert norm.upper - norm.lower <= 1e-10 * norm.lower


@pytest.mark.parametrize("name", FAMILIES)
def test_ranks_hold_the_exact_count(name: str) -> None:
    matrix = drawn(name, 4)
    largest = float(spectrum(matrix)[0])
    for threshold in (0.0, 1e-3 * largest, 0.5 * largest, 2.0 * largest):
        found = specbound.certified_rank(matrix, threshold=threshold)
        assert type(found.lower) is type(found.upper) is int
        assert found.lower <= exact_counts(matrix, threshold)[0] <= found.upper


def test_ranks_are_decided_where_they_can_be() -> None:
    made = known((40, 24), np.repeat([1.0, 0.25, 0.0], 8), np.random.default_rng(2))
    for threshold, rank in ((0.3, 8), (0.2, 16), (1e-12, 16), (1.5, 0)):
        found = specbound.certified_rank(made.matrix, threshold=threshold)
        assert (found.lower, found.upper) == (rank, rank)
    assert (specbound.certified_rank(made.matrix).lower, specbound.certified_rank(made.matrix).upper) == (16, 24)
    on_a_value = specbound.certified_rank(made.matrix, threshold=0.25)
    assert on_a_value.lower == 8
    assert on_a_value.upper == 16


@pytest.mark.parametrize("name", [name for name in FAMILIES if name != "zero"])
def test_condition_numbers_hold_the_reference(name: str) -> None:
    matrix = drawn(name, 5)
    values = spectrum(matrix)
    found = specbound.condition_number_enclosure(matrix)
    assert type(found.lower) is type(found.upper) is float
    assert 1 <= found.lower <= found.upper
    if values[-1] > mpmath.mpf(10) ** -60 * values[0]:
        reference = values[0] / values[-1]
        assert mpmath.mpf(found.lower) <= reference <= mpmath.mpf(found.upper)
        if reference < 1e6:
            assert found.upper - found.lower <= 1e-6 * found.upper
    else:
        assert found.upper == np.inf


def test_condition_numbers_known_exactly() -> None:
    made = known((64, 64), np.repeat([1.0, 2.0, 4.0, 8.0], 16), np.random.default_rng(1))
    found = specbound.condition_number_enclosure(made.matrix)
    assert found.lower <= 8 <= found.upper
    assert found.upper - found.lower <= 1e-11
    assert specbound.condition_number_enclosure(np.eye(3)).lower == 1.0
    assert specbound.condition_number_enclosure(np.ones((2, 2))).upper == np.inf
    assert specbound.condition_number_enclosure(np.diag([1.0, 1e-14])).upper < 1.1e14


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("dtype", [np.float32, np.float16, np.int64, np.int8, np.uint8])
def test_narrower_numbers_are_taken_for_what_they_are(dtype: type, mode: str) -> None:
    wide = np.random.default_rng(5).uniform(-100, 100, (5, 4))
    narrow = (np.abs(wide) if dtype is np.uint8 else wide).astype(dtype)
    checked(narrow, mode, spectrum(narrow.astype(np.float64)))
    exact = specbound.singular_value_enclosure(narrow.astype(np.float64), mode=mode)
    found = specbound.singular_value_enclosure(narrow, mode=mode)
    assert np.array_equal(exact.lower, found.lower)
    assert np.array_equal(exact.upper, found.upper)


@pytest.mark.parametrize("dtype", [torch.float64, torch.float32, torch.float16, torch.bfloat16])
def test_tensors_are_taken_for_what_they_are(dtype: torch.dtype) -> None:
    tensor = torch.tensor(drawn("gaussian", 5), dtype=dtype, requires_grad=True)
    exact = tensor.detach().double().numpy()
    found = specbound.singular_value_enclosure(tensor)
    assert misses(spectrum(exact), found.lower, found.upper) == []
    assert np.array_equal(found.lower, specbound.singular_value_enclosure(exact).lower)
    assert specbound.spectral_norm_enclosure(tensor).upper == specbound.spectral_norm_enclosure(exact).upper


@pytest.mark.parametrize("noise", [1e-12, 1e-6, 1e-2, 1.0, 1e3])
@pytest.mark.parametrize("mode", MODES)
def test_a_bad_decomposition_gives_wide_intervals_and_no_wrong_ones(
    noise: float, mode: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    generator, honest = np.random.default_rng(8), np.linalg.svd

    def noisy(matrix: np.ndarray, **options: Any) -> Any:
        return [part + noise * generator.standard_normal(part.shape) for part in honest(matrix, **options)]

    for name in ("gaussian", "tall", "wide", "graded", "rank_deficient"):
        matrix = drawn(name, 4)
        values = spectrum(matrix)
        with monkeypatch.context() as patch:
            patch.setattr(np.linalg, "svd", noisy)
            found = specbound.singular_value_enclosure(matrix, mode=mode)
        assert misses(values, found.lower, found.upper) == []
        assert found.upper[0] - found.lower[0] >= noise * 1e-3 * found.upper[0]


@pytest.mark.parametrize("factor", [0.0, 0.5, 1 - 1e-9, 1 + 1e-9, 2.0])
def test_a_wrong_eigenvalue_gives_no_wrong_norm(factor: float, monkeypatch: pytest.MonkeyPatch) -> None:
    honest = np.linalg.eigvalsh
    monkeypatch.setattr(np.linalg, "eigvalsh", lambda matrix: factor * honest(matrix))
    made = spread((30, 20))
    try:
        found = specbound.spectral_norm_enclosure(made.matrix)
    except specbound.NotAvailable:
        assert factor < 1
    else:
        assert found.lower <= made.values[0] <= found.upper


def test_a_decomposition_that_fails_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def failing(matrix: np.ndarray, **options: Any) -> Any:
        raise np.linalg.LinAlgError("SVD did not converge")

    def empty_handed(matrix: np.ndarray, **options: Any) -> Any:
        return np.full((2, 2), np.nan), np.ones(2), np.eye(2)

    for broken in (failing, empty_handed):
        monkeypatch.setattr(np.linalg, "svd", broken)
        for mode in MODES:
            with pytest.raises(specbound.NotAvailable, match="decomposition"):
                specbound.singular_value_enclosure(np.eye(2), mode=mode)


def test_a_sparse_matrix_is_told() -> None:
    sparse = pytest.importorskip("scipy.sparse")
    for matrix in (sparse.csr_matrix(np.eye(3)), sparse.csr_array(np.eye(3))):
        with pytest.raises((ValueError, TypeError), match="required"):
            specbound.singular_value_enclosure(matrix)


def test_lists_are_matrices_too() -> None:
    found = specbound.singular_value_enclosure([[3, 0], [0, 4.0]])
    assert found.lower[0] <= 4 <= found.upper[0]
    assert found.lower[1] <= 3 <= found.upper[1]


@pytest.mark.parametrize("mode", MODES)
def test_how_a_matrix_lies_in_memory_does_not_matter(mode: str) -> None:
    matrix = drawn("tall", 6)
    values = spectrum(matrix)
    frozen = matrix.copy()
    frozen.flags.writeable = False
    every_other = np.zeros((2 * matrix.shape[0], 3 * matrix.shape[1]))
    every_other[::2, ::3] = matrix
    backwards = matrix[::-1, ::-1].copy()[::-1, ::-1]
    swapped = matrix.astype(matrix.dtype.newbyteorder())
    for same in (frozen, np.asfortranarray(matrix), every_other[::2, ::3], backwards, swapped):
        checked(same, mode, values)


REFUSED: dict[str, tuple[Any, str]] = {
    "not a number": ([[1.0, np.nan]], "NaN|finite"),
    "infinite": ([[1.0, -np.inf]], "infinite|finite"),
    "no rows": (np.zeros((0, 3)), "shape|empty"),
    "no columns": (np.zeros((3, 0)), "shape|empty"),
    "one axis": (np.zeros(3), "shape|axes"),
    "no axis": (np.float64(3), "shape|axes"),
    "three axes": (np.zeros((2, 2, 2)), "shape|axes"),
    "objects": (np.array([[Fraction(1, 3)]], dtype=object), "dtype|object"),
    "complex numbers": (np.array([[1.0 + 0j]]), "complex"),
    "text": (np.array([["1"]]), "dtype"),
    "truth values": (np.array([[True, False]]), "dtype|bool"),
    "dates": (np.array([["2020-01-01"]], dtype="datetime64[D]"), "dtype|datetime"),
    "an integer that float64 does not have": (np.array([[2**60 + 1]]), r"1152921504606846977"),
    "an unsigned one": (np.array([[2**64 - 1]], dtype=np.uint64), r"18446744073709551615"),
    "longer floats": (np.array([[np.longdouble(1) + np.finfo(np.longdouble).eps]]), "float64"),
    "a masked matrix": (np.ma.masked_equal([[1.0, 2.0]], 2.0), "mask"),
    "a sparse tensor": (torch.eye(3).to_sparse(), "sparse|dense"),
    "a complex tensor": (torch.zeros((2, 2), dtype=torch.complex64), "complex"),
    "a tensor of integers": (torch.zeros((2, 2), dtype=torch.int64), "dtype|int64"),
    "nothing": (None, "dtype|object|None"),
    "ragged rows": ([[1.0], [1.0, 2.0]], "shape|ragged|rows"),
}


@pytest.mark.parametrize("name", REFUSED)
@pytest.mark.parametrize(
    "function", ["singular_value_enclosure", "spectral_norm_enclosure", "certified_rank", "condition_number_enclosure"]
)
def test_what_is_no_matrix_of_float64_is_refused(name: str, function: str) -> None:
    matrix, told = REFUSED[name]
    with pytest.raises((ValueError, TypeError), match=told):
        getattr(specbound, function)(matrix)


@pytest.mark.parametrize("mode", ["", "Tight", "exact", None])
def test_an_unknown_mode_is_told(mode: Any) -> None:
    with pytest.raises((ValueError, TypeError), match=r"mode.*fast|mode.*tight"):
        specbound.singular_value_enclosure(np.eye(2), mode=mode)


@pytest.mark.parametrize("threshold", [-1.0, np.nan, -np.inf])
def test_a_threshold_is_a_nonnegative_number(threshold: float) -> None:
    with pytest.raises(ValueError, match=r"threshold.*required"):
        specbound.certified_rank(np.eye(2), threshold=threshold)


@pytest.mark.parametrize("function", ["singular_value_enclosure", "spectral_norm_enclosure"])
def test_singular_values_beyond_float64_are_told(function: str) -> None:
    with pytest.raises((ValueError, TypeError), match="Divide the matrix"):
        getattr(specbound, function)(np.full((10, 10), 1.7e308))
