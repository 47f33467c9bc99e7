"""The study of speed times locks, and what is none is a surprise."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from specbound.campaign import Record
from tests.verify.made import record
from verify import lock_speed


@pytest.fixture(autouse=True)
def _small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lock_speed, "SIZE", 64)
    monkeypatch.setattr(lock_speed, "LAYERS", 3)


def _run(form: str) -> Record:
    at: dict[str, Any] = {"form": form, "device": "cpu"}
    return record("lock_speed", at, lock_speed.predict(), lock_speed.measure(**at, seed=0))


@pytest.mark.parametrize("form", ["dense", "rotated"])
def test_what_is_timed_are_locks(form: str) -> None:
    found = _run(form)
    assert lock_speed.unexpected([found]) == []
    assert found.measurement["seconds"] > 0
    assert found.measurement["layers"] == 3


@pytest.mark.parametrize(
    ("instead", "told"),
    [
        (lambda lock: lambda model, layers, alpha, k, form: None, ["layers = 0", "k = []", "alpha = None"]),
        (lambda lock: lambda model, layers, alpha, k, form: lock(model, ["0", "1"], alpha, k, form), ["layers = 2"]),
        (lambda lock: lambda model, layers, alpha, k, form: lock(model, layers, alpha, 24, form), ["k = [24]"]),
        (lambda lock: lambda model, layers, alpha, k, form: lock(model, layers, 9e3, k, form), ["alpha = "]),
    ],
)
def test_what_is_no_such_lock_is_a_surprise(
    instead: Callable, told: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lock_speed, "lock", instead(lock_speed.lock))
    lines = lock_speed.unexpected([_run("rotated")])
    assert len(lines) == len(told)
    assert all(part in line for part, line in zip(told, lines, strict=True))
