"""With which power of α measured quantities grow, from records at two values of it."""

from __future__ import annotations

from collections.abc import Sequence
from math import log
from typing import Any

import numpy as np

from specbound.campaign import Record, measured_in

BLOCKS_BETWEEN = (10.0, 1e3)
"""Blocks of the Hessian follow their power exactly; at larger α rounding of the pair shows in those that shrink."""

SETS_BETWEEN = (1e3, 1e5)
"""What is trained contains blocks of several powers, of which the largest has to prevail first."""


def exponents(records: Sequence[Record], name: str, between: tuple[float, float]) -> dict[tuple[str, int], Any]:
    """For each network and seed, ``log(q₂/q₁) / log(α₂/α₁)`` of the measured numbers of that name, as an array."""
    measured = {
        (record.parameters["network"], record.seed, record.parameters["alpha"]): _array(record.measurement[name])
        for record in measured_in(records)
        if name in record.measurement
    }
    found: dict[tuple[str, int], Any] = {}
    for (network, seed, alpha), low in measured.items():
        high = measured.get((network, seed, between[1]))
        if alpha == between[0] and high is not None:
            with np.errstate(all="ignore"):
                found[network, seed] = np.log(high / low) / log(between[1] / between[0])
    return found


def _array(numbers: Any) -> Any:
    return np.array(list(numbers.values()) if isinstance(numbers, dict) else numbers, dtype=float)
