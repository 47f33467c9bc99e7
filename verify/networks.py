"""The networks that curvature is measured on, each as ``(model, loss, data)``: of digits, and a real transformer.

A model's parameters are drawn by torch's own initialisation, from a seed, in float64, and then converted; nothing is
trained.
"""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Callable, Sequence
from functools import partial
from importlib.util import find_spec
from itertools import pairwise
from pathlib import Path
from typing import Any, TypeAlias

import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy

from specbound.core.errors import InvalidInput
from verify.weights import TRANSFORMER_PACKAGE

Problem: TypeAlias = tuple[nn.Module, Callable[[Any, Tensor], Tensor], tuple[Any, Tensor]]

TEXTS = ("torch", "numpy", "scipy.linalg", "sympy", "sklearn.metrics")
"""Modules whose docstrings are told apart."""

LONG = 80
"""Characters that a docstring exceeds, to be taken."""


def digits(count: int | None, dtype: torch.dtype) -> tuple[Tensor, Tensor]:
    """The first ``count`` of scikit-learn's 1,797 digits, 64 pixels from 0 to 1, and their labels; all for None."""
    from sklearn.datasets import load_digits

    inputs, targets = load_digits(return_X_y=True)
    return torch.tensor(inputs[:count] / 16, dtype=dtype), torch.tensor(targets[:count])


def digits_mlp(
    widths: Sequence[int] = (64, 128, 128, 10),
    count: int | None = None,
    dtype: torch.dtype = torch.float64,
    seed: int = 0,
) -> Problem:
    """Linear layers with tanh between them; the defaults have 26,122 parameters."""

    def build() -> nn.Module:
        layers: list[nn.Module] = []
        for before, after in pairwise(widths):
            layers += [nn.Linear(before, after), nn.Tanh()]
        return nn.Sequential(*layers[:-1])

    inputs, targets = digits(count, dtype)
    return seeded(build, dtype, seed), cross_entropy, (inputs[:, : widths[0]], targets)


def digits_cnn(
    channels: int = 8, count: int | None = 400, dtype: torch.dtype = torch.float64, seed: int = 0
) -> Problem:
    """Two convolutions, padded, the second strided, with SiLU and group normalisation, and a linear head."""

    def build() -> nn.Module:
        return nn.Sequential(
            nn.Unflatten(1, (1, 8, 8)),
            nn.Conv2d(1, channels, 3, padding=1),
            nn.GroupNorm(2, channels),
            nn.SiLU(),
            nn.Conv2d(channels, 2 * channels, 3, stride=2, padding=1),
            nn.SiLU(),
            nn.Flatten(),
            nn.Linear(2 * channels * 16, 10),
        )

    return seeded(build, dtype, seed), cross_entropy, digits(count, dtype)


class DigitsTransformer(nn.Module):
    """Tokens are the eight rows of pixels: embedded, encoded by a stock pre-norm encoder, averaged, read by a head."""

    def __init__(self, width: int, heads: int, feedforward: int, layers: int) -> None:
        super().__init__()
        block = nn.TransformerEncoderLayer(
            width, heads, feedforward, dropout=0.0, activation="gelu", batch_first=True, norm_first=True
        )
        self.embed = nn.Linear(8, width)
        self.encoder = nn.TransformerEncoder(block, layers, enable_nested_tensor=False)
        self.head = nn.Linear(width, 10)

    def forward(self, pixels: Tensor) -> Tensor:
        """Logits, shape ``(batch, 10)``, of pixels of shape ``(batch, 64)``."""
        return self.head(self.encoder(self.embed(pixels.unflatten(1, (8, 8)))).mean(dim=1))


def digits_transformer(
    width: int = 64,
    heads: int = 4,
    feedforward: int = 128,
    layers: int = 2,
    count: int | None = 400,
    dtype: torch.dtype = torch.float64,
    seed: int = 0,
) -> Problem:
    """A stock ``nn.TransformerEncoder`` between linear layers; the defaults have about 69 thousand parameters."""
    build = partial(DigitsTransformer, width, heads, feedforward, layers)
    return seeded(build, dtype, seed), cross_entropy, digits(count, dtype)


