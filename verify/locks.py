"""Small networks with a layer to lock, trained on a few digits: a dense Hessian is within reach."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy, scaled_dot_product_attention

from specbound.checks.network import Case, Route
from verify.networks import minilm_classifier

SAMPLES = 30
STEPS = 60
LEARNING_RATE = 0.02


class Attention(nn.Module):
    """A pre-norm transformer block on tokens that are the eight rows of pixels, averaged and read by a head."""

    def __init__(self, width: int = 6, heads: int = 2) -> None:
        super().__init__()
        self.heads = heads
        self.embed, self.head = nn.Linear(8, width), nn.Linear(width, 10)
        self.first, self.second = nn.LayerNorm(width), nn.LayerNorm(width)
        self.query, self.key, self.value, self.proj = (nn.Linear(width, width) for _ in range(4))
        self.up, self.down = nn.Linear(width, width), nn.Linear(width, width)

    def forward(self, pixels: Tensor) -> Tensor:
        """Logits, ``(batch, 10)``, of pixels ``(batch, 64)``."""
        tokens = self.embed(pixels.unflatten(1, (8, 8)))
        normed = self.first(tokens)
        projections = (self.query, self.key, self.value)
        query, key, value = (part(normed).unflatten(2, (self.heads, -1)).transpose(1, 2) for part in projections)
        mixed = scaled_dot_product_attention(query, key, value)
        tokens = tokens + self.proj(mixed.transpose(1, 2).flatten(2))
        tokens = tokens + self.down(nn.functional.gelu(self.up(self.second(tokens))))
        return self.head(tokens.mean(dim=1))


def _mlp(activation: type[nn.Module]) -> nn.Module:
    """On four by four averages of pixels."""
    pooled = (nn.Unflatten(1, (1, 8, 8)), nn.AvgPool2d(2), nn.Flatten())
    return nn.Sequential(*pooled, nn.Linear(16, 6), activation(), nn.Linear(6, 7), activation(), nn.Linear(7, 10))


def _cnn() -> nn.Module:
    return nn.Sequential(
        nn.Unflatten(1, (1, 8, 8)),
        nn.Conv2d(1, 2, 3, stride=2, padding=1),
        nn.SiLU(),
        nn.Conv2d(2, 3, 3, stride=2, padding=1),
        nn.SiLU(),
        nn.Flatten(),
        nn.Linear(12, 8),
        nn.SiLU(),
        nn.Linear(8, 10),
    )


@dataclass(frozen=True)
class Site:
    """How a network is built, the layer of it that is locked, in how many directions, and a route that feeds it."""

    build: Callable[[], nn.Module]
    layer: str
    route: Route
    k: int = 2


SITES = {
    "mlp": Site(lambda: _mlp(nn.Tanh), "5", Route("3", "7", "5", "mlp")),
    "relu": Site(lambda: _mlp(nn.ReLU), "5", Route("3", "5", "5", "mlp")),
    "cnn": Site(_cnn, "6", Route("1", "3", "3", "conv")),
    "transformer": Site(Attention, "proj", Route("value", "proj", None, "attention")),
}


MINILM = "minilm"
"""The real transformer, far beyond a dense Hessian, with a head drawn from the seed, in float32."""

MINILM_LAYER, MINILM_K = "encoder.encoder.layer.2.attention.output.dense", 25
TEXTS, TOKENS = 10, 16


def case(network: str, seed: int, alpha: float) -> Case:
    """A network with the lock that is looked at: a small one, trained, or the real one."""
    if network == MINILM:
        model, loss, data = minilm_classifier(TEXTS, TOKENS, seed=seed)
        return Case(model.requires_grad_(), loss, data, MINILM_LAYER, alpha, MINILM_K, seed=seed)
    site = SITES[network]
    model, data = _trained(network, seed)
    return Case(model, cross_entropy, data, site.layer, alpha, site.k, seed=seed, route=site.route)


@cache
def _trained(network: str, seed: int) -> tuple[nn.Module, tuple[Tensor, Tensor]]:
    from sklearn.datasets import load_digits

    inputs, targets = load_digits(return_X_y=True)
    data: Any = torch.tensor(inputs[:SAMPLES] / 16), torch.tensor(targets[:SAMPLES])
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        model = SITES[network].build().double()
    optimizer = torch.optim.Adam(model.parameters(), LEARNING_RATE)
    for _ in range(STEPS):
        optimizer.zero_grad()
        cross_entropy(model(data[0]), data[1]).backward()
        optimizer.step()
    optimizer.zero_grad(set_to_none=True)
    return model, data
