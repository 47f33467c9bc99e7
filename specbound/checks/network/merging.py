"""What an attacker makes of a locked pair, carried out on the stored weights and read on a network."""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from dataclasses import replace

import torch
from torch import Tensor, nn
from torch.nn.utils import vector_to_parameters
from torch.nn.utils.parametrize import register_parametrization

from specbound.attacks import balance, merge, rescale
from specbound.checks.network.case import Case
from specbound.checks.network.congruence import PAIRS, norm
from specbound.checks.network.reading import Sides
from specbound.checks.network.training import STEPS, Method, descend
from specbound.curvature import hessian, top_singular_value_of
from specbound.locking import LockedLinear

SPREAD = 10.0
"""The factors of a change of variable that is drawn lie between this and its inverse."""


def _after(case: Case) -> Case:
    return replace(case, side="after")


def _pair(model: nn.Module, layer: str) -> tuple[Tensor, Tensor]:
    """W̃ and C as stored."""
    pair = model.get_submodule(layer)
    assert isinstance(pair, LockedLinear)  # noqa: S101 (it was just locked)
    return pair.matrices()


def attack_merge(case: Case) -> Iterator[Sides]:
    """``vᵀ H_locked w`` against ``H_base`` along ``C P + R W̃`` and the term of the gradient, along drawn directions."""
    one = _after(case)
    deformed, compensator = _pair(one.locked, one.layer)
    columns = one.directions(2 * PAIRS)
    base, locked = one.hessian(one.model), one.hessian(one.locked)
    moved = torch.stack([_merged(one, column, deformed, compensator) for column in columns.T], dim=1)
    images, references = locked @ columns[:, :PAIRS], base @ moved[:, :PAIRS]
    gradient = _weight_gradient(one)
    for n in range(PAIRS):
        v, w = columns[:, n], columns[:, PAIRS + n]
        (p, r), (p2, r2) = (_blocks(one, column) for column in (v, w))
        further = gradient * (r @ p2 + r2 @ p)
        merged, image = moved[:, PAIRS + n], references[:, n]
        # In either model, what the rounding of C W̃ moves is curvature and gradient along these directions.
        size = float(torch.linalg.norm(image) * torch.linalg.norm(merged)) + float(further.abs().sum())
        scale = one.amplified * (size + float(torch.linalg.norm(images[:, n])))
        yield Sides(float(w @ images[:, n]), float(merged @ image) + float(further.sum()), scale)


def _blocks(case: Case, column: Tensor) -> tuple[Tensor, Tensor]:
    """P and R of a flat direction."""
    rows, columns = case.weight.shape
    return column[case.of_weight].reshape(rows, columns), column[case.of_compensator].reshape(rows, rows)


def _merged(case: Case, column: Tensor, deformed: Tensor, compensator: Tensor) -> Tensor:
    """A direction of the locked model as one of the base model."""
    p, r = _blocks(case, column)
    weight = (compensator @ p + r @ deformed).reshape(-1)
    own, names = f"{case.layer}.weight", [name for name, _ in case.model.named_parameters()]
    return torch.cat([weight if name == own else column[case.places[name]] for name in names])


def _weight_gradient(case: Case) -> Tensor:
    """The gradient of the base model's loss in the weight that is locked."""
    start, gradient = 0, case.gradient(case.model)
    for name, parameter in case.model.named_parameters():
        if name == f"{case.layer}.weight":
            break
        start += parameter.numel()
    return gradient[start : start + case.weight.numel()].reshape(case.weight.shape)


def attack_merge_level(case: Case) -> Iterator[Sides]:
    """``σ₁`` of the model whose pair was merged against ``σ₁(H_inserted)``."""
    one = _after(case)
    # Both from below, which makes the bound smaller than claimed.
    found, bound = (_top(one, model) for model in (merge(one.locked).model, one.inserted))
    yield Sides(found, bound, one.amplified * bound)


