"""Records as the studies leave them that no committed run holds."""

from __future__ import annotations

from typing import Any

from specbound.campaign import Record, Status


def record(study: str, parameters: dict[str, Any], predicted: dict[str, Any], measured: dict[str, Any]) -> Record:
    """A measured record of seed 0."""
    return Record(
        id=str(parameters),
        parameters=parameters,
        seed=0,
        study=study,
        status=Status.MEASURED,
        stale=False,
        prediction=predicted,
        measurement=measured,
        error=None,
        traceback="",
        attempts=1,
        seconds=1.0,
        run={},
        arrays_file=None,
    )


def _preservation(form: str, format: str, kept: bool, points: float) -> Record:
    parameters = {"network": "digits", "form": form, "format": format, "alpha": 1e5}
    predicted = {"weights": 1e-2, "outputs": 4e-3 if kept else None, "kept": kept}
    measured = {"weights": 1e-3, "outputs": 1e-3 if kept else 1.0, "accuracy": 90.0, "points": points}
    return record("preservation", parameters, predicted, {**measured, "refused": not kept})


def _lock_speed(form: str) -> Record:
    found = {"layers": 10, "k": [25], "alpha": 1e4}
    return record(
        "lock_speed",
        {"form": form, "device": "cpu"},
        {"seconds": 15.0, **found},
        {"seconds": 9.0, "core": 4.0, **found},
    )


def _usual_setting(form: str, rate: float, losses: list[float], accuracy: float) -> Record:
    parameters = {"form": form, "rate": rate, "texts": 5, "steps": 8}
    small = form != "unlocked" and rate <= 1e-6
    predicted = {"losses": losses if small else None, "forgets": form != "unlocked" and rate >= 1e-4}
    reached = len(losses) - 1 if losses[-1] <= 0.5 else None
    return record("usual_setting", parameters, predicted, {"losses": losses, "reached": reached, "accuracy": accuracy})


SLOW, FAST, LATER, STUCK = [1.6, 1.55, 1.5], [1.6, 1.1, 0.9, 0.4], [1.6, 1.3, 1.1, 0.9, 0.4], [1.6, 1.7, 1.5, 1.5, 1.4]

MADE = {
    "preservation": [
        _preservation("rotated", "bfloat16", True, 0.1),
        _preservation("rotated", "float32", True, 0.0),
        _preservation("dense", "bfloat16", False, -60.0),
        _preservation("dense", "float64", True, 0.0),
    ],
    "lock_speed": [_lock_speed("dense"), _lock_speed("rotated")],
    "usual_setting": [
        _usual_setting("unlocked", 1e-6, SLOW, 0.2),
        _usual_setting("dense", 1e-6, FAST, 0.5),
        _usual_setting("rotated", 1e-6, FAST, 0.5),
        *(
            _usual_setting(form, rate, losses, accuracy)
            for rate, unlocked in ((1e-4, LATER), (1e-3, FAST))
            for form, losses, accuracy in (("unlocked", unlocked, 0.6), ("dense", STUCK, 0.2), ("rotated", STUCK, 0.2))
        ),
    ],
}
