"""Worst cases of first-order methods: closed forms against PEPit, which finds them by semidefinite programs.

The closed forms are the truth, by derivations of their own. PEPit's numbers come from a solver that stops short of an
optimum by about 1e-8, on either side, and has to agree with them within 1e-5.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise
from math import sqrt
from typing import Any

import numpy as np
from rich import box
from rich.console import Console
from rich.table import Table

from specbound.campaign import Grid, Record, Study, measured_in
from specbound.core.catalogue import catalog
from specbound.core.instance import Instance
from specbound.numeric.ops import NotAvailable

CLOSE = 1e-5
"""How far PEPit's number may be from a closed form, relative to it."""

ROUNDING = 1e-7
"""By how much it may lie below the closed form before the difference is told: what the solver leaves, relative."""

SOLVER = "CLARABEL"

SMOOTHNESS = 1.0
"""L; every worst case scales with it."""


def predict(method: str, steps: int, h: float | None, kappa: float | None) -> dict[str, Any]:
    """The closed form, for L = 1 and a start at distance 1 from the minimizer, or 1 above the least value.

    ``h``: the step times L; None is the best step, or the method's own. ``kappa``: the condition number.
    """
    return {"worst": CLOSED_FORMS[method](steps, h, kappa)}


def _convex(steps: int, h: float | None, kappa: float | None) -> float:
    """Of ``f(x_N) − f*``, from the sides of `gd_convex` at ``f(x_N) − f* = 1`` and ``‖x_0 − x*‖ = 1``."""
    ones = np.ones((1, steps + 1))
    lhs, rhs = _sides("gd_convex", {"G": ones, "F": ones, "e": ones[:, :1], "L": SMOOTHNESS})
    return rhs / lhs


def _nonconvex(steps: int, h: float | None, kappa: float | None) -> float:
    """Of the least ``‖∇f(x_k)‖²``, from the sides of `gd_nonconvex` at ``f(x_0) − f* = 1`` and ``γ = 1``."""
    length, ones = _length(h, kappa), np.ones((1, steps + 1))
    name = "gd_nonconvex" if length <= 1 else "gd_nonconvex_long"
    lhs, rhs = _sides(name, {"G": ones, "F": ones, "L": SMOOTHNESS, "h": length, "gamma": 1.0})
    return lhs / rhs


def _length(h: float | None, kappa: float | None) -> float:
    """The step times L: the best one, ``2/√3``, where ``4h − h³`` is largest, or ``2κ/(κ + 1)``, unless given."""
    if h is not None:
        return h
    return 2 / sqrt(3) if kappa is None else 2 * kappa / (kappa + 1)


def _strongly_convex(steps: int, h: float | None, kappa: float | None) -> float:
    """Of ``‖x_N − x*‖²``: ``max(|1 − h/κ|, |1 − h|)^{2N}``, at the best step ``((κ − 1)/(κ + 1))^{2N}``."""
    condition = 1.0 if kappa is None else kappa
    rate = (condition - 1) / (condition + 1) if h is None else max(abs(1 - h / condition), abs(1 - h))
    return rate ** (2 * steps)


def _line_search(steps: int, h: float | None, kappa: float | None) -> float:
    """Of ``f(x_N) − f*`` where each step goes to the least value along the gradient: ``((κ − 1)/(κ + 1))^{2N}``.

    de Klerk, Glineur & Taylor, *Optimization Letters* 11, 2017, Theorem 1.2.
    """
    return _strongly_convex(steps, None, kappa)


def _optimized(steps: int, h: float | None, kappa: float | None) -> float:
    """Of ``f(x_N) − f*`` for the optimized gradient method: ``1/(2θ_N²)``, less than which no method has.

    Kim & Fessler, *Mathematical Programming* 159, 2016, Theorem 2; Drori, *Journal of Complexity* 39, 2017.
    """
    return SMOOTHNESS / (2 * _thetas(steps)[-1] ** 2)


def _thetas(steps: int) -> list[float]:
    """``θ_0 = 1``, ``θ_{k+1} = (1 + √(1 + 4θ_k²))/2``, with 8 in place of 4 for the last."""
    thetas = [1.0]
    for step in range(1, steps + 1):
        thetas.append((1 + sqrt(1 + (8 if step == steps else 4) * thetas[-1] ** 2)) / 2)
    return thetas


def _sides(name: str, values: dict[str, Any]) -> tuple[float, float]:
    statement = catalog()[name]
    instance: Instance = statement.domain.instance(values)
    lhs, rhs = statement.sides(instance)
    return float(lhs), float(rhs)


CLOSED_FORMS: dict[str, Callable[[int, float | None, float | None], float]] = {
    "convex": _convex,
    "nonconvex": _nonconvex,
    "strongly convex": _strongly_convex,
    "line search": _line_search,
    "optimized": _optimized,
}


