"""Adversarial search: thousands of random instances at once, then gradient ascent on the worst of them."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import torch

from specbound.checks.budget import Budget
from specbound.checks.margins import Margins, margins, pick
from specbound.checks.tally import Tally
from specbound.core.errors import InvalidInput
from specbound.core.evidence import Evidence, Kind
from specbound.core.recipe import Recipe, Values
from specbound.core.statement import Statement
from specbound.core.verdict import Relation, Verdict
from specbound.statements.recipes import recipes_of

LEARNING_RATE = 0.03
"""Adam's step in units of each real's range, dimensionless; a heuristic."""

ASCENDED = 16
"""How many instances of a batch the ascent works on, the worst ones; a heuristic."""


def device_of(name: str) -> torch.device:
    """The torch device of that name; raises :class:`InvalidInput` where it does not exist here."""
    try:
        device = torch.device(name)
        torch.zeros(1, device=device).item()
    except (RuntimeError, AssertionError) as error:
        raise InvalidInput(f"device {name!r} cannot be used here; use cpu, or cuda on a machine with a GPU") from error
    return device


def random_batches(
    recipe: Recipe, generator: np.random.Generator, batch: int, device: torch.device
) -> Iterator[Values]:
    """Endless batches: each shares freshly drawn integers and has ``batch`` draws of the reals."""
    while True:
        integers = recipe.draw_integers(generator)
        yield on_device({**integers, **recipe.draw_reals(generator, integers, (batch,))}, recipe, device)


def on_device(values: Values, recipe: Recipe, device: torch.device) -> Values:
    """The same numbers with the reals as float64 tensors on a device."""
    reals = {item.name: torch.as_tensor(values[item.name], dtype=torch.float64, device=device) for item in recipe.reals}
    return {**values, **reals}


def ascend(statement: Statement, recipe: Recipe, values: Values, steps: int) -> Iterator[tuple[Values, Margins]]:
    """Improves a batch against the claim: Adam on the relative margin, every real kept within its bounds.

    Yields the batch and its margins at each step. A derivative that does not exist (equal singular values) counts as
    zero, so an instance there stands still while the others go on.
    """
    spans = {item.name: item.high - item.low for item in recipe.reals}
    units = {
        item.name: ((values[item.name] - item.low) / spans[item.name]).detach().requires_grad_()
        for item in recipe.reals
    }
    optimizer = torch.optim.Adam(units.values(), lr=LEARNING_RATE)
    for _ in range(steps):
        reals = {item.name: item.low + spans[item.name] * units[item.name] for item in recipe.reals}
        batch = margins(statement, recipe, {**values, **reals})
        objective = batch.relative[batch.admitted].sum()
        detached = replace(batch, relative=batch.relative.detach(), tightness=batch.tightness.detach())
        yield {**values, **{name: real.detach() for name, real in reals.items()}}, detached
        optimizer.zero_grad()
        objective.backward()
        for unit in units.values():
            if unit.grad is not None:
                unit.grad.nan_to_num_(nan=0.0, posinf=0.0, neginf=0.0)
        optimizer.step()
        with torch.no_grad():
            for unit in units.values():
                unit.clamp_(0.0, 1.0)


def search(tally: Tally, budget: Budget, seed: int, device: torch.device, deadline: float | None = None) -> None:
    """Random batches of every recipe in turn, then ascent, until the first violation.

    Ascent starts from batches spread evenly over the random ones, whatever their margins: a bound that is attained at
    some sizes would otherwise draw every ascent there, and leave the sizes where the claim may fail unsearched.

    **Parameters.** ``deadline``: a value of ``time.monotonic()`` after which no further batch is begun.
    """
    statement = tally.statement
    generator = np.random.default_rng(seed)
    streams = [(recipe, random_batches(recipe, generator, budget.batch, device)) for recipe in recipes_of(statement)]
    starts: list[tuple[Recipe, Values]] = []

    def over() -> bool:
        return tally.violated or (deadline is not None and time.monotonic() > deadline)

    rounds = max(1, budget.random_instances // budget.batch)
    ascended = set(np.linspace(0, rounds - 1, budget.ascents, dtype=int).tolist())
    for number in range(rounds):
        recipe, stream = streams[number % len(streams)]
        values = next(stream)
        batch = margins(statement, recipe, values)
        _add(tally, recipe, values, batch)
        if over():
            return
        if number in ascended:
            starts.append((recipe, _worst_decided(recipe, values, batch)))
    for recipe, start in starts:
        for values, batch in ascend(statement, recipe, start, budget.ascent_steps):
            _add(tally, recipe, values, batch)
            if over():
                return
            if not bool(batch.decided.any()):
                # All of them have arrived at equality, where ascent has nowhere to go.
                break


def _worst_decided(recipe: Recipe, values: Values, batch: Margins) -> Values:
    """The instances nearest to a violation; those that rounding leaves undecided sit at equality and come last."""
    order = torch.argsort(torch.where(batch.decided, batch.relative, torch.inf))[:ASCENDED]
    return {**values, **{item.name: values[item.name][order] for item in recipe.reals}}


def check_adversarial(
    statement: Statement, budget: Budget, seed: int, device: str = "cpu", seconds: float | None = None
) -> Evidence:
    """Searches for a violation; the first one ends the search and is shrunk.

    **Parameters.** ``seconds``: end the search after about that long. ``device``: a torch device.
    **Returns.** Evidence with the smallest relative margin met.
    **Raises.** :class:`InvalidInput` for a device that cannot be used.
    """
    tally = Tally(statement, Kind.ADVERSARIAL)
    deadline = None if seconds is None else time.monotonic() + seconds
    search(tally, budget, seed, device_of(device), deadline)
    return tally.evidence(seed, {"device": device})


def _add(tally: Tally, recipe: Recipe, values: Values, batch: Margins) -> None:
    """Counts a batch. A violation counts once NumPy confirms it on the one instance; others are left undecided."""
    statement = tally.statement
    violated, decided, admitted = (int(mask.sum()) for mask in (batch.violated, batch.decided, batch.admitted))
    worst = int(torch.where(batch.violated if violated else batch.admitted, batch.relative, torch.inf).argmin())
    chosen = pick(recipe, values, worst)
    chosen |= {item.name: chosen[item.name].cpu().numpy() for item in recipe.reals}
    confirmed = bool(violated) and statement.is_violated_on(recipe.build(chosen, None))
    near = Verdict.CONSISTENT if statement.relation is Relation.EQ else Verdict.UNDECIDED
    tally.count({Verdict.HOLDS: decided - violated, near: admitted - decided})
    tally.count({Verdict.VIOLATED if confirmed else Verdict.UNDECIDED: violated})
    finite = batch.tightness[batch.admitted & torch.isfinite(batch.tightness)]
    if finite.numel():
        tally.tighten(float(finite.max()))
    tally.lower(float(batch.relative[worst]), confirmed, recipe, chosen)
