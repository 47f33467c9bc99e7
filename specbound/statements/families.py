"""What the statements of one family share: the matrices they speak of and the size of what rounding acts on."""

from __future__ import annotations

from specbound.core.instance import Domain, Index, Instance, Sizes
from specbound.numeric.ops import Scalar


def smaller_side(*names: str) -> Index:
    """An index from 1 to the smallest of these sizes: a number of singular vectors, or of terms."""

    def high(sizes: Sizes) -> int:
        return min(sizes[name] for name in names)

    return Index(1, high)


def past_the_smaller_side(*names: str) -> Index:
    """A position counted from 0 that reaches one beyond the last singular value, where it is zero by definition."""

    def high(sizes: Sizes) -> int:
        return min(sizes[name] for name in names)

    return Index(0, high)


SAME_SHAPE = {"A": ("m", "n"), "B": ("m", "n")}
"""Two matrices whose sum exists."""

FACTORS = {"A": ("m", "n"), "B": ("n", "p")}
"""Two matrices whose product ``A B`` exists."""

TRIPLE = Domain(matrices={"A": ("m", "n"), "B": ("n", "p"), "C": ("p", "q")})
"""Three matrices whose product ``A B C`` exists."""

TRIPLE_WITH_RANKS = Domain(
    matrices=TRIPLE.matrices, indices={"r1": smaller_side("m", "n"), "r2": smaller_side("p", "q")}
)
"""The same, with how many right singular vectors of ``A`` and left singular vectors of ``C`` are looked at."""


def sum_of_norms(x: Instance) -> Scalar:
    """``‖A‖_F + ‖B‖_F``: the scale of a statement on sums and differences."""
    return x.ops.frobenius_norm(x.A) + x.ops.frobenius_norm(x.B)


def product_of_two_norms(x: Instance) -> Scalar:
    """``‖A‖_F ‖B‖_F``: the scale of a statement on products."""
    return x.ops.frobenius_norm(x.A) * x.ops.frobenius_norm(x.B)


def norm_of_triple(x: Instance) -> Scalar:
    """``σ₁(ABC)``, the left side of every reading of the triple product bound."""
    return x.ops.singular_value(x.ops.product(x.A, x.B, x.C), 0)


def product_of_norms(x: Instance) -> Scalar:
    """``‖A‖_F ‖B‖_F ‖C‖_F``: the scale of a statement on the triple product."""
    return product_of_two_norms(x) * x.ops.frobenius_norm(x.C)
