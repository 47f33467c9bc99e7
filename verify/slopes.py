"""With which power of α something grows: between two α, or by a fit in which some values are only known from below."""

from __future__ import annotations

from collections.abc import Sequence
from math import log, nan

import numpy as np
from scipy.optimize import minimize
from scipy.stats import norm

from specbound.campaign import Record

LEAST_DEVIATION = 0.05


def slopes(
    values: Sequence[tuple[Record, float]], between: tuple[float, float]
) -> dict[tuple[str, str, str], list[float]]:
    """``log(q₂/q₁) / log(α₂/α₁)`` of the values of records, a list over seeds by network, optimizer and form."""
    by_place = {
        (*(record.parameters[name] for name in ("network", "optimizer", "form")), record.seed, alpha): value
        for record, value in values
        for alpha in (record.parameters["alpha"],)
    }
    found: dict[tuple[str, str, str], list[float]] = {}
    for (network, optimizer, form, seed, alpha), low in by_place.items():
        high = by_place.get((network, optimizer, form, seed, between[1]))
        if alpha == between[0] and high is not None:
            slope = log(high / low) / log(between[1] / between[0])
            found.setdefault((network, optimizer, form), []).append(slope)
    return found


def censored_slope(points: Sequence[tuple[float, int | None, int]]) -> float:
    """The slope of log steps against log α by maximum likelihood; NaN where fewer than two α reached the target.

    ``points``: α, the steps, or None where there were more than the budget that follows. Errors are normal in log
    steps, with a standard deviation of at least 5 %; a censored point counts by its probability (Tobin, *Econometrica*
    26, 1958).
    """
    if len({alpha for alpha, reached, _ in points if reached is not None}) < 2:
        return nan
    x = np.log([alpha for alpha, _, _ in points])
    seen = np.array([reached is not None for _, reached, _ in points])
    y = np.log([budget if reached is None else max(reached, 1) for _, reached, budget in points])

    def loss(parameters: np.ndarray) -> float:
        rest = (y - parameters[0] - parameters[1] * x) / np.exp(parameters[2])
        return -float(np.sum(norm.logpdf(rest[seen]) - parameters[2]) + np.sum(norm.logsf(rest[~seen])))

    slope, level = np.polyfit(x[seen], y[seen], 1)
    bounds = [(None, None), (None, None), (log(LEAST_DEVIATION), None)]
    return float(minimize(loss, [level, slope, 0.0], method="L-BFGS-B", bounds=bounds).x[1])
