"""The loss over all data as a function of chosen tensors, with the model left as it was found."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from specbound.core.errors import InvalidInput
from specbound.curvature.data import Batch, Loss
from specbound.curvature.diagnosis import cut_off, derivatives_located, forward_located, not_finite
from specbound.curvature.kernels import twice_differentiable
from specbound.curvature.randomness import refuse_dropout
from specbound.curvature.state import lent
from specbound.numeric.rounding import product_tolerance


@dataclass(frozen=True)
class Objective:
    """``L = Σ share · loss(model(inputs), targets)`` over the batches, as a function of ``variables``.

    Parameters, gradients, flags and buffers of the model are left as they were.
    """

    model: nn.Module
    loss: Loss
    batches: tuple[Batch, ...]
    variables: tuple[Tensor, ...]
    """Leaves, all of one dtype and device: parameters of the model, or tensors that ``inserted`` brings in."""
    inserted: Callable[[], AbstractContextManager[None]] = nullcontext
    """A context within which the model computes with tensors that are not its parameters."""

    def __post_init__(self) -> None:
        refuse_dropout(self.model)
        self._refuse_chance(self.batches[0])

    @property
    def dtype(self) -> torch.dtype:
        """Of the variables, and so of every product."""
        return self.variables[0].dtype

    @property
    def device(self) -> torch.device:
        """Of the variables."""
        return self.variables[0].device

    @contextmanager
    def evaluating(self) -> Iterator[None]:
        """The context in which values and derivatives are computed."""
        with twice_differentiable(self.model), lent(self.model, self.variables), self.inserted():
            yield

    def outputs(self, batch: Batch) -> Any:
        """The model's outputs on a batch, differentiable in the variables; to be called while evaluating."""
        with forward_located(self.model, lambda: batch.outputs(self.model)):
            return batch.outputs(self.model)

    def value(self, batch: Batch, outputs: Any) -> Tensor:
        """The loss of outputs on a batch, without its share; to be called while evaluating.

        **Raises.** :class:`InvalidInput` for a loss that is not a finite real scalar, naming the module that is the
        first to give a number that is not finite.
        """
        loss = self.loss(outputs, batch.targets)
        if not isinstance(loss, Tensor):
            raise InvalidInput(f"the loss is a {type(loss).__name__}; a scalar tensor is required")
        if loss.numel() != 1 or not loss.is_floating_point():
            raise InvalidInput(
                f"the loss of {type(self.model).__name__} has shape {tuple(loss.shape)} and dtype {loss.dtype}; a real "
                "scalar is required, the mean over the batch"
            )
        if not torch.isfinite(loss):
            place = not_finite(self.model, lambda: batch.outputs(self.model))
            raise InvalidInput(f"the loss is {loss.item()}: {place}")
        return loss.reshape(())

    def gradient(self, batch: Batch) -> tuple[Tensor, ...]:
        """The gradient of the loss on a batch in each variable, itself differentiable; to be called while evaluating.

        **Raises.** :class:`InvalidInput` where no variable takes part in the loss.
        """
        loss = self.value(batch, self.outputs(batch))
        self.refuse_independent(batch, loss)
        return self.derivatives(batch, (loss,), self.variables, (torch.ones_like(loss),), create_graph=True)

    def refuse_independent(self, batch: Batch, result: Tensor) -> None:
        """Raises :class:`InvalidInput`, naming the module, where a result does not depend on any variable."""
        if not result.requires_grad:
            reason = cut_off(self.model, lambda: batch.outputs(self.model))
            raise InvalidInput(f"the loss does not depend on the chosen parameters: {reason}")

    def derivatives(
        self,
        batch: Batch,
        of: tuple[Tensor, ...],
        variables: tuple[Tensor, ...],
        directions: tuple[Tensor, ...],
        create_graph: bool = False,
    ) -> tuple[Tensor, ...]:
        """``Σ directionᵀ ∂of/∂variable`` for each variable, zero where there is none; the graph is kept."""
        terms = [(one, along) for one, along in zip(of, directions, strict=True) if one.requires_grad]
        if not terms:
            return tuple(map(torch.zeros_like, variables))
        with derivatives_located(self.model, lambda: batch.outputs(self.model)):
            return torch.autograd.grad(
                [one for one, _ in terms],
                variables,
                [along for _, along in terms],
                retain_graph=True,
                create_graph=create_graph,
                materialize_grads=True,
            )

    def _refuse_chance(self, batch: Batch) -> None:
        with self.evaluating(), torch.no_grad():
            first, second = (self.value(batch, self.outputs(batch)).double() for _ in range(2))
        if (first - second).abs() > product_tolerance(self.dtype) * first.abs():
            raise InvalidInput(
                f"two evaluations of the loss give {first.item()} and {second.item()}: the model or the loss draws at "
                "random, so its Hessian is random; call model.eval() or fix the draw"
            )
