"""Certified singular values: misses against references, widths, and seconds beside NumPy's decomposition.

``python -m verify.bench.enclosures`` runs this alone, in some minutes on two cores. The references and the families of
matrices are those of the tests, which share no code with the library.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from statistics import median
from typing import Any

import numpy as np

import specbound
from specbound.core.provenance import package_hash, versions
from tests.numeric.families import FAMILIES
from tests.reference_spectra import known, misses, spectrum

MODES = ("fast", "tight")
SIZES = (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12)
EACH = 3_300
"""Singular values a random family is asked for; families without randomness give one matrix a size."""
KNOWN = {(64, 64): 20, (96, 300): 8, (500, 200): 5, (256, 256): 10, (300, 300): 5, (512, 512): 4, (1024, 1024): 2}
"""How many matrices of each shape have a spectrum known exactly."""
PAIRS = {1024: 5, 2048: 3}
RATIO_BAR = {"fast": 1.4, "tight": 2.3}
RADIUS_BAR = {1024: 5e-14, 2048: 1e-13}


@dataclass
class Tally:
    """What was seen of one family."""

    values: int = 0
    missed: list[str] = field(default_factory=list[str])
    width: dict[str, float] = field(default_factory=lambda: dict.fromkeys(MODES, 0.0))

    def see(self, label: str, matrix: np.ndarray, values: list[Any]) -> None:
        """Both modes on one matrix with these singular values."""
        self.values += len(values)
        largest = float(values[0])
        for mode in MODES:
            found = specbound.singular_value_enclosure(matrix, mode=mode)
            self.missed += [f"{label}, {mode}, σ_{i}" for i in misses(values, found.lower, found.upper)]
            if largest > 0:
                # Divided first: a width and a value near overflow or underflow lose nothing so.
                width = float(np.max(found.upper / largest - found.lower / largest))
                self.width[mode] = max(self.width[mode], width)


def run() -> Iterator[str]:
    """A line a number: first what was missed, then widths by family, then times."""
    yield from _containment()
    for size, pairs in PAIRS.items():
        yield from _times(size, pairs)


def _containment() -> Iterator[str]:
    start, total, missed = time.perf_counter(), 0, list[str]()
    for name, tally in _tallies():
        total += tally.values
        missed += tally.missed
        widths = ", ".join(f"{mode} {tally.width[mode]:.1e}" for mode in MODES)
        yield f"{name}: {tally.values:,} singular values, {len(tally.missed)} misses; largest width / σ₁ {widths}"
    yield from (f"MISSED: {line}" for line in missed)
    yield (
        f"{len(missed)} misses of {total:,} singular values, each in {len(MODES)} modes, of {len(FAMILIES)} families "
        f"and {len(KNOWN)} shapes, in {time.perf_counter() - start:.0f} s"
    )


def _tallies() -> Iterator[tuple[str, Tally]]:
    for name in FAMILIES:
        yield name, _family(name)
    for shape, count in KNOWN.items():
        yield f"exactly known, {shape[0]}×{shape[1]}", _known(shape, count)


def _family(name: str) -> Tally:
    tally, seen = Tally(), set[bytes]()
    for seed in range(EACH):
        fresh = 0
        for size in SIZES:
            matrix = FAMILIES[name](size, np.random.default_rng([seed, size]))
            if matrix.tobytes() not in seen:
                seen.add(matrix.tobytes())
                fresh += 1
                tally.see(f"{name}, size {size}, generator [{seed}, {size}]", matrix, spectrum(matrix))
        if tally.values >= EACH or not fresh:
            break
    return tally


def _known(shape: tuple[int, int], count: int) -> Tally:
    """Spectra that are spread, clustered with zeros, and graded over 2^30, in turn."""
    tally = Tally()
    for seed in range(count):
        generator = np.random.default_rng([seed, *shape])
        smaller = min(shape)
        values = (
            generator.integers(0, 2**30, smaller),
            generator.choice(np.array([0, 2**20, 2**20 + 1]), smaller),
            2 ** generator.integers(0, 31, smaller),
        )[seed % 3]
        made = known(shape, values.astype(float), generator)
        tally.see(f"known, shape {shape}, generator [{seed}, *shape]", made.matrix, made.values.tolist())
    return tally


def _times(size: int, pairs: int) -> Iterator[str]:
    """Interleaved, each round on a fresh Gaussian matrix; a small one first warms everything up."""
    _round(64, 0)
    rounds = [_round(size, seed) for seed in range(pairs)]
    base = [seconds["numpy"] for seconds, _ in rounds]
    yield f"n = {size:,}: numpy.linalg.svd with vectors {median(base):.2f} s, median of {pairs}"
    for name in (*MODES, "norm"):
        ratios = [seconds[name] / seconds["numpy"] for seconds, _ in rounds]
        bar = f", bar {RATIO_BAR[name]}" if name in RATIO_BAR else ""
        limit = f", bar {RADIUS_BAR[size]:.0e}" if name == "tight" else ""
        yield (
            f"n = {size:,}: {name} {median(ratios):.2f} times that ({min(ratios):.2f} to {max(ratios):.2f}, {pairs} "
            f"pairs{bar}); largest radius {max(radii[name] for _, radii in rounds):.1e} σ₁{limit}"
        )


def _round(size: int, seed: int) -> tuple[dict[str, float], dict[str, float]]:
    """Seconds of each, and the largest radius of each enclosure in units of σ₁."""
    matrix = np.random.default_rng([seed, size]).standard_normal((size, size))
    seconds, radii = dict[str, float](), dict[str, float]()
    seconds["numpy"], _ = _timed(lambda: np.linalg.svd(matrix))
    for mode in MODES:
        seconds[mode], found = _timed(partial(specbound.singular_value_enclosure, matrix, mode=mode))
        radii[mode] = float(np.max(found.upper - found.lower)) / (2 * float(found.lower[0]))
    seconds["norm"], norm = _timed(partial(specbound.spectral_norm_enclosure, matrix))
    radii["norm"] = (norm.upper - norm.lower) / (2 * norm.lower)
    return seconds, radii


def _timed(work: Callable[[], Any]) -> tuple[float, Any]:
    start = time.perf_counter()
    found = work()
    return time.perf_counter() - start, found


if __name__ == "__main__":
    print(f"source {package_hash()}, {os.cpu_count()} cores, " + ", ".join(f"{k} {v}" for k, v in versions().items()))
    for line in run():
        print(line, flush=True)
