"""The change of variable and what follows from it for Hessians and gradients, read on a network."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import torch
from torch import Tensor, nn

from specbound.checks.network.case import LARGEST_DENSE, Case
from specbound.checks.network.reading import Sides
from specbound.curvature import hessian, predicted_curvature, top_singular_value_of
from specbound.curvature.data import batches
from specbound.locking import lock
from specbound.numeric.ops import NotAvailable

PAIRS = 4
"""How many pairs of directions an equality of Hessians is compared along."""

LARGEST_INERTIA = 1e3
"""α up to which signs of eigenvalues are compared: they spread by α⁴."""


def norm(matrix: Tensor) -> float:
    """``σ₁`` of a dense matrix, zero for an empty one."""
    return float(torch.linalg.matrix_norm(matrix, 2)) if matrix.numel() else 0.0


def deformation_congruence(case: Case) -> Iterator[Sides]:
    """``vᵀ H_locked w`` against ``(Dv)ᵀ H_inserted (Dw)``, along drawn directions."""
    if case.form != "dense" or case.side != "after" or case.two_sided:
        raise NotAvailable(
            "it is the congruence of the dense form, with one side, and the compensator after the weight"
        )
    yield from _congruence(case)


def compensator_before(case: Case) -> Iterator[Sides]:
    """The same with the compensator in front of the weight."""
    yield from _congruence(replace(case, side="before", form="dense", two_sided=False))


def two_sided_lock(case: Case) -> Iterator[Sides]:
    """The same with some directions divided by α as well."""
    yield from _congruence(_two_sided(case))


def rotated_form(case: Case) -> Iterator[Sides]:
    """``vᵀ H_rotated w`` against ``H_inserted`` along directions turned back by Q, then mapped."""
    rotated = replace(case, form="rotated", side="after", two_sided=False)
    # The rotated pair holds QᵀW̃ and CQ: its coordinates are those in which D is diagonal.
    columns = rotated.directions(2 * PAIRS)
    mapped = rotated.from_basis(rotated.scales[:, None] * columns)
    yield from _compared(rotated, columns, mapped)


def _congruence(case: Case) -> Iterator[Sides]:
    columns = case.directions(2 * PAIRS)
    yield from _compared(case, columns, case.mapped(columns))


def _compared(case: Case, columns: Tensor, mapped: Tensor) -> Iterator[Sides]:
    locked, inserted = case.hessian(case.locked), case.hessian(case.inserted)
    images, references = locked @ columns[:, :PAIRS], inserted @ mapped[:, :PAIRS]
    for n in range(PAIRS):
        v, w = columns[:, PAIRS + n], mapped[:, PAIRS + n]
        # Both factors of the pair are rounded, so each end of the form carries the amplification.
        scale = case.amplified * float(torch.linalg.norm(references[:, n]) * torch.linalg.norm(w))
        yield Sides(float(v @ images[:, n]), float(w @ references[:, n]), scale)


def _two_sided(case: Case) -> Case:
    size = case.weight.shape[0]
    if 2 * case.k > size:
        raise NotAvailable(f"two sides of {case.k} directions do not fit into {size}")
    return replace(case, two_sided=True, side="after", form="dense")


def two_sided_lock_frozen(case: Case) -> Iterator[Sides]:
    """With C held, the Hessian in W̃ along directions that are divided by α against α² times that of W'."""
    two = _two_sided(case)
    name = f"{two.layer}.locked.weight"
    rows, columns = two.weight.shape
    divided = two.basis[:, two.factors < 1]
    generator = torch.Generator().manual_seed(two.seed)
    drawn = torch.randn(divided.shape[1], columns * 2 * PAIRS, generator=generator, dtype=torch.float64).to(two.weight)
    along = (divided @ drawn).reshape(rows * columns, 2 * PAIRS)
    before, after = (hessian(m, two.loss, two.data, name) for m in (two.inserted, two.locked))
    size = top_singular_value_of(before, tol=0.1, seed=two.seed).value
    for n in range(PAIRS):
        v, w = along[:, n].contiguous(), along[:, PAIRS + n].contiguous()
        scale = two.amplified * two.alpha**2 * size * float(v.norm() * w.norm())
        yield Sides(float(v @ (after @ w)), two.alpha**2 * float(v @ (before @ w)), scale)


