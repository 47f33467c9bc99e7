"""Whether the published usual setting of a lock slows AdamW, and at which learning rates."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import inf, isinf
from statistics import median

from specbound.campaign import Record
from specbound.certification.verdict import BROKEN
from specbound.report.finding import Finding
from verify.findings.predicted import as_predicted
from verify.usual import ALPHA, LAYERS, K
from verify.usual_setting import FORMS, accuracies_where_forgotten, study

Steps = Mapping[float, Mapping[str, float]]
"""Median steps to the target by learning rate and form; infinite where most seeds did not reach it."""

ENOUGH, RATES = 2, 3
"""Learning rates on which "at every one" has to rest, and those among which a best one is looked for."""


def findings(records: Sequence[Record]) -> list[Finding]:
    """What AdamW on a real transformer says that is locked in the usual setting."""
    steps = _steps(records)
    followed = [record for record in records if record.prediction["losses"]]
    claim = (
        "At a low learning rate η, AdamW on a locked model goes the way that training the inflated directions alone at "
        "αη goes on the unlocked one."
    )
    alone = as_predicted("low_rate_run_is_predicted", claim, study, followed)
    return [_slows(steps), _best_rates(steps), _low_rate(steps, records), _forgets(records), alone]


def _steps(records: Sequence[Record]) -> Steps:
    """Of the runs on most texts, at learning rates at which the unlocked model and a locked one were run."""
    texts = max((record.parameters["texts"] for record in records), default=0)
    runs: dict[float, dict[str, list[float]]] = {}
    for record in records:
        at, reached = record.parameters, record.measurement["reached"]
        if at["texts"] == texts:
            runs.setdefault(at["rate"], {}).setdefault(at["form"], []).append(inf if reached is None else reached)
    medians = {rate: {form: median(values) for form, values in forms.items()} for rate, forms in sorted(runs.items())}
    return {rate: forms for rate, forms in medians.items() if "unlocked" in forms and len(forms) > 1}


def _told(steps: Steps) -> str:
    rows = (
        f"at {rate:.0e} "
        + ", ".join(f"{form} {'never' if isinf(value) else f'{value:g}'}" for form, value in forms.items())
        for rate, forms in steps.items()
    )
    return f"Steps to the target: {'; '.join(rows)}." if steps else "no unlocked run beside a locked one was measured"


def _slowed(forms: Mapping[str, float]) -> bool:
    """Whether all forms of the lock take more than the steps that would break it, or never arrive."""
    return min(value for form, value in forms.items() if form != "unlocked") > BROKEN * forms["unlocked"]


def _trains(steps: Steps) -> Steps:
    """Learning rates at which the unlocked model arrives."""
    return {rate: forms for rate, forms in steps.items() if not isinf(forms["unlocked"])}


def _slows(steps: Steps) -> Finding:
    name = "usual_setting_slows_adamw"
    claim = (
        f"In the usual setting, α = {ALPHA:.0e} on {K} directions of {LAYERS} layers, AdamW with warm-up takes more "
        f"than {BROKEN:g} times the unlocked steps, or never arrives, at every learning rate at which it trains the "
        "unlocked model."
    )
    known = _trains(steps)
    slowed = all(map(_slowed, known.values()))
    holds = None if slowed and len(known) < ENOUGH else slowed
    lacking = f" Learning rates at which the unlocked model arrives: {len(known)}; required: {ENOUGH}."
    return Finding(name, claim, holds, _told(steps) + (lacking if holds is None else ""))


def _best_rates(steps: Steps) -> Finding:
    name = "best_rates_are_slower"
    claim = (
        f"Each at its best learning rate, AdamW takes more than {BROKEN:g} times the unlocked steps on a model locked "
        "in the usual setting, in either form."
    )
    common = {rate: forms for rate, forms in steps.items() if len(forms) == len(FORMS)}
    if len(common) < RATES:
        return Finding(name, claim, None, f"both forms beside the unlocked model at {len(common)} learning rates only")
    best = {form: min((forms[form], rate) for rate, forms in common.items()) for form in FORMS}
    if isinf(best["unlocked"][0]):
        return Finding(name, claim, None, "the unlocked model arrived at no learning rate that was tried")
    told = ", ".join(
        f"{form} {'never' if isinf(count) else f'{count:g} at {rate:.0e}'}" for form, (count, rate) in best.items()
    )
    holds = _slowed({form: count for form, (count, _) in best.items()})
    return Finding(name, claim, holds, f"Fewest steps to the target: {told}; of {len(common)} learning rates.")


def _low_rate(steps: Steps, records: Sequence[Record]) -> Finding:
    name = "low_rate_trains_locked"
    claim = (
        "At some learning rate that is too low to train the unlocked model within the budget, AdamW trains the model "
        "that is locked in the usual setting."
    )
    low = {rate: forms for rate, forms in steps.items() if isinf(forms["unlocked"])}
    if not low:
        return Finding(name, claim, None, "no learning rate was tried at which the unlocked model does not arrive")
    holds = any(not isinf(min(forms.values())) for forms in low.values())
    locked = _accuracies([r for r in records if r.parameters["form"] != "unlocked" and r.parameters["rate"] in low])
    unlocked = _accuracies([r for r in records if r.parameters["form"] == "unlocked"])
    told = f"{_told(low)} Median accuracy of those that arrive: {locked}; of unlocked ones, at any rate: {unlocked}."
    return Finding(name, claim, holds, told)


def _accuracies(records: Sequence[Record]) -> str:
    """The median on held-out texts, of runs that reached the target."""
    found = [r.measurement["accuracy"] for r in records if r.measurement["reached"] is not None]
    return f"{median(found):.2f}" if found else "none does"


def _forgets(records: Sequence[Record]) -> Finding:
    name = "high_rate_forgets"
    claim = (
        "At learning rates so high that a step of AdamW moves the inflated directions many times their own length, "
        "locked models end worse on held-out texts than the unlocked one."
    )
    found = accuracies_where_forgotten(records)
    if not found:
        return Finding(name, claim, None, "no locked run at such a rate was measured beside an unlocked one")
    told = "; ".join(f"{locked:.2f} against {unlocked:.2f} at {rate:.0e}" for rate, (locked, unlocked) in found.items())
    holds = all(locked < unlocked for locked, unlocked in found.values())
    return Finding(name, claim, holds, f"Mean accuracy, over forms and seeds: {told}.")
