"""What each attacker makes of a lock: steps to a target against the unlocked model, and what it costs."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from copy import deepcopy
from functools import cache
from math import inf, isfinite
from statistics import median
from typing import Any

from rich.console import Console
from rich.table import Table
from threadpoolctl import threadpool_limits
from torch import nn

from specbound.attacks import ATTACKS, Attacked, attack, inject
from specbound.attacks.attacked import Optimizer, unchanged
from specbound.campaign import Grid, Record, Study, measured_in
from specbound.certification.cells import SLACK
from specbound.certification.race import Finish, Recipe, race, step_time
from specbound.locking.layers import all_lockable, locks_in
from specbound.locking.lock import lock
from specbound.training.loop import fine_tune
from specbound.training.stability import stability_limit
from verify.starts import Start, restricted_start, unlocked_start
from verify.tables import table
from verify.tasks import NETWORKS

STEPS = 40
"""Of the unlocked model's run that sets the target loss, at half of its largest stable learning rate."""

AROUND = (4.0, 2.0, 1.0, 0.5, 0.25)
"""Learning rates that are tried, over the unlocked model's largest stable one."""

LOCKS = ("one layer", "two-sided", "every layer")

EXPANSIONS = {f"inject_{count}": count for count in (1, 2, 3)}
"""Identities inserted at so many locks, the last ones, where every layer is locked."""

DISTANCE = {"rotated": 1e-9, "dense": 1e-3}
"""How far, relative, losses may be from those that a statement makes them equal to: rounding, in dense form times α."""

SAME = {
    "merge": "attack_merge",
    "parallel": "attack_parallel",
    "rescale": "attack_rescale",
    "precondition": "attack_precondition",
    "balance": "attack_balance",
    "freeze": "attack_freeze",
    "inject": "attack_inject",
    "inject_blind": "attack_inject",
    "lora_output": "attack_parallel",
    "merge_and_factor": "attack_merge",
    **dict.fromkeys(EXPANSIONS, "attack_inject"),
}
"""The statement that says which run, without a lock, an attacker's equals; of others none says how fast they are."""

SLOWED = ("optimizer_only", "factor_chain")
"""Attackers that are predicted not to get there once α is 1e4, or with a chain 1e6."""


def _layers(start: Start, which: str) -> list[str]:
    return list(all_lockable(start.model)) if which == "every layer" else [start.layer]


def _locked(network: str, which: str, form: str, alpha: float, seed: int) -> Start:
    start = unlocked_start(network, seed)
    model = deepcopy(start.model)
    lock(model, _layers(start, which), alpha, start.k, form, two_sided=which == "two-sided")
    return Start(model, start.loss, start.data, start.layer, start.k)


def _attacked(attacker: str, start: Start) -> Attacked:
    if attacker in EXPANSIONS:
        return inject(start.model, layers=list(locks_in(start.model))[-EXPANSIONS[attacker] :])
    return attack(attacker)(start.model, start.data[0])


def _without_lock(network: str, which: str, attacker: str, form: str, seed: int) -> nn.Module | None:
    """The model, made without any lock of α > 1, whose run an attacker's equals; None where no statement says."""
    start = unlocked_start(network, seed)
    if attacker not in SAME or (attacker == "freeze" and which != "one layer"):
        return None
    if attacker in ("merge", "parallel"):
        return start.model
    if attacker == "freeze":
        # As α grows, all but the k inflated output directions are trained.
        return restricted_start(network, seed).model
    inserted = _locked(network, which, form, 1.0, seed)
    if attacker in ("rescale", "precondition"):
        return inserted.model
    return _attacked(attacker, inserted).model


Wrapped = Callable[[Optimizer], Optimizer]


def _race(start: Start, model: nn.Module, network: str, seed: int, wrapped: Wrapped = unchanged) -> Finish:
    rate, target = _reference(network, seed)
    recipe = Recipe("sgd", tuple(rate * factor for factor in AROUND))
    return race(model, start.loss, start.data, [recipe], STEPS * SLACK, target, wrapped)


