"""The loss over all data and its gradient, as an optimizer's closure."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor, nn

from specbound.core.errors import InvalidInput
from specbound.curvature.data import Batch, Loss
from specbound.curvature.kernels import twice_differentiable


class Gradient:
    """``closure()`` gives the mean loss over all batches and leaves its gradient in ``.grad``.

    With ``graph``, gradient and loss can be differentiated again. With ``clip``, the gradient is scaled down to that
    norm, over all parameters together, where it is longer. ``evaluations`` counts how often both were computed.
    """

    def __init__(
        self, model: nn.Module, loss: Loss, batches: tuple[Batch, ...], graph: bool, clip: float | None = None
    ) -> None:
        self._model, self._loss, self._batches, self._graph, self._clip = model, loss, batches, graph, clip
        self._parameters = [parameter for parameter in model.parameters() if parameter.requires_grad]
        self.evaluations = 0

    def __call__(self) -> Tensor:
        for parameter in self._parameters:
            parameter.grad = None
        total = torch.zeros((), dtype=self._parameters[0].dtype, device=self._parameters[0].device)
        with self._kernels():
            for batch in self._batches:
                total = total + self._added(batch)
        self._clip_gradients()
        self.evaluations += 1
        return total if self._graph else total.detach()

    def step(self, stepper: torch.optim.Optimizer, value: Tensor) -> None:
        """Takes a step, given the loss that was computed just now, its gradient still in place."""
        known = [value]

        # Any: torch's own annotation has closures give a float, where its optimizers take a tensor.
        def closure() -> Any:
            return known.pop() if known else self()

        stepper.step(closure)

    @contextmanager
    def _kernels(self) -> Iterator[None]:
        if self._graph:
            with twice_differentiable(self._model):
                yield
        else:
            with torch.enable_grad():
                yield

    def _added(self, batch: Batch) -> Tensor:
        """The batch's part of the loss, after adding its part of the gradient."""
        value = self._loss(batch.outputs(self._model), batch.targets)
        if not isinstance(value, Tensor) or value.numel() != 1:
            raise InvalidInput(f"the loss is {_shape_of(value)}; a scalar tensor is required, the mean over the batch")
        part = batch.share * value.reshape(())
        parts = torch.autograd.grad(part, self._parameters, create_graph=self._graph, materialize_grads=True)
        for parameter, gradient in zip(self._parameters, parts, strict=True):
            parameter.grad = gradient if parameter.grad is None else parameter.grad + gradient
        return part

    def _clip_gradients(self) -> None:
        if self._clip is None:
            return
        gradients = [parameter.grad for parameter in self._parameters if parameter.grad is not None]
        norm = nn.utils.get_total_norm([gradient.detach() for gradient in gradients])
        factor = torch.clamp(self._clip / norm, max=1.0)
        for parameter in self._parameters:
            if parameter.grad is not None:
                parameter.grad = parameter.grad * factor.to(parameter.grad.dtype)


def _shape_of(value: object) -> str:
    return f"of shape {tuple(value.shape)}" if isinstance(value, Tensor) else f"a {type(value).__name__}"
