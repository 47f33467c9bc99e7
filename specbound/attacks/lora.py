"""Low-rank adapters on each locked layer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor, nn

from specbound.attacks.attacked import Attacked, attacked, pairs_of
from specbound.attacks.modules import Rewritten, Series, Sum, mixer, pair_frozen, reader
from specbound.core.errors import InvalidInput, unknown_name
from specbound.curvature.linear_maps import matrix_of
from specbound.locking.module import LockedLinear

PLACES = ("weight", "output", "compensator")


def lora(
    model: nn.Module,
    place: str = "weight",
    rank: int = 4,
    seed: int = 0,
    inputs: Any = None,
    tolerance: float | None = None,
) -> Attacked:
    """Freezes the model and adds ``B A`` at each lock, B zero and A Gaussian with variance 1 over its inputs.

    On the ``weight``, ``C (W̃ + B A) h``, what is learnt along the inflated directions is divided by α
    (``attack_lora``); on the ``output``, ``(C W̃ + B A) h``, it is base LoRA; on the ``compensator`` its curvature
    grows like α² where A meets those directions (``attack_lora_on_compensator``).

    **Parameters.** ``rank``: at least 1. Others as for :func:`~specbound.attacks.merge.merge`, and so **Returns**;
    ``rank (inputs + outputs)`` of the map beside which it lies are added for each pair.
    **Raises.** :class:`InvalidInput` for an unknown place, a rank below 1, a model without locks.
    **Source.** Hu et al., *LoRA: Low-Rank Adaptation of Large Language Models*, ICLR 2022.

    >>> from specbound.locking import lock
    >>> model = nn.Sequential(nn.Linear(4, 3))
    >>> _ = lock(model, "0", alpha=100.0, k=1)
    >>> lora(model, rank=1).trainable
    ('0.maps.locked.beside.a.weight', '0.maps.locked.beside.b.weight')
    """
    if place not in PLACES:
        raise unknown_name("place of an adapter", place, PLACES)
    if rank < 1:
        raise InvalidInput(f"rank = {rank}; required: at least 1")
    generator = torch.Generator().manual_seed(seed)

    def adapted(pair: LockedLinear) -> nn.Module:
        held = pair_frozen(pair)
        if place == "output":
            return Rewritten(pair, Sum(held, _adapter(pair, pair.matrix(), True, rank, generator)))
        name = "locked" if place == "weight" else "compensator"
        kept = held.get_submodule(name)
        reads = kept is next(held.children())
        held.add_module(name, Sum(kept, _adapter(pair, matrix_of(kept), reads, rank, generator)))
        return Rewritten(pair, held)

    def change(copy: nn.Module) -> Mapping[str, nn.Module]:
        pairs = pairs_of("lora", copy)
        copy.requires_grad_(False)
        return {path: adapted(pair) for path, pair in pairs.items()}

    return attacked("lora", "the architecture", model, change, inputs, tolerance)


def _adapter(pair: LockedLinear, beside: Tensor, reads: bool, rank: int, generator: torch.Generator) -> Series:
    """A low-rank map beside another, that reads the layer's inputs or what its first map puts out."""
    outputs, inputs = beside.shape
    a = torch.randn(rank, inputs, generator=generator, dtype=torch.float64) / inputs**0.5
    b = torch.zeros(outputs, rank, dtype=torch.float64)
    return Series({"a": reader(pair, a) if reads else mixer(pair, a), "b": mixer(pair, b)})
