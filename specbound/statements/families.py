"""What the statements of one family share: the matrices they speak of and the size of what rounding acts on."""

from __future__ import annotations

from specbound.core.instance import Domain, Index, Instance, Sizes
from specbound.numeric.ops import Scalar


def smaller_side(rows: str, columns: str) -> Index:
    """An index from 1 to ``min(rows, columns)``: a number of singular vectors."""

    def high(sizes: Sizes) -> int:
        return min(sizes[rows], sizes[columns])

    return Index(1, high)


TRIPLE = Domain(matrices={"A": ("m", "n"), "B": ("n", "p"), "C": ("p", "q")})
"""Three matrices whose product ``A B C`` exists."""

TRIPLE_WITH_RANKS = Domain(
    matrices=TRIPLE.matrices, indices={"r1": smaller_side("m", "n"), "r2": smaller_side("p", "q")}
)
"""The same, with how many right singular vectors of ``A`` and left singular vectors of ``C`` are looked at."""


def norm_of_triple(x: Instance) -> Scalar:
    """``σ₁(ABC)``, the left side of every reading of the triple product bound."""
    return x.ops.singular_value(x.ops.product(x.A, x.B, x.C), 0)


def product_of_norms(x: Instance) -> Scalar:
    """``‖A‖_F ‖B‖_F ‖C‖_F``: the scale of a statement on the triple product."""
    norm = x.ops.frobenius_norm
    return norm(x.A) * norm(x.B) * norm(x.C)
