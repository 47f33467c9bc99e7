"""A matrix known by its products with vectors."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeAlias

import torch
from torch import Tensor

from specbound.core.errors import InvalidInput
from specbound.numeric.ops import NotAvailable

Product: TypeAlias = Callable[[Tensor], Tensor]

DENSE_ENTRIES = 2**24
"""Entries of the largest matrix that is formed densely: 4,096 × 4,096, which takes 128 MiB in float64."""


@dataclass
class Count:
    """How many products with single vectors an operator and its transpose have taken."""

    products: int = 0


@dataclass(frozen=True)
class Operator:
    """A real matrix of ``shape``, by its products with vectors and those of its transpose.

    ``operator @ v`` takes a vector of shape ``(columns,)`` or a matrix ``(columns, m)``, of the operator's dtype and
    device. One product function for both directions makes the operator symmetric.
    """

    shape: tuple[int, int]
    dtype: torch.dtype
    device: torch.device
    product: Product
    transposed: Product
    count: Count = field(default_factory=Count)
    hint: Tensor | None = None
    """A vector rich in the top right singular vector, of any norm, that a search may start from."""

    @classmethod
    def of_matrix(cls, matrix: Tensor) -> Operator:
        """The operator of a matrix that is at hand; symmetric if the matrix is, to the last bit."""
        rows, columns = matrix.shape
        symmetric = rows == columns and torch.equal(matrix, matrix.mT)
        product = matrix.__matmul__
        return cls(
            (rows, columns), matrix.dtype, matrix.device, product, product if symmetric else matrix.mT.__matmul__
        )

    @property
    def symmetric(self) -> bool:
        """Whether the matrix is its own transpose by construction."""
        return self.product is self.transposed

    @property
    def products(self) -> int:
        """Products with single vectors so far, transposed ones included."""
        return self.count.products

    @property
    def T(self) -> Operator:  # noqa: N802
        """The transpose, with the same count of products."""
        rows, columns = self.shape
        return Operator((columns, rows), self.dtype, self.device, self.transposed, self.product, self.count)

    def __matmul__(self, vectors: Tensor) -> Tensor:
        """The product with one vector, or with each column of a matrix.

        **Raises.** :class:`InvalidInput` for a wrong shape, dtype or device, and for a product that is not finite.
        """
        if vectors.ndim == 2:
            products = [self @ column for column in vectors.T.contiguous()]
            empty = torch.empty(self.shape[0], 0, dtype=self.dtype, device=self.device)
            return torch.stack(products, dim=1) if products else empty
        if vectors.shape != (self.shape[1],):
            raise InvalidInput(
                f"a vector of shape {tuple(vectors.shape)} meets an operator of shape {self.shape}; "
                f"({self.shape[1]},) or ({self.shape[1]}, m) is required"
            )
        if (vectors.dtype, vectors.device) != (self.dtype, self.device):
            raise InvalidInput(
                f"a vector in {vectors.dtype} on {vectors.device} meets an operator in {self.dtype} on {self.device}; "
                "convert it with vector.to(operator.device, operator.dtype)"
            )
        self.count.products += 1
        product = self.product(vectors)
        if not torch.isfinite(product).all():
            raise InvalidInput(
                "a product with the operator is not finite, though the loss is: a second derivative does not exist at "
                "this point, such as that of a root at 0, or overflows"
            )
        return product

    def dense(self) -> Tensor:
        """The matrix itself, one product a column.

        **Raises.** :class:`~specbound.numeric.ops.NotAvailable` above :data:`DENSE_ENTRIES` entries.
        """
        rows, columns = self.shape
        if rows * columns > DENSE_ENTRIES:
            raise NotAvailable(
                f"a matrix of {rows:,} × {columns:,} is not formed densely: at most {DENSE_ENTRIES:,} entries are; "
                "choose fewer parameters, or use products"
            )
        if columns > rows:
            return self.T.dense().T
        return self @ torch.eye(columns, dtype=self.dtype, device=self.device)


def compression(operator: Operator, left: Tensor, right: Tensor | None = None) -> Operator:
    """``leftᵀ · operator · right`` for matrices with the vectors in their columns; ``right`` is ``left`` if None.

    The singular values of a compression by orthonormal columns are at most those of the operator. Its products are
    counted in the operator too. It is symmetric where the operator is and ``right`` is None.
    """
    other = left if right is None else right

    def product(vector: Tensor) -> Tensor:
        return left.T @ (operator @ (other @ vector))

    def transposed(vector: Tensor) -> Tensor:
        return other.T @ (operator.T @ (left @ vector))

    symmetric = operator.symmetric and right is None
    shape = (left.shape[1], other.shape[1])
    return Operator(shape, operator.dtype, operator.device, product, product if symmetric else transposed)
