"""The largest stable learning rate of each optimizer on locked networks, and the steps to a target, against α."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from copy import deepcopy
from functools import cache
from math import inf, isfinite
from typing import Any

from rich.console import Console
from threadpoolctl import threadpool_limits

from specbound.campaign import Grid, Record, Study, measured_in
from specbound.curvature import top_singular_value
from specbound.training.loop import fine_tune
from specbound.training.stability import stability_limit
from verify.intervals import interval
from verify.predictions import PREDICTED
from verify.slopes import censored_slope, slopes
from verify.starts import MINIMUM, QUADRATIC, Start, inflated_start, locked_start
from verify.tables import SPREAD, table
from verify.tasks import NETWORKS, TINY

OPTIONS: dict[str, dict[str, Any]] = {"newton_congruent": {"damping": 10.0}}
"""Of optimizers, where their defaults do not descend: a damped Hessian has to be positive definite."""

MULTIPLES = (0.5, 1.0, 2.0, 10.0, 100.0)
"""Learning rates, over the largest stable one, with which the target is sought."""

TARGET = 0.5
"""The training loss that is sought, a fraction of that of guessing, where all networks begin."""

BETWEEN = (1e4, 1e6)
"""An exponent is the slope between these α: below, what the lock leaves unscaled still takes part."""

BETWEEN_SOLVED = (1e2, 1e4)
"""The same where steps solve with a matrix whose condition grows like α⁴."""

CLOSE = {-2: 0.05, -1: 0.15, 0: 0.15}
"""How far a measured exponent may be from the predicted one."""

CLOSE_LIMIT = 0.05
"""How far, relatively, the limit of gradient descent may be from its prediction, where that is absolute."""

EXACT = (QUADRATIC, MINIMUM)
"""Where the limit of gradient descent is 2/σ₁."""


def predict(network: str, optimizer: str, form: str, alpha: float, steps: int, seed: int) -> dict[str, Any]:
    """The exponent that a statement gives, and the limit and steps that follow from the model before the lock.

    An exponent p of 0 says that the limit is that of the identity-inserted model; a negative one, that as α grows it
    becomes α^p times the limit of training C'U_k alone.
    """
    with threadpool_limits(limits=1):
        if network in EXACT:
            start = locked_start(network, form, alpha, seed)
            top = top_singular_value(start.model, start.loss, start.data, tol=1e-9).value
            return {"exponent": None, "statement": "descent_lemma", "limit": 2 / top, "steps": None}
        predicted = PREDICTED[optimizer]
        exponent = predicted.exponents[form]
        if exponent is None:
            return {"exponent": None, "statement": predicted.statement, "limit": None, "steps": None}
        alone, reached = _alone(network, optimizer, form if exponent else "inserted", steps, seed)
        return {
            "exponent": exponent,
            "statement": predicted.statement,
            "limit": alone * alpha**exponent,
            "steps": reached,
        }


@cache
def _alone(network: str, optimizer: str, form: str, steps: int, seed: int) -> tuple[float, dict[str, int | None]]:
    """The limit, and the steps to the target, of C'U_k alone in the units of that form, or of the inserted model."""
    inserted = form == "inserted"
    start = locked_start(network, "rotated", 1.0, seed) if inserted else inflated_start(network, form, seed)
    limit = stability_limit(start.model, start.loss, start.data, optimizer, **OPTIONS.get(optimizer, {})).learning_rate
    return limit, {str(times): run["reached"] for times, run in _runs(start, optimizer, limit, steps).items()}


def measure(network: str, optimizer: str, form: str, alpha: float, steps: int, seed: int) -> dict[str, Any]:
    """The largest stable learning rate of the locked model, and what became of runs with multiples of it."""
    with threadpool_limits(limits=1):
        start = locked_start(network, form, alpha, seed)
        found = stability_limit(start.model, start.loss, start.data, optimizer, **OPTIONS.get(optimizer, {}))
        limit = found.learning_rate if isfinite(found.learning_rate) else None
        measured: dict[str, Any] = {"limit": limit, "tried": found.runs}
        if optimizer == "sgd" and limit is not None:
            top = top_singular_value(start.model, start.loss, start.data, tol=1e-6).value
            measured["limit times half of σ₁"] = limit * top / 2
        if steps and limit is not None:
            measured["runs"] = {str(times): run for times, run in _runs(start, optimizer, limit, steps).items()}
        return measured


