"""Intervals over repetitions."""

from __future__ import annotations

from collections.abc import Sequence
from math import sqrt
from statistics import mean, stdev

from scipy.stats import t

LEVEL = 0.95


def half_width(values: Sequence[float]) -> float:
    """Half the width of the 95 % confidence interval of the mean, by Student's t; needs two values at least."""
    return float(t.ppf((1 + LEVEL) / 2, len(values) - 1)) * stdev(values) / sqrt(len(values))


def interval(values: Sequence[float], form: str) -> str:
    """The mean, formatted as given, and half that interval, or what there is of it, for a table."""
    if not values:
        return "–"
    return format(mean(values), form) + (f"±{half_width(values):.0e}" if len(values) > 1 else "")
