"""Rescalings other than a lock's that keep a function: each slows gradient descent, each is recovered, some break.

Neurons of a ReLU network, queries and keys, values and output projections, gains of a normalisation and their readers:
two coordinates of each are multiplied by α, and what reads them is divided.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from math import inf, log
from typing import Any

import torch
from rich.console import Console
from threadpoolctl import threadpool_limits
from torch import nn

from specbound.campaign import Grid, Record, Study
from specbound.checks.network import Case, members
from specbound.checks.network.congruence import norm
from specbound.training.stability import stability_limit
from verify.rescaled import (
    MEMBERS,
    balanced,
    descended,
    factors,
    flat_factors,
    inserted,
    loss_after,
    normalised_head,
    rewritten,
    site,
    top,
    unscaled_hessian,
    with_gelu,
    with_normalised_keys,
    with_tied_keys,
)
from verify.scenes import Expected, elsewhere, show_scenes

STEPS = 100

APART = 100.0
"""Between the two α whose values give an exponent."""

SLOWED, INFLATED = Expected(-2.05, -1.95), Expected(1.95, 2.05)
"""Exponents of a learning rate and of curvature."""

SAME = Expected(0.0, 1e-12)
"""A relative change of outputs by rounding: of single factors, whatever α is."""

CHANGED = Expected(1e-3, inf)
"""One that is there for everybody to see."""


@dataclass(frozen=True)
class Scene:
    """What is looked at, in one number, and how that is predicted and measured.

    ``of``: which members it is for; ``least``: the smallest α at which it is predicted.
    """

    number: str
    expected: Expected | Callable[[str, float, int], Expected]
    measure: Callable[[str, float, int], float]
    of: tuple[str, ...] = tuple(MEMBERS)
    least: float = 1.0


def _change(model: nn.Module, other: nn.Module, of: Case) -> float:
    """Of the outputs, relatively."""
    before, after = (of.outputs(one, of.flat(one)) for one in (model, other))
    return float((after - before).norm() / before.norm())


def _exponent(value: Callable[[float], float], alpha: float) -> float:
    return log(value(APART * alpha) / value(alpha)) / log(APART)


# What a rescaling does.


def state_error(member: str, alpha: float, seed: int) -> float:
    before = site(member, alpha, seed)
    return _change(before.model, rewritten(member, alpha, seed).model, before)


def _before(member: str, alpha: float, seed: int) -> tuple[float, float, float]:
    """Norms of the unscaled Hessian: of the block of what is divided, of the block beside it, and of all."""
    dense = unscaled_hessian(MEMBERS[member].network, seed)
    divided = flat_factors(member, alpha, seed) < 1
    return norm(dense[divided][:, divided]), norm(dense[divided][:, ~divided]), norm(dense)


def curvature_predicted(member: str, alpha: float, seed: int) -> Expected:
    """``quadratic_law`` and its upper end."""
    kappa, beside, whole = _before(member, alpha, seed)
    return Expected(1 - 1e-9, 1 + beside**2 / (kappa * (alpha**2 * kappa - whole)) + 1e-9)


def curvature_measured(member: str, alpha: float, seed: int) -> float:
    after = rewritten(member, alpha, seed)
    return top(after.model, after) / (alpha**2 * _before(member, alpha, seed)[0])


def limit_measured(member: str, alpha: float, seed: int) -> float:
    kappa = _before(member, alpha, seed)[0]
    return _exponent(lambda at: _limit(rewritten(member, at, seed), 1 / (at**2 * kappa)), alpha)


def _limit(case: Case, start: float) -> float:
    return stability_limit(case.model, case.loss, case.data, "sgd", start=start).learning_rate


# What undoes it.


def preconditioned(member: str, alpha: float, seed: int) -> float:
    """How far two runs end apart, over their way: one rescaled and preconditioned by (DᵀD)⁻¹, one of neither."""
    before, after = site(member, alpha, seed), rewritten(member, alpha, seed)
    scales = flat_factors(member, alpha, seed)
    rate = torch.full_like(scales, 1 / top(before.model, before))
    start = before.flat(before.model)
    plain = descended(before, rate, start, STEPS)
    mapped = descended(after, rate * scales**2, after.flat(after.model), STEPS) / scales
    return float((mapped - plain).norm() / (plain - start).norm())


def undone(member: str, alpha: float, seed: int) -> float:
    """``σ₁`` once both sides are balanced, over that of the unscaled network, balanced."""
    before, after = site(member, alpha, seed), rewritten(member, alpha, seed)
    found = factors(member, alpha, seed)
    return top(balanced(after.model, found), after) / top(balanced(before.model, found), before)


def outside(member: str, alpha: float, seed: int) -> float:
    """``σ₁`` in an identity layer in front of the rescaled site, all else frozen, over that of the unscaled network."""
    before, after = site(member, alpha, seed), rewritten(member, alpha, seed)
    here = MEMBERS[member].before
    return top(inserted(after.model, here, behind=False), after) / top(inserted(before.model, here, False), before)


def inside(member: str, alpha: float, seed: int) -> float:
    """The exponent of ``σ₁`` in one that is put between the two sides."""

    def value(at: float) -> float:
        after = rewritten(member, at, seed)
        return top(inserted(after.model, MEMBERS[member].before, behind=True), after)

    return _exponent(value, alpha)


# What breaks it.


def gelu(member: str, alpha: float, seed: int) -> float:
    before = site(member, alpha, seed)
    model = with_gelu(before.model)
    return _change(model, members.rescaled(model, factors(member, alpha, seed)), before)


def normalised_within(member: str, alpha: float, seed: int) -> float:
    before = site(member, alpha, seed)
    model = with_normalised_keys(before.model)
    return _change(model, members.rescaled(model, factors(member, alpha, seed)), before)


def tied(member: str, alpha: float, seed: int) -> float:
    """A weight that is query and key cannot be multiplied in one place and divided in the other."""
    before = site(member, alpha, seed)
    model = with_tied_keys(before.model)
    once = {name: factor for name, factor in factors(member, alpha, seed).items() if name.startswith("query")}
    return _change(model, members.rescaled(model, once), before)


# Normalised keys of a whole head: the function is kept, the curvature grows, and nothing is slowed for long.


def normalised_kept(member: str, alpha: float, seed: int) -> float:
    (before, _), (after, _) = normalised_head(1.0, seed), normalised_head(alpha, seed)
    return _change(before.model, after.model, before)


def normalised_limit(member: str, alpha: float, seed: int) -> float:
    (before, keys) = normalised_head(1.0, seed)
    kappa = norm(before.hessian(before.model).dense()[keys][:, keys])
    return _exponent(lambda at: _limit(normalised_head(at, seed)[0], 1 / (at**2 * kappa)), alpha)


def run_predicted(member: str, alpha: float, seed: int) -> Expected:
    return Expected.near(loss_after(1.0, seed, STEPS, replaced=True), 1e-5)


def normalised_run(member: str, alpha: float, seed: int) -> float:
    return loss_after(alpha, seed, STEPS)


QUERIES = ("queries",)
SCENES: Mapping[str, Scene] = {
    "kept": Scene("change of the outputs", SAME, state_error),
    "curvature": Scene("σ₁ over α²σ₁(K), K of what is divided", curvature_predicted, curvature_measured),
    "limit": Scene("power of α, largest stable learning rate", SLOWED, limit_measured),
    "preconditioned": Scene("preconditioned by (DᵀD)⁻¹: off the unscaled run", Expected(0, 1e-6), preconditioned),
    "undone": Scene("both sides balanced: σ₁ over unscaled", Expected.near(1, 1e-9), undone),
    "outside": Scene("identity in front: σ₁ over unscaled", Expected.near(1, 1e-9), outside),
    "inside": Scene("identity in between: power of α, σ₁", INFLATED, inside),
    "gelu": Scene("GELU for ReLU: change of the outputs", CHANGED, gelu, ("neurons",)),
    "tied": Scene("keys tied to queries: change of the outputs", CHANGED, tied, QUERIES),
    "normalised": Scene("normalised keys, two coordinates: change of the outputs", CHANGED, normalised_within, QUERIES),
    "normalised_kept": Scene("normalised keys, a whole head: the same", SAME, normalised_kept, QUERIES),
    "normalised_limit": Scene("the same: power of α, largest stable learning rate", SLOWED, normalised_limit, QUERIES),
    "normalised_run": Scene(
        "the same: loss after an unscaled run's steps;\nas if these keys were their first gradient, and frozen",
        run_predicted,
        normalised_run,
        QUERIES,
        # The keys move on by 1/α² of their length in each step.
        least=1e6,
    ),
}


def predict(scene: str, member: str, alpha: float, seed: int) -> dict[str, Any]:
    """Between what the scene's number is predicted to lie; None where there is no end above."""
    with threadpool_limits(limits=1):
        expected = SCENES[scene].expected
        if not isinstance(expected, Expected):
            expected = expected(member, alpha, seed)
    return expected.to_json()


