"""Families of matrices on which bounds for singular values have failed elsewhere, or might.

Each is a function of a size (at least 1) and a generator, and gives a finite float64 matrix of about that size. Shares
no code with the library.
"""

from collections.abc import Callable

import numpy as np

Matrix = np.ndarray
Generator = np.random.Generator

HADAMARD = np.array([[1, 1, 1, 1], [1, -1, 1, -1], [1, 1, -1, -1], [1, -1, -1, 1]]) / 2.0


def gaussian(size: int, generator: Generator) -> Matrix:
    """Independent normal entries."""
    return generator.standard_normal((size, size))


def tall(size: int, generator: Generator) -> Matrix:
    """Normal entries, more than twice as many rows as columns."""
    return generator.standard_normal((2 * size + 1, size))


def wide(size: int, generator: Generator) -> Matrix:
    """Normal entries, one column more than rows."""
    return generator.standard_normal((size, size + 1))


def row(size: int, generator: Generator) -> Matrix:
    """A single row."""
    return generator.standard_normal((1, size))


def column(size: int, generator: Generator) -> Matrix:
    """A single column."""
    return generator.standard_normal((size, 1))


def zero(size: int, generator: Generator) -> Matrix:
    """No entry but 0."""
    return np.zeros((size, size))


def one_entry(size: int, generator: Generator) -> Matrix:
    """A single entry that is not 0, in a random place."""
    matrix = np.zeros((size, size))
    matrix[generator.integers(size), generator.integers(size)] = generator.standard_normal()
    return matrix


def integers(size: int, generator: Generator) -> Matrix:
    """Integers from -9 to 9."""
    return generator.integers(-9, 10, (size, size)).astype(float)


