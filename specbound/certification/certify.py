"""The procedure: a grid of locks and attackers, run or resumed, judged, and written down."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product
from math import inf
from pathlib import Path
from typing import Any

from specbound.attacks import ATTACKS, attack
from specbound.campaign import Grid, Study, run
from specbound.campaign.progress import Reporter
from specbound.certification.cells import SLACK, locked_target, measure, predict
from specbound.certification.race import Recipe
from specbound.certification.target import Target, refuse_untrainable, resolved, source_of, target_of
from specbound.certification.verdict import Certificate, verdicts_of
from specbound.certification.written import write
from specbound.core.errors import InvalidInput
from specbound.curvature.linear_maps import is_linear_map, matrix_of
from specbound.locking.layers import all_lockable, matching, random_layers
from specbound.training.optimizers.known import known

OPTIMIZERS = ("sgd", "momentum", "adam")
STEPS_OF_RATES = 11
"""Learning rates that are tried: from √10 times what is customary for an optimizer down, by √10 each."""

PUBLISHED_K, PUBLISHED_LAYERS = 25, 5
"""The usual lock; of a small model, a quarter of the directions and at most half of the layers."""


def certify(
    target: str,
    out: str | Path,
    attackers: Sequence[str] = tuple(ATTACKS),
    alphas: Sequence[float] = (1e4,),
    ks: Sequence[int] | None = None,
    layers: Sequence[str] | None = None,
    form: str = "dense",
    two_sided: bool = False,
    optimizers: Sequence[str] = OPTIMIZERS,
    rates: Sequence[float] | None = None,
    steps: int = 300,
    seeds: int = 3,
    seed: int = 0,
    workers: int | None = None,
    reporter: Reporter | None = None,
) -> Certificate:
    """Sweeps locks of a model against named attackers, and says of each whether it is resisted, slowed, or breaks them.

    The unlocked model is trained for ``steps // 10`` steps by every optimizer and learning rate; 1 % above the lowest
    loss in the end is the target, and the fewest steps to it are those it needs. Each attacker gets ``steps`` steps for
    every optimizer and learning rate, against every lock and seed. A lock is broken by who reaches the target in at
    most 1.5 times the unlocked steps, in the median over seeds. The verdict on an attacker is that of the lock which
    holds best against it. It is relative to the named attackers and recipes: it says nothing of others.

    **Parameters.** ``target``: a built-in task, ``module:factory`` or ``file.py:factory``; the factory returns a model
    without locks, a loss and data. ``out``: a folder; what it holds of the same run is not run again. ``attackers``:
    names of :data:`specbound.attacks.ATTACKS`. ``alphas``, ``ks``, ``layers``: every combination is a lock; ``layers``:
    globs, several in one by commas, default 5 random layers, or half of them where that is less; ``ks``: default 25, or
    a quarter of the smallest side of a locked layer. ``form``, ``two_sided``: as in :func:`specbound.lock`. ``rates``:
    learning rates for every optimizer; default, for each 11 from √10 times its customary one down, by √10. ``seeds``: a
    factory that takes no seed gives the same model for all.
    **Returns.** A :class:`~specbound.certification.verdict.Certificate`, which is also written into ``out`` as
    ``certificate.json`` and ``certificate.md``.
    **Raises.** :class:`InvalidInput`, before anything is run, for an unknown attacker or optimizer, a factory that
    raises or returns the wrong things, and a lock that the model does not take.
    """
    for name in attackers:
        attack(name)
    if not attackers:
        raise InvalidInput(f"no attackers are named; required: some of {', '.join(ATTACKS)}")
    if steps < SLACK:
        raise InvalidInput(f"steps = {steps}; required: at least {SLACK}, a tenth of which the unlocked model gets")
    recipes = [Recipe(name, tuple(rates or customary_rates(name))).to_json() for name in optimizers]
    if not recipes:
        raise InvalidInput(f"no optimizers are named; required: some, as {', '.join(OPTIMIZERS)}")
    name = resolved(target)
    given = target_of(name, seed)
    refuse_untrainable(target, given)
    locks = [
        {"layers": chosen, "alpha": float(alpha), "k": k, "form": form, "two_sided": two_sided}
        for chosen, alpha in product(_layer_sets(given, layers, seed), alphas)
        for k in (ks or [_default_k(given, chosen)])
    ]
    for spec in locks:
        locked_target(given, spec)
    grid = Grid(
        {"target": [name], "attacker": list(attackers), "lock": locks, "recipes": [recipes], "steps": [steps]}, seeds
    )
    study = Study("certify", {"given": grid}, predict, measure, lambda _: [], rests_on=source_of(name))
    records = run(study, out, "given", seed, workers=workers, reporter=reporter)
    if not any(record.prediction for record in records):
        raise InvalidInput(f"the unlocked model gives nothing to compare with: {records[0].error}")
    settings: dict[str, Any] = {
        "locks": locks,
        "recipes": recipes,
        "steps": steps,
        "unlocked steps": steps // SLACK,
        "seeds": list(range(seed, seed + seeds)),
    }
    certificate = Certificate(target, settings, verdicts_of(records))
    write(certificate, records, Path(out))
    return certificate


def customary_rates(optimizer: str) -> list[float]:
    """The learning rates that are tried where none are given, largest first."""
    usual = float(known(optimizer).options["lr"])
    return [usual * 10 ** ((1 - n) / 2) for n in range(STEPS_OF_RATES)]


def _layer_sets(given: Target, layers: Sequence[str] | None, seed: int) -> list[list[str]]:
    if layers is not None:
        return [_layers(given, patterns) for patterns in layers]
    count = len(list(all_lockable(given.model)))
    return [random_layers(given.model, min(PUBLISHED_LAYERS, max(1, count // 2)), seed)]


def _layers(given: Target, patterns: str) -> list[str]:
    """The layers of a set of patterns; a glob finds what can be locked, weights that are shared left out."""
    names = [part.strip() for part in patterns.split(",") if part.strip()]
    found = matching(given.model, names)
    able = set(all_lockable(given.model))
    return [name for name in found if name in able or name in names]


def _default_k(given: Target, layers: Sequence[str]) -> int:
    modules = [given.model.get_submodule(name) for name in layers]
    # Of others the lock says why it does not take them.
    smallest = min((min(matrix_of(module).shape) for module in modules if is_linear_map(module)), default=inf)
    return int(max(1, min(PUBLISHED_K, smallest // 4)))
