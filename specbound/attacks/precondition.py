"""Multiplying gradients by what undoes the lock's change of variable."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import torch
from torch import nn

from specbound.attacks.attacked import Attacked, Optimizer, attacked, pairs_of
from specbound.locking.congruence import metric_blocks
from specbound.training.optimizers.known import known, needs_graph


def precondition(model: nn.Module, inputs: Any = None, tolerance: float | None = None) -> Attacked:
    """Leaves the model; its ``.optimizer`` wraps another that then gets ``(DᵀD)⁻¹`` times the gradient.

    Gradient descent, heavy ball and Nesterov so walk the path of the identity-inserted model (``attack_precondition``).
    D is read off the compensators, which have to be as a lock left them. Of clipping the norm is that before.

    **Parameters, Returns, Raises.** As :func:`~specbound.attacks.merge.merge`; no parameters are added.
    **Accuracy.** Of order u in the rotated form, of order ``u α`` in the dense one.

    >>> from specbound.locking import lock
    >>> from specbound.training.loop import fine_tune
    >>> line = nn.Sequential(nn.Linear(1, 2, bias=False)).double()
    >>> _ = nn.init.ones_(line[0].weight)
    >>> _ = lock(line, "0", alpha=100.0, k=1, form="rotated")
    >>> found = precondition(line)
    >>> data = torch.ones(1, 1, dtype=torch.float64), torch.zeros(1, 2, dtype=torch.float64)
    >>> run = fine_tune(found.model, nn.functional.mse_loss, data, found.optimizer("sgd"), 100, 1e-6, lr=0.1)
    >>> run.outcome.value
    'reached'
    """
    pairs_of("precondition", model)
    blocks = metric_blocks(model)
    flops = sum(block.weight.numel() * (1 if block.inverse.ndim == 1 else 2 * len(block.inverse)) for block in blocks)
    held = sum(block.inverse.numel() * block.inverse.element_size() for block in blocks)
    knowledge = "the locks' directions and α, which untrained compensators show"
    return attacked(
        "precondition", knowledge, model, lambda _: {}, inputs, tolerance, flops, held, optimizer=preconditioned
    )


def preconditioned(optimizer: Optimizer) -> type[torch.optim.Optimizer]:
    """That optimizer with gradients multiplied by ``(DᵀD)⁻¹`` of the locks in the model that it is built for."""
    base, defaults = (
        (known(optimizer).load(), known(optimizer).options) if isinstance(optimizer, str) else (optimizer, {})
    )
    signature = inspect.signature(base)

    class Preconditioned(base):
        needs_graph: bool = needs_graph(optimizer)
        __signature__ = _with_model(signature)

        def __init__(self, params: Any, model: nn.Module, **options: Any) -> None:
            supplied = {"model": model} if "model" in signature.parameters else {}
            super().__init__(params, **supplied, **{**defaults, **options})
            self._blocks = metric_blocks(model)

        def step(self, closure: Callable[[], Any] | None = None) -> Any:
            if closure is None:
                self._undo()
                return super().step()

            def undone() -> Any:
                value = closure()
                self._undo()
                return value

            return super().step(undone)

        def _undo(self) -> None:
            for block in self._blocks:
                if block.weight.grad is not None:
                    block.weight.grad = block.undone(block.weight.grad)

    return Preconditioned


def _with_model(signature: inspect.Signature) -> inspect.Signature:
    """The signature of a constructor that takes a model too."""
    if "model" in signature.parameters:
        return signature
    model = inspect.Parameter("model", inspect.Parameter.KEYWORD_ONLY)
    parts = list(signature.parameters.values())
    at = next((i for i, part in enumerate(parts) if part.kind is part.VAR_KEYWORD), len(parts))
    return signature.replace(parameters=[*parts[:at], model, *parts[at:]])