def rank_deficient(size: int, generator: Generator) -> Matrix:
    """A product of two thin integer matrices, exact, so that half of the singular values are 0 exactly."""
    rank = max(size // 2, 1)
    left, right = generator.integers(-9, 10, (size, rank)), generator.integers(-9, 10, (rank, size))
    return (left @ right).astype(float)


def identical_rows(size: int, generator: Generator) -> Matrix:
    """The same row throughout: rank one."""
    return np.tile(generator.standard_normal(size), (size, 1))


def clustered(size: int, generator: Generator) -> Matrix:
    """Singular values within 1e-15 of 1 or of 1/2."""
    values = np.where(np.arange(size) % 2, 0.5, 1.0) + 1e-15 * generator.random(size)
    return rotated(values, generator)


def graded(size: int, generator: Generator) -> Matrix:
    """Singular values from 1 down to 1e-16, evenly in the logarithm, between two rotations."""
    return rotated(10.0 ** -np.linspace(0, 16, size), generator)


def graded_columns(size: int, generator: Generator) -> Matrix:
    """Columns from 1 down to 1e-16: tiny singular values that are determined to full relative accuracy."""
    return generator.standard_normal((size, size)) * 10.0 ** -np.linspace(0, 16, size)


def ill_conditioned(size: int, generator: Generator) -> Matrix:
    """All singular values 1 but the last, which is 1e-14."""
    values = np.ones(size)
    values[-1] = 1e-14
    return rotated(values, generator)


def hadamard_blocks(size: int, generator: Generator) -> Matrix:
    """Hadamard blocks of order 4 divided by 2, rows and columns permuted: orthogonal exactly; size up to fours."""
    blocks = -(-size // 4)
    matrix = np.kron(np.eye(blocks), HADAMARD)
    return matrix[generator.permutation(4 * blocks)][:, generator.permutation(4 * blocks)]


def signed_permutation(size: int, generator: Generator) -> Matrix:
    """A permutation of the unit vectors with random signs: orthogonal exactly."""
    return np.eye(size)[generator.permutation(size)] * generator.choice([-1.0, 1.0], size)


def rounded_orthogonal(size: int, generator: Generator) -> Matrix:
    """The orthogonal factor of a QR decomposition: orthogonal up to rounding."""
    return np.linalg.qr(generator.standard_normal((size, size)))[0]


def nearly_identity(size: int, generator: Generator) -> Matrix:
    """The identity and noise of 1e-15."""
    return np.eye(size) + 1e-15 * generator.standard_normal((size, size))


def powers_of_two(size: int, generator: Generator) -> Matrix:
    """A diagonal of powers of two, not sorted."""
    return np.diag(2.0 ** generator.integers(-30, 31, size))


def hilbert(size: int, generator: Generator) -> Matrix:
    """1 / (i + j + 1), rounded."""
    index = np.arange(size)
    return 1.0 / (index[:, None] + index + 1)


def lotkin(size: int, generator: Generator) -> Matrix:
    """The Hilbert matrix with a first row of ones."""
    matrix = hilbert(size, generator)
    matrix[0] = 1.0
    return matrix


def frank(size: int, generator: Generator) -> Matrix:
    """Frank's upper Hessenberg matrix of determinant 1."""
    index = np.arange(size)
    matrix = size - np.maximum(index[:, None], index).astype(float)
    matrix[index[:, None] > index + 1] = 0.0
    return matrix


def kahan(size: int, generator: Generator) -> Matrix:
    """Kahan's triangular matrix, on which rank decisions by QR with pivoting fail."""
    sine, cosine = np.sin(1.2), np.cos(1.2)
    return sine ** np.arange(size)[:, None] * (np.eye(size) - cosine * np.triu(np.ones((size, size)), 1))


def toeplitz(size: int, generator: Generator) -> Matrix:
    """Constant along the diagonals."""
    values = generator.standard_normal(2 * size - 1)
    index = np.arange(size)
    return values[index[:, None] - index + size - 1]


def arrow(size: int, generator: Generator) -> Matrix:
    """Entries in the first row, the first column and on the diagonal."""
    matrix = np.diag(generator.standard_normal(size))
    matrix[0] = generator.standard_normal(size)
    matrix[:, 0] = generator.standard_normal(size)
    return matrix


def jordan(size: int, generator: Generator) -> Matrix:
    """Ones on the diagonal and above it, and one eigenvalue for all that."""
    return np.eye(size) + np.eye(size, k=1)


def tiny_diagonal(size: int, generator: Generator) -> Matrix:
    """Upper triangular with 1e-12 on the diagonal."""
    return np.triu(generator.standard_normal((size, size)), 1) + 1e-12 * np.eye(size)


def float32_weights(size: int, generator: Generator) -> Matrix:
    """Normal entries of the scale of a network's weights, rounded to float32."""
    return (0.02 * generator.standard_normal((size, size))).astype(np.float32).astype(float)


def huge(size: int, generator: Generator) -> Matrix:
    """Normal entries times 1e200: their squares overflow."""
    return 1e200 * generator.standard_normal((size, size))


def tiny(size: int, generator: Generator) -> Matrix:
    """Normal entries times 1e-200: their squares underflow."""
    return 1e-200 * generator.standard_normal((size, size))


def mixed_magnitudes(size: int, generator: Generator) -> Matrix:
    """Entries from 1e-200 to 1e200, evenly in the logarithm."""
    return generator.standard_normal((size, size)) * 10.0 ** generator.uniform(-200, 200, (size, size))


def badly_scaled_rows(size: int, generator: Generator) -> Matrix:
    """Rows from 1e-150 to 1e150."""
    return generator.standard_normal((size, size)) * 10.0 ** generator.uniform(-150, 150, (size, 1))


def subnormal(size: int, generator: Generator) -> Matrix:
    """Entries below the smallest normal number, of which few digits are left."""
    return generator.integers(-(2**20), 2**20, (size, size)) * 2.0**-1074


def across_underflow(size: int, generator: Generator) -> Matrix:
    """Entries from 1e-318 to 1e-290: some subnormal, some not."""
    return generator.standard_normal((size, size)) * 10.0 ** generator.uniform(-318, -290, (size, size))


def nearly_overflowing(size: int, generator: Generator) -> Matrix:
    """Entries up to 1e300 in size."""
    return 1e300 * generator.uniform(-1, 1, (size, size))


def huge_and_subnormal(size: int, generator: Generator) -> Matrix:
    """A diagonal from 1e300 down to 1e-320 with a little noise above it."""
    matrix = np.diag(10.0 ** -np.linspace(-300, 320, size))
    return matrix + np.triu(generator.standard_normal((size, size)), 1)


def rotated(values: Matrix, generator: Generator) -> Matrix:
    """The values on a diagonal between two random rotations, rounded: a matrix with about these singular values."""
    left, right = (np.linalg.qr(generator.standard_normal((values.size, values.size)))[0] for _ in range(2))
    return (left * values) @ right.T


FAMILIES: dict[str, Callable[[int, Generator], Matrix]] = {
    function.__name__: function
    for function in (
        gaussian,
        tall,
        wide,
        row,
        column,
        zero,
        one_entry,
        integers,
        rank_deficient,
        identical_rows,
        clustered,
        graded,
        graded_columns,
        ill_conditioned,
        hadamard_blocks,
        signed_permutation,
        rounded_orthogonal,
        nearly_identity,
        powers_of_two,
        hilbert,
        lotkin,
        frank,
        kahan,
        toeplitz,
        arrow,
        jordan,
        tiny_diagonal,
        float32_weights,
        huge,
        tiny,
        mixed_magnitudes,
        badly_scaled_rows,
        subnormal,
        across_underflow,
        nearly_overflowing,
        huge_and_subnormal,
    )
}