def _runs(start: Start, optimizer: str, limit: float, steps: int) -> dict[float, dict[str, Any]]:
    found: dict[float, dict[str, Any]] = {}
    for times in MULTIPLES if steps else ():
        model = deepcopy(start.model)
        options = {**OPTIONS.get(optimizer, {}), "lr": times * limit}
        run = fine_tune(model, start.loss, start.data, optimizer, steps, TARGET, **options)
        last = run.losses[-1] if isfinite(run.losses[-1]) else None
        found[times] = {"outcome": run.outcome.value, "reached": run.reached, "loss": last}
    return found


def unexpected(records: Sequence[Record]) -> list[str]:
    """Where an exponent or a limit is not what was predicted, or a target was reached that should not have been."""
    found: list[str] = []
    for (network, optimizer, form), values in exponents(records).items():
        predicted = _exponent_of(optimizer, form)
        mean = sum(values) / len(values)
        if predicted is not None and abs(mean - predicted) > CLOSE[predicted]:
            found.append(f"{network}, {optimizer}, {form}: exponent {mean:.3f}; predicted {predicted}")
    for record in measured_in(records):
        network, alpha = record.parameters["network"], record.parameters["alpha"]
        limit, predicted = record.measurement["limit"], record.prediction["limit"]
        # With momentum the loss may rise at one learning rate and not at a larger one, so that scans end elsewhere.
        absolute = network in EXACT or (record.parameters["optimizer"] == "sgd" and alpha >= BETWEEN[0])
        if absolute and (limit is None or abs(limit / predicted - 1) > CLOSE_LIMIT):
            found.append(f"{record}: the limit is {limit:.4g}; predicted {predicted:.4g}")
    return found


def exponents(records: Sequence[Record]) -> dict[tuple[str, str, str], list[float]]:
    """For each network, optimizer and form, the slope of the limit between two α, a value for each seed."""
    limits = [(r, r.measurement["limit"]) for r in measured_in(records) if r.parameters["network"] not in EXACT]
    known = [(record, limit) for record, limit in limits if limit is not None]
    solved = [(record, limit) for record, limit in known if record.parameters["network"] == TINY]
    return {**slopes([item for item in known if item not in solved], BETWEEN), **slopes(solved, BETWEEN_SOLVED)}


def show(records: Sequence[Record], console: Console) -> None:
    """Prints exponents by optimizer, how far limits are from their predictions, and steps to the target against α."""
    found = exponents(records)
    networks = list(dict.fromkeys(network for network, _, _ in found))
    power = table(f"power of α in the largest stable learning rate{SPREAD}", ["predicted", *networks])
    for optimizer, form in dict.fromkeys((optimizer, form) for _, optimizer, form in found):
        cells = (interval(found.get((network, optimizer, form), []), ".2f") for network in networks)
        predicted = _exponent_of(optimizer, form)
        power.add_row(f"{optimizer}, {form}", "–" if predicted is None else str(predicted), *cells)
    console.print(power)
    for line in (*_limit_lines(records), *_step_lines(records)):
        console.print(line)


def _limit_lines(records: Sequence[Record]) -> Iterator[str]:
    exact = [r for r in measured_in(records) if r.parameters["network"] in EXACT]
    if exact:
        off = max(abs(r.measurement["limit"] / r.prediction["limit"] - 1) for r in exact)
        yield f"gradient descent beside a minimum and on quadratics: {len(exact)} limits within {off:.1%} of 2/σ₁"
    for power, what in ((-2, "gradient descent, momentum, Nesterov"), (-1, "steps of bounded size")):
        ratios = [
            record.measurement["limit"] / record.prediction["limit"]
            for record in measured_in(records)
            if record.prediction["exponent"] == power and record.parameters["alpha"] == BETWEEN[1]
        ]
        if ratios:
            spread = f"{min(ratios):.3f} to {max(ratios):.3f}"
            yield f"{what}, α = {BETWEEN[1]:.0e}: limit over that of C'U_k alone times α^{power}: {spread}"
    elsewhere = [
        r.measurement["limit times half of σ₁"]
        for r in measured_in(records)
        if r.parameters["network"] not in EXACT and "limit times half of σ₁" in r.measurement
    ]
    if elsewhere:
        spread = f"{min(elsewhere):.2f} to {max(elsewhere):.2f}"
        yield f"gradient descent away from minima: limit times σ₁/2 is {spread} ({len(elsewhere)} starts)"


