"""What statements on runs of gradient descent share: the data of a run, and which data a function of a class can leave.

A run is told by the gradients and values that the method meets. Where it went follows from them, so that no function
has to be written down: that there is one of the class says inequalities between the data.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from array_api_compat import array_namespace

from specbound.core.instance import Domain, Instance, Number
from specbound.core.recipe import Integer, Reals, Recipe
from specbound.core.statement import Assumption
from specbound.numeric.arrays import ArrayOps
from specbound.numeric.ops import Array, Ops, Scalar

RUN = {"G": ("n", "m"), "F": ("1", "m")}
"""The gradients at the points x_0 … x_N of a run, N = m − 1, and how far the values there lie above the least one."""

SMOOTHNESS = Number(low=0.0, searched=(0.1, 10.0))
"""L, a Lipschitz constant of the gradient."""

STEPS, SIDE = 4, 3
"""The most steps, and the largest dimension, of a drawn run."""

SLACK = 2.0**-16
"""By how much a recipe keeps off what an assumption just allows, so that rounding does not carry it across."""

LEAST = 1e-3
"""The least size by which a recipe divides directions, and the least γ; where a gradient is shorter, none is met."""


@dataclass(frozen=True)
class Met:
    """What the method meets at one point: ``point`` is counted from a minimizer, ``value`` from the least value."""

    point: Array
    gradient: Array
    value: Scalar


@dataclass(frozen=True)
class Claimed:
    """``larger ≥ smaller``, and the size of the terms that both are computed from."""

    larger: Scalar
    smaller: Scalar
    size: Scalar


def last(x: Instance) -> Any:
    """N, the number of steps."""
    return x.G.shape[-1] - 1


def gradient(x: Instance, index: Any) -> Array:
    """``g_index``, counted from 0."""
    return x.ops.column(x.G, index)


def value(x: Instance, index: Any) -> Scalar:
    """``f(x_index) − f*``."""
    return x.ops.entry(x.ops.column(x.F, index))


def inner(ops: Ops, left: Array, right: Array) -> Scalar:
    """``leftᵀ right``."""
    return ops.entry(ops.product(ops.transpose(left), right))


def square(ops: Ops, column: Array) -> Scalar:
    """``‖column‖²``."""
    return inner(ops, column, column)


def stepped(x: Instance, point: Array, slope: Array, length: Scalar) -> Array:
    """``point − (length/L) slope``, one step of the method."""
    return x.ops.difference(point, x.ops.scaled(length / x.L, slope))


def met(x: Instance, start: Array, length: Scalar) -> list[Met]:
    """The whole run from a start with steps ``length/L``."""
    found: list[Met] = []
    point = start
    for index in range(x.G.shape[-1]):
        slope = gradient(x, index)
        found.append(Met(point, slope, value(x, index)))
        point = stepped(x, point, slope, length)
    return found


def convex_between(x: Instance, one: Met, other: Met) -> Claimed:
    """``f(x) ≥ f(y) + g(y)ᵀ(x − y) + ‖g(x) − g(y)‖²/(2L)`` for x and y, of a convex function with L-Lipschitz gradient.

    Taylor, Hendrickx & Glineur, *Mathematical Programming* 161, 2017, Theorem 4: necessary for all pairs of points,
    and sufficient for such a function to exist.
    """
    ops = x.ops
    apart, change = ops.difference(one.point, other.point), ops.difference(one.gradient, other.gradient)
    tangent, bend = inner(ops, other.gradient, apart), square(ops, change) / (2 * x.L)
    return Claimed(one.value, other.value + tangent + bend, _size(x, one, other))


def convex_at_minimizer(x: Instance, one: Met) -> Claimed:
    """The same with a minimizer in place of x: ``f* ≥ f(y) + g(y)ᵀ(x* − y) + ‖g(y)‖²/(2L)``."""
    ops = x.ops
    bend = square(ops, one.gradient) / (2 * x.L)
    return Claimed(inner(ops, one.gradient, one.point), one.value + bend, _size(x, one, one))


def smooth_between(x: Instance, one: Met, other: Met) -> Claimed:
    """``f(x) ≥ f(y) + (g(x) + g(y))ᵀ(x − y)/2 + ‖g(x) − g(y)‖²/(4L) − L‖x − y‖²/4``, of any with L-Lipschitz gradient.

    Taylor, Hendrickx & Glineur, *SIAM Journal on Optimization* 27, 2017, Theorem 3.10: necessary for all pairs, and
    sufficient.
    """
    ops = x.ops
    apart, change = ops.difference(one.point, other.point), ops.difference(one.gradient, other.gradient)
    chord = inner(ops, ops.sum(one.gradient, other.gradient), apart) / 2
    bend = square(ops, change) / (4 * x.L) - x.L * square(ops, apart) / 4
    return Claimed(one.value, other.value + chord + bend, _size(x, one, other))


def above_least(x: Instance, one: Met) -> Claimed:
    """``f(x) − f* ≥ ‖g(x)‖²/(2L)``: a step 1/L from x leads no lower than the least value."""
    bend = square(x.ops, one.gradient) / (2 * x.L)
    return Claimed(one.value, bend, abs(one.value) + bend)


def _size(x: Instance, one: Met, other: Met) -> Scalar:
    norm = x.ops.frobenius_norm
    reach, slope = (norm(one.point) + norm(other.point)), (norm(one.gradient) + norm(other.gradient))
    return abs(one.value) + abs(other.value) + reach * slope + slope**2 / x.L + x.L * reach**2


def all_hold(x: Instance, claims: list[Claimed]) -> Any:
    """Whether all of them do, one truth value for each instance of the batch."""
    dimensions = sum(x.G.shape[-2:])
    found: Any = True
    for claim in claims:
        found = x.ops.at_least(claim.larger, claim.smaller, dimensions * claim.size) & found
    return found


def assumed(name: str, why: str, claims: Callable[[Instance], list[Claimed]]) -> Assumption:
    """An assumption that says inequalities between the data of a run."""
    return Assumption(name, why, lambda x: all_hold(x, claims(x)))


def sizes_of_run(least: int) -> tuple[Integer, Integer]:
    """The dimension, and the number of points that the method meets."""
    return Integer("n", 1, lambda _: SIDE), Integer("m", least, lambda _: STEPS + 1)


def built(domain: Domain, ops: Ops | None, values: Mapping[str, Any]) -> Instance:
    """An instance of these arrays and numbers."""
    chosen = {name: values[name] for name in (*domain.matrices, *domain.parameters)}
    return Instance(ops or ArrayOps.of(values["G"]), chosen)


def huber_runs(domain: Domain, name: str, steepness: float = 1.0, nearness: float = 1.0) -> Recipe:
    """Runs of gradient descent with step 1/L on sums of Huber functions of linear forms, whose minimizer is 0.

    Each is quadratic near 0 and grows linearly beyond a bend that is drawn; bends far away leave a quadratic function.

    **Parameters.** ``steepness``: the sum's gradient is as Lipschitz as ``steepness · L``. ``nearness``: the start is
    said to be that much as far from the minimizer as it is.
    """
    dimension, points = sizes_of_run(1)
    reals = (
        Reals("directions", lambda v: (v["n"], v["pieces"]), -1.0, 1.0),
        Reals("bends", lambda v: (v["pieces"], 1), 0.0, 2.0),
        Reals("start", lambda v: (v["n"], 1), -1.0, 1.0),
        Reals("L", lambda _: (), *SMOOTHNESS.searched),
    )

    def build(values: Mapping[str, Any], ops: Ops | None) -> Instance:
        xp: Any = array_namespace(values["start"])
        norm = ArrayOps(xp).frobenius_norm(values["directions"])
        forms = values["directions"] / xp.maximum(norm, xp.full_like(norm, LEAST))[..., None, None]
        slope, bends = values["L"][..., None, None], values["bends"]
        point, gradients, found = values["start"], [], []
        for _ in range(values["m"]):
            along = forms.mT @ point
            bent = xp.minimum(xp.maximum(along, -bends), bends)
            gradients.append(steepness * slope * (forms @ bent))
            found.append(steepness * slope * xp.sum(bent * along - bent**2 / 2, axis=-2, keepdims=True))
            point = point - gradients[-1] / slope
        data = {"G": xp.concat(gradients, axis=-1), "F": xp.concat(found, axis=-1), "e": nearness * values["start"]}
        return built(domain, ops, {**values, **data})

    return Recipe(name, (dimension, points, Integer("pieces", 1, lambda _: SIDE)), reals, build)


def smooth_runs(
    domain: Domain,
    name: str,
    lengths: tuple[float, float],
    slack: tuple[float, float] = (0.0, 1.0),
    end: tuple[float, float] = (0.0, 1.0),
    share: float = 1.0,
) -> Recipe:
    """Data of runs with steps h/L, as any function with L-Lipschitz gradient can leave them in consecutive points.

    From one gradient to the next the change is any that the step allows, up to a slack, and so is the decrease of the
    values. Where a gradient is shorter than the least γ, the data do not meet the assumption on it.

    **Parameters.** ``lengths``: between what h is drawn. ``slack``: between what the values lie, 0 being the least
    decrease that the gradients allow and 1 the greatest. ``end``: the same for the last value above f*, 0 being the
    least that its gradient allows. ``share``: γ over the length of the shortest gradient.
    """
    reals = (
        Reals("first", lambda v: (v["n"], 1), -1.0, 1.0),
        Reals("turns", lambda v: (v["n"], v["m"] - 1), -1.0, 1.0),
        *_values_of_run(lengths, slack, end),
    )

    def build(values: Mapping[str, Any], ops: Ops | None) -> Instance:
        xp: Any = array_namespace(values["first"])
        norm = ArrayOps(xp).frobenius_norm
        gradients = [values["first"]]
        for index in range(values["m"] - 1):
            turn, before = values["turns"][..., :, index, None], gradients[-1]
            long = xp.maximum(norm(turn), xp.ones_like(values["h"]))
            gradients.append(before + ((1 - SLACK) * values["h"] * norm(before) / long)[..., None, None] * turn)
        return _with_values(domain, ops, values, gradients, share)

    return Recipe(name, sizes_of_run(2), reals, build)


def turning_runs(domain: Domain, name: str, lengths: tuple[float, float]) -> Recipe:
    """The same where all gradients are equally long and each step turns them as far as it can, in a plane."""
    sizes = (Integer("n", 2, lambda _: 2), sizes_of_run(2)[1])

    def build(values: Mapping[str, Any], ops: Ops | None) -> Instance:
        xp: Any = array_namespace(values["end"])
        change = (1 - SLACK) * values["h"]
        cosine, sine = 1 - change**2 / 2, change * xp.sqrt(1 - change**2 / 4)
        along, across = xp.ones_like(change), xp.zeros_like(change)
        gradients: list[Array] = []
        for _ in range(values["m"]):
            gradients.append(xp.stack([along, across], axis=-1)[..., None])
            along, across = cosine * along - sine * across, sine * along + cosine * across
        return _with_values(domain, ops, values, gradients, 1.0)

    return Recipe(name, sizes, _values_of_run(lengths, (0.0, 1.0), (0.0, 1.0)), build)


def _values_of_run(
    lengths: tuple[float, float], slack: tuple[float, float], end: tuple[float, float]
) -> tuple[Reals, ...]:
    return (
        Reals("slack", lambda v: (1, v["m"] - 1), *slack),
        Reals("end", lambda _: (), *end),
        Reals("L", lambda _: (), *SMOOTHNESS.searched),
        Reals("h", lambda _: (), *lengths),
    )


def _with_values(
    domain: Domain, ops: Ops | None, values: Mapping[str, Any], gradients: Sequence[Array], share: float
) -> Instance:
    """The run with these gradients, from its end back to its start, and γ."""
    xp: Any = array_namespace(gradients[0])
    norm = ArrayOps(xp).frobenius_norm
    smoothness, h, steps = values["L"], values["h"], values["m"] - 1
    found = [(1 + SLACK) * (1 + values["end"]) * norm(gradients[-1]) ** 2 / (2 * smoothness)]
    for index in reversed(range(steps)):
        before, after = gradients[index], gradients[index + 1]
        chord = h * xp.sum((before + after) * before, axis=(-2, -1)) / 2
        bend = (norm(after - before) ** 2 - h**2 * norm(before) ** 2) / 4
        share_of_bend = SLACK + (1 - 2 * SLACK) * values["slack"][..., 0, index]
        found.append(found[-1] + (chord + bend - 2 * share_of_bend * bend) / smoothness)
    shortest = (1 - SLACK) * xp.min(xp.stack([norm(column) for column in gradients], axis=-1), axis=-1)
    data = {"G": xp.concat(gradients, axis=-1), "F": xp.stack(found[::-1], axis=-1)[..., None, :]}
    least = xp.full_like(shortest, LEAST)
    return built(domain, ops, {**values, **data, "gamma": xp.maximum(share * shortest, least)})
