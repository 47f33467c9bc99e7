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
    """``σ₁`` of the Hessian in W̃ alone against α² times that of W' along the directions that are divided by α."""
    two = _two_sided(case)
    name = f"{two.layer}.locked.weight"
    rows = two.weight.shape[0]
    before, after = (hessian(m, two.loss, two.data, name).dense() for m in (two.inserted, two.locked))
    # In the basis of the deformation the directions that it divides by α come last of those it scales.
    turned = (two.basis.T @ before.reshape(rows, -1)).reshape(before.shape)
    turned = (two.basis.T @ turned.T.reshape(rows, -1)).reshape(before.shape)
    deflated = (two.factors < 1).repeat_interleave(two.weight.shape[1])
    k2 = norm(turned[deflated][:, deflated])
    yield Sides(norm(after), two.alpha**2 * k2, two.amplified * two.alpha**2 * norm(before))


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
    """``(σ₁(H_locked) − α²κ)(α²κ − m)`` against ``α² b²``."""
    _one_sided(case)
    top, kappa, beside, whole = _sizes(case)
    leading = case.alpha**2 * kappa
    left, right = (top - leading) * (leading - whole), case.alpha**2 * beside**2
    yield Sides(left, right, case.amplified * max(top, leading) * abs(leading - whole) + right)


def quadratic_law_crude(case: Case) -> Iterator[Sides]:
    """``σ₁(H_locked)`` against ``α² σ₁(H_inserted)``."""
    _one_sided(case)
    bound = case.alpha**2 * norm(case.dense_inserted)
    yield Sides(norm(case.dense_locked), bound, case.amplified * bound)


def _one_sided(case: Case) -> None:
    if case.alpha < 1 or case.side != "after" or case.two_sided:
        raise NotAvailable("it is about α of at least 1, with one side, and the compensator after the weight")


def _sizes(case: Case) -> tuple[float, float, float, float]:
    """``σ₁(H_locked)``, ``κ = σ₁(K)``, the norm of the block between C'U_k and the rest, and ``σ₁(H_inserted)``."""
    inserted, inside = case.dense_inserted, case.inflated
    k, beside = inserted[inside][:, inside], inserted[inside][:, ~inside]
    return norm(case.dense_locked), norm(k), norm(beside), norm(inserted)


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
    """Two locks at once: ``σ₁`` against ``max α_i² σ₁`` of the model with two identities inserted."""
    _one_sided(case)
    other = next(_other_layers(case), None)
    if other is None:
        raise NotAvailable("it has no second linear layer to lock")
    factors = (case.alpha, max(1.0, case.alpha / 10))
    # From below, which makes the bound smaller than claimed.
    before = top_singular_value_of(case.hessian(_twice(case, other, (1.0, 1.0))), tol=1e-9, seed=case.seed)
    bound = max(factors) ** 2 * before.value
    yield Sides(norm(case.hessian(_twice(case, other, factors)).dense()), bound, case.amplified * bound)


def _other_layers(case: Case) -> Iterator[str]:
    for name, module in case.model.named_modules():
        fits = isinstance(module, nn.Linear) and case.k <= min(module.weight.shape)
        if name != case.layer and fits:
            yield name


def _twice(case: Case, other: str, factors: tuple[float, float]) -> nn.Module:
    model = case.with_lock(factors[0], "dense")
    lock(model, other, factors[1], case.k)
    size = sum(p.numel() for p in model.parameters())
    if size > LARGEST_DENSE:
        raise NotAvailable(f"it needs a dense Hessian, and {size:,} parameters are more than {LARGEST_DENSE:,}")
    return model


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