class MiniLMClassifier(nn.Module):
    """all-MiniLM-L6-v2, its outputs averaged over the tokens of a text, with a linear head."""

    def __init__(self, encoder: nn.Module, width: int, classes: int) -> None:
        super().__init__()
        self.encoder = encoder
        self.head = nn.Linear(width, classes)

    def forward(self, input_ids: Tensor, attention_mask: Tensor) -> Tensor:
        """Logits, shape ``(batch, classes)``."""
        hidden = self.encoder(input_ids=input_ids, attention_mask=attention_mask).last_hidden_state
        mask = attention_mask[..., None].to(hidden.dtype)
        return self.head((hidden * mask).sum(dim=1) / mask.sum(dim=1))


def minilm_classifier(count: int = 32, tokens: int = 32, dtype: torch.dtype = torch.float32, seed: int = 0) -> Problem:
    """The real all-MiniLM-L6-v2 (22.7 million parameters) that tells which module a docstring is from.

    **Parameters.** ``count``: texts, taken in turn from the modules of :data:`TEXTS`. ``tokens``: at most, a text.
    """
    from transformers import AutoModel, AutoTokenizer
    from transformers.utils import logging

    # What is said while loading: a bar, and that the pooler, which the classifier has no use for, is left out.
    logging.set_verbosity_error()
    logging.disable_progress_bar()

    spec = find_spec(TRANSFORMER_PACKAGE)
    if spec is None or spec.origin is None:
        raise InvalidInput(f"the package {TRANSFORMER_PACKAGE} with the weights is missing; run make setup")
    folder = Path(spec.origin).parent / "model"
    encoder = AutoModel.from_pretrained(folder, add_pooling_layer=False, dtype=dtype, local_files_only=True).eval()
    tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True)
    texts = docstrings(-(-count // len(TEXTS)))
    pairs = [(text, label) for group in zip(*texts, strict=True) for label, text in enumerate(group)][:count]
    read = tokenizer([text for text, _ in pairs], padding=True, truncation=True, max_length=tokens, return_tensors="pt")
    inputs = {name: read[name] for name in ("input_ids", "attention_mask")}
    model = seeded(partial(MiniLMClassifier, encoder, encoder.config.hidden_size, len(TEXTS)), dtype, seed).eval()
    return model, cross_entropy, (inputs, torch.tensor([label for _, label in pairs]))


class TopLayer(nn.Module):
    """The last layer of an encoder and the head behind it, on what the layers before it gave."""

    def __init__(self, classifier: MiniLMClassifier) -> None:
        super().__init__()
        self.layer = list(classifier.encoder.get_submodule("encoder.layer").children())[-1]
        self.head = classifier.head

    def forward(self, hidden: Tensor, attended: Tensor | None, mask: Tensor) -> Tensor:
        """Logits, ``(batch, classes)``. ``attended``: which token may look at which, as the layer takes it."""
        outputs = self.layer(hidden, attention_mask=attended)
        return self.head((outputs * mask).sum(dim=1) / mask.sum(dim=1))


def minilm_top(count: int, tokens: int, seed: int) -> Problem:
    """The last layer of :func:`minilm_classifier` and its head; what comes before them is computed once."""
    model, loss, (inputs, targets) = minilm_classifier(count, tokens, seed=seed)
    if not isinstance(model, MiniLMClassifier):
        raise TypeError(f"the classifier is a {type(model).__name__}")
    top = TopLayer(model)
    seen: list[Any] = []
    handle = top.layer.register_forward_pre_hook(lambda _, args, kwargs: seen.append((args, kwargs)), with_kwargs=True)
    with torch.no_grad():
        model(**inputs)
    handle.remove()
    (((hidden, attended, *_), _),) = seen
    data = {"hidden": hidden, "attended": attended, "mask": inputs["attention_mask"][..., None].to(hidden.dtype)}
    return top.eval(), loss, (data, targets)


def docstrings(count: int) -> list[list[str]]:
    """For each module, the docstrings of its first functions by name."""
    found: list[list[str]] = []
    for package in TEXTS:
        module = importlib.import_module(package)
        functions = (value for name, value in sorted(vars(module).items()) if name[0].islower() and callable(value))
        long = [text for text in map(inspect.getdoc, functions) if text and len(text) > LONG]
        found.append(long[:count])
    return found


def seeded(build: Callable[[], nn.Module], dtype: torch.dtype, seed: int) -> nn.Module:
    """A model drawn from a seed, with torch's global generator as it was."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return build().to(dtype)
