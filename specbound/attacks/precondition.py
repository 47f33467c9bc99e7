"""Optimizing in the coordinates in which the lock is none."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from copy import deepcopy
from typing import Any

import torch
from torch import Tensor, nn

from specbound.attacks.attacked import Attacked, Optimizer, attacked, pairs_of
from specbound.core.errors import InvalidInput
from specbound.locking.congruence import metric_blocks
from specbound.training.optimizers.known import known, needs_graph


def precondition(model: nn.Module, inputs: Any = None, tolerance: float | None = None) -> Attacked:
    """Leaves the model; its ``.optimizer`` makes another step in the coordinates ``Dθ`` of the identity-inserted model.

    Of gradient descent, heavy ball and Nesterov that is to multiply the gradient by ``(DᵀD)⁻¹``
    (``attack_precondition``); other optimizers too walk their path on that model, whatever α is, where the gradient is
    not clipped. Those that differentiate gradients are refused: they would do so in the locked model's coordinates. D
    is read off the compensators, which have to be as a lock left them.

    **Parameters, Returns, Raises.** As :func:`~specbound.attacks.merge.merge`; no parameters are added to the model,
    but the weights of the pairs are held twice. ``.optimizer`` raises :class:`InvalidInput` for such an optimizer.
    **Accuracy.** Of order u in the rotated form, of order ``u α`` in the dense one; nothing accumulates.

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
    # Each gradient and each weight is multiplied by D⁻¹ once a step.
    flops = sum(2 * b.weight.numel() * (1 if b.inverse.ndim == 1 else 2 * len(b.inverse)) for b in blocks)
    held = sum(2 * b.weight.numel() * b.weight.element_size() + b.inverse.numel() * 8 for b in blocks)
    knowledge = "the locks' directions and α, which untrained compensators show"
    return attacked(
        "precondition", knowledge, model, lambda _: {}, inputs, tolerance, flops, held, optimizer=preconditioned
    )


def preconditioned(optimizer: Optimizer) -> type[torch.optim.Optimizer]:
    """That optimizer in the coordinates ``Dθ`` of the locks in the model that it is built for."""
    if isinstance(optimizer, str):
        base, defaults = known(optimizer).load(), known(optimizer).options
    else:
        base, defaults = optimizer, {}
    if needs_graph(base):
        raise InvalidInput(
            f"precondition takes no optimizer that differentiates gradients, such as {base.__name__}; required: one of "
            "first order, or newton_congruent without this attack"
        )
    signature = inspect.signature(base)

    class Preconditioned(base):  # pyright: ignore[reportGeneralTypeIssues]
        __signature__ = _with_model(signature)

        def __init__(self, params: Any, model: nn.Module, **options: Any) -> None:
            blocks = {id(block.weight): block for block in metric_blocks(model)}
            given = list(params)
            if not all(isinstance(p, Tensor) for p in given):
                raise InvalidInput("parameters are given in groups or with names; required: the parameters themselves")
            self._pairs = [
                (blocks[id(p)], nn.Parameter(blocks[id(p)].to_inserted(p.detach()))) for p in given if id(p) in blocks
            ]
            inserted: dict[int, Any] = {id(block.weight): parameter for block, parameter in self._pairs}
            supplied: dict[str, nn.Module] = {}
            if "model" in signature.parameters:
                # The model in which the pairs have those coordinates; all other parameters are shared.
                supplied["model"] = deepcopy(model, {id(p): inserted.get(id(p), p) for p in model.parameters()})
            super().__init__([inserted.get(id(p), p) for p in given], **supplied, **{**defaults, **options})

        def zero_grad(self, set_to_none: bool = True) -> None:
            super().zero_grad(set_to_none)
            for block, _ in self._pairs:
                block.weight.grad = None

        def step(self, closure: Callable[[], Any] | None = None) -> Any:
            def there() -> Any:
                self._write()
                value = closure() if closure is not None else None
                for block, parameter in self._pairs:
                    found = block.weight.grad
                    parameter.grad = None if found is None else block.from_inserted(found)
                return value

            if closure is None:
                there()
            value = super().step(there if closure is not None else None)
            self._write()
            return value

        def _write(self) -> None:
            """The locked model's weights as the coordinates say."""
            with torch.no_grad():
                for block, parameter in self._pairs:
                    block.weight.copy_(block.from_inserted(parameter))

    return Preconditioned


def _with_model(signature: inspect.Signature) -> inspect.Signature:
    """The signature of a constructor that takes a model too."""
    if "model" in signature.parameters:
        return signature
    model = inspect.Parameter("model", inspect.Parameter.KEYWORD_ONLY)
    parts = list(signature.parameters.values())
    at = next((i for i, part in enumerate(parts) if part.kind is part.VAR_KEYWORD), len(parts))
    return signature.replace(parameters=[*parts[:at], model, *parts[at:]])
