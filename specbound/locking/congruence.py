"""The change of variable between a locked model and the one with identities inserted, read off the locks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from specbound.core.errors import InvalidInput
from specbound.curvature.linear_maps import is_transposed
from specbound.locking.compensators import is_identity, recognised
from specbound.locking.layers import locks_in
from specbound.locking.module import LockedLinear

LARGEST_METRIC = 2**24
"""Entries of the largest metric that is formed densely."""


@dataclass(frozen=True)
class MetricBlock:
    """D on one weight, ``A ⊗ I`` or ``I ⊗ A``, symmetric: A acts on the outputs of its linear map, or on its inputs.

    ``factor``, ``inverse``, ``gram``: A, A⁻¹ and A², float64, ``(d, d)``, or ``(d,)`` where they are diagonal.
    """

    weight: nn.Parameter
    factor: Tensor
    inverse: Tensor
    gram: Tensor
    on_rows: bool

    def to_inserted(self, value: Tensor) -> Tensor:
        """``D v`` of a value in the weight's shape: what it is in the identity-inserted model."""
        return self._applied(self.factor, value)

    def from_inserted(self, value: Tensor) -> Tensor:
        """``D⁻¹ v``: of a value of the inserted model what it is here; of a gradient here what it is there."""
        return self._applied(self.inverse, value)

    def _applied(self, factor: Tensor, value: Tensor) -> Tensor:
        wide = value.flatten(1).to(factor.dtype)
        if factor.ndim == 1:
            found = wide * (factor[:, None] if self.on_rows else factor)
        else:
            found = factor @ wide if self.on_rows else wide @ factor
        return found.reshape(value.shape).to(value.dtype)

    def diagonal(self) -> Tensor:
        """The block of the metric where A is given by its diagonal, ``(n,)``."""
        rows, columns = self._shape()
        return self.gram.repeat_interleave(columns) if self.on_rows else self.gram.repeat(rows)

    def dense(self) -> Tensor:
        """The block itself, ``(n, n)``."""
        rows, columns = self._shape()
        # Of a matrix that is not contiguous torch.kron (2.13) may fail.
        gram = torch.diag(self.gram) if self.gram.ndim == 1 else self.gram.contiguous()
        one = torch.eye(columns if self.on_rows else rows).to(gram)
        return torch.kron(gram, one) if self.on_rows else torch.kron(one, gram)

    def _shape(self) -> tuple[int, int]:
        return self.weight.shape[0], self.weight[0].numel()


def congruence_metric(model: nn.Module) -> Tensor:
    """``DᵀD``, where D maps changes of the locked model's parameters to those of the identity-inserted one.

    ``H_locked = Dᵀ H_inserted D`` (``deformation_congruence``), so damping by ``λ DᵀD`` in the locked model is damping
    by ``λ I`` in the inserted one. With the compensator after the weight, ``W' = T⁻¹ W̃`` and ``C' = C T``, so that the
    blocks are ``T⁻² ⊗ I`` for ``locked.weight`` and ``I ⊗ T²`` for ``compensator.weight``; before it, ``W' = W̃ T⁻¹``
    and ``C' = T C``, so ``I ⊗ T⁻²`` and ``T² ⊗ I``; all others are I. In the rotated form T is the diagonal D_α, and
    the inserted model is the one that the rotated lock with α = 1 makes, the same up to an orthogonal change of basis.

    **Parameters.** ``model``: with all its locks as :func:`~specbound.locking.lock.lock` made them, not yet trained:
    T is read off the compensators. A lock of α = 1, and a model without locks, has the metric I.
    **Returns.** In float64, over the trainable parameters in the order of ``named_parameters()``, each flattened: the
    diagonal ``(n,)`` where every lock is rotated, else ``(n, n)``.
    **Accuracy.** Relative in each coordinate of the rotated form, of order u; of the dense form of order ``u α``.
    **Raises.** :class:`InvalidInput` for a compensator that is no lock's, as after training, and where the metric is
    dense and too large.

    >>> from specbound.locking import lock
    >>> model = nn.Sequential(nn.Linear(1, 2, bias=False)).double()
    >>> _ = lock(model, "0", alpha=10.0, k=1, form="rotated")
    >>> [round(float(entry), 6) for entry in congruence_metric(model)]
    [0.01, 1.0, 100.0, 1.0, 100.0, 1.0]
    """
    blocks = {id(block.weight): block for block in metric_blocks(model)}
    parameters = [p for p in model.parameters() if p.requires_grad]
    if all(block.gram.ndim == 1 for block in blocks.values()):
        parts = [blocks[id(p)].diagonal() if id(p) in blocks else _ones(p) for p in parameters]
        return torch.cat(parts)
    count = sum(p.numel() for p in parameters)
    if count**2 > LARGEST_METRIC:
        raise InvalidInput(
            f"the metric of {count:,} parameters is not formed densely; take the form rotated, whose metric is diagonal"
        )
    return torch.block_diag(*[blocks[id(p)].dense() if id(p) in blocks else torch.diag(_ones(p)) for p in parameters])


def metric_blocks(model: nn.Module) -> list[MetricBlock]:
    """The metric on the weights of all pairs; on all other parameters it is the identity.

    **Raises.** :class:`InvalidInput` for a compensator that is no lock's, as after training.
    """
    return [block for name, pair in locks_in(model).items() for block in _blocks(name, pair)]


def _ones(parameter: Tensor) -> Tensor:
    return torch.ones(parameter.numel(), dtype=torch.float64, device=parameter.device)


def _blocks(name: str, pair: LockedLinear) -> Iterator[MetricBlock]:
    """The blocks of the two weights of a pair, with T² and T⁻² as matrices, or as diagonals where they are diagonal."""
    _, compensator = pair.matrices()
    after = pair.side == "after"
    if not is_identity(compensator) and recognised(compensator, named=True) is None:
        raise InvalidInput(f"the compensator of {name} is no lock's, as after training; take the metric before it")
    wide = compensator.to(torch.float64)
    # The compensator is T⁻¹, or, rotated, Q D⁻¹ (before: D⁻¹ Qᵀ): either way T⁻² is its Gram matrix on the inner side.
    inner = wide if after else wide.T
    norms = torch.linalg.vector_norm(inner, dim=0)
    cosines = (inner / norms).T @ (inner / norms)
    cosines.diagonal().zero_()
    if float(cosines.abs().max()) <= len(inner) * torch.finfo(compensator.dtype).eps:
        powers = {power: norms**power for power in (-2, -1, 1, 2)}
    else:
        # The dense form is symmetric; singular values keep 1/α to u α, which its square would keep to u α².
        _, values, vectors = torch.linalg.svd(inner)
        powers = {power: (vectors.T * values**power) @ vectors for power in (-2, -1, 1, 2)}
    # Conv1D stores the transpose of its linear map.
    for module, sign, on_outputs in ((pair.locked, 1, after), (pair.compensator, -1, not after)):
        weight = module.get_parameter("weight")
        yield MetricBlock(weight, powers[sign], powers[-sign], powers[2 * sign], on_outputs != is_transposed(module))
