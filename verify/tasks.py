"""What is fine-tuned: networks that half know a task, the same after unlearning a part of it, and the layer to lock."""

from __future__ import annotations

import zlib
from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass
from functools import cache

import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy

from verify.networks import TEXTS, digits, docstrings, seeded

UNLEARNING, LEARNING_RATE = 60, 0.01
"""Steps of Adam by which a part of the task is unlearned, and the learning rate of all training beforehand."""

VOCABULARY, LENGTH, WIDTH = 512, 16, 16
"""Of the transformer that reads docstrings: words are told apart by hashes, texts cut to a length."""

Data = tuple[Tensor, Tensor]


@dataclass(frozen=True)
class Task:
    """``undefended``: half trained on all classes. ``unlearned``: made to know nothing of the classes of ``relearn``.

    ``relearn``: samples of those classes, to be trained on again; ``held_out``: others, to be scored on. ``goal``:
    the accuracy on them to train for. ``layer`` is to be locked in ``k`` directions.
    """

    undefended: nn.Module
    unlearned: nn.Module
    relearn: Data
    held_out: Data
    goal: float
    layer: str
    k: int

    def accuracy(self, model: nn.Module) -> float:
        """The share of held-out samples that a model tells right."""
        inputs, targets = self.held_out
        with torch.no_grad():
            return float((model(inputs).argmax(dim=-1) == targets).double().mean())


class DocstringTransformer(nn.Module):
    """Hashed words and their places embedded, a stock pre-norm encoder of one layer, averaged, read by a head."""

    def __init__(self, classes: int = len(TEXTS)) -> None:
        super().__init__()
        block = nn.TransformerEncoderLayer(
            WIDTH, 2, 2 * WIDTH, dropout=0.0, activation="gelu", batch_first=True, norm_first=True
        )
        self.words, self.places = nn.Embedding(VOCABULARY, WIDTH), nn.Embedding(LENGTH, WIDTH)
        self.encoder = nn.TransformerEncoder(block, 1, enable_nested_tensor=False)
        self.head = nn.Linear(WIDTH, classes)

    def forward(self, words: Tensor) -> Tensor:
        """Logits, ``(batch, classes)``, of hashed words ``(batch, LENGTH)``."""
        return self.head(self.encoder(self.words(words) + self.places.weight).mean(dim=1))


def hashed_docstrings(count: int) -> Data:
    """Docstrings of installed modules as hashes of their first words, and which module each is from, in turn."""
    texts = docstrings(count)
    pairs = [(text, label) for group in zip(*texts, strict=True) for label, text in enumerate(group)]
    words = [[zlib.crc32(word.encode()) % VOCABULARY for word in text.split()[:LENGTH]] for text, _ in pairs]
    padded = torch.tensor([row + [0] * (LENGTH - len(row)) for row in words])
    return padded, torch.tensor([label for _, label in pairs])


def mlp() -> nn.Module:
    """64–16–16–10 with tanh, 1,482 parameters."""
    return nn.Sequential(nn.Linear(64, 16), nn.Tanh(), nn.Linear(16, 16), nn.Tanh(), nn.Linear(16, 10))


def tiny() -> nn.Module:
    """16–6–6–10 with tanh, 214 parameters: small enough for steps that solve with the Hessian."""
    return nn.Sequential(nn.Linear(16, 6), nn.Tanh(), nn.Linear(6, 6), nn.Tanh(), nn.Linear(6, 10))


def cnn() -> nn.Module:
    """Two strided convolutions and two linear layers with SiLU."""
    return nn.Sequential(
        nn.Unflatten(1, (1, 8, 8)),
        nn.Conv2d(1, 4, 3, stride=2, padding=1),
        nn.SiLU(),
        nn.Conv2d(4, 8, 3, stride=2, padding=1),
        nn.SiLU(),
        nn.Flatten(),
        nn.Linear(32, 16),
        nn.SiLU(),
        nn.Linear(16, 10),
    )


@dataclass(frozen=True)
class Design:
    """How a network is built and trained, its data, the first class that is unlearned, and the layer to lock.

    ``steps``: of Adam on all classes, which leave it half trained; ``goal``: the accuracy on the unlearned classes to
    train for.
    """

    build: Callable[[], nn.Module]
    data: Callable[[], Data]
    steps: int
    unlearned_from: int
    goal: float
    layer: str
    k: int = 3


def pooled_digits(count: int) -> Data:
    """Digits as averages of two by two pixels, 16 of them."""
    pixels, targets = digits(count, torch.float64)
    return nn.functional.avg_pool2d(pixels.unflatten(1, (1, 8, 8)), 2).flatten(1), targets


TINY = "tiny"
NETWORKS = ("mlp", "cnn", "transformer")

DESIGNS = {
    TINY: Design(tiny, lambda: pooled_digits(400), 60, 5, 0.7, "2", k=2),
    "mlp": Design(mlp, lambda: digits(400, torch.float64), 15, 5, 0.85, "2"),
    "cnn": Design(cnn, lambda: digits(400, torch.float64), 30, 5, 0.85, "6"),
    "transformer": Design(DocstringTransformer, lambda: hashed_docstrings(40), 4, 3, 0.6, "encoder.layers.0.linear2"),
}


@cache
def task(network: str, seed: int) -> Task:
    """The task of a network, drawn and trained from a seed; its models are shared: copy them before changing any."""
    design = DESIGNS[network]
    inputs, targets = design.data()
    order = torch.randperm(len(targets), generator=torch.Generator().manual_seed(seed))
    train, rest = order[: len(order) // 2], order[len(order) // 2 :]
    new = targets >= design.unlearned_from
    model = seeded(design.build, torch.float64, seed)
    _adam(model, lambda: cross_entropy(model(inputs[train]), targets[train]), design.steps)
    unlearned = deepcopy(model)
    known, forgotten = train[~new[train]], train[new[train]]
    blank = torch.full((len(forgotten), int(targets.max()) + 1), 1 / (int(targets.max()) + 1), dtype=torch.float64)

    def unlearning() -> Tensor:
        kept = cross_entropy(unlearned(inputs[known]), targets[known])
        return kept + cross_entropy(unlearned(inputs[forgotten]), blank)

    _adam(unlearned, unlearning, UNLEARNING)
    scored = rest[new[rest]]
    relearn, held_out = ((inputs[part], targets[part]) for part in (forgotten, scored))
    return Task(model, unlearned, relearn, held_out, design.goal, design.layer, design.k)


def _adam(model: nn.Module, loss: Callable[[], Tensor], steps: int) -> None:
    optimizer = torch.optim.Adam(model.parameters(), LEARNING_RATE)
    for _ in range(steps):
        optimizer.zero_grad()
        loss().backward()
        optimizer.step()
    optimizer.zero_grad(set_to_none=True)
