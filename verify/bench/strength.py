"""What the search refutes in the quick budget, and how soon the false reading falls."""

from __future__ import annotations

import time
from statistics import median

import numpy as np

from specbound.checks.adversarial import check_adversarial
from specbound.checks.budget import BUDGETS
from specbound.checks.falsify import falsify
from specbound.core.catalogue import catalog
from specbound.core.verdict import Verdict

SEEDS = range(20)


def run(device: str = "cpu") -> list[str]:
    """Mutants refuted for each of 20 seeds, and the time to a shrunk counterexample of ``triple_independent``."""
    lines: list[str] = []
    mutants = [item.mutate(mutant) for item in catalog().values() for mutant in item.mutants]
    for mutant in mutants:
        found = [check_adversarial(mutant, BUDGETS["quick"], seed, device) for seed in SEEDS]
        refuted = sum(record.verdict is Verdict.VIOLATED for record in found)
        slowest = max(record.seconds for record in found)
        lines.append(f"{mutant.id}: refuted for {refuted} of {len(SEEDS)} seeds, slowest {slowest:.2f} s")
    seconds: list[float] = []
    sizes: list[int] = []
    for seed in SEEDS:
        start = time.perf_counter()
        found = falsify(catalog()["triple_independent"], seconds=2, seed=seed, device=device)
        seconds.append(time.perf_counter() - start)
        if found.verdict is Verdict.VIOLATED and found.recipe is not None:
            lists = [value for value in found.recipe.values() if isinstance(value, list)]
            sizes.append(sum(np.size(value) for value in lists))
    lines.append(
        f"falsify triple_independent: found for {len(sizes)} of {len(SEEDS)} seeds, median {median(seconds):.2f} s, "
        f"slowest {max(seconds):.2f} s, at most {max(sizes, default=0)} numbers in the recipe"
    )
    return lines
