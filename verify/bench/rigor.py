"""Every statement on singular values decided beyond rounding on Gaussian matrices of one size: how long each takes.

``python -m verify.bench.rigor [SIZE]`` runs this alone, at 2,048 if no size is given.
"""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Mapping
from typing import Any

import numpy as np

from specbound.checks.decide import Enclosures, decide
from specbound.core.provenance import package_hash, versions
from specbound.core.statement import Statement
from specbound.weights import Matrix
from verify.rigor import ISOMETRY, KRONECKER, STATEMENTS, isometry

SIZE = 2048
RANK = 25
"""Every index of a statement, or the largest that it may be: a rank, or a number of directions that a lock inflates."""


def run(size: int = SIZE) -> None:
    """Prints a line a statement: the verdict, which enclosures gave it, and seconds; decompositions are shared."""
    generator = np.random.default_rng(0)
    square = {name: generator.standard_normal((size, size)) for name in "ABCM"}
    enclosures = Enclosures()
    for name, statement in STATEMENTS.items():
        values = _values(statement, square, size, generator)
        started = time.perf_counter()
        found = decide(statement, values, enclosures=enclosures)
        seconds = time.perf_counter() - started
        told = "does not meet the assumptions" if found is None else f"{found.verdict}, {found.by}"
        print(f"{name:32} n = {size}: {told:20} {seconds:6.1f} s", flush=True)


def _values(
    statement: Statement, square: Mapping[str, Matrix], size: int, generator: np.random.Generator
) -> dict[str, Any]:
    matrices: dict[str, Any] = {name: square[name] for name in statement.domain.matrices if name in square}
    if statement.id == ISOMETRY:
        matrices |= {name: isometry(size, generator) for name in "PQ"}
    if statement.id == KRONECKER:
        # Factors whose product has this size.
        part = 2 ** (size.bit_length() // 2)
        matrices = {"A": square["A"][:part, :part], "B": square["B"][: size // part, : size // part]}
    sizes: dict[str, Any] = statement.domain.sizes(matrices)
    for name, index in statement.domain.indices.items():
        sizes[name] = min(RANK, index.high(sizes))
    return {**matrices, **{name: sizes[name] for name in statement.domain.indices}}


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m verify.bench.rigor", description=__doc__)
    parser.add_argument("size", nargs="?", type=int, default=SIZE)
    print(f"source {package_hash()}, {os.cpu_count()} cores, " + ", ".join(f"{k} {v}" for k, v in versions().items()))
    run(parser.parse_args().size)
