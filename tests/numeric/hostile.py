"""Arithmetic that errs as badly as a bound admits, so that a bound that forgets an error is seen at once.

Real libraries err far less than ``γ_n |x| |y|``, and on most matrices a forgotten term hides behind the others. A
``Hostile`` array is a NumPy array whose sums of products, and sums, are all too small (``TooSmall``) or too large
(``TooLarge``), by half of what round to nearest in a bad order could do; those that are exact in every order stay
exact. Beside the real error of a sum, which is smaller from eight terms on, half leaves the total within the bound.
``Flushing`` ones lose what underflows.
"""

from typing import Any, ClassVar

import numpy as np

UNIT = 2.0**-53
SMALLEST = 2.0**-1022


class Hostile(np.ndarray):
    """Errors downward where ``push`` is positive, upward where it is negative."""

    push: ClassVar[float]

    @classmethod
    def errors(cls, ufunc: Any, left: np.ndarray, right: np.ndarray) -> np.ndarray:
        """By how much sums of products come out too small."""
        sizes = ufunc(np.abs(left), np.abs(right))
        if np.max(sizes, initial=0.0) <= 2.0**53 * _grid(left) * _grid(right):
            return np.zeros_like(sizes)
        return cls.push * _half_gamma(left.shape[-1]) * sizes

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, out: Any = None, **options: Any) -> Any:
        plain = [np.asarray(one).view(np.ndarray) if isinstance(one, Hostile) else one for one in inputs]
        result = getattr(ufunc, method)(*plain, **options)
        if method == "__call__" and ufunc in (np.matmul, np.vecdot):
            result = result - self.errors(ufunc, *plain)
        elif method == "reduce" and ufunc is np.add:
            sizes = np.add.reduce(np.abs(plain[0]), **options)
            result = result - self.push * _half_gamma(plain[0].size // max(np.size(sizes), 1)) * sizes
        if out is not None:
            out[0].view(np.ndarray)[...] = result
            return out[0]
        return result.view(type(self)) if isinstance(result, np.ndarray) else result


class TooSmall(Hostile):
    push = 1.0


class TooLarge(Hostile):
    push = -1.0


class Flushing(Hostile):
    """Every product below the smallest normal number becomes 0."""

    @classmethod
    def errors(cls, ufunc: Any, left: np.ndarray, right: np.ndarray) -> np.ndarray:
        terms = left[..., None] * right[None] if ufunc is np.matmul else left * right
        return np.where(np.abs(terms) < SMALLEST, terms, 0).sum(axis=1)

    push = 0.0


HOSTILE = (TooSmall, TooLarge)


def _half_gamma(terms: int) -> float:
    return 0.5 * terms * UNIT / (1 - terms * UNIT)


def _grid(matrix: np.ndarray) -> float:
    """The largest power of two of which all entries are multiples, or 0 where it underflows."""
    fractions, exponents = np.frexp(matrix[matrix != 0])
    whole = np.ldexp(fractions, 53).astype(np.int64)
    lowest = np.frexp((whole & -whole).astype(float))[1] - 1
    return float(np.ldexp(1.0, int((exponents - 53 + lowest).min(initial=0))))
