import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from specbound.numeric.matrices import from_spectrum, plane_count, random_orthogonal, random_spectrum, rotation


@given(size=st.integers(1, 5), seed=st.integers(0, 2**32 - 1))
def test_a_rotation_is_orthogonal_with_determinant_one(size: int, seed: int) -> None:
    degrees = np.random.default_rng(seed).uniform(-180, 180, plane_count(size))
    q = rotation(degrees, size)
    np.testing.assert_allclose(q.T @ q, np.eye(size), atol=1e-14)
    assert np.linalg.det(q) == pytest.approx(1.0)


def test_rotations_agree_between_numpy_and_torch_and_over_a_batch() -> None:
    degrees = np.random.default_rng(0).uniform(-180, 180, (4, plane_count(3)))
    batch = rotation(torch.as_tensor(degrees), 3)
    for index in range(4):
        np.testing.assert_allclose(np.asarray(batch[index]), rotation(degrees[index], 3), atol=1e-15)


def test_every_plane_has_its_own_angle() -> None:
    seen = {rotation(np.eye(6)[plane] * 30.0, 4).round(6).tobytes() for plane in range(6)}
    assert len(seen) == 6


def test_a_wrong_number_of_angles_raises() -> None:
    with pytest.raises(ValueError, match="takes 3 angles, got 2"):
        rotation(np.zeros(2), 3)


@given(rows=st.integers(1, 5), columns=st.integers(1, 5), seed=st.integers(0, 2**32 - 1))
def test_a_prescribed_spectrum_is_the_spectrum(rows: int, columns: int, seed: int) -> None:
    generator = np.random.default_rng(seed)
    spectrum = random_spectrum(generator, (min(rows, columns),))
    matrix = from_spectrum(spectrum, random_orthogonal(generator, rows), random_orthogonal(generator, columns))
    assert matrix.shape == (rows, columns)
    np.testing.assert_allclose(np.linalg.svd(matrix, compute_uv=False), spectrum, atol=1e-14)


def test_random_spectra_are_of_all_four_kinds() -> None:
    spectra = random_spectrum(np.random.default_rng(1), (4000, 4))
    assert np.all(np.diff(spectra, axis=-1) <= 0)
    assert spectra.min() == 0
    assert spectra.max() <= 1
    deficient = (spectra[:, -1] == 0).mean()
    equal = (np.diff(spectra, axis=-1)[:, 0] == 0).mean()
    graded = (spectra[:, -1] / np.maximum(spectra[:, 0], 1e-300) < 1e-3).mean() - deficient
    assert deficient > 0.1
    assert equal > 0.1
    assert graded > 0.1
