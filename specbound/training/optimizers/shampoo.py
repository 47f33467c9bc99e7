"""Shampoo with a choice of the exponent, which pytorch-optimizer's fixes to ¼ for matrices."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor
from torch.optim import Optimizer
from torch.optim.optimizer import ParamsT

from specbound.core.errors import InvalidInput
from specbound.training.optimizers.closures import evaluated


class Shampoo(Optimizer):
    """``W ← W − η L⁻ᵖ G R⁻ᵖ`` with ``L = ε I + Σ G Gᵀ`` and ``R = ε I + Σ GᵀG`` over the steps so far.

    A tensor of more dimensions is taken as the matrix of its first against the rest; a vector has L alone, to the power
    −½. With p = ¼ a step does not depend on the gradient's scale; with ½ it is inverse to it.

    **Parameters.** ``exponent``: p, dimensionless; ``eps``: ε, in the gradient's units squared.
    **Source.** Gupta, Koren and Singer, ICML 2018 (p = ¼); Anil et al., arXiv 2002.09018, 2020 (p = ½ as well). The
    blockwise one of pytorch-optimizer 4.1.0 also takes ½, but as a moving average that starts without a correction
    and in which ε decays, which makes its first step too large by 1/(1−β₂) and L singular in the end.
    """

    def __init__(self, params: ParamsT, lr: float = 1e-3, exponent: float = 0.25, eps: float = 1e-6) -> None:
        if not (exponent > 0 and eps > 0):
            raise InvalidInput(f"exponent = {exponent!r}, eps = {eps!r}; required: positive numbers")
        super().__init__(params, {"lr": lr, "exponent": exponent, "eps": eps})

    @torch.no_grad()
    def step(self, closure: Callable[[], Any] | None = None) -> Any:  # pyright: ignore[reportIncompatibleMethodOverride]
        """One step; returns what the closure does."""
        loss = evaluated(closure)
        for group in self.param_groups:
            for parameter in group["params"]:
                if parameter.grad is not None:
                    update = self._update(parameter, parameter.grad.detach(), group["exponent"], group["eps"])
                    parameter.sub_(update, alpha=group["lr"])
        return loss

    def _update(self, parameter: Tensor, gradient: Tensor, exponent: float, eps: float) -> Tensor:
        matrix = gradient.flatten(1) if gradient.ndim > 1 else gradient.reshape(-1, 1)
        state = self.state[parameter]
        if not state:
            state["left"], state["right"] = (eps * torch.eye(size).to(matrix) for size in matrix.shape)
        state["left"] += matrix @ matrix.T
        if gradient.ndim < 2:
            return (_power(state["left"], -0.5, eps) @ matrix).view_as(gradient)
        state["right"] += matrix.T @ matrix
        left, right = (_power(state[side], -exponent, eps) for side in ("left", "right"))
        return (left @ matrix @ right).view_as(gradient)


def _power(matrix: Tensor, exponent: float, least: float) -> Tensor:
    """A power of a symmetric matrix whose eigenvalues are at least ``least``, below which rounding may put them."""
    values, vectors = torch.linalg.eigh(matrix)
    return (vectors * values.clamp(min=least) ** exponent) @ vectors.T
