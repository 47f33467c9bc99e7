"""Whether the curvature of chains of factors follows its exponent."""

from __future__ import annotations

from collections.abc import Sequence

from specbound.campaign import Record
from specbound.report.finding import Finding
from verify.chains import LARGE, OFF, exponents


def findings(records: Sequence[Record]) -> list[Finding]:
    """What the curvature of chains in place of a locked weight says."""
    name = "chains_follow_their_exponent"
    claim = (
        "The curvature of a chain of factors in place of a locked weight grows with the power of α that its number of "
        "factors says: 2(1 − 1/m) for m factors that share α and a frozen compensator."
    )
    pairs = [(key, pair) for key, found in exponents(records).items() for pair in found]
    if not pairs:
        return [Finding(name, claim, None, f"no chain was measured at two α from {LARGE:.0e} on")]
    off = [abs(measured - predicted) for _, (measured, predicted) in pairs]
    counts = sorted({count for (_, _, count), _ in pairs})
    told = (
        f"{sum(value <= OFF for value in off)} of {len(off)} exponents within {OFF}, the furthest {max(off):.0e} off; "
        f"chains of {counts[0]} to {counts[-1]} factors."
    )
    return [Finding(name, claim, max(off) <= OFF, told, ("chain_curvature",))]
