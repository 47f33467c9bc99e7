"""Which attackers restore fast training, and at what cost."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from math import inf, isinf
from statistics import median

from specbound.campaign import Record
from specbound.certification.verdict import BROKEN
from specbound.report.finding import Finding
from verify.recovery import DISTANCE, EXPANSIONS, distance, ratio

AS_IT_IS, EXPANSION, MERGING = "optimizer_only", "inject", "merge"
FIGURES = ("recovery_ratio", "recovery_cost")


def findings(records: Sequence[Record]) -> list[Finding]:
    """What attackers on locks of one layer say, and merging on all locks."""
    found = _recovered(records)
    merged = [record for record in records if record.parameters["attacker"] == MERGING]
    return [*_resists_and_restores(found), _everywhere(records), _free(found), _merging(found, merged)]


def _recovered(records: Sequence[Record]) -> dict[str, tuple[float, float]]:
    """Of each attacker on one locked layer, the median of its steps over the unlocked model's, and of its growth.

    The growth is what the attack adds to the locked model, over the unlocked one's parameters. Locks are those of the
    largest α.
    """
    mine = [record for record in records if record.parameters["lock"] == "one layer"]
    strongest = max((record.parameters["alpha"] for record in mine), default=0)
    found: dict[str, tuple[float, float]] = {}
    for attacker in dict.fromkeys(record.parameters["attacker"] for record in mine):
        of_it = [r for r in mine if r.parameters["attacker"] == attacker and r.parameters["alpha"] == strongest]
        growth = [r.measurement["cost"]["parameters"] / r.measurement["size"] for r in of_it]
        if of_it:
            found[attacker] = median(ratio(record) for record in of_it), median(growth)
    return found


def _told(found: Mapping[str, tuple[float, float]], names: Iterable[str]) -> str:
    """Steps over the unlocked ones, and growth, of attackers."""
    told = ((name, *found[name]) for name in names)
    return ", ".join(
        f"{name} {'never there' if isinf(steps) else f'{steps:.2f} times'} ({_growth(growth)})"
        for name, steps, growth in told
    )


def _growth(share: float) -> str:
    return "no parameters" if not share else f"{share:+.0%} parameters"


STEPS = "Median steps over those of the unlocked model, and what the attack adds to the model"


def _resists_and_restores(found: Mapping[str, tuple[float, float]]) -> list[Finding]:
    resists = f"Whoever trains a locked model as it is takes more than {BROKEN:g} times the unlocked steps."
    restores = (
        f"Identities inserted beside the lock restore fast training, within {BROKEN:g} times the unlocked steps, at an "
        "increase in model size."
    )
    results: list[Finding] = []
    for name, claim, attacker in (
        ("as_it_is_resists", resists, AS_IT_IS),
        ("expansion_restores", restores, EXPANSION),
    ):
        if attacker not in found:
            results.append(Finding(name, claim, None, f"the attacker {attacker} was not measured"))
            continue
        fast = found[attacker][0] <= BROKEN
        told = f"{STEPS}: {_told(found, [attacker])}."
        results.append(Finding(name, claim, fast is (attacker == EXPANSION), told, FIGURES))
    return results


def _everywhere(records: Sequence[Record]) -> Finding:
    name = "expansion_is_slower_everywhere"
    claim = (
        "Where every layer is locked, identities inserted at all locks do not bring training back within "
        f"{BROKEN:g} times the unlocked steps."
    )
    mine = [r for r in records if r.parameters["lock"] == "every layer" and r.parameters["attacker"] in EXPANSIONS]
    if not mine:
        return Finding(name, claim, None, "no expansion was measured where every layer is locked")
    most = max(mine, key=lambda record: EXPANSIONS[record.parameters["attacker"]]).parameters["attacker"]
    widest = [record for record in mine if record.parameters["attacker"] == most]
    steps = median(ratio(record) for record in widest)
    growth = median(r.measurement["cost"]["parameters"] / r.measurement["size"] for r in widest)
    told = f"{STEPS}: {_told({most: (steps, growth)}, [most])}, {len(widest)} starts."
    return Finding(name, claim, steps > BROKEN, told, ("expansion_size",))


def _free(found: Mapping[str, tuple[float, float]]) -> Finding:
    name = "free_attackers"
    claim = f"Some attackers restore fast training, within {BROKEN:g} times the unlocked steps, and add no parameter."
    others = [attacker for attacker, (_, growth) in found.items() if attacker != AS_IT_IS and growth <= 0]
    if not others:
        return Finding(name, claim, None, "no attacker was measured that adds no parameter")
    free = [attacker for attacker in others if found[attacker][0] <= BROKEN]
    slow = [attacker for attacker in others if attacker not in free]
    told = f"{STEPS}: {_told(found, free) or 'none'}; slower: {_told(found, slow) or 'none'}."
    return Finding(name, claim, bool(free), told, FIGURES)


def _merging(found: Mapping[str, tuple[float, float]], merged: Sequence[Record]) -> Finding:
    name = "merging_restores"
    claim = (
        "Whoever multiplies a locked weight and its compensator trains as if there had been no lock: as fast, and with "
        "the same losses up to rounding, where the locked model as it is stays slow."
    )
    lacking = [attacker for attacker in (MERGING, AS_IT_IS) if attacker not in found]
    if lacking:
        return Finding(name, claim, None, f"not measured: {', '.join(lacking)}")
    apart = {form: [distance(r) for r in merged if r.parameters["form"] == form] for form in DISTANCE}
    same = all(max(values, default=0.0) <= DISTANCE[form] for form, values in apart.items())
    holds = same and found[MERGING][0] <= BROKEN < found[AS_IT_IS][0]
    distances = ", ".join(
        f"{max(values, default=inf):.0e} ({form}, {len(values)} runs)" for form, values in apart.items() if values
    )
    told = f"{STEPS}: {_told(found, [MERGING, AS_IT_IS])}. Merged, losses are off by at most {distances}."
    return Finding(name, claim, holds, told, FIGURES)
