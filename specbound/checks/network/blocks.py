"""Blocks of the Hessian and their factors, read on a network."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

import array_api_compat.numpy
import numpy as np
import torch
from torch import Tensor, nn

from specbound.checks.measured import index_grid
from specbound.checks.network.case import Case
from specbound.checks.network.congruence import norm
from specbound.checks.network.factors import Factors, Route, entry_of, factors
from specbound.checks.network.reading import Reading, Sides
from specbound.core.catalogue import catalog
from specbound.curvature import Operator, gauss_newton, hessian, top_singular_value_of
from specbound.curvature.data import batches
from specbound.curvature.kernels import twice_differentiable
from specbound.numeric.arrays import MemoOps
from specbound.numeric.ops import NotAvailable

PAIRS = 4
OUTPUT = 0
"""The entry of the outputs whose second derivative is factored."""

READINGS = ("horn_johnson", "sequential", "gap", "subspace")
"""The readings of the bound on a product of three that hold."""


def gauss_newton_split(case: Case) -> Iterator[Sides]:
    """``vᵀHw`` against its Gauss–Newton part and the outputs' curvature, weighted by the loss's gradient in them."""
    full = case.hessian(case.model)
    first, second = gauss_newton(case.model, case.loss, case.data), _outputs_curvature(case)
    columns = _directions(case, full.shape[0])
    images, parts = full @ columns[:, :PAIRS], (first @ columns[:, :PAIRS]) + (second @ columns[:, :PAIRS])
    for n in range(PAIRS):
        v = columns[:, PAIRS + n]
        yield Sides(float(v @ images[:, n]), float(v @ parts[:, n]), float(torch.linalg.norm(images[:, n])))


def _outputs_curvature(case: Case, params: str | None = None) -> Operator:
    """``Σ_n Σ_c (∂ℓ/∂f_c) ∇²f_c``: the Hessian of the outputs weighted by a gradient that is held."""
    held: list[tuple[Tensor, Tensor]] = []
    data = batches(case.data)
    for batch in data:
        outputs = batch.outputs(case.model).detach().requires_grad_()
        (gradient,) = torch.autograd.grad(case.loss(outputs, batch.targets), outputs)
        held.append((batch.keywords or batch.arguments, gradient))  # pyright: ignore[reportArgumentType]
    return hessian(case.model, lambda outputs, gradient: (outputs * gradient).sum(), held, params)


def _directions(case: Case, size: int) -> Tensor:
    generator = torch.Generator().manual_seed(case.seed)
    drawn = torch.randn(size, 2 * PAIRS, generator=generator, dtype=torch.float64).to(case.weight)
    return drawn / torch.linalg.vector_norm(drawn, dim=0)


def hessian_block(case: Case) -> Iterator[Sides]:
    """``σ₁`` of the locked Hessian against that of its blocks between parameters."""
    top = norm(case.dense_locked)
    places = list(case.places.values())
    for one, other in ((a, b) for n, a in enumerate(places) for b in places[n:]):
        yield Sides(top, norm(case.dense_locked[one, other]), top)


def layer_curvature(case: Case) -> Iterator[Sides]:
    """The Hessian in the weight along drawn directions against ``Σ_{s,t} ∇²_{z_s z_t}L ⊗ h_s h_tᵀ``."""
    name = f"{case.layer}.weight"
    full = hessian(case.model, case.loss, case.data, name)
    columns = _directions(case, full.shape[0])
    size = top_singular_value_of(full, tol=0.1, seed=case.seed).value
    for n in range(PAIRS):
        p, r = (columns[:, n + m].reshape(case.weight.shape) for m in (0, PAIRS))
        yield Sides(float(columns[:, n] @ (full @ columns[:, PAIRS + n])), _by_outputs(case, p, r), size)


def _by_outputs(case: Case, p: Tensor, r: Tensor) -> float:
    """``Σ_{s,t} (P h_s)ᵀ ∇²_{z_s z_t}L (R h_t)``: z itself is moved, the weight is not."""
    layer = case.model.get_submodule(case.layer)
    total = 0.0
    for batch in batches(case.data):
        shifts = torch.zeros(2, dtype=p.dtype, device=p.device, requires_grad=True)

        def shifted(_: nn.Module, args: tuple[Tensor, ...], output: Tensor, shifts: Tensor = shifts) -> Tensor:
            inputs = args[0].detach()
            return output + shifts[0] * (inputs @ p.T) + shifts[1] * (inputs @ r.T)

        hook = layer.register_forward_hook(shifted)
        try:
            with twice_differentiable(case.model):
                loss = case.loss(batch.outputs(case.model), batch.targets)
                (slope,) = torch.autograd.grad(loss, shifts, create_graph=True)
                (bend,) = torch.autograd.grad(slope[0], shifts, materialize_grads=True)
        finally:
            hook.remove()
        total += batch.share * float(bend[1])
    return total


def piecewise_linear_psd(case: Case) -> Iterator[Sides]:
    """The smallest eigenvalue of the Hessian in the weight alone, where the outputs are piecewise linear in it."""
    name = f"{case.layer}.weight"
    bend = _outputs_curvature(case, name)
    size = top_singular_value_of(hessian(case.model, case.loss, case.data, name), tol=0.1).value
    drawn = _directions(case, bend.shape[0])[:, 0]
    if float(torch.linalg.norm(bend @ drawn)) > 1e-9 * size:
        raise NotAvailable("the outputs bend in this weight: what follows it is not piecewise linear")
    dense = hessian(case.model, case.loss, case.data, name).dense()
    yield Sides(float(torch.linalg.eigvalsh(dense).min()), 0.0, size)


def abc(kind: str) -> Reading:
    """The reading of the statement on the factors of a second derivative along routes of one kind."""

    def read(case: Case) -> Iterator[Sides]:
        """Every entry of ``∂²f/∂W_j∂W_i`` against that of ``A B C``, in one norm, and along drawn directions."""
        if case.route is None or case.route.kind != kind:
            raise NotAvailable(f"it is about a route of kind {kind} between two layers; this network has none")
        found = factors(case.model, sample_of(case), OUTPUT, case.route)
        product = found.a @ found.b @ found.c
        scale = float(torch.linalg.norm(found.a) * torch.linalg.norm(found.b) * torch.linalg.norm(found.c))
        yield Sides(float(torch.linalg.norm(found.block - product)), 0.0, scale)
        generator = torch.Generator().manual_seed(case.seed)
        for _ in range(PAIRS):
            v, w = (torch.randn(n, generator=generator, dtype=torch.float64).to(product) for n in product.shape)
            yield Sides(float(v @ found.block @ w), float(v @ product @ w), scale * float(v.norm() * w.norm()))

    return read


def abc_linear(case: Case) -> Iterator[Sides]:
    """``σ₁`` of the block between two layers against ``‖a‖ σ₁(B) ‖x‖``, where nothing there is curved."""
    if case.route is None:
        raise NotAvailable("it is about a route between two layers; this network has none")
    found = factors(case.model, sample_of(case), OUTPUT, case.route)
    slopes, inputs = (torch.linalg.svdvals(factor) for factor in (found.a, found.c))
    # a ⊗ I and I ⊗ xᵀ are multiples of an isometry and a coisometry: all their singular values are equal.
    if any(float(s[0] - s[-1]) > 1e-12 * float(s[0]) for s in (slopes, inputs)):
        raise NotAvailable("an activation or the way to the output is curved: the network is not linear")
    bound = float(slopes[0] * inputs[0]) * norm(found.b)
    yield Sides(norm(found.block), bound, bound)


def sample_of(case: Case) -> Tensor:
    """The first sample, with a batch axis of 1."""
    batch = batches(case.data)[0]
    if len(batch.arguments) != 1:
        raise NotAvailable("a single sample is taken from inputs that are one tensor")
    return batch.arguments[0][:1]


def locked_route(case: Case) -> Route:
    """From the layer that feeds the lock to its compensator: the deformed weight lies between the two."""
    if case.route is None:
        raise NotAvailable("it needs a route: which layer feeds the locked one")
    return Route(case.route.first, f"{case.layer}.compensator", f"{case.layer}.locked", case.route.kind)


def bounds(found: Factors) -> Mapping[str, float]:
    """Every reading of the bound on ``σ₁(A B C)``, the largest over a grid of its indices."""
    values = {name: matrix.cpu().double().numpy() for name, matrix in (("A", found.a), ("B", found.b), ("C", found.c))}
    best: dict[str, float] = {}
    ops = MemoOps(array_api_compat.numpy)
    for reading in READINGS:
        statement = catalog()[_triple(reading)]
        sides = [
            float(statement.sides(statement.domain.instance({**values, **indices}, ops))[1])
            for indices in index_grid(statement.domain, values)
        ]
        best[reading] = float(np.max(sides))
    return best


def _triple(reading: str) -> str:
    return "horn_johnson_triple" if reading == "horn_johnson" else f"triple_{reading}"


def hessian_bound(reading: str) -> Reading:
    """The reading of the lower bound on ``σ₁`` of one output's Hessian, in the locked model."""

    def read(case: Case) -> Iterator[Sides]:
        """``σ₁(∇²f)``, from below, against the bound from the block between the compensator and what feeds the lock."""
        sample = sample_of(case)
        model = case.locked
        found = factors(model, sample, OUTPUT, locked_route(case))
        one = replace(case, loss=entry_of(OUTPUT), data=(sample, torch.zeros(1)))
        top = top_singular_value_of(one.hessian(model), tol=1e-6, seed=case.seed)
        yield Sides(top.value, bounds(found)[reading], case.amplified * top.value)

    return read