def _top(case: Case, model: nn.Module) -> float:
    return top_singular_value_of(case.hessian(model), tol=1e-9, seed=case.seed).value


def attack_rescale(case: Case) -> Iterator[Sides]:
    """``vᵀ H w`` with ``(C W̃, I)`` in the place of the pair against ``vᵀ H_inserted w``, along drawn directions."""
    one = _after(case)
    columns = one.directions(2 * PAIRS)
    images, references = (one.hessian(m) @ columns[:, :PAIRS] for m in (rescale(one.locked).model, one.inserted))
    for n in range(PAIRS):
        v = columns[:, PAIRS + n]
        scale = one.amplified * float(torch.linalg.norm(references[:, n]))
        yield Sides(float(v @ images[:, n]), float(v @ references[:, n]), scale)


def _pairs(case: Case) -> tuple[nn.Module, ...]:
    """The locked model, and what it is with its pair rescaled, and balanced."""
    return case.locked, rescale(case.locked).model, balance(case.locked).model


def attack_balance(case: Case) -> Iterator[Sides]:
    """Twice the nuclear norm of the weight against ``‖C‖_F² + ‖W̃‖_F²``: locked, rescaled, balanced."""
    one = _after(case)
    nuclear = 2 * float(torch.linalg.svdvals(one.weight).sum())
    for model in _pairs(one):
        inner, outer = _pair(model, one.layer)
        bound = float(torch.linalg.norm(outer) ** 2 + torch.linalg.norm(inner) ** 2)
        yield Sides(nuclear, bound, one.amplified * bound)


def attack_balance_level(case: Case) -> Iterator[Sides]:
    """``σ₁`` of the pair's block against ``(‖C‖² + ‖W̃‖²) σ₁`` of the weight's block, and its gradient.

    From below, for the locked pair, the rescaled and the balanced one.
    """
    one = _after(case)
    block = hessian(one.model, one.loss, one.data, f"{one.layer}.weight")
    # From below, which makes the bound smaller than claimed.
    level, slope = top_singular_value_of(block, tol=1e-6, seed=one.seed).value, norm(_weight_gradient(one))
    names = [f"{one.layer}.locked.weight", f"{one.layer}.compensator.weight"]
    for model in _pairs(one):
        inner, outer = _pair(model, one.layer)
        found = top_singular_value_of(hessian(model, one.loss, one.data, names), tol=1e-6, seed=one.seed)
        bound = (norm(inner) ** 2 + norm(outer) ** 2) * level + slope
        yield Sides(found.value, bound, one.amplified * bound)


def attack_precondition(case: Case) -> Iterator[Sides]:
    """Outputs after steps on the locked model with the gradient times ``(DᵀD)⁻¹`` against plain steps inserted."""
    yield _undone(replace(case, form="dense"))


def limit_general(case: Case) -> Iterator[Sides]:
    """The same for two other locks, and for the base model behind a change of variable that is drawn."""
    yield _undone(replace(case, form="dense", side="before", two_sided=False))
    yield _undone(replace(case, form="dense", side="after", two_sided=2 * case.k <= len(case.weight)))
    start, slope = case.flat(case.model), case.slope(case.model)
    scales = _drawn_scales(case, len(start))
    rate = _stable_rate(case, case.model)

    def slope_behind(at: Tensor) -> Tensor:
        return scales * slope(scales * at)

    behind = descend(slope_behind, start / scales, rate, Method(), lambda g: g / scales**2)
    plain = descend(slope, start, rate, Method(), lambda g: g)
    yield _compared(case.outputs(case.model, scales * behind), case.outputs(case.model, plain), SPREAD**2)


def _undone(case: Case) -> Sides:
    rate = _stable_rate(case, case.inserted)

    def preconditioned(gradient: Tensor) -> Tensor:
        return case.from_basis(case.in_basis(gradient) / case.scales**2)

    locked = descend(case.slope(case.locked), case.flat(case.locked), rate, Method(), preconditioned)
    plain = descend(case.slope(case.inserted), case.flat(case.inserted), rate, Method(), lambda g: g)
    outputs = case.outputs(case.locked, locked), case.outputs(case.inserted, plain)
    return _compared(*outputs, case.amplified)


