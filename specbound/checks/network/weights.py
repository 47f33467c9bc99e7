"""What a lock does to the weight itself: its spectrum, and what rounding leaves of it."""

from __future__ import annotations

from collections.abc import Iterator

import torch

from specbound.checks.network.case import Case
from specbound.checks.network.congruence import norm
from specbound.checks.network.reading import Sides
from specbound.locking import LockedLinear
from specbound.numeric.ops import NotAvailable

FORMATS = (torch.float32, torch.float16, torch.bfloat16)
"""Formats to which a pair is rounded."""


def _pair(case: Case) -> LockedLinear:
    if case.alpha < 1 or case.side != "after" or case.two_sided:
        raise NotAvailable("it is about α of at least 1, with one side, and the compensator after the weight")
    pair = case.locked.get_submodule(case.layer)
    assert isinstance(pair, LockedLinear)  # noqa: S101 (it was just locked)
    return pair


def deformation_spectrum(case: Case) -> Iterator[Sides]:
    """``σ_i(W̃)`` against ``α σ_i(W)`` for the top k."""
    before, after = (
        torch.linalg.svdvals(w.detach()) for w in (case.weight, _pair(case).locked.get_parameter("weight"))
    )
    for one, other in zip(after[: case.k].tolist(), before[: case.k].tolist(), strict=True):
        yield Sides(one, case.alpha * other, case.alpha * float(before[0]))


def deformation_spectrum_rest(case: Case) -> Iterator[Sides]:
    """``σ_i(W̃)`` against ``σ_i(W)`` for the others."""
    before, after = (
        torch.linalg.svdvals(w.detach()) for w in (case.weight, _pair(case).locked.get_parameter("weight"))
    )
    if case.k == len(before):
        raise NotAvailable("all singular values are inflated; none is left")
    for one, other in zip(after[case.k :].tolist(), before[case.k :].tolist(), strict=True):
        yield Sides(one, other, case.alpha * float(before[0]))


def compensator_spectrum(case: Case) -> Iterator[Sides]:
    """``σ_i(C)`` against 1 for the top d − k."""
    found = torch.linalg.svdvals(_pair(case).compensator.get_parameter("weight").detach()).tolist()
    if case.k == len(found):
        raise NotAvailable("all directions are inflated; none is left alone")
    for value in found[: -case.k]:
        yield Sides(value, 1.0, 1.0)


def compensator_spectrum_contracted(case: Case) -> Iterator[Sides]:
    """``σ_i(C)`` against ``1/α`` for the last k."""
    found = torch.linalg.svdvals(_pair(case).compensator.get_parameter("weight").detach()).tolist()
    for value in found[-case.k :]:
        yield Sides(value, 1 / case.alpha, 1.0)


def precision_ceiling(case: Case) -> Iterator[Sides]:
    """``‖fl(C) fl(W̃) − W‖_F`` against the ceiling, for the pair rounded to each format."""
    pair = _pair(case)
    deformed, compensator = (part.double() for part in pair.matrices())
    exact, largest = compensator @ deformed, norm(compensator.abs())
    for dtype in FORMATS:
        u = torch.finfo(dtype).eps / 2
        rounded = [matrix.to(dtype).double() for matrix in (compensator, deformed)]
        if not all(bool(torch.isfinite(matrix).all()) for matrix in rounded):
            continue
        size = float(torch.linalg.norm(deformed))
        bound = u * size + u * (1 + u) * largest * size
        yield Sides(float(torch.linalg.norm(rounded[0] @ rounded[1] - exact)), bound, case.amplified * size)
