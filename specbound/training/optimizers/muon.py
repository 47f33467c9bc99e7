"""Muon for the matrices of hidden layers and AdamW for all other parameters, as one optimizer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn
from torch.optim import AdamW, Optimizer
from torch.optim import Muon as MatrixMuon
from torch.optim.optimizer import ParamsT

from specbound.core.errors import InvalidInput
from specbound.locking.module import LockedLinear
from specbound.training.optimizers.closures import evaluated


class Muon(Optimizer):
    """torch's Muon on the matrices of hidden layers, and AdamW on what is left, with one learning rate.

    Hidden is every weight of two dimensions but those of embeddings and of the output layer, which is taken to be the
    last module, in the model's order, that holds a matrix; both halves of a locked layer count as that layer. A model
    of one layer has no hidden ones. One learning rate serves both because the step of Muon is scaled to the size of
    AdamW's (``adjust_lr_fn="match_rms_adamw"``).

    The orthogonalisation runs in bfloat16 whatever the dtype (torch 2.13), with five Newton–Schulz steps: singular
    values of the update are 1 to within some 30 %, and those of a gradient below about 1/500 of its norm stay small.

    **Parameters.** ``params``: some of the parameters of ``model``. ``momentum``, ``nesterov``, ``ns_steps``: of Muon;
    ``betas``, ``eps``: of AdamW; ``weight_decay``: of both, decoupled.
    **Source.** Jordan et al., *Muon: An optimizer for hidden layers in neural networks*, 2024; Liu et al., *Muon is
    scalable for LLM training*, arXiv 2502.16982, 2025, for the scale.
    """

    def __init__(
        self,
        params: ParamsT,
        model: nn.Module,
        lr: float = 1e-3,
        momentum: float = 0.95,
        nesterov: bool = True,
        ns_steps: int = 5,
        adjust_lr_fn: str = "match_rms_adamw",
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0.0,
    ) -> None:
        chosen = [p for p in params if isinstance(p, Tensor)]
        hidden = {id(p) for p in hidden_matrices(model)}
        matrices, rest = ([p for p in chosen if (id(p) in hidden) is among] for among in (True, False))
        if not chosen:
            raise InvalidInput("no parameters are given as tensors; required: parameters of the model")
        muon = {"momentum": momentum, "nesterov": nesterov, "ns_steps": ns_steps, "adjust_lr_fn": adjust_lr_fn}
        self._parts: list[Optimizer] = []
        if matrices:
            self._parts.append(MatrixMuon(matrices, lr=lr, weight_decay=weight_decay, **muon))
        if rest:
            self._parts.append(AdamW(rest, lr=lr, betas=betas, eps=eps, weight_decay=weight_decay, foreach=False))
        super().__init__([group for part in self._parts for group in part.param_groups], {"lr": lr})

    @torch.no_grad()
    def step(self, closure: Callable[[], Any] | None = None) -> Any:  # pyright: ignore[reportIncompatibleMethodOverride]
        """One step of both; returns what the closure does."""
        loss = evaluated(closure)
        for part, group in zip(self._parts, self.param_groups, strict=True):
            # Loading a state puts new ones in place of both.
            part.param_groups, part.state = [group], self.state
            part.step()
        return loss


def hidden_matrices(model: nn.Module) -> list[nn.Parameter]:
    """The weights of two dimensions of all layers but embeddings and the last one, in the model's order."""
    layers = [layer for layer in _layers(model) if any(p.ndim == 2 for p in layer)]
    return [p for layer in layers[:-1] for p in layer if p.ndim == 2]


def _layers(module: nn.Module) -> list[list[nn.Parameter]]:
    """The parameters of each module that holds any itself; a locked layer is one module, an embedding none."""
    if isinstance(module, nn.Embedding | nn.EmbeddingBag):
        return []
    if isinstance(module, LockedLinear):
        return [list(module.parameters())]
    own = list(module.parameters(recurse=False))
    return [*([own] if own else []), *(layer for child in module.children() for layer in _layers(child))]
