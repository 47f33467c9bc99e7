"""Which second-order methods a lock does not touch, and where it is met."""

from __future__ import annotations

from collections.abc import Sequence

from specbound.campaign import Record
from specbound.report.finding import Finding
from verify.invariance import METHODS

IDENTITY = "λ I"
"""How the methods that are damped by a multiple of the identity are called in the end."""

UNMEASURED = "no such method was run"


def findings(records: Sequence[Record]) -> list[Finding]:
    """What runs of second-order methods on locked networks say."""
    second = [r for r in records if not METHODS[r.parameters["method"]].optimizer.startswith(("shampoo", "ada"))]
    diagonal = [r for r in records if METHODS[r.parameters["method"]].optimizer == "adahessian_exact"]
    rotated = [record for record in diagonal if record.parameters["form"] == "rotated"]
    free = "Some second-order methods run through the same functions on a locked network as on the unlocked one."
    exact = (
        "AdaHessian with the exact diagonal of the Hessian runs through the same functions on a lock in the rotated "
        "form as without a lock."
    )
    return [_some("second_order_free", free, second), _some("adahessian_free", exact, rotated), _met(records)]


def _some(name: str, claim: str, records: Sequence[Record]) -> Finding:
    if not records:
        return Finding(name, claim, None, UNMEASURED)
    by_method = {(r.parameters["method"], r.parameters["form"]): list[bool]() for r in records}
    for record in records:
        by_method[record.parameters["method"], record.parameters["form"]].append(_agreed(record))
    same = [f"{method} ({form})" for (method, form), agreed in by_method.items() if all(agreed)]
    other = [f"{method} ({form})" for (method, form), agreed in by_method.items() if not all(agreed)]
    alphas = " and ".join(f"{alpha:.0e}" for alpha in sorted({record.parameters["alpha"] for record in records}))
    told = f"Within the distance that rounding explains at α = {alphas}, in the steps for which it is known: "
    return Finding(name, claim, bool(same), f"{told}{'; '.join(same) or 'none'}. Not: {'; '.join(other) or 'none'}.")


def _agreed(record: Record) -> bool:
    """Whether the run kept to its bound in the steps for which there is one."""
    bound, distances = record.prediction["at most"], record.measurement["distances"][: record.prediction["until"]]
    return bound is not None and bool(distances) and max(distances) <= bound


def _met(records: Sequence[Record]) -> Finding:
    name = "identity_damping_meets_the_lock"
    claim = "Second-order methods that are damped by a multiple of the identity go another way on a locked network."
    damped = [record for record in records if record.parameters["method"].endswith(IDENTITY)]
    if not damped:
        return Finding(name, claim, None, UNMEASURED)
    parted = sum(record.measurement["parted"] is not None for record in damped)
    methods = "; ".join(dict.fromkeys(record.parameters["method"] for record in damped))
    return Finding(name, claim, parted == len(damped), f"{parted} of {len(damped)} runs parted: {methods}.")
