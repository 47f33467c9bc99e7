"""What a run's records say of published claims: computed from measurements, written with links."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import inf, isinf
from pathlib import Path
from statistics import mean, median

from specbound.campaign import Record, measured_in, read
from specbound.certification.verdict import BROKEN
from specbound.core.provenance import write_atomically
from verify.invariance import METHODS
from verify.predictions import PREDICTED
from verify.recovery import distance, ratio
from verify.slowdown import CLOSE, exponents
from verify.windows import SMALLEST_NORMAL

FILE = "claims.md"

CONFIRMED = "confirmed"
CONDITION = "confirmed with a condition"
REFUTED = "refuted in this reading"
UNDECIDED = "undecided"

SLOWED = -0.5
"""An optimizer is slowed by a lock where its largest stable learning rate falls by this power of α, or faster."""

Records = Mapping[str, Sequence[Record]]
"""Measured records by study."""


@dataclass(frozen=True)
class Judged:
    """A published claim in the reading that was tested, what became of it, and on what that rests."""

    id: str
    claim: str
    verdict: str
    why: str
    evidence: tuple[str, ...]


def judged(results: Path) -> list[Judged]:
    """The claims that the studies of a results folder bear on; undecided where their records are missing."""
    by_study: dict[str, list[Record]] = {}
    for record in measured_in(read(results)):
        if not record.stale:
            by_study.setdefault(record.study, []).append(record)
    return [judge(by_study) for judge in JUDGES]


def write(results: Path) -> list[Judged]:
    """Writes ``claims.md`` into the folder, each verdict with links to its evidence, and gives what it says."""
    found = judged(results)
    lines = ["# Published claims, judged by this run", ""]
    for item in found:
        links = ", ".join(f"[{path}]({path})" for path in item.evidence if (results / path).exists())
        lines += [
            f"## {item.id}: {item.verdict}",
            "",
            f"*{item.claim}* {item.why}",
            "",
            f"Evidence: {links or '–'}",
            "",
        ]
    write_atomically(results / FILE, "\n".join(lines))
    return found


def _exponents(records: Records) -> dict[str, float]:
    """The mean exponent of each optimizer, over networks, forms and seeds."""
    found: dict[str, list[float]] = {}
    for (_, optimizer, _), values in exponents(records.get("slowdown", ())).items():
        found.setdefault(optimizer, []).extend(values)
    return {optimizer: mean(values) for optimizer, values in found.items()}


def _told(found: Mapping[str, float]) -> str:
    return ", ".join(f"{name} {value:.2f}" for name, value in found.items())


def _learning_rate_falls(records: Records) -> Judged:
    found = _exponents(records)
    like_one = {name: value for name, value in found.items() if abs(value + 1) <= CLOSE[-1]}
    faster = {name: value for name, value in found.items() if value < -1 - CLOSE[-1]}
    verdict = UNDECIDED if not found else CONFIRMED if like_one == found else CONDITION if like_one else REFUTED
    why = (
        f"Measured powers of α: {_told(found)}. It falls like 1/α for {', '.join(like_one) or 'none'}, whose steps do "
        f"not grow with the gradient, and faster, like α⁻², for {', '.join(faster) or 'none'}."
    )
    claim = "A lock makes σ₁(H) grow at least by α, so that the learning rate falls like 1/α."
    return Judged(
        "P3", claim, verdict, why if found else "", ("figures/slowdown_exponents.png", "slowdown/records.jsonl")
    )


def _invariant(records: Records) -> dict[str, bool]:
    """For each second-order method that was run, whether its runs agreed within what was predicted, where that was."""
    found: dict[str, bool] = {}
    for record in records.get("invariance", ()):
        bound, until = record.prediction["at most"], record.prediction["until"]
        distances = record.measurement["distances"][:until]
        agreed = bound is not None and bool(distances) and max(distances) <= bound
        # Either form will do: who is free to choose coordinates may take the one that is invariant.
        name = record.parameters["method"]
        found[name] = found.get(name, False) or agreed
    return found


def _slows_both_orders(records: Records) -> Judged:
    found, second = _exponents(records), _invariant(records)
    first = {
        name: value
        for name, value in found.items()
        if name in PREDICTED and PREDICTED[name].exponents["dense"] in (-1, -2)
    }
    slowed = bool(first) and all(value <= SLOWED for value in first.values())
    same = [name for name, agreed in second.items() if agreed]
    parted = [name for name, agreed in second.items() if not agreed]
    decided = bool(first) and bool(second)
    left = [r for r in records.get("real", ()) if r.parameters["attacker"] == "optimizer_only"]
    runs = [r for r in left if r.parameters["alpha"] > 1 and r.prediction["reached"] is not None]
    quick = [r for r in runs if (r.measurement["reached"] or inf) <= r.prediction["reached"]]
    verdict = UNDECIDED if not decided else REFUTED if not slowed else CONDITION if same or quick else CONFIRMED
    why = (
        f"First order: {_told(first)}. Second order: the same functions whatever α is with "
        f"{'; '.join(same) or 'none'}; not with {'; '.join(parted) or 'none'}. "
        "What meets the lock is damping, or an estimate, that does not "
        f"transform with the model. In front of a normalisation, {len(quick)} of {len(runs)} locked runs of gradient "
        "descent reached the target no later than without a lock."
    )
    claim = "A lock slows first- and second-order methods."
    evidence = (
        "figures/slowdown_exponents.png",
        "slowdown/records.jsonl",
        "invariance/records.jsonl",
        "real/records.jsonl",
    )
    return Judged("P6", claim, verdict, why if decided else "", evidence)


CURVATURE_AWARE = ("muon", "sophia", "adahessian")


def _curvature_aware(records: Records) -> Judged:
    found = {name: value for name, value in _exponents(records).items() if name.partition("_")[0] in CURVATURE_AWARE}
    slowed = {name for name, value in found.items() if value <= SLOWED}
    exact = [
        name for name, agreed in _invariant(records).items() if agreed and METHODS[name].optimizer.startswith("ada")
    ]
    decided = bool(found) and bool(records.get("invariance"))
    free = [*(name for name in found if name not in slowed), *exact]
    verdict = UNDECIDED if not decided else CONFIRMED if not free else CONDITION if slowed else REFUTED
    why = (
        f"Measured powers of α: {_told(found)}. Slowed: {', '.join(sorted(slowed)) or 'none'}. Not slowed: "
        f"{', '.join(free) or 'none'}; dividing by the diagonal of the Hessian undoes a rotated lock exactly."
    )
    claim = "Sophia, Muon and AdaHessian do not get round a lock."
    evidence = ("figures/slowdown_exponents.png", "slowdown/records.jsonl", "invariance/records.jsonl")
    return Judged("P7", claim, verdict, why if decided else "", evidence)


def _subnormal(records: Records) -> Judged:
    far = [r for r in records.get("windows", ()) if r.parameters["alpha"] >= 1e6 and "upper" in r.measurement]
    limits = [record.measurement["upper"] for record in far]
    below = [limit for limit in limits if limit < SMALLEST_NORMAL]
    verdict = UNDECIDED if not limits else CONFIRMED if len(below) == len(limits) else CONDITION if below else REFUTED
    single = [record for record in far if record.parameters["format"] == "float32"]
    closed = [record for record in single if record.measurement["upper"] < record.measurement["lower"]]
    why = (
        f"At α = 1e6 the largest stable learning rate of gradient descent is {min(limits, default=0):.0e} at least; "
        f"float32 is subnormal below {SMALLEST_NORMAL:.0e}. But in float32 it moves less than half of the weights "
        f"outside the pair at {len(closed)} of {len(single)} starts: rounding closes the window, "
        "not the format's range."
    )
    claim = "α of 10⁶ and more pushes the usable learning rate into subnormal numbers."
    return Judged(
        "P9", claim, verdict, why if limits else "", ("figures/slowdown_windows.png", "windows/records.jsonl")
    )


def _recovered(records: Records) -> dict[str, tuple[float, float]]:
    """Of each attacker on one locked layer, the median of its steps over the unlocked model's, and of its growth.

    The growth is that of the model, parameters over those of the unlocked one. Locks are those of the largest α.
    """
    mine = [r for r in records.get("recovery", ()) if r.parameters["lock"] == "one layer"]
    strongest = max((r.parameters["alpha"] for r in mine), default=0)
    found: dict[str, tuple[float, float]] = {}
    for attacker in dict.fromkeys(r.parameters["attacker"] for r in mine):
        of_it = [r for r in mine if r.parameters["attacker"] == attacker and r.parameters["alpha"] == strongest]
        growth = [r.measurement["cost"]["parameters"] / r.measurement["size"] for r in of_it]
        found[attacker] = median(ratio(r) for r in of_it), median(growth)
    return found


def _ratios_told(found: Mapping[str, tuple[float, float]]) -> str:
    return ", ".join(
        f"{name} {'not reached' if isinf(steps) else f'{steps:.2f} times'}, {growth:+.0%}"
        for name, (steps, growth) in found.items()
    )


def _linear_expansion(records: Records) -> Judged:
    found = _recovered(records)
    fast = {name: growth for name, (steps, growth) in found.items() if steps <= BROKEN}
    by_expansion = "inject" in fast
    cheaper = {name: growth for name, growth in fast.items() if growth <= 0}
    decided = "inject" in found and len(found) > 1
    verdict = UNDECIDED if not decided else REFUTED if not by_expansion else CONDITION if cheaper else CONFIRMED
    why = (
        "Steps to a target over the unlocked model's, and growth of the model: "
        f"{_ratios_told(found)}. The expansion {'restores' if by_expansion else 'does not restore'} fast training; "
        f"without any growth of the locked model it comes back by {', '.join(cheaper) or 'none'}."
    )
    claim = "An attacker with enough knowledge restores fast convergence at a linear increase in model size."
    evidence = ("figures/recovery_ratio.png", "figures/recovery_cost.png", "recovery/records.jsonl")
    return Judged("P8", claim, verdict, why if decided else "", evidence)


def _combined(records: Records) -> Judged:
    found = _recovered(records)
    decided = {"merge", "optimizer_only"} <= set(found)
    steps = {name: found[name][0] for name in ("merge", "optimizer_only") if decided}
    exact = [r for r in records.get("recovery", ()) if r.parameters["attacker"] == "merge"]
    verdict = UNDECIDED if not decided else CONFIRMED if steps["merge"] <= BROKEN < steps["optimizer_only"] else REFUTED
    why = (
        f"Merged, a locked model takes {steps['merge']:.2f} times the unlocked steps, and its losses are within "
        f"{max(distance(r) for r in exact):.0e} of the unlocked run's, two-sided locks included."
        if decided
        else ""
    )
    claim = "An adversary may combine the compensated layers."
    return Judged("P11", claim, verdict, why, ("figures/recovery_ratio.png", "recovery/records.jsonl"))


JUDGES: tuple[Callable[[Records], Judged], ...] = (
    _learning_rate_falls,
    _slows_both_orders,
    _curvature_aware,
    _linear_expansion,
    _subnormal,
    _combined,
)
