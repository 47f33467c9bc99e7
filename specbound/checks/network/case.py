"""A network with one lock, at one α, as the statements on curvature, deformations and limits look at it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from copy import deepcopy
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.utils import parameters_to_vector, vector_to_parameters

from specbound.checks.network.factors import Route
from specbound.core.errors import InvalidInput
from specbound.curvature import Operator, hessian
from specbound.curvature.data import Loss, batches, kept
from specbound.locking import lock
from specbound.locking.deformation import Deformation, spectral_deformation
from specbound.locking.layers import lockable, matching
from specbound.numeric.ops import NotAvailable

LARGEST_DENSE = 3_000
"""Parameters up to which a Hessian is formed densely: some statements speak of all eigenvalues, or of every block."""


@dataclass(frozen=True)
class Case:
    """A model that is not locked, its loss and data, and the lock that is to be looked at. Nothing here is changed.

    **Parameters.** ``layer``: the module path of an ``nn.Linear``; all else as in :func:`specbound.lock`. ``seed``: of
    the directions that are drawn. ``route``: two layers whose second derivative factors, the first of which feeds
    ``layer``; statements about that are left out without one.
    """

    model: nn.Module
    loss: Loss
    data: Any
    layer: str
    alpha: float
    k: int
    form: str = "dense"
    side: str = "after"
    two_sided: bool = False
    seed: int = 0
    route: Route | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "data", kept(self.data))
        names = matching(self.model, [self.layer])
        if names != [self.layer]:
            raise InvalidInput(f"layer {self.layer!r} stands for {', '.join(names)}; required: a single module path")
        layer = lockable(self.model, self.layer)
        if not isinstance(layer, nn.Linear):
            raise InvalidInput(f"{self.layer} is a {type(layer).__name__}; required: an nn.Linear")
        held = [name for name, parameter in self.model.named_parameters() if not parameter.requires_grad]
        if held:
            raise InvalidInput(f"{held[0]} is not trainable; required: a model whose parameters all are")

    @cached_property
    def inserted(self) -> nn.Module:
        """The model with an identity layer inserted behind the weight, or before it."""
        return self.with_lock(1.0, "dense")

    @cached_property
    def locked(self) -> nn.Module:
        """The model with the lock."""
        return self.with_lock(self.alpha, self.form)

    def with_lock(self, alpha: float, form: str) -> nn.Module:
        """A copy with a lock of that α in that form."""
        copy = deepcopy(self.model)
        lock(copy, self.layer, alpha, self.k, form, self.side, self.two_sided)
        return copy

    @cached_property
    def weight(self) -> Tensor:
        """The weight that is locked, ``(d_out, d_in)``."""
        return self.model.get_submodule(self.layer).get_parameter("weight").detach()

    @cached_property
    def deformation(self) -> Deformation:
        """Which directions the lock scales, and by how much."""
        return spectral_deformation(self.weight, self.alpha, self.k, self.side, self.two_sided)

    @cached_property
    def basis(self) -> Tensor:
        """An orthogonal Q that begins with the directions of the deformation, up to sign, ``(d, d)``."""
        return self.deformation.rotation().to(self.weight.dtype)

    @cached_property
    def factors(self) -> Tensor:
        """By what the deformation multiplies each column of the basis, ``(d,)``."""
        factors = torch.ones(len(self.basis), dtype=self.weight.dtype, device=self.weight.device)
        factors[: len(self.deformation.factors)] = self.deformation.factors.to(factors)
        return factors

    # Flat vectors of all parameters, in the order of the inserted model's named_parameters()

    @cached_property
    def places(self) -> Mapping[str, slice]:
        """Where the parameters of the inserted and of the locked model lie in a flat vector."""
        found: dict[str, slice] = {}
        start = 0
        for name, parameter in self.inserted.named_parameters():
            found[name] = slice(start, start + parameter.numel())
            start += parameter.numel()
        return found

    @property
    def size(self) -> int:
        """How many parameters the inserted model has."""
        return max(place.stop for place in self.places.values())

    @property
    def of_weight(self) -> slice:
        return self.places[f"{self.layer}.locked.weight"]

    @property
    def of_compensator(self) -> slice:
        return self.places[f"{self.layer}.compensator.weight"]

    def in_basis(self, vectors: Tensor) -> Tensor:
        """Flat vectors, ``(N, …)``, in the orthonormal coordinates in which the change of variable is diagonal.

        They are QᵀW' and C'Q in place of W' and C' (for side before: W'Q and QᵀC'), and all others as they are.
        """
        return self._turned(vectors, self.basis)

    def from_basis(self, vectors: Tensor) -> Tensor:
        """The inverse of :meth:`in_basis`."""
        return self._turned(vectors, self.basis.T)

    def _turned(self, vectors: Tensor, q: Tensor) -> Tensor:
        turned = vectors.clone()
        for place, on_rows in ((self.of_weight, self.side == "after"), (self.of_compensator, self.side == "before")):
            count = vectors.shape[1:]
            rows, columns = self._shape(place)
            block = vectors[place].reshape(rows, columns, -1)
            changed = torch.einsum("ba,bcm->acm", q, block) if on_rows else torch.einsum("abm,bc->acm", block, q)
            turned[place] = changed.reshape(rows * columns, *count)
        return turned

    def _shape(self, place: slice) -> tuple[int, int]:
        rows, columns = self.weight.shape
        size = len(self.basis)
        return (rows, columns) if place == self.of_weight else (size, size)

    @cached_property
    def scales(self) -> Tensor:
        """The diagonal of D in those coordinates, ``(N,)``: factors on the compensator, inverse ones on the weight."""
        scales = torch.ones(self.size, dtype=self.weight.dtype, device=self.weight.device)
        rows, columns = self.weight.shape
        size = len(self.basis)
        if self.side == "after":
            scales[self.of_weight] = (1 / self.factors).repeat_interleave(columns)
            scales[self.of_compensator] = self.factors.repeat(size)
        else:
            scales[self.of_weight] = (1 / self.factors).repeat(rows)
            scales[self.of_compensator] = self.factors.repeat_interleave(size)
        return scales

    def mapped(self, vectors: Tensor) -> Tensor:
        """``D v``: what a change of the locked model's parameters is in the inserted model."""
        shape = (-1, *[1] * (vectors.ndim - 1))
        return self.from_basis(self.scales.reshape(shape) * self.in_basis(vectors))

    @cached_property
    def inflated(self) -> Tensor:
        """Which of those coordinates a lock inflates, C'U_k, whatever its α: a mask ``(N,)``."""
        scaled = torch.arange(len(self.basis)) < self.k
        size = len(self.basis)
        mask = torch.zeros(self.size, dtype=torch.bool, device=self.weight.device)
        mask[self.of_compensator] = scaled.repeat(size) if self.side == "after" else scaled.repeat_interleave(size)
        return mask

    @cached_property
    def contracted(self) -> Tensor:
        """Which it contracts by as much, W'U_k: a mask ``(N,)``."""
        scaled = torch.arange(len(self.basis)) < self.k
        rows, columns = self.weight.shape
        mask = torch.zeros(self.size, dtype=torch.bool, device=self.weight.device)
        mask[self.of_weight] = scaled.repeat_interleave(columns) if self.side == "after" else scaled.repeat(rows)
        return mask

    # Derivatives

    def hessian(self, model: nn.Module) -> Operator:
        """The Hessian in all parameters of a model."""
        return hessian(model, self.loss, self.data)

    def gradient(self, model: nn.Module, at: Tensor | None = None) -> Tensor:
        """The flat gradient of the loss, at the model's own parameters or at others; the model stays as it is."""
        return self.slope(model)(self.flat(model) if at is None else at)

    def slope(self, model: nn.Module) -> Callable[[Tensor], Tensor]:
        """The flat gradient as a function of flat parameters."""
        copy = deepcopy(model)
        parameters = list(copy.parameters())
        data = batches(self.data)

        def gradient(at: Tensor) -> Tensor:
            vector_to_parameters(at, parameters)
            total = torch.stack([b.share * self.loss(b.outputs(copy), b.targets) for b in data]).sum()
            return parameters_to_vector(torch.autograd.grad(total, parameters, materialize_grads=True)).detach()

        return gradient

    def outputs(self, model: nn.Module, at: Tensor) -> Tensor:
        """The model's outputs on all data with other parameters, as one flat vector."""
        copy = deepcopy(model)
        vector_to_parameters(at, list(copy.parameters()))
        with torch.no_grad():
            return torch.cat([batch.outputs(copy).reshape(-1) for batch in batches(self.data)])

    def flat(self, model: nn.Module) -> Tensor:
        """A model's parameters as one vector."""
        return parameters_to_vector(model.parameters()).detach()

    @cached_property
    def dense_inserted(self) -> Tensor:
        """The inserted model's Hessian in the coordinates of :meth:`in_basis`, ``(N, N)``."""
        return self._dense(self.inserted)

    @cached_property
    def dense_locked(self) -> Tensor:
        """The locked model's Hessian in the same coordinates."""
        return self._dense(self.locked)

    def _dense(self, model: nn.Module) -> Tensor:
        if self.size > LARGEST_DENSE:
            raise NotAvailable(f"it needs a dense Hessian; {self.size:,} parameters are more than {LARGEST_DENSE:,}")
        if self.form != "dense" and model is self.locked:
            raise NotAvailable("the coordinates are those of the dense form")
        turned = self.in_basis(self.hessian(model).dense())
        return self.in_basis(turned.T)

    # Rounding

    @cached_property
    def dimensions(self) -> int:
        """The sum of all rows and columns of the model's matrices: what the tolerance of floats grows with."""
        return sum(p.shape[0] + p[0].numel() for p in self.model.parameters() if p.ndim > 1)

    @property
    def amplified(self) -> float:
        """By how much rounding of the stored pair is amplified, dimensionless.

        The dense form keeps α times the rounding of a weight, and twice as many powers where two sides cancel.
        """
        if self.form == "rotated":
            return 1.0
        largest = max(self.alpha, 1 / self.alpha)
        return largest**2 if self.two_sided else largest

    def directions(self, count: int) -> Tensor:
        """Unit vectors ``(N, count)`` drawn for the case's seed."""
        generator = torch.Generator().manual_seed(self.seed)
        drawn = torch.randn(self.size, count, generator=generator, dtype=torch.float64).to(self.weight)
        return drawn / torch.linalg.vector_norm(drawn, dim=0)