def measure(scene: str, member: str, alpha: float, seed: int) -> dict[str, Any]:
    """The scene's number."""
    with threadpool_limits(limits=1):
        return {"value": SCENES[scene].measure(member, alpha, seed)}


NUMBERS = {name: scene.number for name, scene in SCENES.items()}


def unexpected(records: Sequence[Record]) -> list[str]:
    """Numbers that lie elsewhere than predicted."""
    return elsewhere(records, NUMBERS)


def show(records: Sequence[Record], console: Console) -> None:
    """Prints each number by what is rescaled, and whether it is where it was predicted."""
    show_scenes(records, console, "rescalings that keep a function", NUMBERS, "member", tuple(MEMBERS))


def _grid(scenes: Mapping[str, Scene], alphas: Sequence[float], seeds: int) -> list[Grid]:
    return [
        Grid({"scene": [name], "member": scene.of, "alpha": sorted({max(a, scene.least) for a in alphas})}, seeds=seeds)
        for name, scene in scenes.items()
        if scene.of
    ]


SHORTER = {
    "limit": replace(SCENES["limit"], of=("neurons", "queries")),
    "normalised_limit": replace(SCENES["normalised_limit"], of=()),
}
"""What a quick run looks at of the scenes that take long: many runs up to the largest stable learning rate."""

study = Study(
    name="members",
    grids={
        "quick": _grid({**SCENES, **SHORTER}, [1e4], 1),
        "standard": _grid(SCENES, [1e3, 1e4, 1e5], 5),
        "deep": _grid(SCENES, [1e3, 1e4, 1e5, 1e6], 20),
    },
    predict=predict,
    measure=measure,
    surprises=unexpected,
    show=show,
)
