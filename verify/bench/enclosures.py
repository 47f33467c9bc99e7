"""Certified singular values: misses against references, widths, and seconds beside NumPy's decomposition.

``python -m verify.bench.enclosures`` runs this alone; it takes about a quarter of an hour on two cores. The references and the families of
matrices are those of the tests, which share no code with the library.
"""

from __future__ import annotations

import os
import time
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from statistics import median
from typing import Any

import numpy as np

import specbound
from specbound.core.provenance import package_hash, versions
from tests.numeric.families import FAMILIES
from tests.reference_spectra import known, misses, spectrum

MODES = ("fast", "tight")
SIZES = (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12)
EACH = 2_800
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
    tallies = [(name, _family(name)) for name in FAMILIES]
    known_shapes = [(f"exactly known, {shape[0]}×{shape[1]}", _known(shape, count)) for shape, count in KNOWN.items()]
    for name, tally in (*tallies, *known_shapes):
        total += tally.values
        missed += tally.missed
        widths = ", ".join(f"{mode} {tally.width[mode]:.1e}" for mode in MODES)
        yield f"{name}: {tally.values:,} singular values, {len(tally.missed)} misses; largest width / σ₁ {widths}"
    yield from (f"MISSED: {line}" for line in missed)
    yield (
        f"{len(missed)} misses of {total:,} singular values, each in {len(MODES)} modes, of {len(FAMILIES)} families "
        f"and {len(KNOWN)} shapes, in {time.perf_counter() - start:.0f} s"
    )


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
    """Interleaved, each round on a fresh Gaussian matrix; a first small round warms everything up."""
    ratios, seconds, radii = defaultdict[str, list[float]](list), defaultdict[str, list[float]](list), [0.0]
    radii_by_mode = dict.fromkeys(MODES, 0.0)
    for seed in range(-1, pairs):
        matrix = np.random.default_rng(seed + 1).standard_normal((size if seed >= 0 else 64,) * 2)
        base = _seconds(lambda m=matrix: np.linalg.svd(m))[0]
        took = {mode: _seconds(lambda m=matrix, k=mode: specbound.singular_value_enclosure(m, mode=k)) for mode in MODES}
        norm = _seconds(lambda m=matrix: specbound.spectral_norm_enclosure(m))
        if seed < 0:
            continue
        seconds["numpy"].append(base)
        ratios["norm"].append(norm[0] / base)
        radii.append((norm[1].upper - norm[1].lower) / (2 * norm[1].lower))
        for mode, (elapsed, found) in took.items():
            ratios[mode].append(elapsed / base)
            radius = float(np.max(found.upper - found.lower)) / (2 * float(found.lower[0]))
            radii_by_mode[mode] = max(radii_by_mode[mode], radius)
    yield f"n = {size:,}: numpy.linalg.svd with vectors {median(seconds['numpy']):.2f} s, median of {pairs}"
    for mode in MODES:
        yield (
            f"n = {size:,}: {mode} enclosure {_told(ratios[mode])} times that (bar {RATIO_BAR[mode]}); largest radius "
            f"{radii_by_mode[mode]:.1e} σ₁" + (f" (bar {RADIUS_BAR[size]:.0e})" if mode == "tight" else "")
        )
    yield f"n = {size:,}: spectral norm {_told(ratios['norm'])} times that; largest radius {max(radii):.1e} of it"


def _seconds(work: Any) -> tuple[float, Any]:
    start = time.perf_counter()
    found = work()
    return time.perf_counter() - start, found


def _told(ratios: list[float]) -> str:
    return f"{median(ratios):.2f} ({min(ratios):.2f} to {max(ratios):.2f}, {len(ratios)} pairs)"


if __name__ == "__main__":
    print(f"source {package_hash()}, {os.cpu_count()} cores, " + ", ".join(f"{k} {v}" for k, v in versions().items()))
    for line in run():
        print(line, flush=True)
