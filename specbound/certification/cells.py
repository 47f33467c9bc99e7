"""One cell of a certification: an attacker against a lock, for a seed, and the unlocked run to compare it with."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from copy import deepcopy
from functools import lru_cache
from typing import Any

from specbound.attacks import attack
from specbound.certification.race import Finish, Recipe, race, step_time
from specbound.certification.target import Target, target_of
from specbound.core.errors import InvalidInput
from specbound.locking.lock import lock
from specbound.numeric.ops import NotAvailable

SLACK = 10
"""An attacker gets this many times the steps that the unlocked model needs."""

MARGIN = 0.01
"""How far above the lowest loss of the unlocked model the target is, relative: not for rounding to decide who is there.
"""


def predict(target: str, recipes: Sequence[Mapping[str, Any]], steps: int, seed: int) -> dict[str, Any]:
    """Steps of the unlocked model to the target, which is what it can be down to after ``steps // SLACK`` steps.

    An attack that restores the base model, or one as fast, is predicted to need as many.
    """
    goal, found = _unlocked(target, json.dumps(list(recipes)), steps, seed)
    return {**found.to_json(), "target": goal}


def measure(
    target: str, attacker: str, lock: Mapping[str, Any], recipes: Sequence[Mapping[str, Any]], steps: int, seed: int
) -> dict[str, Any]:
    """Steps to the target of an attacker against a lock, within a budget, and what the attack costs.

    ``time``: of a step, over the unlocked model's with the same optimizer.
    """
    goal, _ = _unlocked(target, json.dumps(list(recipes)), steps, seed)
    given = target_of(target, seed)
    locked = locked_target(given, lock)
    try:
        found = attack(attacker)(locked.model, given.inputs)
    except InvalidInput as error:
        raise NotAvailable(f"{attacker} could not be mounted: {error}") from error
    finish = race(found.model, given.loss, given.data, _parsed(recipes), steps, goal, found.optimizer)
    return {
        **finish.to_json(),
        "time": step_time(found, given.model, given.loss, given.data, finish.optimizer, finish.rate),
        "preservation_error": found.preservation_error,
        "cost": found.cost.to_json(),
        "trainable": sum(p.numel() for p in found.model.parameters() if p.requires_grad),
        "size": sum(p.numel() for p in given.model.parameters()),
    }


def locked_target(given: Target, spec: Mapping[str, Any]) -> Target:
    """The target with its model locked: ``spec`` has the arguments of :func:`specbound.lock`."""
    model = deepcopy(given.model)
    lock(model, inputs=given.inputs, **spec)
    return Target(model, given.loss, given.data)


@lru_cache(maxsize=64)
def _unlocked(target: str, recipes: str, steps: int, seed: int) -> tuple[float, Finish]:
    """The target, and the race to it of the unlocked model, by the rules that are an attacker's too."""
    given, parsed = target_of(target, seed), _parsed(json.loads(recipes))
    found = race(given.model, given.loss, given.data, parsed, steps // SLACK, None)
    goal = found.loss + MARGIN * abs(found.loss)
    if not goal < found.start:
        raise InvalidInput(
            f"{target}: no recipe lowers the loss of the unlocked model, {found.start:.4g}, in {steps // SLACK} steps; "
            "give other optimizers or learning rates, or more steps"
        )
    return goal, race(given.model, given.loss, given.data, parsed, steps // SLACK, goal)


def _parsed(recipes: Sequence[Mapping[str, Any]]) -> list[Recipe]:
    return [Recipe.from_json(dict(content)) for content in recipes]
