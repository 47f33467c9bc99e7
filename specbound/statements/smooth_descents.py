"""What the statements on gradient descent without convexity share: runs with steps h/L, and what is assumed of them."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import Any

from specbound.core.instance import Domain, Instance, Number
from specbound.core.statement import Assumption
from specbound.numeric.ops import Scalar
from specbound.statements.runs import (
    RUN,
    SMOOTHNESS,
    Claimed,
    Met,
    above_least,
    all_hold,
    assumed,
    gradient,
    last,
    met,
    value,
)

LONGEST = 1.732
"""Up to where h is drawn, less than √3."""


def runs_with(h: Number) -> Domain:
    """``h``: the step times L; ``gamma``: γ, which no gradient of the run falls below."""
    return Domain(RUN, numbers={"L": SMOOTHNESS, "h": h, "gamma": Number(low=0.0, searched=(0.1, 1.0))})


def start(x: Instance) -> Scalar:
    """``4L (f(x_0) − f*)``."""
    return 4 * x.L * value(x, 0)


def bound(x: Instance, rate: Scalar) -> Scalar:
    """``(N rate + 2) γ²``."""
    return (last(x) * rate + 2) * x.gamma**2


def scale(x: Instance) -> Scalar:
    norm = x.ops.frobenius_norm
    return (last(x) + 2) * (1 + x.h) ** 3 * (x.L * norm(x.F) + norm(x.G) ** 2 + x.gamma**2)


def run(x: Instance) -> list[Met]:
    """The run, from a point that is called 0: it matters only how far the points lie apart."""
    return met(x, x.ops.scaled(0, gradient(x, 0)), x.h)


def of_steps(between: Callable[[Instance, Met, Met], list[Claimed]]) -> Callable[[Instance], list[Claimed]]:
    """What is assumed of consecutive points, for all of a run."""

    def claims(x: Instance) -> list[Claimed]:
        return [claim for before, after in pairwise(run(x)) for claim in between(x, before, after)]

    return claims


def of_end(x: Instance) -> list[Claimed]:
    return [above_least(x, run(x)[-1])]


def long_gradients(x: Instance) -> Any:
    lengths = [x.ops.frobenius_norm(point.gradient) for point in run(x)]
    return all_hold(x, [Claimed(length, x.gamma, length + x.gamma) for length in lengths])


BOUNDED_BELOW = assumed("bounded_below", "values may fall for ever otherwise", of_end)

LONG = Assumption("long_gradients", "γ has to be at most the shortest gradient", long_gradients)


def smooth(between: Callable[[Instance, Met, Met], list[Claimed]]) -> Assumption:
    return assumed("smooth", "where a gradient may jump, a long one says nothing about the decrease", of_steps(between))
