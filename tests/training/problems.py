"""Small problems, locked or not, and steps of an optimizer on them the way a training loop takes them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.functional import mse_loss, scaled_dot_product_attention
from torch.optim import Optimizer

from specbound.curvature.data import batches
from specbound.locking import lock
from specbound.training.gradient import Gradient
from specbound.training.optimizers import build, needs_graph
from tests.curvature.examples import normal, seeded


class Block(nn.Module):
    """Attention with a LayerNorm in front and a skip path, averaged over the tokens."""

    def __init__(self) -> None:
        super().__init__()
        self.norm, self.mixed = nn.LayerNorm(4), nn.Linear(4, 12)
        self.proj, self.head = nn.Linear(4, 4), nn.Linear(4, 2)

    def forward(self, x: Tensor) -> Tensor:
        samples, tokens, _ = x.shape
        parts = self.mixed(self.norm(x)).chunk(3, dim=-1)
        heads = scaled_dot_product_attention(*(p.reshape(samples, tokens, 2, 2).transpose(1, 2) for p in parts))
        return self.head((x + self.proj(heads.transpose(1, 2).reshape(x.shape))).mean(1))


def mlp() -> nn.Module:
    """A tanh network whose middle layer is called "2"."""
    return seeded(lambda: nn.Sequential(nn.Linear(4, 5), nn.Tanh(), nn.Linear(5, 5), nn.Tanh(), nn.Linear(5, 2)))


def block() -> nn.Module:
    """The block, whose layer behind the attention is called "proj"."""
    return seeded(Block)


PROBLEMS: dict[str, tuple[Callable[[], nn.Module], str, tuple[Tensor, Tensor]]] = {
    "mlp": (mlp, "2", (normal(20, 4), normal(20, 2, seed=2))),
    "block": (block, "proj", (normal(12, 3, 4), normal(12, 2, seed=2))),
}


def locked(kind: str, alpha: float, form: str = "rotated", side: str = "after", two_sided: bool = False) -> nn.Module:
    """That problem's model with two directions of its layer locked."""
    make, layer, _ = PROBLEMS[kind]
    model = make()
    lock(model, layer, alpha, 2, form, side, two_sided)
    return model


def closure_of(model: nn.Module, loss: Any, data: Any, graph: bool) -> Gradient:
    """Fills ``.grad`` of the trainable parameters, with its graph where that is asked for; returns the loss."""
    return Gradient(model, loss, batches(data), graph)


def advance(optimizer: Optimizer, model: nn.Module, data: Any, steps: int, loss: Any = mse_loss) -> list[Tensor]:
    """The model's outputs after each of some steps."""
    closure = closure_of(model, loss, data, needs_graph(optimizer))
    outputs: list[Tensor] = []
    for _ in range(steps):
        optimizer.step(closure)
        with torch.no_grad():
            outputs.append(model(data[0]))
    return outputs


def trajectory(name: str, kind: str, model: nn.Module, steps: int, **options: Any) -> list[Tensor]:
    """The outputs after each of some steps of a known optimizer."""
    data = PROBLEMS[kind][2]
    return advance(build(name, model, mse_loss, data, **options), model, data, steps)


def apart(one: list[Tensor], other: list[Tensor]) -> float:
    """The largest distance of two trajectories, relative to the largest output of the second."""
    return max(float((p - q).abs().max() / q.abs().max()) for p, q in zip(one, other, strict=True))
