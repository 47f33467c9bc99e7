"""How tight the readings of the published bound on a product of three are on weights."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from statistics import median

from specbound.campaign import Record, evidence_in
from specbound.core.evidence import Kind
from specbound.report.finding import Finding

SEQUENTIAL, CLASSICAL = "triple_sequential", "horn_johnson_triple"

Window = tuple[str, str, tuple[str, ...]]
"""Of a tuple of matrices: whether they were drawn or trained, of which chain, and their names."""

KINDS = {"Gaussian": "Gaussian matrices", "real": "trained weights"}


def findings(records: Sequence[Record]) -> list[Finding]:
    """What the statements' tightness on weight matrices says of the published bound."""
    sequential, classical = (_tightness(records, name) for name in (SEQUENTIAL, CLASSICAL))
    return [_tighter(sequential, classical), _informative(sequential, classical)]


def _tightness(records: Sequence[Record], statement: str) -> dict[Window, float]:
    """The greatest over the indices on each tuple of matrices; 0 where the bound says nothing."""
    return {
        ("Gaussian" if item.details["random"] else "real", item.details["chain"], tuple(found["matrices"])): (
            found["tightness"] or 0.0
        )
        for item in evidence_in(records)
        if item.statement == statement and item.kind is Kind.MEASURED
        for found in item.details["tuples"]
    }


def _tighter(sequential: Mapping[Window, float], classical: Mapping[Window, float]) -> Finding:
    name = "tighter_than_horn_johnson"
    claim = (
        "On Gaussian matrices and on trained weights the sequential reading of the published bound on a product of "
        "three is closer to the truth, at the median, than the classical bound of Horn and Johnson."
    )
    medians = {
        kind: [[tight for window, tight in of_it.items() if window[0] == kind] for of_it in (sequential, classical)]
        for kind in KINDS
    }
    lacking = [KINDS[kind] for kind, sides in medians.items() if not all(sides)]
    if lacking:
        return Finding(name, claim, None, f"not measured with both bounds: {', '.join(lacking)}")
    pairs = {kind: (median(one), median(other)) for kind, (one, other) in medians.items()}
    told = ", ".join(f"{one:.3f} against {other:.1e} on {KINDS[kind]}" for kind, (one, other) in pairs.items())
    holds = all(one > other for one, other in pairs.values())
    return Finding(name, claim, holds, f"Median share of the true σ₁ that the bound reaches: {told}.", ("tightness",))


def _informative(sequential: Mapping[Window, float], classical: Mapping[Window, float]) -> Finding:
    name = "informative_where_horn_johnson_is_vacuous"
    claim = (
        "On every product of three weights where the classical bound is 0, and so says nothing, the sequential reading "
        "says that the product is larger than 0."
    )
    vacuous = [window for window, tight in classical.items() if tight == 0 and window in sequential]
    if not vacuous:
        return Finding(name, claim, None, "no product was measured with both bounds on which the classical one is 0")
    positive = [sequential[window] for window in vacuous if sequential[window] > 0]
    least = f"; there it reaches {min(positive):.3f} of the true σ₁ at least" if positive else ""
    told = f"The sequential reading is positive on {len(positive)} of {len(vacuous)} such products{least}."
    return Finding(name, claim, len(positive) == len(vacuous), told, ("tightness",))
