"""Which search refutes which false inequality, and how soon: the reason for the search that ``falsify`` uses."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from statistics import median

import torch

from specbound.checks.adversarial import search
from specbound.checks.budget import BUDGETS, Budget
from specbound.checks.property import sample
from specbound.checks.tally import Tally
from specbound.core.evidence import Kind
from specbound.core.statement import Statement
from verify.bench.false_claims import false_claims

SECONDS = 10.0
SEEDS = range(3)
EXAMPLES = 100
"""Hypothesis examples between two looks at the clock."""

CPU = torch.device("cpu")
QUICK = BUDGETS["quick"]
RANDOM = replace(QUICK, ascents=0)
ASCENT = replace(QUICK, random_instances=32, batch=16, ascents=2)
Round = Callable[[Tally, int, float], None]


def _batched(budget: Budget) -> Round:
    return lambda tally, seed, deadline: search(tally, budget, seed, CPU, deadline)


SEARCHES: dict[str, Round] = {
    "random": _batched(RANDOM),
    "hypothesis": lambda tally, seed, _: sample(tally, EXAMPLES, seed),
    "with targets": lambda tally, seed, _: sample(tally, EXAMPLES, seed, targeted=True),
    "ascent": _batched(ASCENT),
    "falsify": _batched(QUICK),
}
"""Random batches alone; Hypothesis without and with targets; ascent from 16 random instances at a time; and what
``falsify`` does: 40 batches of 500, then ascent from the worst 16 of 16 of them."""


def run() -> Iterator[str]:
    """A line a claim: for each search the median seconds to the first violation, and for how many seeds it came."""
    yield f"{'false inequality':44}" + "".join(f"{name:>14}" for name in SEARCHES)
    refuted = dict.fromkeys(SEARCHES, 0)
    for claim in false_claims():
        cells: list[str] = []
        for name, one_round in SEARCHES.items():
            times = [seconds_to_refute(claim, one_round, seed) for seed in SEEDS]
            found = [seconds for seconds in times if seconds is not None]
            refuted[name] += len(found) == len(SEEDS)
            cells.append(f"{median(found):.3f} s, {len(found)}/{len(SEEDS)}" if found else "–")
        yield f"{claim.id:44}" + "".join(f"{cell:>14}" for cell in cells)
    total = f"refuted for every seed within {SECONDS:.0f} s"
    yield f"{total:44}" + "".join(f"{number:>14}" for number in refuted.values())


def seconds_to_refute(claim: Statement, one_round: Round, seed: int) -> float | None:
    """Seconds until the first violation; None where none came in time."""
    start = time.perf_counter()
    deadline = time.monotonic() + SECONDS
    for number in itertools.count():
        tally = Tally(claim, Kind.ADVERSARIAL)
        one_round(tally, 1_000 * seed + number, deadline)
        if tally.violated:
            return time.perf_counter() - start
        if time.monotonic() > deadline:
            return None
    return None
