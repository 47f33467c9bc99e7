"""What is said of an attacker: words at their thresholds, medians with what was censored, the lock that holds best."""

from __future__ import annotations

import json
from io import StringIO
from typing import Any

import pytest
from rich.console import Console

from specbound.attacks import ATTACKS
from specbound.campaign import Record
from specbound.certification.verdict import Certificate, Verdict, verdicts_of
from specbound.certification.written import render
from tests.certification.examples import record


def _verdict(*records: Record) -> Verdict:
    (found,) = verdicts_of(records)
    return found


def _over_seeds(*steps: int | None, **measured: Any) -> Verdict:
    return _verdict(*(record(steps=count, seed=seed, **measured) for seed, count in enumerate(steps)))


@pytest.mark.parametrize(
    ("steps", "word"), [(1, "broken"), (15, "broken"), (16, "slowed"), (100, "slowed"), (None, "resists")]
)
def test_words_at_their_thresholds(steps: int | None, word: str) -> None:
    assert _over_seeds(steps).word == word


@pytest.mark.parametrize(
    ("steps", "told"),
    [
        ((10, 12, 11), "broken at no cost: 1.10 × the unlocked steps, reached in 3 of 3 seeds"),
        ((10, None, 11), "broken at no cost: 1.10 × the unlocked steps, reached in 2 of 3 seeds"),
        ((10, 40, None), "slowed by a factor of 4, reached in 2 of 3 seeds"),
        ((10, None, None), "resists: not within 10 × the unlocked steps, in 2 of 3 seeds"),
        # Of an even number of seeds the median is the mean of the middle two, and one of them is not known.
        ((10, None), "resists: not within 10 × the unlocked steps, in 1 of 2 seeds"),
    ],
)
def test_the_median_takes_what_was_censored_for_longest(steps: tuple[int | None, ...], told: str) -> None:
    assert _over_seeds(*steps).told() == told


def test_a_factor_is_relative_to_the_unlocked_steps_of_its_seed() -> None:
    found = _verdict(record(steps=20, unlocked=10), record(steps=20, unlocked=5, seed=1))
    assert found.best is not None
    assert found.best.factors == (2, 4)
    assert found.best.factor == 3
    # 100 steps are 10 times one, 20 times the other: what is told holds of both.
    assert found.best.slack == 10


@pytest.mark.parametrize(
    ("parameters", "told"), [(0, "at no cost"), (-64, "at no cost"), (1234, "at 1,234 parameters more")]
)
def test_what_breaking_costs_is_told(parameters: int, told: str) -> None:
    assert _over_seeds(10, cost={"parameters": parameters}).told().startswith(f"broken {told}: ")


def test_that_the_loss_blew_up_is_told_where_the_target_was_reached_so() -> None:
    blown = [record(steps=10, seed=seed, outcome="catapulted") for seed in (0, 1)]
    found = _verdict(*blown, record(steps=10, seed=2))
    assert found.told().endswith("reached in 3 of 3 seeds, in 2 after the loss had more than doubled")
    lost = _verdict(record(steps=None, outcome="catapulted"))
    assert lost.told() == "resists: not within 10 × the unlocked steps, in 1 of 1 seeds"


def test_the_verdict_is_that_of_the_lock_that_holds_best() -> None:
    weak, strong = record(steps=10, alpha=1e2), record(steps=30, alpha=1e4)
    for records in ((weak, strong), (strong, weak)):
        found = _verdict(*records)
        assert (found.word, found.best and found.best.lock["alpha"]) == ("slowed", 1e4)
        assert len(found.against) == 2
    assert _verdict(weak, record(steps=11, alpha=1e4)).word == "broken"
    assert _verdict(weak, record(steps=None, alpha=1e4)).word == "resists"


def test_attackers_are_told_apart_and_keep_their_order() -> None:
    found = verdicts_of([record("merge"), record("freeze", None), record("merge", 12, seed=1)])
    assert [(verdict.attacker, verdict.word) for verdict in found] == [("merge", "broken"), ("freeze", "resists")]
    assert found[0].best is not None
    assert found[0].best.factors == (1, 1.2)


