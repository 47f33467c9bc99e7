"""Searches one claim for a counterexample until one is found or time is up.

Random batches first, then ascent: of 22 inequalities known to be false, this refutes all that random batches,
Hypothesis (with or without targets) or ascent alone refute, and mostly sooner (``verify/bench/searches.py``).
"""

from __future__ import annotations

import time

from specbound.checks.adversarial import check_adversarial
from specbound.checks.budget import BUDGETS
from specbound.core.evidence import Evidence
from specbound.core.statement import Statement
from specbound.core.verdict import Verdict


def falsify(statement: Statement, seconds: float, seed: int, device: str = "cpu") -> Evidence:
    """The adversarial search of the quick budget, again with fresh draws until it refutes the claim.

    **Parameters.** ``seconds``: of search, after imports; a batch that has begun is finished.
    **Returns.** The last search's evidence; VIOLATED with the shrunk recipe where a counterexample was found.
    **Raises.** :class:`~specbound.core.errors.InvalidInput` for a device that cannot be used.
    """
    deadline = time.monotonic() + seconds
    while True:
        found = check_adversarial(statement, BUDGETS["quick"], seed, device, seconds=deadline - time.monotonic())
        if found.verdict is Verdict.VIOLATED or time.monotonic() >= deadline:
            return found
        seed += 1
