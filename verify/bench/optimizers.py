"""Largest stable learning rates on a locked transformer of any size: their powers of α, on any device."""

from __future__ import annotations

import time
from collections.abc import Iterator
from copy import deepcopy
from math import log

import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy

from specbound.locking import lock
from specbound.training.stability import stability_limit
from verify.networks import seeded

OPTIMIZERS = {"sgd": -2, "momentum": -2, "nesterov": -2, "adam": -1, "muon": -1}
"""And the power of α predicted of each, in the rotated form."""

BETWEEN = (1e4, 1e6)
SAMPLES, TOKENS, CLASSES, K = 32, 32, 10, 3
"""More samples than k directions can tell apart: where these alone bring the loss to 0, a step without a scale that is
far too large may land there, and no loss rises."""

LAYER = "encoder.layers.0.linear2"


class Transformer(nn.Module):
    """A stock pre-norm encoder on vectors, averaged over the tokens and read by a head."""

    def __init__(self, width: int, layers: int) -> None:
        super().__init__()
        block = nn.TransformerEncoderLayer(
            width, 8, 4 * width, dropout=0.0, activation="gelu", batch_first=True, norm_first=True
        )
        self.encoder = nn.TransformerEncoder(block, layers, enable_nested_tensor=False)
        self.head = nn.Linear(width, CLASSES)

    def forward(self, tokens: Tensor) -> Tensor:
        """Logits, ``(batch, 10)``, of tokens ``(batch, tokens, width)``."""
        return self.head(self.encoder(tokens).mean(dim=1))


def run() -> Iterator[str]:
    """A line an optimizer, on a small transformer."""
    yield from _exponents("cpu", width=64, layers=1)


def on_device(device: str) -> Iterator[str]:
    """The same on a transformer of 57 million parameters."""
    yield from _exponents(device, width=768, layers=8)


def _exponents(device: str, width: int, layers: int) -> Iterator[str]:
    model = seeded(lambda: Transformer(width, layers), torch.float32, 0).to(device)
    generator = torch.Generator().manual_seed(0)
    tokens = torch.randn(SAMPLES, TOKENS, width, generator=generator).to(device)
    data = tokens, torch.randint(CLASSES, (SAMPLES,), generator=generator).to(device)
    count = sum(parameter.numel() for parameter in model.parameters())
    for optimizer, predicted in OPTIMIZERS.items():
        start = time.perf_counter()
        limits: list[float] = []
        for alpha in BETWEEN:
            locked = deepcopy(model)
            lock(locked, LAYER, alpha, K, form="rotated")
            limits.append(stability_limit(locked, cross_entropy, data, optimizer).learning_rate)
        exponent = log(limits[1] / limits[0]) / log(BETWEEN[1] / BETWEEN[0])
        where = f"optimizers, {count / 1e6:.1f} million parameters, {device}, float32, {optimizer}"
        yield (
            f"{where}: largest stable learning rate {limits[0]:.1e} at α = 1e4, like α to the {exponent:.3f}, "
            f"predicted {predicted}; {time.perf_counter() - start:.1f} s"
        )