def test_an_attack_that_could_not_be_mounted_is_no_resistance() -> None:
    found = _verdict(record(error="inject could not be mounted"))
    assert (found.word, found.best) == ("not available", None)
    assert found.told() == "not available: inject could not be mounted"
    assert found.to_json()["locks"] == []


def test_a_lock_against_which_it_could_be_mounted_is_judged_and_the_other_told() -> None:
    found = _verdict(record(alpha=1e2, error="no room"), record(steps=10, alpha=1e4))
    assert (found.word, found.unavailable) == ("broken", "no room")
    assert "merge: not measured everywhere: no room" in _printed(_certificate(found))


def test_the_time_is_the_median_over_seeds() -> None:
    found = _verdict(*(record(seed=seed, time=time) for seed, time in enumerate((1.0, 9.0, 2.0))))
    assert found.best is not None
    assert found.best.time == 2


def _certificate(*verdicts: Verdict, locks: int = 1) -> Certificate:
    return Certificate("tiny.py:tiny", {"locks": [{}] * locks}, verdicts)


def test_json_is_strict_and_says_all() -> None:
    found = _certificate(_over_seeds(10, None, None), _verdict(record("lora", error="none")))
    content = json.loads(json.dumps(found.to_json(), allow_nan=False))
    assert content == found.to_json()
    resists, missing = content["verdicts"]
    assert missing["verdict"] == "not available"
    (lock,) = resists["locks"]
    assert lock["factors"] == [1, None, None]
    assert {name: lock[name] for name in ("verdict", "factor", "censored", "seeds", "slack", "catapulted")} == {
        "verdict": "resists",
        "factor": None,
        "censored": 2,
        "seeds": 3,
        "slack": 10,
        "catapulted": 0,
    }
    assert lock["recipes"] == 3 * ["adam 0.01"]


def _printed(certificate: Certificate, width: int = 80) -> str:
    stream = StringIO()
    render(certificate, Console(file=stream, width=width))
    return stream.getvalue()


def test_the_printed_table_has_a_line_for_each_attacker_in_80_columns() -> None:
    wide = {"cost": {"parameters": 123_456_789}, "outcome": "catapulted", "time": 12.3}
    verdicts = verdicts_of([record(name, 15, seed, **wide) for name in ATTACKS for seed in range(10)])
    lines = _printed(_certificate(*verdicts)).splitlines()
    assert max(map(len, lines)) <= 80
    for name in ATTACKS:
        (line,) = [line for line in lines if line.split()[:1] == [name]]
        assert " ".join(line.split()) == f"{name} broken, catapulted 1.50 × 10 of 10 123,456,789 12.3 ×"


def test_an_optimizer_that_could_not_be_used_is_told() -> None:
    found = _verdict(record(), record(seed=1, lost={"newton": "the Hessian is singular"}))
    assert found.to_json()["locks"][0]["lost"] == {"newton": "the Hessian is singular"}
    assert "merge: not everywhere with newton: the Hessian is singular" in _printed(_certificate(found))


def test_what_words_do_not_say_is_printed_below() -> None:
    plain = _printed(_certificate(_over_seeds(10)))
    assert "merge broken at no cost 1.00 × 1 of 1 0 1.2 ×" in [" ".join(line.split()) for line in plain.splitlines()]
    assert "Catapulted" not in plain
    assert "holds best" not in plain
    found = _printed(_certificate(_over_seeds(10, outcome="catapulted"), locks=2))
    assert "Catapulted: the loss more than doubled" in found
    assert "Of 2 locks, each verdict is that of the one that holds best." in found
    lost = _printed(_certificate(_over_seeds(None), _verdict(record("lora", error="no [rank] fits"))))
    assert "merge resists > 10 × 0 of 1 0 1.2 ×" in [" ".join(line.split()) for line in lost.splitlines()]
    assert "lora: not available: no [rank] fits" in lost
