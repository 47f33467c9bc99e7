"""Whether a lock keeps a function, and the accuracy."""

from __future__ import annotations

from collections.abc import Sequence

from specbound.campaign import Record
from specbound.report.finding import Finding
from verify.preservation import POINT, ROUNDINGS, same_function, within


def findings(records: Sequence[Record]) -> list[Finding]:
    """What locked classifiers' outputs and accuracy say."""
    rotated, dense = ([r for r in records if r.parameters["form"] == form] for form in ("rotated", "dense"))
    low = [record for record in dense if record.parameters["format"] != "float64"]
    double = [record for record in dense if record.parameters["format"] == "float64"]
    accuracy = _within("accuracy_within_a_point", "in the rotated form", "", rotated)
    kept = _within("dense_keeps_in_double", "as published, in the dense form,", " in double precision", double)
    return [_function(rotated), accuracy, kept, _dense(low)]


def _places(records: Sequence[Record]) -> str:
    """Formats, and of each between which α, that records are of."""
    alphas: dict[str, list[float]] = {}
    for record in records:
        alphas.setdefault(record.parameters["format"], []).append(record.parameters["alpha"])
    spans = {name: sorted({f"{alpha:.0e}" for alpha in (min(of_it), max(of_it))}) for name, of_it in alphas.items()}
    return ", ".join(f"{name}, α = {' to '.join(ends)}" for name, ends in spans.items())


def _function(rotated: Sequence[Record]) -> Finding:
    name = "function_is_kept"
    claim = (
        "A lock in the rotated form keeps a classifier's outputs up to rounding, whatever α is: they change by at most "
        f"{ROUNDINGS:g} times what the same pair changes at α = 1."
    )
    if not rotated:
        return Finding(name, claim, None, "no lock in the rotated form was measured")
    kept = sum(same_function(record) for record in rotated)
    bounds = [(r.measurement["outputs"], r.prediction["outputs"] / ROUNDINGS) for r in rotated]
    changes = [outputs / at_one for outputs, at_one in bounds if outputs]
    largest = f"; the largest change is {max(changes):.2f} times that at α = 1" if changes else ""
    told = f"{kept} of {len(rotated)} locks ({_places(rotated)}){largest}."
    return Finding(name, claim, kept == len(rotated), told)


def _within(name: str, lock: str, where: str, records: Sequence[Record]) -> Finding:
    claim = f"A lock {lock} leaves a classifier's accuracy within {POINT:g} point{where}, whatever α is."
    if not records:
        return Finding(name, claim, None, f"no lock {lock} was measured{where}")
    furthest = max((record.measurement["points"] for record in records), key=abs)
    told = f"The largest change is {furthest:+.2f} points, of {len(records)} locks ({_places(records)})."
    return Finding(name, claim, all(map(within, records)), told)


def _dense(low: Sequence[Record]) -> Finding:
    name = "dense_loses_accuracy"
    claim = f"A lock as published, in the dense form, takes more than {POINT:g} point of accuracy in low precision."
    if not low:
        return Finding(name, claim, None, "no lock in the dense form was measured in single precision or less")
    lost = [record for record in low if not within(record)]
    told = f"{len(lost)} of {len(low)} locks"
    if lost:
        points = [abs(record.measurement["points"]) for record in lost]
        refused = sum(record.measurement["refused"] for record in lost)
        told += f" lose {min(points):.0f} to {max(points):.0f} points: {_places(lost)}. `specbound.lock` refuses "
        told += f"{refused} of them unless it is forced"
    return Finding(name, claim, bool(lost), f"{told}.")
