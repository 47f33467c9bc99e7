"""Newton's method and that of Levenberg and Marquardt, exact, for models of few parameters."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn
from torch.optim import Optimizer
from torch.optim.optimizer import ParamsT

from specbound.core.errors import InvalidInput
from specbound.curvature import gauss_newton
from specbound.curvature.data import Loss, kept
from specbound.curvature.flat import size, unflattened
from specbound.curvature.parameters import chosen_parameters
from specbound.locking.congruence import congruence_metric
from specbound.training.optimizers.closures import evaluated
from specbound.training.optimizers.double_backward import flat_gradient, hessian_rows, release_graph
from specbound.training.optimizers.equilibration import solved

LARGEST_SOLVED = 3_000
"""Parameters up to which a curvature matrix is formed and factored."""


class _SecondOrder(Optimizer):
    """``θ ← θ − η s`` where ``(B + λ M) s = ∇L``, for a curvature matrix B, a damping λ and a metric M."""

    curvature_name: str

    def __init__(self, params: ParamsT, lr: float, damping: float, metric: Tensor | None) -> None:
        super().__init__(params, {"lr": lr, "damping": damping})
        if len(self.param_groups) != 1:
            raise InvalidInput(f"{len(self.param_groups)} groups of parameters; required: one, they are solved jointly")
        count = size(self._parameters)
        if count > LARGEST_SOLVED:
            raise InvalidInput(
                f"{count:,} parameters; {type(self).__name__} solves with a matrix of them all, so that at most "
                f"{LARGEST_SOLVED:,} are allowed: freeze some, or take kfac"
            )
        if not damping >= 0:
            raise InvalidInput(f"damping = {damping!r}; required: a number that is not negative")
        if metric is not None and tuple(metric.shape) not in ((count,), (count, count)):
            raise InvalidInput(
                f"a metric of shape {tuple(metric.shape)} for {count} parameters; required: ({count},) or "
                f"({count}, {count})"
            )
        self._metric = metric

    @property
    def _parameters(self) -> tuple[Tensor, ...]:
        return tuple(self.param_groups[0]["params"])

    @abstractmethod
    def _curvature(self, slope: Tensor) -> Tensor:
        """The matrix B, ``(n, n)``, at the present parameters; ``slope``: the flat gradient."""

    @torch.no_grad()
    def step(self, closure: Callable[[], Any] | None = None) -> Any:  # pyright: ignore[reportIncompatibleMethodOverride]
        """One step; returns what the closure does.

        **Raises.** :class:`~specbound.training.optimizers.equilibration.SingularCurvature` where the step does not
        exist; the parameters are then as they were.
        """
        loss = evaluated(closure)
        group, parameters = self.param_groups[0], self._parameters
        slope = flat_gradient(parameters)
        matrix = self._curvature(slope)
        if group["damping"]:
            matrix = matrix + group["damping"] * self._damped_by(matrix)
        step = solved(matrix, slope.detach(), f"{self.curvature_name}{', damped,' if group['damping'] else ''}")
        for parameter, part in zip(parameters, unflattened(step, parameters), strict=True):
            parameter.sub_(part, alpha=group["lr"])
        release_graph(parameters)
        return loss

    def _damped_by(self, matrix: Tensor) -> Tensor:
        if self._metric is None:
            return torch.eye(len(matrix), dtype=matrix.dtype, device=matrix.device)
        metric = self._metric.to(matrix)
        return torch.diag(metric) if metric.ndim == 1 else metric


class Newton(_SecondOrder):
    """``θ ← θ − η (∇²L + λ M)⁻¹ ∇L``.

    The Hessian is that of double backward through ``.grad``, which therefore has to carry its graph: a closure fills
    it by ``torch.autograd.grad(loss, params, create_graph=True)``. It need not be positive definite: without damping
    this is Newton's method for a critical point, which may be a saddle.

    **Parameters.** ``damping``: λ, dimensionless times the units of the metric; ``metric``: M, the identity where it
    is None, or ``(n, n)``, symmetric, or its diagonal ``(n,)``, in the order in which the parameters are given, each
    flattened. With ``M = DᵀD`` steps on a locked model are those of λ I on the identity-inserted one
    (``newton_invariance``); with the identity they are not (``damping_favours_lock``).
    **Raises.** :class:`InvalidInput` above :data:`LARGEST_SOLVED` parameters, and for a metric of another shape.
    """

    needs_graph = True
    curvature_name = "the Hessian"

    def __init__(self, params: ParamsT, lr: float = 1.0, damping: float = 0.0, metric: Tensor | None = None) -> None:
        super().__init__(params, lr, damping, metric)

    def _curvature(self, slope: Tensor) -> Tensor:
        return torch.cat(list(hessian_rows(slope, self._parameters)))


class LevenbergMarquardt(_SecondOrder):
    """``θ ← θ − η (Jᵀ ∇²ℓ J + λ M)⁻¹ ∇L``: Newton with the Gauss–Newton matrix, J the Jacobian of the outputs.

    **Parameters.** ``model``, ``loss``, ``data``: whose loss it is, as in :func:`specbound.top_singular_value`;
    ``params`` are all trainable parameters of the model, in its order. ``damping``, ``metric``: as in :class:`Newton`.
    """

    curvature_name = "the Gauss–Newton matrix"

    def __init__(
        self,
        params: ParamsT,
        model: nn.Module,
        loss: Loss,
        data: Any,
        lr: float = 1.0,
        damping: float = 1.0,
        metric: Tensor | None = None,
    ) -> None:
        super().__init__(params, lr, damping, metric)
        trainable = list(chosen_parameters(model).values())
        if [id(p) for p in self._parameters] != [id(p) for p in trainable]:
            raise InvalidInput(
                f"{len(self._parameters)} parameters that are not the {len(trainable)} trainable ones of the model in "
                "its order; required: those"
            )
        self._problem = (model, loss, kept(data))

    def _curvature(self, slope: Tensor) -> Tensor:
        return gauss_newton(*self._problem).dense()


class CongruentNewton(Newton):
    """Newton damped by ``λ DᵀD`` of the locks of the model, as they are when the optimizer is made."""

    def __init__(self, params: ParamsT, model: nn.Module, lr: float = 1.0, damping: float = 1.0) -> None:
        super().__init__(params, lr, damping, congruence_metric(model))


class CongruentLevenbergMarquardt(LevenbergMarquardt):
    """Levenberg–Marquardt damped by ``λ DᵀD`` of the locks of the model, as they are when the optimizer is made."""

    def __init__(
        self, params: ParamsT, model: nn.Module, loss: Loss, data: Any, lr: float = 1.0, damping: float = 1.0
    ) -> None:
        super().__init__(params, model, loss, data, lr, damping, congruence_metric(model))
