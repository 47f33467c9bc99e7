"""What a lock does to curvature: whether the law holds, how fast curvature grows and where, and the published bound."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median

from specbound.campaign import Record
from specbound.report.finding import Finding
from verify.curvature import CLOSE, SETS, study
from verify.exponents import SETS_BETWEEN, exponents

READING = "sequential"
"""The reading of the published bound that holds; others are repairs of it, or the classical bound."""

SLACK = 1e-6
"""Relative: how far the measured curvature of one output may be below the true one."""


def findings(records: Sequence[Record]) -> list[Finding]:
    """What the curvature of locked networks says."""
    scaling = [record for record in records if record.parameters["look"] == "scaling"]
    return [_predicted(scaling), *_grown(scaling), _published(scaling)]


def _predicted(records: Sequence[Record]) -> Finding:
    name = "curvature_is_predicted"
    claim = (
        "The largest curvature of a locked network, σ₁ of its loss Hessian, lies where the unlocked network says: from "
        "α²σ₁(K) up to a factor that tends to 1 as α grows."
    )
    if not records:
        return Finding(name, claim, None, "no curvature was measured")
    # One by one, so that exponents, which take two records, are left to the findings on growth.
    off = [record for record in records if study.surprises([record])]
    largest = max(record.parameters["alpha"] for record in records)
    ratios = [r.measurement["top"] / r.prediction["lower"] for r in records if r.parameters["alpha"] == largest]
    networks = {record.parameters["network"] for record in records}
    told = (
        f"{len(records) - len(off)} of {len(records)} Hessians of {len(networks)} networks; at α = {largest:.0e} σ₁ is "
        f"{min(ratios):.7f} to {max(ratios):.7f} times α²σ₁(K)."
    )
    return Finding(name, claim, not off, told, ("curvature_bounds",))


def _grown(records: Sequence[Record]) -> list[Finding]:
    claims = {
        "grows_at_least_like_alpha": "A lock makes σ₁ of the loss Hessian grow at least like α.",
        "only_the_compensator_grows": "With the compensator frozen, σ₁ of the loss Hessian does not grow with α.",
    }
    found = exponents(records, "sets", SETS_BETWEEN).values()
    if not found:
        lacking = f"not measured at both α = {SETS_BETWEEN[0]:.0e} and α = {SETS_BETWEEN[1]:.0e}"
        return [Finding(name, claim, None, lacking) for name, claim in claims.items()]
    of_set = {name: [float(values[place]) for values in found] for place, name in enumerate(SETS)}
    everything, frozen = of_set["all"], of_set["C frozen"]
    holds = min(everything) >= 1, max(frozen) <= CLOSE
    spreads = (f"{min(powers):z.4f} to {max(powers):z.4f}" for powers in (everything, frozen))
    return [
        Finding(name, claim, held, f"The power of α is {spread}, over {len(found)} locks.", ("curvature_exponents",))
        for (name, claim), held, spread in zip(claims.items(), holds, spreads, strict=True)
    ]


def _published(records: Sequence[Record]) -> Finding:
    name = "published_bound_holds"
    claim = (
        "The published lower bound, in its sequential reading, lies below the largest curvature of one output of a "
        "locked network for one sample."
    )
    shares: dict[float, list[float]] = {}
    for record in records:
        if "published bounds" in record.measurement:
            share = record.measurement["published bounds"][READING] / record.measurement["top of one output"]
            shares.setdefault(record.parameters["alpha"], []).append(share)
    if not shares:
        return Finding(name, claim, None, "no bound was measured beside the curvature of one output")
    every = [share for values in shares.values() for share in values]
    medians = ", ".join(f"{median(values):.1e} at α = {alpha:.0e}" for alpha, values in sorted(shares.items()))
    told = f"Of the measured σ₁ {len(every)} bounds reach {max(every):.3f} at most; at the median {medians}."
    return Finding(name, claim, max(every) <= 1 + SLACK, told, ("curvature_bounds", "curvature_tightness"))