def inertia(case: Case) -> Iterator[Sides]:
    """``λ_i(H_locked) λ_i(H_inserted)`` against ``σ_min(D)² λ_i(H_inserted)²``, for every i."""
    if max(case.alpha, 1 / case.alpha) > LARGEST_INERTIA:
        raise NotAvailable(f"signs of eigenvalues that spread by α⁴ are compared up to α = {LARGEST_INERTIA:g}")
    before, after = (torch.linalg.eigvalsh(dense) for dense in (case.dense_inserted, case.dense_locked))
    smallest, largest = float(case.scales.min()) ** 2, float(case.scales.max()) ** 2
    size = float(before.abs().max())
    for one, other in zip(before.tolist(), after.tolist(), strict=True):
        yield Sides(one * other, smallest * one**2, case.amplified * abs(one) * largest * size)


def quadratic_law(case: Case) -> Iterator[Sides]:
    """``σ₁(H_locked)``, from below, against ``α² σ₁(K)``, K taken on the model before any lock."""
    _one_sided(case)
    found = top_singular_value_of(case.hessian(case.locked), tol=1e-9, seed=case.seed)
    kappa = predicted_curvature(case.model, case.loss, case.data, case.layer, case.k, tol=1e-9)
    bound = case.alpha**2 * kappa
    yield Sides(found.value, bound, case.amplified * bound)


def quadratic_law_upper(case: Case) -> Iterator[Sides]:
    """``(σ₁ − α²κ)(σ₁ − r)`` against ``α² b²``, σ₁ that of the locked Hessian."""
    _one_sided(case)
    before, inside = case.dense_inserted, case.inflated
    top, leading = norm(case.dense_locked), case.alpha**2 * norm(before[inside][:, inside])
    rest, bound = norm(before[~inside][:, ~inside]), (case.alpha * norm(before[inside][:, ~inside])) ** 2
    yield Sides((top - leading) * (top - rest), bound, case.amplified * top**2 + bound)


def quadratic_law_crude(case: Case) -> Iterator[Sides]:
    """``σ₁(H_locked)`` against ``α² σ₁(H_inserted)``."""
    _one_sided(case)
    bound = case.alpha**2 * norm(case.dense_inserted)
    yield Sides(norm(case.dense_locked), bound, case.amplified * bound)


def _one_sided(case: Case) -> None:
    if case.alpha < 1 or case.side != "after" or case.two_sided:
        raise NotAvailable("it is about α of at least 1, with one side, and the compensator after the weight")


def block_exponents(case: Case) -> Iterator[Sides]:
    """The block between C'U_k and the rest against α times what it was."""
    _one_sided(case)
    inside = case.inflated
    before, after = (norm(dense[inside][:, ~inside]) for dense in (case.dense_inserted, case.dense_locked))
    bound = case.alpha * before
    yield Sides(after, bound, case.amplified * case.alpha * norm(case.dense_inserted))


def block_exponents_rest(case: Case) -> Iterator[Sides]:
    """The block of everything but C'U_k against what it was."""
    _one_sided(case)
    outside = ~case.inflated
    before, after = (norm(dense[outside][:, outside]) for dense in (case.dense_inserted, case.dense_locked))
    yield Sides(after, before, case.amplified * norm(case.dense_inserted))


def multi_lock(case: Case) -> Iterator[Sides]:
    """Two locks at once: ``σ₁``, from below, against that of ``[α_i α_j K_ij]``, K of the two identities inserted."""
    other, factors = _second_lock(case)
    inserted = _twice(case, other, (1.0, 1.0))
    columns, scales = zip(
        *(
            _inflated_columns(case, inserted, name, factor)
            for name, factor in zip((case.layer, other), factors, strict=True)
        ),
        strict=True,
    )
    span, scale = torch.cat(columns, dim=1), torch.cat(scales)
    k = span.T @ (case.hessian(inserted) @ span)
    bound = norm(scale[:, None] * k * scale)
    top = top_singular_value_of(case.hessian(_twice(case, other, factors)), tol=1e-9, seed=case.seed)
    yield Sides(top.value, bound, case.amplified * bound)


def multi_lock_upper(case: Case) -> Iterator[Sides]:
    """Two locks at once: ``σ₁`` against ``max α_i² σ₁`` of the model with two identities inserted."""
    other, factors = _second_lock(case)
    # From below, which makes the bound smaller than claimed.
    before = top_singular_value_of(case.hessian(_twice(case, other, (1.0, 1.0))), tol=1e-9, seed=case.seed)
    bound = max(factors) ** 2 * before.value
    locked = case.hessian(_twice(case, other, factors))
    if locked.shape[0] > LARGEST_DENSE:
        raise NotAvailable(f"it needs a dense Hessian; {locked.shape[0]:,} parameters are more than {LARGEST_DENSE:,}")
    yield Sides(norm(locked.dense()), bound, case.amplified * bound)


