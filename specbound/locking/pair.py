"""The pair that takes the place of a weight: made, measured, and refused where its format cannot hold it."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from specbound.core.errors import InvalidInput, unknown_name
from specbound.locking.ceiling import unlocking_bound
from specbound.locking.deformation import FORMS, SIDES, Deformation, spectral_deformation

AUTO = "auto"
"""The dense form where the format holds it, else the rotated one."""

PROBES = 16
"""Gaussian inputs on which a pair is measured where no others are given."""


@dataclass(frozen=True)
class Spec:
    """What a lock is to be: its factor α, how many directions, which form, side and format it is stored in."""

    alpha: float
    k: int
    form: str = "dense"
    side: str = "after"
    two_sided: bool = False
    tolerance: float | None = None

    def __post_init__(self) -> None:
        for name, value, known in (("form", self.form, (*FORMS, AUTO)), ("side", self.side, SIDES)):
            if value not in known:
                raise unknown_name(name, value, known)
        refuse_tolerance(self.tolerance)

    def allowed(self, dtype: torch.dtype) -> float:
        """How far outputs may be off, relative."""
        return self.tolerance or held_by(dtype)


def held_by(dtype: torch.dtype) -> float:
    """How far outputs may be off where nobody says, relative: 1 %, or 20 unit roundoffs where that is more."""
    return max(1e-2, 10 * torch.finfo(dtype).eps)


def refuse_tolerance(tolerance: float | None) -> None:
    """Raises :class:`InvalidInput` for a tolerance that is given and no positive number."""
    if tolerance is not None and not 0 < tolerance < math.inf:
        raise InvalidInput(f"tolerance = {tolerance!r}; required: a positive number")


@dataclass(frozen=True)
class Pair:
    """W̃ and C as matrices, as they are stored.

    ``error``: the relative distance of the outputs from the weight's own, in norm, both in the format's arithmetic.
    ``ceiling``: a bound on ``‖C W̃ − W‖_F / ‖W‖_F``, dimensionless (:func:`~specbound.locking.ceiling.unlocking_bound`).
    """

    deformed: Tensor
    compensator: Tensor
    side: str
    form: str
    error: float
    ceiling: float

    def outputs(self, inputs: Tensor) -> Tensor:
        """``C W̃ h`` for inputs in rows, in the pair's own arithmetic."""
        return _through(self.deformed, self.compensator, self.side, inputs)


Measure = Callable[[Tensor, Tensor, str], float]
"""The relative error of the outputs of W̃ and C with the compensator on that side; infinite where one is not finite."""


def make_pair(weight: Tensor, spec: Spec, dtype: torch.dtype, measure: Measure | None = None) -> Pair:
    """The pair that locks a weight, stored in a format.

    **Parameters.** ``weight``: ``(d_out, d_in)``, a floating dtype. ``measure``: how outputs are compared; default, on
    Gaussian inputs of variance 1 (:func:`on_gaussian_inputs`).
    **Raises.** :class:`InvalidInput` as :func:`~specbound.locking.deformation.spectral_deformation` does, and where
    the outputs would be off by more than the spec allows: with the largest α that would not.
    """
    measure = measure or on_gaussian_inputs(weight)
    deformation = spectral_deformation(weight, spec.alpha, spec.k, spec.side, spec.two_sided)
    allowed = spec.allowed(dtype)
    error = math.inf
    for form in FORMS if spec.form == AUTO else (spec.form,):
        deformed, compensator = deformation.factorized(weight, form, dtype)
        error = measure(deformed, compensator, spec.side)
        if error <= allowed:
            ceiling = unlocking_bound(weight, deformed, compensator, deformation, form)
            return Pair(deformed, compensator, spec.side, form, error, ceiling)
    raise _refusal(weight, deformation, spec, dtype, measure, error)


def on_gaussian_inputs(weight: Tensor) -> Measure:
    """Outputs are compared on Gaussian inputs of variance 1; in float16, none of root mean square 1 may overflow."""
    generator = torch.Generator().manual_seed(0)
    drawn = torch.randn(PROBES, weight.shape[1], generator=generator)
    inputs = drawn.to(device=weight.device, dtype=weight.dtype)
    before = inputs @ weight.T

    def measure(deformed: Tensor, compensator: Tensor, side: str) -> float:
        first = deformed if side == "after" else compensator
        if first.dtype == torch.float16:
            rows = torch.linalg.vector_norm(first.to(torch.float64), dim=1)
            if not float(rows.max()) * math.sqrt(first.shape[1]) <= torch.finfo(torch.float16).max:
                return math.inf
        return relative_error(_through(deformed, compensator, side, inputs.to(first.dtype)), before)

    return measure


def relative_error(found: Tensor, exact: Tensor) -> float:
    """``‖found − exact‖ / ‖exact‖``; infinite where an entry is not finite, zero where both are zero."""
    if not bool(torch.isfinite(found).all()):
        return math.inf
    exact = exact.to(torch.float64)
    apart = float(torch.linalg.vector_norm(found.to(torch.float64) - exact))
    size = float(torch.linalg.vector_norm(exact))
    return apart / size if size else (math.inf if apart else 0.0)


def _through(deformed: Tensor, compensator: Tensor, side: str, inputs: Tensor) -> Tensor:
    first, second = (deformed, compensator) if side == "after" else (compensator, deformed)
    return inputs @ first.T @ second.T


def _refusal(
    weight: Tensor, deformation: Deformation, spec: Spec, dtype: torch.dtype, measure: Measure, error: float
) -> InvalidInput:
    name = str(dtype).removeprefix("torch.")
    form = "rotated" if spec.form == AUTO else spec.form
    allowed = spec.allowed(dtype)
    change = "overflow" if math.isinf(error) else f"be off by {error:.1e} of themselves"

    def holds(alpha: float) -> bool:
        parts = deformation.with_alpha(alpha).factorized(weight, form, dtype)
        return measure(*parts, spec.side) <= allowed

    said = f"alpha = {spec.alpha:g} in {form} form breaks the layer in {name}: outputs would {change}, allowed is "
    said += f"{allowed:.1e}; "
    largest = _largest(holds, spec.alpha)
    if largest is None:
        return InvalidInput(f"{said}no alpha would do; take a wider format")
    remedy = "a wider format" if form == "rotated" or math.isinf(error) else "a wider format, or the form rotated"
    limit = "most" if spec.alpha > 1 else "least"
    return InvalidInput(f"{said}take alpha of at {limit} {largest:.3g}, {remedy}")


def _largest(holds: Callable[[float], bool], alpha: float) -> float | None:
    """The largest α between 1 and the given one that holds, to 1 % and rounded toward 1; None where none does."""
    good, bad = 0.0, math.log(alpha)
    if not holds(1.0):
        return None
    while abs(bad - good) > 0.01:
        middle = (good + bad) / 2
        good, bad = (middle, bad) if holds(math.exp(middle)) else (good, middle)
    digits = 10.0 ** (math.floor(good / math.log(10)) - 2)
    rounded = (math.floor if alpha > 1 else math.ceil)(math.exp(good) / digits) * digits
    return rounded if holds(rounded) else math.exp(good)