def measure(method: str, steps: int, h: float | None, kappa: float | None) -> dict[str, Any]:
    """The worst case as PEPit finds it.

    **Raises.** :class:`NotAvailable` without pepit or clarabel.
    """
    try:
        import clarabel  # noqa: F401  # pyright: ignore[reportUnusedImport]
        from PEPit import PEP
        from PEPit.functions import SmoothConvexFunction, SmoothFunction, SmoothStronglyConvexFunction
        from PEPit.primitive_steps import exact_linesearch_step
    except ModuleNotFoundError as error:
        if error.name not in ("clarabel", "PEPit"):
            raise
        raise NotAvailable(f"{error.name} is not installed: pip install 'specbound[rates]'") from error

    convexity: dict[str, Any] = {"nonconvex": SmoothFunction, "convex": SmoothConvexFunction}
    problem: Any = PEP()
    if kappa is not None:
        function = problem.declare_function(SmoothStronglyConvexFunction, mu=SMOOTHNESS / kappa, L=SMOOTHNESS)
    else:
        function = problem.declare_function(convexity.get(method, SmoothConvexFunction), L=SMOOTHNESS)
    least, point = function.stationary_point(), problem.set_initial_point()
    of_values = method in ("nonconvex", "line search")
    problem.set_initial_condition((function(point) - function(least) if of_values else (point - least) ** 2) <= 1)
    points = [point]
    if method == "line search":
        for _ in range(steps):
            points.append(exact_linesearch_step(points[-1], function, [function.gradient(points[-1])])[0])
    elif method == "optimized":
        points += _optimized_points(function, point, steps)
    else:
        length = _length(h, kappa)
        for _ in range(steps):
            points.append(points[-1] - length / SMOOTHNESS * function.gradient(points[-1]))
    end = points[-1]
    if method == "nonconvex":
        for met in points:
            problem.set_performance_metric(function.gradient(met) ** 2)
        # That no value is less than the least one.
        problem.add_constraint(function(end) - function(least) >= function.gradient(end) ** 2 / (2 * SMOOTHNESS))
    else:
        of_points = method == "strongly convex"
        problem.set_performance_metric((end - least) ** 2 if of_points else function(end) - function(least))
    return {"worst": float(problem.solve(wrapper="cvxpy", solver=SOLVER, verbose=0))}


def _optimized_points(function: Any, start: Any, steps: int) -> list[Any]:
    """The points of the optimized gradient method after the start."""
    points, before = [start], start
    for now, after in pairwise(_thetas(steps)):
        stepped = points[-1] - function.gradient(points[-1]) / SMOOTHNESS
        momentum = (now - 1) / after * (stepped - before) + now / after * (stepped - points[-1])
        points.append(stepped + momentum)
        before = stepped
    return points[1:]


def difference(record: Record) -> float:
    """PEPit's number less the closed form, relative to that."""
    return record.measurement["worst"] / record.prediction["worst"] - 1


def unexpected(records: Sequence[Record]) -> list[str]:
    """Where the two differ by more than 1e-5."""
    done = measured_in(records)
    return [
        f"{record}: PEPit has {record.measurement['worst']:.8g}; predicted {record.prediction['worst']:.8g}"
        for record in done
        if abs(difference(record)) > CLOSE
    ]


def show(records: Sequence[Record], console: Console) -> None:
    done = measured_in(records)
    table = Table(box=box.SIMPLE_HEAD)
    for name in ("method", "cells", "steps", "furthest below", "furthest above", "below by more than rounding"):
        table.add_column(name, justify="left" if name == "method" else "right")
    for method in CLOSED_FORMS:
        of_method = [record for record in done if record.parameters["method"] == method]
        if not of_method:
            continue
        found = [difference(record) for record in of_method]
        counts = sorted({record.parameters["steps"] for record in of_method})
        row = (len(found), f"{counts[0]}–{counts[-1]}", f"{min(found):+.1e}", f"{max(found):+.1e}")
        table.add_row(method, *map(str, row), str(sum(value < -ROUNDING for value in found)))
    console.print(table)
    console.print("Worst cases by PEPit, relative to the closed forms, which are the truth.", style="dim")


def _grids(steps: list[int], lengths: list[float], kappas: list[float], searched: list[int]) -> list[Grid]:
    """``lengths``: of steps up to √3/L; ``searched``: numbers of steps for line search, whose programs are larger.

    ``kappas``: large enough that no worst case comes near 1e-8, below which the solver sees nothing.
    """
    none: list[float | None] = [None]
    conditioned: list[float | None] = [1.0, 1.9, *none]
    return [
        Grid({"method": ["convex"], "steps": steps, "h": [1.0], "kappa": none}),
        Grid({"method": ["nonconvex"], "steps": steps, "h": [*lengths, *none], "kappa": none}),
        Grid({"method": ["strongly convex"], "steps": steps, "h": conditioned, "kappa": kappas}),
        Grid({"method": ["line search"], "steps": searched, "h": none, "kappa": kappas}),
        Grid({"method": ["optimized"], "steps": steps, "h": none, "kappa": none}),
    ]


study = Study(
    name="worst_cases",
    grids={
        "quick": _grids([1, 2, 4], [0.5, 1.0, 1.5], [10.0], [1]),
        "standard": _grids([1, 2, 4, 8], [0.1, 0.5, 1.0, 1.25, 1.5, 1.7], [4.0, 10.0, 100.0], [1, 2]),
        "deep": _grids(
            [1, 2, 3, 4, 6, 8, 12, 16],
            [0.1, 0.25, 0.5, 0.75, 1.0, 1.1, 1.25, 1.5, 1.7],
            [10.0, 100.0, 1e3],
            [1, 2, 4],
        ),
    },
    predict=predict,
    measure=measure,
    surprises=unexpected,
    show=show,
)
