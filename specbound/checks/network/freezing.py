"""What is left of a lock's curvature for those who freeze layers and train beside or around them, read on a network."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from copy import deepcopy

import torch
from torch import Tensor, nn

from specbound.attacks.modules import Sum, linear
from specbound.checks.network.case import Case
from specbound.checks.network.congruence import PAIRS
from specbound.checks.network.reading import Sides
from specbound.curvature import hessian
from specbound.numeric.ops import NotAvailable

RANK = 2
"""The rank of adapters."""

SIZE = 0.1
"""The norm of what is added, over that of the weight or of an identity: attacks are looked at when under way."""

Moves = Mapping[str, Tensor]
"""By parameter, as many directions as are compared, one behind the other: ``(…, 2 · PAIRS)``."""


class Drawn:
    """Random matrices and directions, from a case's seed."""

    def __init__(self, case: Case) -> None:
        self._generator = torch.Generator().manual_seed(case.seed)
        self._case = case

    def matrix(self, *shape: int) -> Tensor:
        """Of norm 1."""
        drawn = torch.randn(*shape, generator=self._generator, dtype=torch.float64).to(self._case.weight)
        return drawn / torch.linalg.vector_norm(drawn)

    def moves(self, *shape: int) -> Tensor:
        """As many matrices as directions are compared along."""
        return torch.stack([self.matrix(*shape) for _ in range(2 * PAIRS)], dim=-1)

    def rest(self) -> Moves:
        """Moves of all that lies outside the layer."""
        case = self._case
        outside = {n: p for n, p in case.model.named_parameters() if not n.startswith(f"{case.layer}.")}
        return {name: self.moves(*parameter.shape) for name, parameter in outside.items()}


def attack_freeze(case: Case) -> Iterator[Sides]:
    """With C held, ``∂²L_locked[(P, …), (P2, …)]`` against ``∂²L[(T⁻¹P, …), (T⁻¹P2, …)]`` before any lock."""
    _dense_after(case)
    drawn = Drawn(case)
    rest, moves = drawn.rest(), drawn.moves(*case.weight.shape)
    locked = {f"{case.layer}.locked.weight": moves, **rest}
    base = {f"{case.layer}.weight": _contracted(case, moves), **rest}
    yield from _compared(case, (case.locked, locked), (case.model, base))


def attack_parallel(case: Case) -> Iterator[Sides]:
    """In Δ beside the pair, against the weight of the model before any lock at W + Δ; then for ``Δ = B A``."""
    drawn = Drawn(case)
    rest, moves = drawn.rest(), drawn.moves(*case.weight.shape)
    delta = SIZE * torch.linalg.vector_norm(case.weight) * drawn.matrix(*case.weight.shape)
    attacked = _changed(case, case.locked, case.layer, lambda pair: Sum(pair, linear(delta)))
    base = deepcopy(case.model)
    with torch.no_grad():
        base.get_submodule(case.layer).get_parameter("weight").add_(delta)
    one, other = {f"{case.layer}.beside.weight": moves, **rest}, {f"{case.layer}.weight": moves, **rest}
    yield from _compared(case, (attacked, one), (base, other))
    a, b = _adapter(case, drawn, case.weight.shape[1])
    attacked, base = (
        _changed(case, model, case.layer, lambda layer: Sum(layer, _low_rank(a, b)))
        for model in (case.locked, case.model)
    )
    same = {**_moves_of_adapter(drawn, case.layer, a, b), **rest}
    yield from _compared(case, (attacked, same), (base, same))


def attack_inject(case: Case) -> Iterator[Sides]:
    """In layers before and behind the pair, against the same around the weight of the model before any lock."""
    drawn = Drawn(case)
    d_out, d_in = case.weight.shape
    before, behind = (_near_identity(case, drawn, size) for size in (d_in, d_out))
    moves = {f"{case.layer}.0.weight": drawn.moves(d_in, d_in), f"{case.layer}.2.weight": drawn.moves(d_out, d_out)}
    attacked, base = (
        _changed(case, model, case.layer, lambda layer: nn.Sequential(linear(before), layer, linear(behind)))
        for model in (case.locked, case.model)
    )
    same = {**moves, **drawn.rest()}
    yield from _compared(case, (attacked, same), (base, same))


def attack_inject_inside(case: Case) -> Iterator[Sides]:
    """In a layer between the pair, from inflated directions to others, against α² times that between W and identity."""
    _dense_after(case)
    if case.k == len(case.basis):
        raise NotAvailable("all directions are inflated; none is left to map to")
    drawn = Drawn(case)
    inflated, others = case.basis[:, : case.k], case.basis[:, case.k :]
    moves = torch.einsum("dc,ckm,ek->dem", others, drawn.moves(others.shape[1], case.k), inflated)
    identity = torch.eye(len(case.basis)).to(case.weight)
    name = f"{case.layer}.locked"
    attacked, inserted = (
        _changed(case, model, name, lambda layer: nn.Sequential(layer, linear(identity)))
        for model in (case.locked, case.inserted)
    )
    one, other = ({f"{name}.1.weight": m} for m in (moves, _contracted(case, moves)))
    yield from _compared(case, (attacked, one), (inserted, other), factor=case.alpha**2)


