"""Triples a second: the batched search against one Hypothesis example at a time."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from itertools import islice
from statistics import median

import numpy as np

from specbound.checks.adversarial import device_of, random_batches
from specbound.checks.margins import margins
from specbound.checks.property import check_property
from specbound.core.catalogue import catalog
from specbound.core.recipe import Recipe
from specbound.core.statement import Statement
from specbound.statements.recipes import entries

SIZE, BATCH, BATCHES, EXAMPLES, ROUNDS = 8, 500, 10, 300, 5


def run(device: str = "cpu") -> list[str]:
    """Rates on triples of size 8×8 for the statement with the most decompositions, medians of five rounds."""
    statement = catalog()["triple_sequential"]
    recipe = entries(statement.domain, SIZE, smallest=SIZE)
    fixed = replace(statement, recipes=(recipe,))
    batched = [_batched_rate(fixed, recipe, device) for _ in range(ROUNDS)]
    single = [_rate(lambda: check_property(fixed, EXAMPLES, seed=0), EXAMPLES) for _ in range(ROUNDS)]
    ratio = median(b / s for b, s in zip(batched, single, strict=True))
    return [
        f"batched search on {device}, {statement.id} at {SIZE}×{SIZE}: {median(batched):,.0f} triples a second",
        f"one Hypothesis example at a time, the same: {median(single):,.0f} a second",
        f"the batch is {ratio:.0f} times as fast, median of {ROUNDS} rounds",
    ]


def _batched_rate(statement: Statement, recipe: Recipe, device: str) -> float:
    batches = random_batches(recipe, np.random.default_rng(0), BATCH, device_of(device))

    def search() -> None:
        for values in islice(batches, BATCHES):
            margins(statement, recipe, values).relative.min().item()

    return _rate(search, BATCH * BATCHES)


def _rate(work: Callable[[], object], count: int) -> float:
    work()
    start = time.perf_counter()
    work()
    return count / (time.perf_counter() - start)