@cache
def _reference(network: str, seed: int) -> tuple[float, float]:
    """The unlocked model's largest stable learning rate, and the loss after a run at half of it."""
    start = unlocked_start(network, seed)
    rate = stability_limit(start.model, start.loss, start.data, "sgd").learning_rate
    return rate, fine_tune(deepcopy(start.model), start.loss, start.data, "sgd", STEPS, lr=rate / 2).losses[-1]


@cache
def _unlocked_steps(network: str, seed: int) -> int:
    start = unlocked_start(network, seed)
    found = _race(start, start.model, network, seed).steps
    assert found is not None  # noqa: S101 (half of the limit is among the rates)
    return found


def _losses(start: Start, model: nn.Module, network: str, seed: int, wrapped: Wrapped = unchanged) -> list[float]:
    rate, _ = _reference(network, seed)
    return list(fine_tune(deepcopy(model), start.loss, start.data, wrapped("sgd"), STEPS, lr=rate / 4).losses)


def predict(network: str, lock: str, attacker: str, form: str, seed: int) -> dict[str, Any]:
    """Steps to the target of the run, without a lock, that an attacker's is to equal, and its losses at a low rate."""
    with threadpool_limits(limits=1):
        return {"unlocked": _unlocked_steps(network, seed), **_predicted(network, lock, attacker, form, seed)}


@cache
def _predicted(network: str, lock: str, attacker: str, form: str, seed: int) -> dict[str, Any]:
    start = unlocked_start(network, seed)
    same = _without_lock(network, lock, attacker, form, seed)
    if same is None:
        return {"steps": None, "losses": None}
    losses = _losses(start, same, network, seed)
    return {"steps": _race(start, same, network, seed).steps, "losses": losses}


def measure(network: str, lock: str, attacker: str, form: str, alpha: float, seed: int) -> dict[str, Any]:
    """Steps to the target and losses at a low rate of an attacker on a locked model, and what the attack costs."""
    with threadpool_limits(limits=1):
        start = _locked(network, lock, form, alpha, seed)
        found = _attacked(attacker, start)
        finish = _race(start, found.model, network, seed, found.optimizer)
        losses = _losses(start, found.model, network, seed, found.optimizer)
        unlocked = unlocked_start(network, seed)
        time = step_time(found, unlocked.model, start.loss, start.data, finish.optimizer, finish.rate)
    return {
        "steps": finish.steps,
        "rate": finish.rate,
        "loss": finish.loss,
        "losses": [value if isfinite(value) else None for value in losses],
        "time": time,
        "preservation": found.preservation_error,
        "cost": found.cost.to_json(),
        "size": sum(p.numel() for p in unlocked.model.parameters()),
    }


def distance(record: Record) -> float:
    """The largest relative distance of a record's losses from those predicted."""
    pairs = zip(record.measurement["losses"], record.prediction["losses"], strict=False)
    return max(inf if a is None else abs(a - b) / abs(b) for a, b in pairs)


def ratio(record: Record) -> float:
    """An attacker's steps over the unlocked model's; infinite where they are more than ``SLACK`` times as many."""
    steps, unlocked = record.measurement["steps"], record.prediction["unlocked"]
    return inf if steps is None or steps > SLACK * unlocked else steps / unlocked


def unexpected(records: Sequence[Record]) -> list[str]:
    """Runs unlike those that they were predicted to equal, and attackers that got there who were not to."""
    found: list[str] = []
    for record in measured_in(records):
        found += _surprises(record)
    return found


def _surprises(record: Record) -> list[str]:
    attacker, alpha = record.parameters["attacker"], record.parameters["alpha"]
    predicted, steps = record.prediction["steps"], record.measurement["steps"]
    if record.prediction["losses"] is None:
        strong = 1e6 if attacker == "factor_chain" else 1e4
        two_sided = attacker == "freeze" and record.parameters["lock"] == "two-sided"
        if (attacker in SLOWED or two_sided) and alpha >= strong and steps is not None:
            return [f"{record}: reached the target in {steps} steps; predicted not to"]
        return []
    lines: list[str] = []
    # Frozen, the k directions still move by 1/α² of what they did.
    allowed = 2 / alpha if attacker == "freeze" else DISTANCE[record.parameters["form"]]
    if not distance(record) <= allowed:
        lines.append(f"{record}: losses are {distance(record):.1e} off; predicted at most {allowed:.0e}")
    if not _is_near(steps, predicted):
        lines.append(f"{record}: {steps or 'too many'} steps; predicted {predicted or 'too many'}")
    return lines


