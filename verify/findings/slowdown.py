"""With which powers of α learning rates fall, and for which optimizers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from statistics import mean

from specbound.campaign import Record
from specbound.report.finding import Finding
from verify.predictions import PREDICTED
from verify.slowdown import BETWEEN, CLOSE, EXACT, exponents

SLOWED = -0.5
"""An optimizer is slowed by a lock where its largest stable learning rate falls by this power of α, or faster."""

FAST = -1 + CLOSE[-1]
"""That power for a fall like 1/α or faster."""

NEAR = 0.15
"""How far, relatively, the limits of gradient descent and its momenta may be from their predictions."""

CURVATURE_AWARE = ("muon", "sophia", "adahessian")
"""Optimizers that are said not to get round a lock; with what follows them in a name."""

FIGURE = ("slowdown_exponents",)


def findings(records: Sequence[Record]) -> list[Finding]:
    """What the largest stable learning rates of locked networks say."""
    powers = mean_exponents(records)
    fall = [*_fall(powers), *_first_order(powers)]
    return [*fall, _limits(records), _beyond(records), *_curvature_aware(powers)]


def mean_exponents(records: Sequence[Record]) -> dict[str, float]:
    """The mean exponent of each optimizer, over networks, forms and seeds."""
    found: dict[str, list[float]] = {}
    for (_, optimizer, _), values in exponents(records).items():
        found.setdefault(optimizer, []).extend(values)
    return {optimizer: mean(values) for optimizer, values in found.items()}


def _told(powers: Mapping[str, float]) -> str:
    return ", ".join(f"{name} {power:.2f}" for name, power in powers.items()) or "none"


NOT_MEASURED = "no exponent was measured: it takes limits at two values of α"


def _fall(powers: Mapping[str, float]) -> list[Finding]:
    found: list[Finding] = []
    for name, power, word in (("rate_falls_like_inverse", -1, "1/α"), ("rate_falls_faster", -2, "1/α²")):
        claim = f"The largest stable learning rate of some optimizers falls like {word}."
        such = {optimizer: value for optimizer, value in powers.items() if abs(value - power) <= CLOSE[power]}
        told = f"Powers of α within {CLOSE[power]} of {power}: {_told(such)}. All: {_told(powers)}."
        found.append(Finding(name, claim, bool(such) if powers else None, told if powers else NOT_MEASURED, FIGURE))
    return found


def _first_order(powers: Mapping[str, float]) -> list[Finding]:
    first = {o: power for o, power in powers.items() if (PREDICTED[o].exponents["dense"] or 0) < 0}
    every = "of every optimizer measured that moves along gradients or takes steps that ignore their scale"
    claims = {
        "first_order_slowed": (f"A lock lowers the largest stable learning rate {every}.", SLOWED),
        "falls_at_least_like_inverse": (f"The largest stable learning rate {every} falls like 1/α or faster.", FAST),
    }
    return [
        Finding(
            name,
            claim,
            all(power <= most for power in first.values()) if first else None,
            f"Powers of α, required to be {most:g} or less: {_told(first)}." if first else NOT_MEASURED,
            FIGURE,
        )
        for name, (claim, most) in claims.items()
    ]


def _limits(records: Sequence[Record]) -> Finding:
    name = "limit_is_predicted"
    claim = (
        "The largest stable learning rate of gradient descent and its momenta on a locked network, not its power of α "
        f"alone, is known before the lock, within {NEAR:.0%}: it is α⁻² times that of training the inflated "
        "directions alone."
    )
    ratios = [
        (record.measurement["limit"] or 0) / record.prediction["limit"]
        for record in records
        if record.prediction["exponent"] == -2 and record.parameters["alpha"] >= BETWEEN[0]
    ]
    if not ratios:
        return Finding(name, claim, None, f"no limit was measured at α = {BETWEEN[0]:.0e} or more")
    holds = all(abs(ratio - 1) <= NEAR for ratio in ratios)
    told = f"Measured over predicted: {min(ratios):.3f} to {max(ratios):.3f}, {len(ratios)} limits."
    return Finding(name, claim, holds, told, FIGURE)


def _beyond(records: Sequence[Record]) -> Finding:
    name = "limit_is_not_two_over_curvature"
    claim = (
        "Away from a minimum the largest stable learning rate of gradient descent is not 2/σ₁ of the Hessian at the "
        "start: what happens in the next steps counts."
    )
    ratios = [
        record.measurement["limit times half of σ₁"]
        for record in records
        if record.parameters["network"] not in EXACT and "limit times half of σ₁" in record.measurement
    ]
    if not ratios:
        return Finding(name, claim, None, "no limit was measured away from minima beside σ₁")
    told = f"The limit is {min(ratios):.2f} to {max(ratios):.2f} times 2/σ₁ ({len(ratios)} starts)."
    return Finding(name, claim, any(abs(ratio - 1) > NEAR for ratio in ratios), told)


def _curvature_aware(powers: Mapping[str, float]) -> list[Finding]:
    """Decided by one optimizer that is so, or once all are measured."""
    aware = {name: power for name, power in powers.items() if name.partition("_")[0] in CURVATURE_AWARE}
    lacking = [family for family in CURVATURE_AWARE if family not in {name.partition("_")[0] for name in aware}]
    slowed = {name: power for name, power in aware.items() if power <= SLOWED}
    free = {name: power for name, power in aware.items() if power > SLOWED}
    told = f"Powers of α: {_told(aware)}; not measured: {', '.join(lacking) or 'none'}."
    claims = {
        "curvature_aware_slowed": "A lock slows some of the optimizers Muon, Sophia and AdaHessian.",
        "curvature_aware_free": "A lock does not slow some variant of Muon, Sophia and AdaHessian.",
    }
    return [
        Finding(name, claim, bool(such) if such or not lacking else None, told, FIGURE)
        for (name, claim), such in zip(claims.items(), (slowed, free), strict=True)
    ]
