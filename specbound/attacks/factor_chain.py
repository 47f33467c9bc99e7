"""A chain of factors in the place of each locked weight."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn

from specbound.attacks.attacked import Attacked, attacked, in_each_pair
from specbound.attacks.modules import Rewritten, Series, mixer, product_of, reader
from specbound.core.errors import InvalidInput
from specbound.curvature.linear_maps import matrix_of
from specbound.locking.module import LockedLinear


def factor_chain(
    model: nn.Module, count: int = 2, merge_first: bool = False, inputs: Any = None, tolerance: float | None = None
) -> Attacked:
    """Replaces each locked weight by ``count`` factors with singular values ``σ^(1/count)``, its compensator frozen.

    The curvature grows like ``α^(2(1 − 1/count))`` for k < d: more factors are worse (``attack_factor_chain``).

    **Parameters.** ``count``: at least 1. ``merge_first``: factor ``C W̃`` and drop the compensator, after which α plays
    no part. Others as for :func:`~specbound.attacks.merge.merge`, and so **Returns** and **Raises**. For each pair
    ``r (d_out + d_in) + (count − 2) r² − d_out d_in`` parameters are added where count is at least 2, r being the
    smaller of d_out and d_in, and those of the compensator go where it is merged.

    >>> from specbound.locking import lock
    >>> model = nn.Sequential(nn.Linear(4, 3))
    >>> _ = lock(model, "0", alpha=100.0, k=1)
    >>> factor_chain(model, 2).trainable
    ('0.bias', '0.maps.factor_0.weight', '0.maps.factor_1.weight')
    """
    if count < 1:
        raise InvalidInput(f"count = {count}; required: at least one factor")

    def chained(pair: LockedLinear) -> nn.Module:
        if merge_first:
            return Rewritten(pair, Series(_named(pair, even_factors(product_of(pair), count), reads=True)))
        deformed = matrix_of(pair.locked).detach().to(torch.float64)
        after = pair.side == "after"
        factors = _named(pair, even_factors(deformed, count), reads=after)
        held = {"compensator": pair.compensator.requires_grad_(False)}
        return Rewritten(pair, Series({**factors, **held} if after else {**held, **factors}))

    return attacked("factor_chain", "the locks", model, in_each_pair("factor_chain", chained), inputs, tolerance)


def even_factors(matrix: Tensor, count: int) -> list[Tensor]:
    """Factors ``F₁, …, F_m`` with ``F_m ⋯ F₁`` the matrix, with singular values ``σ^(1/m)``, that acts first first.

    >>> [tuple(factor.shape) for factor in even_factors(torch.ones(3, 4), 3)]
    [(3, 4), (3, 3), (3, 3)]
    """
    if count == 1:
        return [matrix]
    left, values, right = torch.linalg.svd(matrix, full_matrices=False)
    root = values ** (1 / count)
    # Each a tensor of its own: layers are built on them.
    return [root[:, None] * right, *(torch.diag(root) for _ in range(count - 2)), left * root]


def _named(pair: LockedLinear, factors: list[Tensor], reads: bool) -> dict[str, nn.Module]:
    """The factors as layers, of which the first reads what the layer reads, or mixes what the compensator puts out."""
    first, *others = factors
    made = [reader(pair, first) if reads else mixer(pair, first), *(mixer(pair, factor) for factor in others)]
    return {f"factor_{number}": layer for number, layer in enumerate(made)}
