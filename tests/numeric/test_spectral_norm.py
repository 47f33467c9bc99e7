"""The interval of a spectral norm holds it, at 60 digits, and is narrow."""

import mpmath
import numpy as np
import pytest

from specbound import spectral_norm_enclosure
from tests import reference

RNG = np.random.default_rng(0)
MATRICES = {
    "random": RNG.standard_normal((5, 5)),
    "tall": RNG.standard_normal((7, 2)),
    "wide": RNG.standard_normal((2, 7)),
    "one entry": np.array([[-3.0]]),
    "ones": np.ones((6, 6)),
    "orthogonal": np.linalg.qr(RNG.standard_normal((5, 5)))[0],
    "of low rank": np.outer(RNG.standard_normal(6), RNG.standard_normal(4)),
    "graded": np.diag(10.0 ** -np.arange(0, 24, 4)) @ RNG.standard_normal((6, 6)),
    "huge": 1e300 * RNG.standard_normal((4, 4)),
    "tiny": 1e-290 * RNG.standard_normal((4, 4)),
    "cluster": np.diag([1.0, 1.0, 1.0 - 1e-15, 1e-9]),
}


@pytest.mark.parametrize("name", MATRICES)
def test_it_is_held_and_narrow(name: str) -> None:
    matrix = MATRICES[name]
    truth = reference.sigma(mpmath.matrix(matrix.tolist()), 1)
    low, high = (mpmath.mpf(end) for end in spectral_norm_enclosure(matrix))
    assert truth * (1 - mpmath.mpf(10) ** -12) <= low <= truth <= high <= truth * (1 + mpmath.mpf(10) ** -12)


def test_zero_has_the_norm_zero() -> None:
    assert spectral_norm_enclosure(np.zeros((3, 2))) == (0, 0)