def _stable_rate(case: Case, model: nn.Module) -> float:
    return 0.1 / top_singular_value_of(case.hessian(model), tol=0.1, seed=case.seed).value


def _drawn_scales(case: Case, count: int) -> Tensor:
    """The diagonal of a change of variable, log-uniform."""
    generator = torch.Generator().manual_seed(case.seed)
    exponents = 2 * torch.rand(count, generator=generator, dtype=torch.float64) - 1
    return (SPREAD**exponents).to(case.weight)


def _compared(one: Tensor, other: Tensor, amplified: float) -> Sides:
    weights = torch.linspace(-1, 1, len(one)).to(one)
    size = float(torch.linalg.norm(weights) * torch.linalg.norm(other))
    return Sides(float(weights @ one), float(weights @ other), STEPS * amplified * size)


class Scaled(nn.Module):
    """A parametrization: a parameter is a factor, entry by entry, times the one that is trained."""

    factors: Tensor

    def __init__(self, factors: Tensor) -> None:
        super().__init__()
        self.register_buffer("factors", factors)

    def forward(self, trained: Tensor) -> Tensor:
        return self.factors * trained

    def right_inverse(self, parameter: Tensor) -> Tensor:
        return parameter / self.factors


def limit_general_hessian(case: Case) -> Iterator[Sides]:
    """``vᵀ H̃ w + ∇L̃ᵀ u`` of the base model behind a D that is drawn against ``vᵀ DᵀHD w + (Dᵀg)ᵀ u``."""
    scaled, locked = deepcopy(case.model), deepcopy(case.model)
    factors = _drawn_scales(case, len(case.flat(case.model)))
    vector_to_parameters(factors, list(scaled.parameters()))
    for name, parameter in scaled.named_parameters():
        owner, _, last = name.rpartition(".")
        register_parametrization(locked.get_submodule(owner), last, Scaled(parameter.detach()))
    operator, gradient = case.hessian(case.model), case.gradient(case.model)
    behind, slope = case.hessian(locked), case.gradient(locked)
    order = _positions(case.model, locked)
    generator = torch.Generator().manual_seed(case.seed)
    drawn = torch.randn(3, len(factors), PAIRS, generator=generator, dtype=torch.float64).to(factors)
    v, w, u = drawn / torch.linalg.vector_norm(drawn, dim=1, keepdim=True)
    images, references = behind @ w[order], operator @ (factors[:, None] * w)
    size = float(factors.max())
    for n in range(PAIRS):
        found = float(v[order, n] @ images[:, n]) + float(slope @ u[order, n])
        expected = float((factors * v[:, n]) @ references[:, n]) + float(gradient @ (factors * u[:, n]))
        yield Sides(found, expected, size * float(torch.linalg.norm(references[:, n]) + torch.linalg.norm(gradient)))


def _positions(model: nn.Module, parametrized: nn.Module) -> Tensor:
    """Where each entry of the flat parameters of a parametrized copy lies among the model's own."""
    start, places = 0, {}
    for name, parameter in model.named_parameters():
        places[name] = torch.arange(start, start + parameter.numel())
        start += parameter.numel()
    names = (name for name, _ in parametrized.named_parameters())
    plain = (name.replace("parametrizations.", "").removesuffix(".original") for name in names)
    return torch.cat([places[name] for name in plain])


def limit_general_level(case: Case) -> Iterator[Sides]:
    """``σ₁(H_inserted)`` against ``‖D⁻¹‖² σ₁(H_locked)``, both from below."""
    found, level = (_top(case, model) for model in (case.inserted, case.locked))
    bound = level / float(case.scales.min()) ** 2
    yield Sides(found, bound, case.amplified * bound)
