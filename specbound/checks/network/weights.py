"""What a lock does to the weight itself: its spectrum, what rounding leaves of it, and what gives it away."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import torch
from torch import Tensor

from specbound.checks.network.case import Case
from specbound.checks.network.congruence import norm
from specbound.checks.network.reading import Sides
from specbound.locking import LockedLinear
from specbound.locking.deformation import FORMS
from specbound.numeric.ops import NotAvailable

FORMATS = (torch.float32, torch.float16, torch.bfloat16)
"""Formats to which a pair is rounded."""

PAIRS = 4
"""How many pairs of directions an equality of matrices is compared along."""


def _pair(case: Case) -> LockedLinear:
    if case.alpha < 1 or case.side != "after" or case.two_sided:
        raise NotAvailable("it is about α of at least 1, with one side, and the compensator after the weight")
    return _layers(case)


def _layers(case: Case) -> LockedLinear:
    pair = case.locked.get_submodule(case.layer)
    assert isinstance(pair, LockedLinear)  # noqa: S101 (it was just locked)
    return pair


def _factors(pair: LockedLinear) -> tuple[Tensor, Tensor]:
    """The deformed weight and its compensator as stored, in float64."""
    deformed, compensator = pair.matrices()
    return deformed.double(), compensator.double()


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
    deformed, compensator = _factors(_pair(case))
    exact, largest = compensator @ deformed, norm(compensator.abs())
    for dtype in FORMATS:
        u = torch.finfo(dtype).eps / 2
        rounded = [matrix.to(dtype).double() for matrix in (compensator, deformed)]
        if not all(bool(torch.isfinite(matrix).all()) for matrix in rounded):
            continue
        size = float(torch.linalg.norm(deformed))
        bound = u * size + u * (1 + u) * largest * size
        yield Sides(float(torch.linalg.norm(rounded[0] @ rounded[1] - exact)), bound, case.amplified * size)


def low_rank_form(case: Case) -> Iterator[Sides]:
    """``yᵀ C W̃ z`` against ``yᵀ W z`` along drawn directions."""
    one = replace(case, form="dense", side="after", two_sided=False)
    deformed, compensator = _factors(_layers(one))
    weight = case.weight.double()
    generator = torch.Generator().manual_seed(case.seed)
    for _ in range(PAIRS):
        y, z = (torch.randn(n, generator=generator, dtype=torch.float64).to(weight) for n in weight.shape)
        scale = one.amplified * float(torch.linalg.norm(weight) * y.norm() * z.norm())
        yield Sides(float(y @ (compensator @ (deformed @ z))), float(y @ (weight @ z)), scale)


def rotated_spectrum(case: Case) -> Iterator[Sides]:
    """``σ_i`` of both factors of the rotated form against those of ``TW`` and ``T⁻¹``."""
    one = replace(case, form="rotated", side="after", two_sided=False)
    for stored, dense in zip(
        _factors(_layers(one)), one.deformation.factorized(case.weight, "dense", torch.float64), strict=True
    ):
        found, expected = (torch.linalg.svdvals(matrix).tolist() for matrix in (stored, dense))
        for value, other in zip(found, expected, strict=True):
            yield Sides(value, other, expected[0])


def rotated_precision(case: Case) -> Iterator[Sides]:
    """``‖fl(C') fl(W̃') − W‖_F`` against the bound, for the rotated form of the same lock rounded to each format."""
    one = replace(case, form="rotated", side="after", two_sided=case.two_sided)
    exact = _factors(_layers(one))
    weight = case.weight.double()
    largest, size = norm((exact[1] * one.factors.double()).abs()), float(torch.linalg.norm(weight))
    for dtype in FORMATS:
        u = torch.finfo(dtype).eps / 2
        rounded = [matrix.to(dtype).double() for matrix in exact]
        if all(bool(((r - e).abs() <= u * e.abs()).all()) for r, e in zip(rounded, exact, strict=True)):
            error = float(torch.linalg.norm(rounded[1] @ rounded[0] - weight))
            yield Sides(error, (u + u * (1 + u) * largest) * size, size)


def lock_detection(case: Case) -> Iterator[Sides]:
    """``(1 − 1/α − ‖E‖) ‖Uᵀ V‖`` against ``‖E‖``, V the top d − k left singular vectors of what is stored."""
    inflated, count = case.deformation.directions, _left_alone(case)
    for found, size in _stored(case):
        sine = norm(inflated.T @ torch.linalg.svd(found).U[:, :count])
        yield Sides((1 - 1 / case.alpha - size) * sine, size, 1.0)


def lock_detection_angle(case: Case) -> Iterator[Sides]:
    """``(α − 1)`` times sine and cosine of the largest angle between ``U_⊥`` and V against ``α ‖E‖``."""
    inflated, count = case.deformation.directions, _left_alone(case)
    for found, size in _stored(case):
        vectors = torch.linalg.svd(found).U[:, :count]
        # The smallest singular value of U_⊥ᵀV, as that of (I − U Uᵀ)V.
        cosine = float(torch.linalg.svdvals(vectors - inflated @ (inflated.T @ vectors))[-1])
        yield Sides((case.alpha - 1) * norm(inflated.T @ vectors) * cosine, case.alpha * size, case.alpha)


def lock_detection_factor(case: Case) -> Iterator[Sides]:
    """``(σ_i(Ĉ) − 1/α)²`` against ``‖E‖²`` for the last k."""
    for found, size in _stored(case):
        for value in torch.linalg.svdvals(found)[-case.k :].tolist():
            off = abs(value - 1 / case.alpha)
            # The squares: what rounding acts on is a singular value of at most about 1.
            yield Sides(off**2, size**2, off + size)


def lock_detection_gap(case: Case) -> Iterator[Sides]:
    """``σ_{d-k}(Ĉ) − σ_{d-k+1}(Ĉ)`` against ``1 − 1/α − 2 ‖E‖``."""
    count = _left_alone(case)
    for found, size in _stored(case):
        values = torch.linalg.svdvals(found)
        yield Sides(float(values[count - 1] - values[count]), 1 - 1 / case.alpha - 2 * size, 1.0)


def _left_alone(case: Case) -> int:
    """d − k."""
    count = len(_pair(case).matrices()[1]) - case.k
    if count == 0:
        raise NotAvailable("all directions are inflated; none is left alone")
    return count


def _stored(case: Case) -> Iterator[tuple[Tensor, float]]:
    """The compensator of either form, rounded to each format, and ``‖E‖``, what rounding changes: in float64."""
    _pair(case)
    for form in FORMS:
        _, exact = case.deformation.factorized(case.weight, form, torch.float64)
        _, stored = _factors(_layers(replace(case, form=form)))
        for dtype in FORMATS:
            found = stored.to(dtype).double()
            if bool(torch.isfinite(found).all()):
                yield found, norm(found - exact)
