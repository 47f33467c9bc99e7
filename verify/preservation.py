"""Whether a lock keeps a classifier's outputs and accuracy: by form and format, at the published values of α."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from copy import deepcopy
from dataclasses import dataclass
from functools import cache
from math import isfinite
from typing import Any

import torch
from rich.console import Console
from threadpoolctl import threadpool_limits
from torch import Tensor, nn
from torch.nn.functional import cross_entropy

from specbound.campaign import Grid, Record, Study, measured_in
from specbound.locking.layers import locks_in
from specbound.locking.lock import Locked, lock, outputs_of
from specbound.locking.module import LockedLinear
from specbound.locking.pair import Spec, held_by, make_pair, relative_error
from specbound.training.loop import fine_tune
from verify.networks import MiniLMClassifier, digits_mlp, minilm_classifier
from verify.tables import table
from verify.usual import LAYERS, K, usual_layers

FORMATS = {"float64": torch.float64, "float32": torch.float32, "bfloat16": torch.bfloat16}

FORMS = ("dense", "rotated")

ALPHAS = (1e3, 1e5, 1e9)
"""Those of the published claim."""

POINT = 1.0
"""By how many points of accuracy the published claim lets a lock change a model."""

ROUNDINGS = 4.0
"""How many times as much as at α = 1 a rotated lock may change the outputs: both round each weight twice."""

KEPT, LOST = 1e-3, 1.0
"""uα, u the unit roundoff, up to which a dense lock is predicted to keep the function, and from which to lose it."""

ANY = sys.float_info.max
"""A tolerance with which a lock is made although the format cannot hold it."""


@dataclass(frozen=True)
class _Trained:
    model: nn.Module
    inputs: Any
    targets: Tensor
    """Held out: nothing was trained on them."""

    def accuracy(self, outputs: Tensor) -> float:
        """Of flat outputs, in per cent."""
        return 100 * float((outputs.view(len(self.targets), -1).argmax(dim=-1) == self.targets).double().mean())


@cache
def _digits(seed: int) -> _Trained:
    """A multilayer perceptron of as many square layers as are locked, trained on half of the digits."""
    model, loss, (inputs, targets) = digits_mlp((64, *LAYERS * (64,), 10), dtype=torch.float32, seed=seed)
    half = len(targets) // 2
    fine_tune(model, loss, (inputs[:half], targets[:half]), "adam", 60, lr=0.01)
    return _Trained(model, inputs[half:], targets[half:])


FITTED, TEXTS_IN_ALL, TOKENS = 100, 200, 16


@cache
def _minilm(seed: int) -> _Trained:
    """The real transformer with a head that was fitted to half of the docstrings."""
    model, _, (inputs, targets) = minilm_classifier(TEXTS_IN_ALL, TOKENS, seed=seed)
    if not isinstance(model, MiniLMClassifier):
        raise TypeError(f"the classifier is a {type(model).__name__}")
    features: list[Tensor] = []
    handle = model.head.register_forward_pre_hook(lambda _, given: features.append(given[0]))
    outputs_of(model, inputs)
    handle.remove()
    fine_tune(model.head, cross_entropy, (features[0][:FITTED], targets[:FITTED]), "adam", 100, lr=0.01)
    return _Trained(model, {name: value[FITTED:] for name, value in inputs.items()}, targets[FITTED:])


NETWORKS = {"digits": _digits, "minilm": _minilm}


def predict(network: str, form: str, format: str, alpha: float, seed: int) -> dict[str, Any]:
    """From the unlocked model: a bound on what its weights lose, the largest change of outputs, whether all is kept.

    The bound is that of ``precision_ceiling`` and ``rotated_precision``, whose leading term in the dense form is of
    order uα and free of α in the rotated one. So what the rotated form does to the outputs it does at α = 1 already
    (``rotated_form``), and accuracy stays; the dense form keeps nothing where uα is 1 or more.
    """
    with threadpool_limits(limits=1):
        start = _in_format(network, format, seed)
        dtype = FORMATS[format]
        weights = [start.model.get_submodule(name).get_parameter("weight") for name in usual_layers(start.model, seed)]
        spec = Spec(alpha, K, form, tolerance=ANY)
        bound = max(make_pair(weight.detach(), spec, dtype).ceiling for weight in weights)
        if form == "rotated":
            return {"weights": bound, "outputs": ROUNDINGS * _rounding(network, format, seed), "kept": True}
        lost = torch.finfo(dtype).eps / 2 * alpha
        kept = True if lost <= KEPT else False if lost >= LOST else None
        return {"weights": bound, "outputs": held_by(dtype) if kept else None, "kept": kept}


@cache
def _rounding(network: str, format: str, seed: int) -> float:
    """What an identity that is inserted in the rotated form changes of the outputs, relative: rounding alone."""
    start = _in_format(network, format, seed)
    model, _ = _locked(start.model, "rotated", 1.0, seed)
    return relative_error(outputs_of(model, start.inputs), outputs_of(start.model, start.inputs))


@cache
def _in_format(network: str, format: str, seed: int) -> _Trained:
    start = NETWORKS[network](seed)
    inputs = start.inputs.to(FORMATS[format]) if isinstance(start.inputs, Tensor) else start.inputs
    return _Trained(deepcopy(start.model).to(FORMATS[format]), inputs, start.targets)


def _locked(model: nn.Module, form: str, alpha: float, seed: int) -> tuple[nn.Module, Locked]:
    """A copy with a lock, made even where it would be refused."""
    copy = deepcopy(model)
    return copy, lock(copy, usual_layers(copy, seed), alpha, K, form, tolerance=ANY)


def measure(network: str, form: str, format: str, alpha: float, seed: int) -> dict[str, Any]:
    """Relative changes of weights and outputs, accuracy before and the points that it changes by; if it is refused."""
    with threadpool_limits(limits=1):
        start = _in_format(network, format, seed)
        model, made = _locked(start.model, form, alpha, seed)
        before, after = (outputs_of(each, start.inputs) for each in (start.model, model))
        outputs = relative_error(after, before)
        return {
            "weights": max(_change(start.model, name, pair) for name, pair in locks_in(model).items()),
            "outputs": outputs if isfinite(outputs) else None,
            "accuracy": start.accuracy(before),
            "points": start.accuracy(after) - start.accuracy(before),
            "refused": made.preservation_error > held_by(FORMATS[format]),
        }


def _change(model: nn.Module, name: str, pair: LockedLinear) -> float:
    """Of a weight, relative, multiplied back without further rounding."""
    weight, compensator = (matrix.detach().double() for matrix in pair.matrices())
    return relative_error(compensator @ weight, model.get_submodule(name).get_parameter("weight").detach())


def unexpected(records: Sequence[Record]) -> list[str]:
    """Weights beyond their bound, and functions that are lost, or kept, against the prediction."""
    return [f"{record}: {line}" for record in measured_in(records) for line in _surprises(record)]


def _surprises(record: Record) -> Iterator[str]:
    measured, predicted = record.measurement, record.prediction
    if measured["weights"] > predicted["weights"]:
        yield f"weights are off by {measured['weights']:.1e}; the bound is {predicted['weights']:.1e}"
    if predicted["kept"] is None:
        return
    if predicted["kept"] is measured["refused"]:
        yield f"the lock is {'refused' if measured['refused'] else 'not refused'}, unlike predicted"
    if predicted["kept"] is not within(record):
        yield f"accuracy changes by {measured['points']:+.2f} points; predicted {POINT:g} or less: {predicted['kept']}"
    if predicted["kept"] and not same_function(record):
        yield f"outputs are off by {measured['outputs']}; predicted {predicted['outputs']:.1e} at most"


def within(record: Record) -> bool:
    """Whether the accuracy is within a point of what it was."""
    return abs(record.measurement["points"]) <= POINT


def same_function(record: Record) -> bool:
    """Whether the outputs changed by no more than was predicted of a lock that keeps the function."""
    outputs, most = record.measurement["outputs"], record.prediction["outputs"]
    return outputs is not None and most is not None and outputs <= most


def show(records: Sequence[Record], console: Console) -> None:
    """Prints changes of outputs, and of accuracy in points, by α; those that a lock would be refused for are marked."""
    done = measured_in(records)
    alphas = sorted({record.parameters["alpha"] for record in done})
    title = f"{LAYERS} layers locked, k = {K}: largest relative change of outputs, of accuracy in points († refused)"
    shown = table(title, [f"α = {alpha:.0e}" for alpha in alphas])
    for place in dict.fromkeys(_place(record) for record in done):
        mine = [record for record in done if _place(record) == place]
        cells = ([record for record in mine if record.parameters["alpha"] == alpha] for alpha in alphas)
        shown.add_row(", ".join(place), *map(_told, cells))
    console.print(shown)


def _place(record: Record) -> tuple[str, ...]:
    return tuple(record.parameters[name] for name in ("network", "format", "form"))


def _told(records: Sequence[Record]) -> str:
    if not records:
        return "–"
    changes = [record.measurement["outputs"] for record in records]
    largest = "–" if None in changes else f"{max(changes):.0e}"
    points = max((record.measurement["points"] for record in records), key=abs)
    return f"{largest} {points:+.1f}" + (" †" if any(record.measurement["refused"] for record in records) else "")


def _grid(networks: Sequence[str], formats: Sequence[str], alphas: Sequence[float], seeds: int) -> Grid:
    return Grid({"network": networks, "form": FORMS, "format": formats, "alpha": alphas}, seeds=seeds)


study = Study(
    name="preservation",
    grids={
        "quick": [
            _grid(["digits"], list(FORMATS), ALPHAS, 1),
            _grid(["minilm"], ["bfloat16"], [1e5], 1),
        ],
        "standard": _grid(list(NETWORKS), list(FORMATS), [1e3, 1e4, 1e5, 1e9], 3),
        "deep": _grid(list(NETWORKS), list(FORMATS), [10.0**n for n in range(10)], 10),
    },
    predict=predict,
    measure=measure,
    surprises=unexpected,
    show=show,
)
