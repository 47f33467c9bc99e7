"""What derivations on runs of a method share: inequalities that its data meet, and names for its points."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import sympy

from specbound.checks.symbolic import Derivation, Fact
from specbound.statements.runs import Claimed, Met, above_least, gradient, last, square, stepped, value


def assumed(d: Derivation, name: str, claim: Claimed) -> Fact:
    """An inequality between the data of a run, which an assumption says."""
    return d.assume_at_least(name, claim.larger, claim.smaller)


def column_of(letter: str, like: Any, index: Any) -> Any:
    """The column ``letter_index``, as long as ``like`` is."""
    return sympy.MatrixSymbol(f"{letter}_{{{sympy.latex(index)}}}", like.shape[0], 1)


def along(d: Derivation, rate: Any, of_step: Callable[[Met, Met], Fact]) -> None:
    """Concludes ``4L F_0 ≥ (N rate + 2) γ²`` from ``4L (F_k − F_{k+1}) ≥ rate γ²`` for each step."""
    x = d.instance

    def at(k: Any) -> Met:
        return Met(column_of("x", gradient(x, 0), k), gradient(x, k), value(x, k))

    def potential(k: Any) -> Any:
        return 4 * x.L * value(x, k) + k * rate * x.gamma**2

    def step(k: Any) -> Fact:
        before, after = at(k), at(k + 1)
        d.given("a step", (after.point, stepped(x, before.point, before.gradient, x.h)))
        return of_step(before, after)

    fallen = d.summed("over all steps", potential, last(x), step)
    end = at(last(x))
    least = assumed(d, "bounded_below", above_least(x, end))
    d.conclude({fallen: 1, least: 4 * x.L, no_shorter(d, end): 2})


def no_shorter(d: Derivation, point: Met) -> Fact:
    """``‖g‖² ≥ γ²``."""
    x = d.instance
    return d.assume_at_least("long_gradients", square(x.ops, point.gradient), x.gamma**2)
