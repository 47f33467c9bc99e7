"""AdaHessian and Sophia of pytorch-optimizer, with estimates of the Hessian's diagonal that can be repeated."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytorch_optimizer
import torch
from torch import Tensor
from torch.optim.optimizer import ParamsT

from specbound.core.errors import InvalidInput, unknown_name
from specbound.curvature.flat import unflattened
from specbound.training.optimizers.closures import evaluated
from specbound.training.optimizers.double_backward import flat_gradient, hessian_rows, release_graph, require_graph

ESTIMATES = ("rademacher", "gaussian", "exact")


class _Diagonal:
    """Estimates of the diagonal of the Hessian from gradients that carry their graph.

    The library draws from the global generator (4.1.0). Here the draw is from one of the optimizer's own, on the CPU,
    so that a seed means the same on every device, and nothing else is moved.
    """

    def __init__(self, estimate: str, samples: int, seed: int) -> None:
        if estimate not in ESTIMATES:
            raise unknown_name("estimate of a diagonal", estimate, ESTIMATES)
        if samples < 1:
            raise InvalidInput(f"num_samples = {samples!r}; required: at least 1")
        self._estimate = estimate
        self._samples = samples
        self._generator = torch.Generator().manual_seed(seed)

    def of(self, parameters: tuple[Tensor, ...]) -> list[Tensor]:
        """One tensor for each parameter, of its shape."""
        slope = flat_gradient(parameters)
        if self._estimate == "exact":
            flat, start = [], 0
            for rows in hessian_rows(slope, parameters):
                flat.append(rows[:, start:].diagonal())
                start += len(rows)
            return list(unflattened(torch.cat(flat), parameters))
        require_graph(slope)
        totals = [torch.zeros_like(p) for p in parameters]
        for _ in range(self._samples):
            along = [self._drawn(p) for p in parameters]
            vector = torch.cat([v.reshape(-1) for v in along])
            products = torch.autograd.grad(slope, parameters, vector, retain_graph=True, materialize_grads=True)
            for total, product, direction in zip(totals, products, along, strict=True):
                total.addcmul_(product, direction, value=1 / self._samples)
        return totals

    def _drawn(self, parameter: Tensor) -> Tensor:
        shape = parameter.shape
        if self._estimate == "gaussian":
            drawn = torch.randn(shape, dtype=torch.float64, generator=self._generator)
        else:
            drawn = torch.randint(0, 2, shape, generator=self._generator) * 2.0 - 1.0
        return drawn.to(parameter)


def _stepped(
    optimizer: AdaHessian | SophiaH, diagonal: _Diagonal, closure: Callable[[], Any] | None, step: Callable[..., Any]
) -> Any:
    """Evaluates the closure, estimates the diagonal when it is due, and hands it to the library's step."""
    loss = evaluated(closure)
    parameters = tuple(p for group in optimizer.param_groups for p in group["params"])
    # The library counts the steps that were taken, from the first one on.
    due = optimizer.param_groups[0].get("step", 0) % optimizer.update_period == 0
    step(hessian=diagonal.of(parameters) if due else None)
    release_graph(parameters)
    return loss


class AdaHessian(pytorch_optimizer.AdaHessian):
    """AdaHessian with ``estimate`` rademacher, gaussian or exact of the diagonal, drawn from ``seed``."""

    needs_graph = True

    def __init__(
        self,
        params: ParamsT,
        lr: float = 0.1,
        betas: tuple[float, float] = (0.9, 0.999),
        weight_decay: float = 0.0,
        hessian_power: float = 1.0,
        update_period: int = 1,
        num_samples: int = 1,
        estimate: str = "rademacher",
        eps: float = 1e-16,
        seed: int = 0,
    ) -> None:
        super().__init__(
            params,
            lr=lr,
            betas=betas,
            weight_decay=weight_decay,
            hessian_power=hessian_power,
            update_period=update_period,
            eps=eps,
            foreach=False,
        )
        self._diagonal = _Diagonal(estimate, num_samples, seed)

    @torch.no_grad()
    def step(self, closure: Callable[[], Any] | None = None) -> Any:  # pyright: ignore[reportIncompatibleMethodOverride]
        """One step; returns what the closure does."""
        return _stepped(self, self._diagonal, closure, super().step)


class SophiaH(pytorch_optimizer.SophiaH):
    """Sophia with ``estimate`` gaussian, rademacher or exact of the diagonal, drawn from ``seed``.

    The step is ``clip(m / max(h, eps), p)``: entries of h that are not positive give a step of ±p.
    """

    needs_graph = True

    def __init__(
        self,
        params: ParamsT,
        lr: float = 6e-2,
        betas: tuple[float, float] = (0.96, 0.99),
        weight_decay: float = 0.0,
        p: float = 1e-2,
        update_period: int = 10,
        num_samples: int = 1,
        estimate: str = "gaussian",
        eps: float = 1e-12,
        seed: int = 0,
    ) -> None:
        super().__init__(
            params,
            lr=lr,
            betas=betas,
            weight_decay=weight_decay,
            p=p,
            update_period=update_period,
            eps=eps,
            foreach=False,
        )
        self._diagonal = _Diagonal(estimate, num_samples, seed)

    @torch.no_grad()
    def step(self, closure: Callable[[], Any] | None = None) -> Any:  # pyright: ignore[reportIncompatibleMethodOverride]
        """One step; returns what the closure does."""
        return _stepped(self, self._diagonal, closure, super().step)
