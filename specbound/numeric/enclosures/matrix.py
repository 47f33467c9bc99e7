"""A real matrix within a known distance of a float64 one."""

from __future__ import annotations

from fractions import Fraction
from functools import cached_property
from typing import Any

import numpy as np

from specbound.numeric.enclosures.factors import Factors
from specbound.numeric.enclosures.reading import Matrix, exact_float64, exact_fraction
from specbound.numeric.enclosures.rounded import SMALLEST, frobenius_up, norm_up, product_up, root_up, sum_up, up
from specbound.numeric.enclosures.scaling import rescaled
from specbound.numeric.ops import NotAvailable

LARGEST = float(np.finfo(np.float64).max)

LONGEST = np.dtype(np.float64).itemsize

Turn = object | None
"""An orthogonal change of basis that nobody knows; None where there is none."""


class EnclosedMatrix:
    """A matrix ``M`` with ``‖M − 2^exponent · middle‖_F ≤ 2^exponent · radius``.

    The largest entry of ``middle`` lies between 1/2 and 1, or ``middle`` is zero.

    ``turns`` tells of rows and of columns whether ``M`` is known only up to an orthogonal change of their basis, and
    which: singular vectors are, beyond the span of the first few. Operations that would mind refuse.
    """

    def __init__(
        self, middle: Matrix, exponent: int = 0, radius: float = 0.0, turns: tuple[Turn, Turn] = (None, None)
    ) -> None:
        self.middle, shift, lost = rescaled(middle)
        self.exponent = exponent + shift
        self.radius = sum_up(up(float(np.ldexp(radius, -shift))), lost) if radius else lost
        self.turns = turns
        if not np.isfinite(self.radius):
            raise NotAvailable("the radius of an enclosure overflows: nothing is known of the matrix")

    @classmethod
    def exact(cls, rows: Any) -> EnclosedMatrix:
        """From an array or nested lists of finite floats, integers and fractions.

        Floats are taken for the numbers they are; an integer or a fraction that is no float is enclosed.

        **Raises.** As :func:`~specbound.numeric.enclosures.reading.exact_float64`.
        """
        given = np.asarray(rows, dtype=None if hasattr(rows, "dtype") else object)
        if given.dtype.kind in "iu" or (given.dtype.kind == "f" and given.dtype.itemsize > LONGEST):
            # Not every such number is a float64.
            given = given.astype(object)
        if given.dtype != object:
            return cls(exact_float64(given))
        if given.ndim != 2:
            raise ValueError(f"an exact matrix from {rows!r}; required: rows of equal length")
        exact = [_fraction(entry) for entry in given.flat]
        floats = exact_float64(np.array([float(entry) for entry in exact]).reshape(given.shape))
        off = sum((abs(one - _fraction(other)) for one, other in zip(exact, floats.flat, strict=True)), Fraction(0))
        return cls(floats, 0, up(float(off)) if off else 0.0)

    @property
    def shape(self) -> tuple[int, int]:
        rows, columns = self.middle.shape
        return rows, columns

    @property
    def nbytes(self) -> int:
        """Of the middle and of the factors that may come to it."""
        return 3 * self.middle.nbytes

    def shifted(self, exponent: int) -> tuple[Matrix, float]:
        """Middle and radius in units of ``2^exponent``, no less than its own; what underflows goes to the radius."""
        shift = self.exponent - exponent
        middle = np.ldexp(self.middle, shift)
        lost = 0.0
        if not np.array_equal(np.ldexp(middle, -shift), self.middle):
            lost = product_up(root_up(float(middle.size)), SMALLEST)
        return middle, sum_up(up(float(np.ldexp(self.radius, shift))), lost) if self.radius or lost else 0.0

    @property
    def mT(self) -> EnclosedMatrix:  # noqa: N802 (the array API's name)
        rows, columns = self.turns
        return EnclosedMatrix(self.middle.T, self.exponent, self.radius, (columns, rows))

    @cached_property
    def factors(self) -> Factors:
        """An approximate decomposition of the middle."""
        return Factors.of(self.middle)

    @cached_property
    def norm(self) -> float:
        """At least the spectral norm of the middle."""
        return norm_up(self.middle)

    @cached_property
    def size(self) -> float:
        """At least the Frobenius norm of the middle."""
        return frobenius_up(self.middle)

    def fixed(self) -> EnclosedMatrix:
        """Itself, where its entries are determined.

        **Raises.** :class:`NotAvailable` where they depend on a choice of basis.
        """
        if self.turns != (None, None):
            raise NotAvailable("singular vectors are known up to a change of basis of their span: no single entry is")
        return self


def _fraction(entry: Any) -> Fraction:
    found = exact_fraction(entry)
    if abs(found) > LARGEST:
        raise ValueError(f"an entry beyond {LARGEST:g}; required: less. Divide the matrix by a power of two")
    return found
