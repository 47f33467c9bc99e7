"""The published usual setting: AdamW with warm-up on a real transformer, five layers locked, by learning rate."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from copy import deepcopy
from functools import cache
from math import isfinite, log10, sqrt
from statistics import mean, median
from typing import Any, TypeAlias

import torch
from rich.console import Console
from threadpoolctl import threadpool_limits
from torch import Tensor, nn

from specbound.campaign import Grid, Record, Study, measured_in
from specbound.locking.layers import locks_in
from specbound.locking.lock import lock
from specbound.training.loop import fine_tune
from verify.networks import MiniLMClassifier, Problem, minilm_classifier
from verify.tables import table
from verify.usual import ALPHA, K, usual_layers

FORMS = ("unlocked", "dense", "rotated")

WARM_UP = 0.1
"""Share of the budget over which the learning rate rises, as in the published runs."""

TARGET = 0.5
"""The training loss that is sought; guessing has 1.6."""

HELD_OUT, TOKENS = 60, 16
"""Docstrings to be scored on, and the tokens of all."""

SMALL = 1e-6
"""The learning rate up to which all else hardly moves in a few steps, so that the inflated directions train alone."""

CLOSE = 0.05
"""How far, relatively, a loss may then be from that of the inflated directions alone, until that is halved."""

FAR = 10.0
"""How many times its own length a step has to move what is inflated for the model to be predicted to forget."""

Data: TypeAlias = tuple[dict[str, Tensor], Tensor]


@cache
def _problem(texts: int, seed: int) -> tuple[Problem, Data]:
    """MiniLM with a head on the first docstrings, all but its embeddings trainable, which no lock touches; the rest."""
    model, loss, (inputs, targets) = minilm_classifier(texts + HELD_OUT, TOKENS, seed=seed)
    model.requires_grad_(True)
    if isinstance(model, MiniLMClassifier):
        model.encoder.get_submodule("embeddings").requires_grad_(False)
    parts = [
        ({name: value[rows] for name, value in inputs.items()}, targets[rows])
        for rows in (slice(texts), slice(texts, None))
    ]
    return (model, loss, parts[0]), parts[1]


def predict(form: str, rate: float, texts: int, steps: int, seed: int) -> dict[str, Any]:
    """At a small learning rate, the losses of a locked run; at a large one, that the locked model forgets.

    A step of AdamW has entries of size 1 whatever the gradient's scale is, so it moves C'U_k by αη where it moves all
    else by η (``sign_step``). Where that is little, the locked model trains C'U_k alone at the learning rate αη: the
    losses. Where a step is many times as long as the columns of C'U_k, αη√d for d outputs, the first ones replace what
    the locked layers give. The normalisation behind them bounds that, but does not undo it as it does for gradient
    descent (``normalised_step``): these steps do not shorten with the gradient. So the model may learn its texts anew,
    but what it knew is gone, and it is worse on others than the unlocked one.
    """
    if form == "unlocked":
        return {"losses": None, "forgets": False}
    (model, loss, data), _ = _problem(texts, seed)
    outputs = min(len(model.get_submodule(name).get_parameter("weight")) for name in usual_layers(model, seed))
    if rate > SMALL:
        return {"losses": None, "forgets": ALPHA * rate * sqrt(outputs) >= FAR}
    with threadpool_limits(limits=1):
        alone = _run(_inflated_alone(model, form, seed), loss, data, steps, ALPHA * rate)
        return {"losses": alone["losses"], "forgets": False}


class _Inflated(nn.Module):
    """``C h + X P h``, of which X, zero at first, is trained."""

    def __init__(self, compensator: Tensor, onto: Tensor) -> None:
        super().__init__()
        self.register_buffer("compensator", compensator)
        self.register_buffer("onto", onto)
        self.moved = nn.Parameter(compensator.new_zeros(len(compensator), len(onto)))

    def forward(self, inputs: Tensor) -> Tensor:
        kept = nn.functional.linear(inputs, self.get_buffer("compensator"))
        return kept + nn.functional.linear(nn.functional.linear(inputs, self.get_buffer("onto")), self.moved)


def _inflated_alone(model: nn.Module, form: str, seed: int) -> nn.Module:
    """The identity-inserted model of which nothing but C'U_k can be trained, in the coordinates of the form."""
    model = deepcopy(model)
    lock(model, usual_layers(model, seed), 1.0, K, "rotated")
    model.requires_grad_(False)
    for pair in locks_in(model).values():
        rotation = pair.compensator.get_parameter("weight").detach()
        inflated = rotation[:, :K]
        onto = (inflated.T if form == "rotated" else inflated @ inflated.T) @ rotation
        pair.compensator = _Inflated(rotation, onto)
    return model