def _step_lines(records: Sequence[Record]) -> Iterator[str]:
    for (network, optimizer, form), runs in fewest_steps(records).items():
        by_seed = {seed: [(alpha, n, m) for alpha, s, n, m in runs if s == seed] for _, seed, _, _ in runs}
        grown = [slope for slope in map(censored_slope, by_seed.values()) if isfinite(slope)]
        missed = sum(reached is None for _, _, reached, _ in runs)
        yield (
            f"{network}, {optimizer}, {form}: fewest steps to the target grow like α to the {interval(grown, '.2f')} "
            f"({len(grown)} seeds); {missed} of {len(runs)} starts did not reach it"
        )


Steps = tuple[float, int, int | None, int]
"""α, seed, the fewest steps over the learning rates tried, None where the target was never reached, and the budget."""


def fewest_steps(records: Sequence[Record]) -> dict[tuple[str, str, str], list[Steps]]:
    """For each network, optimizer and form, the fewest steps to the target, for each α and seed."""
    found: dict[tuple[str, str, str], list[Steps]] = {}
    for record in measured_in(records):
        if "runs" not in record.measurement:
            continue
        at = record.parameters
        reached = min((run["reached"] or inf for run in record.measurement["runs"].values()), default=inf)
        steps = (at["alpha"], record.seed, int(reached) if isfinite(reached) else None, at["steps"])
        found.setdefault((at["network"], at["optimizer"], at["form"]), []).append(steps)
    return found


def _exponent_of(optimizer: str, form: str) -> int | None:
    return PREDICTED[optimizer].exponents[form]


STEADY = ("sgd", "momentum", "nesterov")
BOUNDED = ("sign", "lion", "adam", "adamw", "muon", "shampoo", "soap")
CURVED = ("shampoo_half", "adahessian", "sophia")
SOLVING = ("newton_congruent", "adahessian_exact", "sophia_exact", "kfac_damped", "lbfgs")
FORMS = ("dense", "rotated")


def _grid(
    networks: Sequence[str],
    optimizers: Sequence[str],
    alphas: Sequence[float],
    seeds: int,
    steps: int = 0,
    forms: Sequence[str] = FORMS,
) -> Grid:
    axes = {"network": networks, "optimizer": optimizers, "form": forms, "alpha": alphas, "steps": [steps]}
    return Grid(axes, seeds=seeds)


study = Study(
    name="slowdown",
    grids={
        "quick": [
            _grid(EXACT, ["sgd"], [1.0, 100.0, 1e4], 3),
            _grid(["mlp"], [*STEADY, "adam", "muon"], BETWEEN, 3),
            _grid(["mlp"], ["sophia", "adahessian"], BETWEEN, 1),
            _grid(["mlp"], ["sgd"], [1.0, 10.0, 100.0, 1e4], 3, steps=300, forms=["dense"]),
        ],
        "standard": [
            _grid(EXACT, ["sgd"], [1.0, 10.0, 100.0, 1e3, 1e4], 5),
            _grid(NETWORKS, [*STEADY, *BOUNDED, *CURVED], BETWEEN, 5),
            _grid([TINY], SOLVING, BETWEEN_SOLVED, 3),
            _grid(NETWORKS, ["sgd", "adamw"], [10.0**n for n in range(7)], 5, steps=1000, forms=["dense"]),
        ],
        "deep": [
            _grid(EXACT, ["sgd"], [10.0 ** (n / 2) for n in range(9)], 10),
            _grid(NETWORKS, [*STEADY, *BOUNDED, *CURVED], [10.0**n for n in range(7)], 10),
            _grid([TINY], [*SOLVING, "levenberg_marquardt_congruent"], [10.0**n for n in range(5)], 10),
            _grid(NETWORKS, ["sgd", "adamw", "muon"], [10.0 ** (n / 2) for n in range(13)], 10, steps=20_000),
        ],
    },
    predict=predict,
    measure=measure,
    surprises=unexpected,
    show=show,
)