def attack_lora(case: Case) -> Iterator[Sides]:
    """In an adapter ``B A`` beside W̃, C held, against one ``T⁻¹B A`` beside the weight of the model before any lock."""
    _dense_after(case)
    drawn = Drawn(case)
    rest = drawn.rest()
    # Drawn as it is without the lock, where its size has a meaning.
    a, b = _adapter(case, drawn, case.weight.shape[1])
    name = f"{case.layer}.locked"
    moves = _moves_of_adapter(drawn, name, a, b)
    of_a, of_b = moves.values()
    base = _changed(case, case.model, case.layer, lambda layer: Sum(layer, _low_rank(a, b)))
    t = _scaled(case, case.factors)
    attacked = _changed(case, case.locked, name, lambda layer: Sum(layer, _low_rank(a, t @ b)))
    directions = dict(zip(_names(case.layer), (of_a, _contracted(case, of_b)), strict=True))
    yield from _compared(case, (attacked, {**moves, **rest}), (base, {**directions, **rest}))


def attack_lora_on_compensator(case: Case) -> Iterator[Sides]:
    """In an adapter ``B A`` beside C, against one ``B A T`` beside the identity that is inserted behind the weight."""
    _dense_after(case)
    drawn = Drawn(case)
    rest = drawn.rest()
    a, b = _adapter(case, drawn, len(case.basis))
    name = f"{case.layer}.compensator"
    moves = _moves_of_adapter(drawn, name, a, b)
    of_a, of_b = moves.values()
    t, inverse = _scaled(case, case.factors), _scaled(case, 1 / case.factors)
    attacked = _changed(case, case.locked, name, lambda layer: Sum(layer, _low_rank(a @ inverse, b)))
    inserted = _changed(case, case.inserted, name, lambda layer: Sum(layer, _low_rank(a, b)))
    directions = dict(zip(_names(name), (torch.einsum("rdm,de->rem", of_a, t), of_b), strict=True))
    yield from _compared(case, (attacked, {**moves, **rest}), (inserted, {**directions, **rest}))


def _dense_after(case: Case) -> None:
    if case.form != "dense" or case.side != "after":
        raise NotAvailable("it is about the dense form, and the compensator after the weight")


def _contracted(case: Case, moves: Tensor) -> Tensor:
    """``T⁻¹ P`` for directions P, ``(d, …, M)``."""
    return torch.einsum("de,e...->d...", _scaled(case, 1 / case.factors), moves)


def _scaled(case: Case, factors: Tensor) -> Tensor:
    """The matrix that multiplies each direction of the case's basis by a factor."""
    return (case.basis * factors) @ case.basis.T


def _low_rank(a: Tensor, b: Tensor) -> nn.Module:
    return nn.Sequential(linear(a), linear(b))


def _adapter(case: Case, drawn: Drawn, width: int) -> tuple[Tensor, Tensor]:
    """A, ``(RANK, width)``, and B, ``(d_out, RANK)``."""
    size = (SIZE * torch.linalg.vector_norm(case.weight)).sqrt()
    return size * drawn.matrix(RANK, width), size * drawn.matrix(len(case.weight), RANK)


def _names(of: str) -> tuple[str, str]:
    """The parameters A and B of an adapter beside a layer."""
    return f"{of}.beside.0.weight", f"{of}.beside.1.weight"


def _moves_of_adapter(drawn: Drawn, beside: str, a: Tensor, b: Tensor) -> dict[str, Tensor]:
    return dict(zip(_names(beside), (drawn.moves(*a.shape), drawn.moves(*b.shape)), strict=True))


def _near_identity(case: Case, drawn: Drawn, size: int) -> Tensor:
    return torch.eye(size).to(case.weight) + SIZE * drawn.matrix(size, size)


def _changed(case: Case, model: nn.Module, name: str, change: Callable[[nn.Module], nn.Module]) -> nn.Module:
    """A copy of the model in which something else stands in the place of a layer."""
    if isinstance(case.model.get_submodule(case.layer.rpartition(".")[0]), nn.MultiheadAttention):
        raise NotAvailable(f"what holds {case.layer} reads its weight instead of calling it")
    copy = deepcopy(model)
    parent, _, last = name.rpartition(".")
    setattr(copy.get_submodule(parent), last, change(copy.get_submodule(name)))
    return copy


def _compared(
    case: Case, attacked: tuple[nn.Module, Moves], reference: tuple[nn.Module, Moves], factor: float = 1.0
) -> Iterator[Sides]:
    """The second derivatives of two models along pairs of directions, the reference's multiplied by a factor."""
    (one, _), (other, size) = (_forms(case, *side) for side in (attacked, reference))
    for found, expected, scale in zip(one.tolist(), other.tolist(), size.tolist(), strict=True):
        yield Sides(found, factor * expected, case.amplified * factor * scale)


def _forms(case: Case, model: nn.Module, moves: Moves) -> tuple[Tensor, Tensor]:
    """``vᵀ H w`` for each pair, H in the parameters that move, and ``‖v‖ ‖H w‖``."""
    ordered = [name for name, _ in model.named_parameters() if name in moves]
    columns = torch.cat([moves[name].flatten(end_dim=-2) for name in ordered])
    v, w = columns[:, :PAIRS], columns[:, PAIRS:]
    images = hessian(model, case.loss, case.data, ordered) @ w
    return (v * images).sum(dim=0), torch.linalg.vector_norm(v, dim=0) * torch.linalg.vector_norm(images, dim=0)
