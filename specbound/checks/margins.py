"""Margins of a whole batch at once, for NumPy and torch alike."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from array_api_compat import array_namespace

from specbound.core.errors import InvalidInput
from specbound.core.recipe import Recipe
from specbound.core.statement import Statement
from specbound.numeric.ops import Array


@dataclass(frozen=True)
class Margins:
    """What a batch shows, each of shape ``(batch,)``.

    ``relative``: margins relative to the statement's scale, zero where that is zero, infinite where an assumption does
    not hold. ``admitted``, ``violated``, ``decided``: truth values. ``tightness``: the smaller side over the larger,
    NaN where that is within the tolerance of zero.
    """

    relative: Array
    admitted: Array
    violated: Array
    decided: Array
    tightness: Array


def margins(statement: Statement, recipe: Recipe, values: Mapping[str, Any]) -> Margins:
    """Builds and compares a batch of instances.

    **Parameters.** ``values``: integers, and reals as arrays of shape ``(batch, *shape)``, NumPy or torch.
    **Raises.** :class:`InvalidInput` where a side is not finite.
    """
    instance = recipe.build(values, None)
    lhs, rhs = statement.sides(instance)
    scale, width = statement.magnitude(instance), statement.tolerance(instance)
    margin = statement.relation.margin(lhs, rhs)
    xp: Any = array_namespace(margin)
    if not bool(xp.all(xp.isfinite(margin) & xp.isfinite(width))):
        raise InvalidInput(f"{statement.id}: a side is not finite on a drawn instance; mend the formula there")
    admitted = xp.asarray(statement.admits(instance)) | xp.zeros_like(margin, dtype=xp.bool)
    relative = xp.where(admitted, margin / xp.where(scale > 0, scale, xp.ones_like(scale)), float("inf"))
    violated = admitted & (margin < -width)
    small, large = statement.relation.ordered(lhs, rhs)
    nowhere = xp.full_like(large, float("nan"))
    tightness = small / xp.where(large > width, large, nowhere)
    return Margins(relative, admitted, violated, violated | (admitted & (margin >= width)), tightness)


def pick(recipe: Recipe, values: Mapping[str, Any], position: int) -> dict[str, Any]:
    """One instance of a batch: its integers, and its reals as the arrays they are."""
    return {**values, **{item.name: values[item.name][position] for item in recipe.reals}}