def measure(form: str, rate: float, texts: int, steps: int, seed: int) -> dict[str, Any]:
    """Losses, the step at which the target was reached, how the run ended, accuracy on held-out texts after it."""
    with threadpool_limits(limits=1):
        (model, loss, data), (inputs, targets) = _problem(texts, seed)
        given = deepcopy(model)
        if form != "unlocked":
            lock(given, usual_layers(given, seed), ALPHA, K, form)
        found = _run(given, loss, data, steps, rate)
        with torch.no_grad():
            found["accuracy"] = float((given(**inputs).argmax(dim=-1) == targets).double().mean())
        return found


def _run(model: nn.Module, loss: Any, data: Data, steps: int, rate: float) -> dict[str, Any]:
    run = fine_tune(model, loss, data, "adamw", steps, TARGET, warm_up=WARM_UP, lr=rate)
    losses = [value if isfinite(value) else None for value in run.losses]
    return {"losses": losses, "reached": run.reached, "outcome": run.outcome.value}


def unexpected(records: Sequence[Record]) -> list[str]:
    """Locked runs that leave those of the inflated directions alone, and models that were to forget and do not."""
    done = measured_in(records)
    left = [f"{record}: {line}" for record in done for line in _leaving(record)]
    return left + [
        f"rate={rate}: locked models are as good on held-out texts, {locked:.2f}, as unlocked ones, {unlocked:.2f}"
        for rate, (locked, unlocked) in accuracies_where_forgotten(done).items()
        if locked >= unlocked
    ]


def _leaving(record: Record) -> Iterator[str]:
    losses: list[Any] = record.prediction["losses"] or []
    for step, (loss, alone) in enumerate(zip(record.measurement["losses"], losses, strict=False)):
        if alone is None or alone < losses[0] / 2:
            return
        if loss is None or abs(loss / alone - 1) > CLOSE:
            yield f"loss {loss} after step {step}; predicted {alone:.4g}"
            return


def accuracies_where_forgotten(records: Sequence[Record]) -> dict[float, tuple[float, float]]:
    """Of learning rates at which locked models are predicted to forget: mean accuracies, theirs and the unlocked one's.

    Over forms and seeds, since chance alone moves an accuracy on 60 texts by six points.
    """
    found: dict[float, tuple[float, float]] = {}
    for rate in sorted({record.parameters["rate"] for record in records if record.prediction["forgets"]}):
        here = [record for record in records if record.parameters["rate"] == rate]
        unlocked = [r.measurement["accuracy"] for r in here if r.parameters["form"] == "unlocked"]
        if unlocked:
            locked = [r.measurement["accuracy"] for r in here if r.prediction["forgets"]]
            found[rate] = mean(locked), mean(unlocked)
    return found


def show(records: Sequence[Record], console: Console) -> None:
    """Prints steps to the target and held-out accuracy, by form and learning rate."""
    done = measured_in(records)
    rates = sorted({record.parameters["rate"] for record in done})
    title = f"MiniLM, AdamW, 5 layers locked: steps to a loss of {TARGET} (– out of budget), held-out accuracy"
    shown = table(title, [f"rate 1e{log10(rate):.1f}" for rate in rates])
    for form in FORMS:
        cells = ([r for r in done if r.parameters["form"] == form and r.parameters["rate"] == rate] for rate in rates)
        shown.add_row(form, *map(_told, cells))
    console.print(shown)


def _told(records: Sequence[Record]) -> str:
    if not records:
        return ""
    reached = [r.measurement["reached"] for r in records if r.measurement["reached"] is not None]
    steps = f"{median(reached):.0f}" if 2 * len(reached) > len(records) else "–"
    return f"{steps} {mean(record.measurement['accuracy'] for record in records):.2f}".replace(" 0.", " .")


def _grid(forms: Sequence[str], rates: Sequence[float], texts: int, steps: int, seeds: int) -> Grid:
    return Grid({"form": forms, "rate": rates, "texts": [texts], "steps": [steps]}, seeds=seeds)


study = Study(
    name="usual_setting",
    grids={
        "quick": [
            _grid(FORMS, [1e-6, 1e-5, 1e-4, 1e-3], 5, 8, 1),
            _grid(["unlocked"], [1e-2], 5, 8, 1),
        ],
        "standard": _grid(FORMS, [1e-7, 1e-6, 1e-5, 1e-4, 1e-3], 20, 60, 3),
        "deep": _grid(FORMS, [10 ** (n / 2) for n in range(-15, -5)], 60, 200, 5),
    },
    predict=predict,
    measure=measure,
    surprises=unexpected,
    show=show,
)