def _second_lock(case: Case) -> tuple[str, tuple[float, float]]:
    """Another layer to lock, and both factors."""
    _one_sided(case)
    for name, module in case.model.named_modules():
        if isinstance(module, nn.Linear) and name != case.layer and case.k <= min(module.weight.shape):
            return name, (case.alpha, max(1.0, case.alpha / 10))
    raise NotAvailable("it has no second linear layer to lock")


def _twice(case: Case, other: str, factors: tuple[float, float]) -> nn.Module:
    model = case.with_lock(factors[0], "dense")
    lock(model, other, factors[1], case.k)
    return model


def _inflated_columns(case: Case, model: nn.Module, layer: str, factor: float) -> tuple[Tensor, Tensor]:
    """Orthonormal flat directions ``e_a u_jᵀ`` of the compensator of a layer, and the factor of each."""
    u = torch.linalg.svd(case.model.get_submodule(layer).get_parameter("weight").detach(), full_matrices=False).U
    rows = len(u)
    names = [f"{layer}.compensator.weight" == name for name, p in model.named_parameters() for _ in range(p.numel())]
    found = torch.zeros(len(names), rows * case.k, dtype=u.dtype, device=u.device)
    identity = torch.eye(rows, dtype=u.dtype, device=u.device)
    found[torch.tensor(names)] = torch.einsum("ab,cj->acbj", identity, u[:, : case.k]).reshape(rows**2, -1)
    return found, torch.full((rows * case.k,), factor, dtype=u.dtype, device=u.device)


def gradient_law(case: Case) -> Iterator[Sides]:
    """``∇L_locked · v`` against ``∇L_inserted · Dv``, along drawn directions."""
    columns = case.directions(PAIRS)
    mapped = case.mapped(columns)
    locked, inserted = case.gradient(case.locked), case.gradient(case.inserted)
    for v, w in zip(columns.T, mapped.T, strict=True):
        scale = case.amplified * float(torch.linalg.norm(inserted) * torch.linalg.norm(w))
        yield Sides(float(locked @ v), float(inserted @ w), scale)


def gauge_nullity(case: Case) -> Iterator[Sides]:
    """``H g`` for every direction g of the gauge, at a point with no residual, which is critical."""
    # Trained against its own outputs, the model has no residual: every parameter is at a minimum of the squared error.
    critical = _without_residual(case)
    operator = critical.hessian(critical.inserted)
    generator = torch.Generator().manual_seed(case.seed)
    w = critical.weight
    size = top_singular_value_of(operator, tol=0.1, seed=case.seed).value
    for _ in range(PAIRS):
        s = torch.randn(len(w), len(w), generator=generator, dtype=torch.float64).to(w)
        direction = torch.zeros(critical.size, dtype=w.dtype, device=w.device)
        direction[critical.of_weight] = (s @ w).reshape(-1)
        direction[critical.of_compensator] = -s.reshape(-1)
        direction /= torch.linalg.norm(direction)
        yield Sides(float(torch.linalg.norm(operator @ direction)), 0.0, size)


def _without_residual(case: Case) -> Case:
    def squared(outputs: Tensor, targets: Tensor) -> Tensor:
        return nn.functional.mse_loss(outputs, targets)

    inserted = case.inserted
    with torch.no_grad():
        data = [(b.keywords or b.arguments, b.outputs(inserted)) for b in batches(case.data)]
    return replace(case, loss=squared, data=data, side="after", form="dense")


def uniform_scaling_is_no_lock(case: Case) -> Iterator[Sides]:
    """The outputs after steps of ``η/α²`` on ``L(αθ)`` against those after steps of η on ``L(θ)``."""
    start, slope = case.flat(case.model), case.slope(case.model)
    rate = 1e-2
    plain = scaled = start
    scaled = start / case.alpha
    for _ in range(10):
        plain = plain - rate * slope(plain)
        scaled = scaled - rate / case.alpha**2 * case.alpha * slope(case.alpha * scaled)
    one, other = (case.outputs(case.model, at) for at in (plain, case.alpha * scaled))
    weights = torch.linspace(-1, 1, len(one), dtype=one.dtype)
    yield Sides(
        float(weights @ other), float(weights @ one), float(torch.linalg.norm(weights) * torch.linalg.norm(one))
    )