def _is_near(steps: int | None, predicted: int | None) -> bool:
    """Whether both arrive, within 2 % or one step where that is more, or neither does."""
    if steps is None or predicted is None:
        return steps is predicted
    return abs(steps - predicted) <= max(1, 0.02 * predicted)


def show(records: Sequence[Record], console: Console) -> None:
    """Prints for each lock and attacker the steps over the unlocked model's, by network, and then what attacks cost."""
    done = measured_in(records)
    networks = list(dict.fromkeys(record.parameters["network"] for record in done))
    for which in dict.fromkeys(record.parameters["lock"] for record in done):
        mine = [record for record in done if record.parameters["lock"] == which]
        alphas = sorted({record.parameters["alpha"] for record in mine})
        title = f"{which} locked, α = {', '.join(f'{alpha:.0e}' for alpha in alphas)}: steps to a target over unlocked"
        title += f" (> {SLACK}: not reached), medians; losses: how far from those predicted, relative"
        shown = _named(title, [*networks, "losses"])
        for attacker, of_it in _by_attacker(mine).items():
            ratios = ([ratio(r) for r in of_it if r.parameters["network"] == network] for network in networks)
            apart = [distance(record) for record in of_it if record.prediction["losses"] is not None]
            told = f"to {max(apart):.0e}" if apart else "–"
            shown.add_row(attacker, *(_factor(median(cell)) if cell else "–" for cell in ratios), told)
        console.print(shown)
    if not done:
        return
    shown = _named("cost against the locked model, medians", ["parameters", "flops", "bytes", "time over unlocked"])
    for attacker, of_it in _by_attacker(done).items():
        costs = [record.measurement["cost"] for record in of_it]
        numbers = (f"{median(cost[name] for cost in costs):+,.0f}" for name in ("parameters", "flops", "memory"))
        shown.add_row(attacker, *numbers, f"{median(record.measurement['time'] for record in of_it):.1f} ×")
    console.print(shown)


def _by_attacker(records: Sequence[Record]) -> dict[str, list[Record]]:
    names = dict.fromkeys(record.parameters["attacker"] for record in records)
    return {name: [record for record in records if record.parameters["attacker"] == name] for name in names}


def _named(title: str, columns: Sequence[str]) -> Table:
    """A table that breaks no attacker's name."""
    made = table(title, columns)
    made.columns[0].no_wrap = True
    return made


def _factor(value: float) -> str:
    return f"{value:.2f}" if isfinite(value) else f"> {SLACK}"


def _grid(networks: Sequence[str], alphas: Sequence[float], dense: Sequence[float], seeds: int) -> list[Grid]:
    def grid(
        which: str,
        attackers: Sequence[str],
        networks: Sequence[str] = networks,
        form: str = "rotated",
        at: Sequence[float] = alphas,
    ) -> Grid:
        axes: Mapping[str, Sequence[Any]] = {
            "network": networks,
            "lock": [which],
            "attacker": attackers,
            "form": [form],
            "alpha": at,
        }
        return Grid(axes, seeds=seeds)

    return [
        grid("one layer", list(ATTACKS)),
        grid("two-sided", ["freeze", "merge"]),
        grid("every layer", ["optimizer_only", *EXPANSIONS, "merge"], networks[:1]),
        *([grid("one layer", [name for name in SAME if name in ATTACKS], form="dense", at=dense)] if dense else []),
    ]


study = Study(
    name="recovery",
    grids={
        "quick": _grid(["mlp"], [1e6], [], 2),
        "standard": _grid(NETWORKS, [1e4, 1e6], [1e4], 5),
        "deep": _grid(NETWORKS, [10.0**n for n in range(1, 9)], [1e2, 1e4, 1e6], 10),
    },
    predict=predict,
    measure=measure,
    surprises=unexpected,
    show=show,
)
