"""Measured check: both sides on given matrices, for a grid of indices, and how tight the bound is there."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import array_api_compat.numpy
import numpy as np

from specbound.checks.decide import Enclosures
from specbound.checks.tally import Tally
from specbound.core.errors import InvalidInput
from specbound.core.evidence import Evidence, Kind
from specbound.core.instance import Domain
from specbound.core.statement import Statement
from specbound.core.verdict import Verdict
from specbound.numeric.arrays import MemoOps
from specbound.numeric.ops import NotAvailable
from specbound.weights import Matrix

GRID_POINTS = 36
"""How many combinations of indices are compared on one tuple of matrices, about; a heuristic."""


@dataclass(frozen=True)
class Chain:
    """Named matrices in the order in which data flows through them, and memos that all statements share.

    ``random`` tells matrices drawn for comparison from those that somebody trained.
    """

    name: str
    matrices: Mapping[str, Matrix]
    random: bool = False
    ops: MemoOps = field(default_factory=lambda: MemoOps(array_api_compat.numpy))
    enclosures: Enclosures = field(default_factory=Enclosures)


def check_measured(statement: Statement, chain: Chain) -> Evidence:
    """Compares both sides on consecutive matrices of a chain, at every point of a grid of indices.

    A statement on ``A, B, C`` takes windows of three whose shapes fit, the last matrix as ``A``, so that ``A B C`` is
    the order in which they act. Indices run over 1, 2, 4, … and the largest.

    **Returns.** Evidence whose ``details["tuples"]`` list, for each window that meets the assumptions, the names and
    the greatest tightness over the indices (None where the bound is vacuous at all of them); ``details["chain"]``
    and ``details["random"]`` say of which chain, ``details["violated"]`` where the claim is violated first, and
    ``details["not available"]`` how many instances have a quantity that floats cannot give.
    **Raises.** :class:`NotAvailable` where no window fits, or none that does can be computed.
    """
    tally = Tally(statement, Kind.MEASURED)
    tuples: list[dict[str, Any]] = []
    details: dict[str, Any] = {"chain": chain.name, "random": chain.random, "tuples": tuples, "not available": 0}
    reason = "none that fit meets the assumptions"
    for names, matrices in windows(statement.domain, chain.matrices):
        tightest: list[float] = []
        for indices in index_grid(statement.domain, matrices):
            instance = statement.domain.instance({**matrices, **indices}, chain.ops)
            try:
                if not statement.admits(instance):
                    continue
                comparison = statement.compare(instance)
            except NotAvailable as error:
                details["not available"] += 1
                reason = str(error)
                continue
            violated = comparison.verdict is Verdict.VIOLATED
            tally.count({comparison.verdict: 1})
            if violated:
                details.setdefault("violated", {"matrices": names, "indices": indices})
            tally.lower(statement.relative(comparison.margin, instance), violated)
            tally.tighten(comparison.tightness)
            tightest.append(comparison.tightness)
        finite = [value for value in tightest if np.isfinite(value)]
        if tightest:
            tuples.append({"matrices": names, "tightness": max(finite, default=None)})
    if not tuples:
        shapes = ", ".join(f"{name} {matrix.shape}" for name, matrix in itertools.islice(chain.matrices.items(), 6))
        more = ", …" if len(chain.matrices) > 6 else ""
        required = ", ".join(f"{matrix} ({r}, {c})" for matrix, (r, c) in statement.domain.matrices.items())
        raise NotAvailable(
            f"{statement.id}: no {len(statement.domain.matrices)} consecutive matrices fit together among "
            f"{shapes}{more}; required: {required}; {reason}"
        )
    return tally.evidence(None, details)


def windows(domain: Domain, chain: Mapping[str, Matrix]) -> Iterator[tuple[list[str], dict[str, Matrix]]]:
    """Consecutive matrices whose shapes fit the domain, the last of a window as the domain's first matrix."""
    names = list(chain)
    count = len(domain.matrices)
    for start in range(len(names) - count + 1):
        window = names[start : start + count][::-1]
        matrices = {role: chain[name] for role, name in zip(domain.matrices, window, strict=True)}
        try:
            domain.sizes(matrices)
        except InvalidInput:
            continue
        yield window, matrices


def index_grid(domain: Domain, matrices: Mapping[str, Matrix]) -> Iterator[dict[str, Any]]:
    """Combinations of the lowest index, its successors 1, 2, 4, … further, and the highest; and of numbers.

    Of three indices or more only a few values each are taken, spread evenly over that list: about ``GRID_POINTS``
    combinations in all. A number takes the upper end of the range that is searched, and its geometric mean with the
    lower one, where a claim is often trivial.
    """
    points = round(GRID_POINTS ** (1 / max(1, len(domain.parameters))))
    combinations: list[dict[str, Any]] = [{}]
    sizes = domain.sizes(matrices)
    for name, index in domain.indices.items():
        combinations = [
            {**earlier, name: value}
            for earlier in combinations
            for value in _spread(index.low, index.high({**sizes, **earlier}), points)
        ]
    for name, number in domain.numbers.items():
        values = np.geomspace(*number.searched, 3)[1:].tolist()
        combinations = [{**earlier, name: value} for earlier in combinations for value in values]
    yield from combinations


def _spread(low: int, high: int, points: int) -> list[int]:
    if high < low:
        return []
    powers = (2**power for power in range(high.bit_length()))
    candidates = sorted({low, *(power for power in powers if low < power < high), high})
    chosen = np.linspace(0, len(candidates) - 1, min(points, len(candidates))).round().astype(int)
    return [candidates[position] for position in chosen]
