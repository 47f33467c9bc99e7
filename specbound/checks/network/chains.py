"""Chains of factors in the place of a locked weight, the compensator frozen, read on a network."""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass, replace
from functools import cached_property

import torch
from torch import Tensor, nn

from specbound.attacks.factor_chain import even_factors
from specbound.attacks.modules import linear
from specbound.checks.network.case import Case
from specbound.checks.network.congruence import PAIRS
from specbound.checks.network.reading import Sides
from specbound.curvature import Operator, hessian, top_singular_value_of
from specbound.locking.layers import locks_in
from specbound.numeric.ops import NotAvailable

COUNT = 3
"""Factors of the chains that are looked at: a first, a middle and a last one."""


@dataclass(frozen=True)
class _Chains:
    """A network with its locked weight in factors, and the same without a lock, C frozen in both."""

    case: Case

    @cached_property
    def locked(self) -> nn.Module:
        return self._chained(self.case.locked, None)

    @cached_property
    def inserted(self) -> nn.Module:
        """With the signs of the inner bases of the locked one."""
        return self._chained(self.case.with_lock(1.0, self.case.form), self._factors(self.locked)[0])

    def _chained(self, model: nn.Module, like: Tensor | None) -> nn.Module:
        copy = deepcopy(model)
        pair = locks_in(copy)[self.case.layer]
        factors = even_factors(pair.locked.get_parameter("weight").detach(), COUNT)
        if like is not None:
            signs = torch.sign((factors[0] * like).sum(dim=1))
            factors[0], factors[-1] = signs[:, None] * factors[0], factors[-1] * signs
        pair.locked = nn.Sequential(*(linear(factor) for factor in factors))
        pair.compensator.requires_grad_(False)
        return copy

    def _factors(self, model: nn.Module) -> list[Tensor]:
        return [p.detach() for p in locks_in(model)[self.case.layer].locked.parameters()]

    def hessian(self, model: nn.Module) -> Operator:
        """In all parameters but C."""
        return hessian(model, self.case.loss, self.case.data, list(self._trained(model)))

    def _trained(self, model: nn.Module) -> dict[str, nn.Parameter]:
        return {name: parameter for name, parameter in model.named_parameters() if parameter.requires_grad}

    @cached_property
    def scales(self) -> Tensor:
        """The diagonal of D, in the rotated form: ``β_{i−1}`` for columns of factor i, ``1/β_i`` for its rows."""
        parts: list[Tensor] = []
        for name, parameter in self._trained(self.locked).items():
            scale = torch.ones_like(parameter)
            if name.startswith(f"{self.case.layer}.locked."):
                place = int(name.split(".")[-2]) + 1
                scale[: self.case.k] /= self.case.alpha ** (place / COUNT)
                if place > 1:
                    scale[:, : self.case.k] *= self.case.alpha ** ((place - 1) / COUNT)
            parts.append(scale.detach().reshape(-1))
        return torch.cat(parts)

    @cached_property
    def leading(self) -> Tensor:
        """Which parameters are in the last factor, in rows outside U_k and in columns that the others inflate."""
        parts: list[Tensor] = []
        for name, parameter in self._trained(self.locked).items():
            mask = torch.zeros_like(parameter, dtype=torch.bool)
            if name == f"{self.case.layer}.locked.{COUNT - 1}.weight":
                mask[self.case.k :, : self.case.k] = True
            parts.append(mask.reshape(-1))
        return torch.cat(parts)


def _chains(case: Case) -> _Chains:
    if case.alpha < 1 or case.side != "after" or case.two_sided:
        raise NotAvailable("it is about α of at least 1, with one side, and the compensator after the weight")
    # The coordinates of the rotated form are those in which D is diagonal.
    return _Chains(replace(case, form="rotated"))


def attack_factor_chain(case: Case) -> Iterator[Sides]:
    """``vᵀ H_chain(α) w`` against ``(Dv)ᵀ H_chain(1) (Dw)``, along drawn directions of all that is trained."""
    chains = _chains(case)
    yield from _compared(chains, torch.ones_like(chains.scales), chains.scales)


def attack_factor_chain_lower(case: Case) -> Iterator[Sides]:
    """The same along drawn directions in the leading block alone, with ``α^{1−1/m}`` in the place of D."""
    chains = _chains(case)
    if not bool(chains.leading.any()):
        raise NotAvailable("all directions are inflated; none is left alone")
    mask = chains.leading.to(chains.scales.dtype)
    yield from _compared(chains, mask, case.alpha ** (1 - 1 / COUNT) * mask)


def _compared(chains: _Chains, mask: Tensor, scales: Tensor) -> Iterator[Sides]:
    case, locked, inserted = chains.case, chains.hessian(chains.locked), chains.hessian(chains.inserted)
    generator = torch.Generator().manual_seed(case.seed)
    drawn = torch.randn(2 * PAIRS, len(mask), generator=generator, dtype=torch.float64).to(mask)
    size = top_singular_value_of(inserted, tol=0.1, seed=case.seed).value
    for v, w in zip(drawn[:PAIRS], drawn[PAIRS:], strict=True):
        # A decomposition of the locked weight keeps α times the rounding of what the lock does not inflate.
        scale = case.alpha * size * float(torch.linalg.norm(scales * v) * torch.linalg.norm(scales * w))
        lhs = float((mask * v) @ (locked @ (mask * w)))
        yield Sides(lhs, float((scales * v) @ (inserted @ (scales * w))), scale)
