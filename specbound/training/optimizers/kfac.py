"""K-FAC: natural gradient with a Kronecker-factored Fisher matrix, the factors those of curvlinops."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, cast

import torch
from torch import Tensor, nn
from torch.optim import Optimizer
from torch.optim.optimizer import ParamsT

from specbound.core.errors import InvalidInput
from specbound.curvature.data import Loss, batches
from specbound.locking.layers import locks_in
from specbound.training.optimizers.closures import evaluated
from specbound.training.optimizers.equilibration import SingularCurvature, equilibrating_scales

with warnings.catch_warnings():
    # Its dependency linear_operator compiles a function with torch.jit.script, which torch 2.13 deprecates.
    warnings.filterwarnings("ignore", message=".*torch.jit.script.*", category=DeprecationWarning)
    from curvlinops import KFACInverseLinearOperator, KFACLinearOperator

LOSSES: dict[Any, Callable[[], nn.Module]] = {
    nn.functional.mse_loss: nn.MSELoss,
    nn.functional.cross_entropy: nn.CrossEntropyLoss,
    nn.functional.binary_cross_entropy_with_logits: nn.BCEWithLogitsLoss,
}
"""Losses as functions, and the modules that curvlinops knows them by."""

REQUIRED = (
    "the functions mse_loss, cross_entropy and binary_cross_entropy_with_logits of torch, or their modules as made"
)


class KFAC(Optimizer):
    """``W ← W − η (G ⊗ A)⁻¹ ∇W`` for every linear layer or 2-d convolution, a bias being a column of its weight.

    A is the second moment of a layer's inputs, with a 1 appended where there is a bias; G that of the gradients in its
    outputs under the model's own distribution, taken exactly, by as many backward passes as there are outputs
    (type-2). Both are those of the present parameters at every step. Without damping the step does not depend on a
    lock: the bias of a locked layer, which is added behind the pair, counts as that of the second half.

    **Parameters.** ``params``: all trainable parameters of the model, in its order. ``model``: in which they all belong
    to ``nn.Linear`` or ``nn.Conv2d``; ``loss``: one of :data:`REQUIRED`; ``data``: as in
    :func:`specbound.top_singular_value`, the inputs single tensors. ``damping``: λ; with λ = 0 both factors have to be
    nonsingular; else it is the exact ``(G ⊗ A + λ I)⁻¹``.
    **Raises.** :class:`InvalidInput` for other parameters, losses and inputs; a step without damping raises
    :class:`~specbound.training.optimizers.equilibration.SingularCurvature` where a factor is singular to working
    precision: A where there are fewer samples than inputs, or a compensator behind a weight with more outputs than
    inputs; G of the output layer with the cross-entropy, always.
    **Source.** Martens and Grosse, ICML 2015; Eschenhagen et al., NeurIPS 2023, for shared weights (expand).
    """

    def __init__(
        self, params: ParamsT, model: nn.Module, loss: Loss, data: Any, lr: float = 1.0, damping: float = 0.0
    ) -> None:
        super().__init__(params, {"lr": lr, "damping": damping})
        if not damping >= 0:
            raise InvalidInput(f"damping = {damping!r}; required: a number that is not negative")
        self._model, self._loss = model, _module(loss)
        self._data = _pairs(data, self._loss)
        trainable = {id(p): name for name, p in model.named_parameters() if p.requires_grad}
        parameters = [id(p) for group in self.param_groups for p in group["params"]]
        if len(self.param_groups) != 1 or parameters != list(trainable):
            raise InvalidInput("required: all trainable parameters of the model, in its order, in one group")
        with _biases_inside(model):
            layers = {name: m for name, m in model.named_modules() if isinstance(m, nn.Linear | nn.Conv2d)}
            owners = {id(p): name for name, layer in layers.items() for p in layer.parameters(recurse=False)}
        missed = [name for key, name in trainable.items() if key not in owners]
        if missed:
            raise InvalidInput(
                f"{', '.join(missed[:3])}: {len(missed)} parameters of no nn.Linear or nn.Conv2d, which are all that "
                "K-FAC knows; freeze them, by requires_grad_(False)"
            )
        self._layers = {owners[key] for key in trainable}

    @torch.no_grad()
    def step(self, closure: Callable[[], Any] | None = None) -> Any:  # pyright: ignore[reportIncompatibleMethodOverride]
        """One step; returns what the closure does."""
        loss = evaluated(closure)
        (group,) = self.param_groups
        parameters, damping = group["params"], group["damping"]
        gradients = [torch.zeros_like(p) if p.grad is None else p.grad for p in parameters]
        with torch.enable_grad(), _biases_inside(self._model):
            fisher = KFACLinearOperator(
                self._model,
                self._loss,  # pyright: ignore[reportArgumentType]
                parameters,
                self._data,
                check_deterministic=False,
                fisher_type="type-2",
                kfac_approx="expand",
                separate_weight_and_bias=False,
                num_data=sum(len(inputs) for inputs, _ in self._data),
            )
            fisher.compute_kronecker_factors()
        self._check(fisher, damping)
        inverse = KFACInverseLinearOperator(fisher, damping=damping, use_exact_damping=damping > 0)
        for parameter, move in zip(parameters, cast("list[Tensor]", inverse @ gradients), strict=True):
            parameter.sub_(move, alpha=group["lr"])
        return loss

    def _check(self, fisher: KFACLinearOperator, damping: float) -> None:
        """The library decomposes a singular factor without complaint where rounding leaves its last pivot positive."""
        state = fisher.state_dict()
        for kind, name in (("gradient_covariances", "outputs' gradients"), ("input_covariances", "inputs")):
            for layer, factor in state[kind].items():
                if not bool(factor.isfinite().all()):
                    raise InvalidInput(f"the moments of {layer}'s {name} are not finite; take a smaller learning rate")
                if not damping and not _regular(factor):
                    raise SingularCurvature(
                        f"the second moment of the {name} of layer {layer} is singular to working precision at this "
                        "point; give a damping, or more samples"
                    )
        for layer in sorted(self._layers - state["gradient_covariances"].keys()):
            raise InvalidInput(f"layer {layer} is not called by the model, so K-FAC does not see it; freeze it")


def _regular(factor: Tensor) -> bool:
    scales = equilibrating_scales(factor)
    if not bool(scales.isfinite().all()):
        return False
    values = torch.linalg.eigvalsh(scales[:, None] * factor * scales)
    return float(values[0]) > len(factor) * torch.finfo(factor.dtype).eps * float(values[-1])


def _module(loss: Any) -> nn.Module:
    found = LOSSES[loss]() if not isinstance(loss, nn.Module) and loss in LOSSES else loss
    plain = isinstance(found, tuple(LOSSES.values())) and found.reduction == "mean"  # pyright: ignore[reportArgumentType]
    # These change the loss, and curvlinops 3.0.1 does not look at them.
    if not plain or getattr(found, "label_smoothing", 0.0) or next(found.buffers(), None) is not None:
        raise InvalidInput(f"the loss is {getattr(loss, '__name__', loss)}; required for K-FAC: {REQUIRED}")
    return found


def _pairs(data: Any, loss: nn.Module) -> list[tuple[Tensor, Any]]:
    pairs: list[tuple[Tensor, Any]] = []
    classes = isinstance(loss, nn.CrossEntropyLoss)
    for batch in batches(data):
        if batch.keywords or len(batch.arguments) != 1:
            raise InvalidInput("the inputs of a batch are several tensors; required for K-FAC: one")
        if classes and (batch.targets.is_floating_point() or bool((batch.targets == loss.ignore_index).any())):
            raise InvalidInput(
                "the targets are probabilities, or some are ignored; required for K-FAC: the class of every sample"
            )
        pairs.append((batch.arguments[0], batch.targets))
    return pairs


@contextmanager
def _biases_inside(model: nn.Module) -> Iterator[None]:
    """Within it, the bias of every locked layer is that of the second half of its pair, which is the same function."""
    moved = []
    try:
        for pair in locks_in(model).values():
            second = pair.compensator if pair.side == "after" else pair.locked
            # Modules that add a bias without one of their own are not known to K-FAC anyway.
            if pair.bias is not None and isinstance(second, nn.Linear | nn.Conv2d):
                moved.append((pair, second, pair.bias))
                second._parameters["bias"], pair._parameters["bias"] = pair.bias, None
        yield
    finally:
        for pair, second, bias in moved:
            second._parameters["bias"], pair._parameters["bias"] = None, bias
