"""What studies decide: every finding holds on a committed run, turns where its records do, and knows what it lacks."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass, replace
from typing import Any

import pytest

from specbound.campaign import Record, measured_in, read
from specbound.report.finding import Finding
from tests.conftest import ROOT
from tests.verify.made import MADE
from verify.findings import findings_of
from verify.studies import studies

QUICK = ROOT / "verify" / "records" / "quick"

DRAWN = {path.stem for path in (ROOT / "figures").glob("*.py")}

Change = Callable[[Record], Record]


def _measuring(**changed: Any) -> Change:
    """Records with other measurements; a function is given the record."""

    def change(record: Record) -> Record:
        new = {name: value(record) if callable(value) else value for name, value in changed.items()}
        return replace(record, measurement={**record.measurement, **new})

    return change


def _only(change: Change, **parameters: Any) -> Change:
    """The change, of records with these parameters; others stay."""

    def changed(record: Record) -> Record:
        return change(record) if all(record.parameters.get(n) == v for n, v in parameters.items()) else record

    return changed


def _at(name: str) -> Callable[[Record], Any]:
    return lambda record: record.parameters.get(name)


def _loose(kept: int) -> Change:
    """The sequential reading says nothing, but for the first tuples of each chain."""

    def change(record: Record) -> Record:
        evidence = deepcopy(record.measurement.get("evidence", []))
        for item in evidence:
            if item["statement"] == "triple_sequential" and item["kind"] == "measured":
                for found in item["details"]["tuples"][kept:]:
                    found["tightness"] = 0.0
        return _measuring(evidence=evidence)(record)

    return change


def _swapped(record: Record) -> Record:
    """Each of the two bounds is as tight as the other was."""
    other = {"triple_sequential": "horn_johnson_triple", "horn_johnson_triple": "triple_sequential"}
    evidence = deepcopy(record.measurement.get("evidence", []))
    for item in evidence:
        item["statement"] = other.get(item["statement"], item["statement"])
    return _measuring(evidence=evidence)(record)


def _set(name: str, power: float) -> Change:
    """The curvature in a set of parameters grows like this power of α."""
    return _measuring(sets=lambda r: {**r.measurement.get("sets", {}), name: r.parameters["alpha"] ** power})


def _limit(power: float) -> Change:
    return _measuring(limit=lambda record: record.parameters["alpha"] ** power)


def _renamed(record: Record) -> Record:
    """Exponents of curvature-aware optimizers from those of others."""
    names = {"muon": "muon", "adam": "sophia", "momentum": "adahessian"}
    return replace(record, parameters={**record.parameters, "optimizer": names.get(_at("optimizer")(record), "sgd")})


def _costing(record: Record) -> Record:
    return _measuring(cost={**record.measurement["cost"], "parameters": 10})(record)


def _drifting(record: Record) -> Record:
    return _measuring(losses=[2 * loss for loss in record.measurement["losses"]])(record)


NEVER = _measuring(steps=None)


@dataclass(frozen=True)
class Case:
    """A finding, on a committed run: changes of records that turn it, and which records it does without.

    ``first``: a change of all records before; ``holds``: what it is then, ``turned`` after each of the changes.
    """

    study: str
    turns: tuple[Change, ...]
    needs: Callable[[Record], Any]
    first: Change = lambda record: record
    holds: bool | None = True
    turned: bool | None = False


def _classical(record: Record) -> bool:
    return _at("statement")(record) == "horn_johnson_triple"


def _is(**parameters: Any) -> Callable[[Record], bool]:
    return lambda record: all(record.parameters.get(name) == value for name, value in parameters.items())


def _million(record: Record) -> bool:
    return record.parameters["alpha"] >= 1e6


def _everything(record: Record) -> bool:
    return True


ELSEWHERE = _measuring(value=1e9)

CASES = {
    "tighter_than_horn_johnson": Case("statements", (_loose(0), _swapped), _classical),
    "informative_where_horn_johnson_is_vacuous": Case("statements", (_loose(0), _loose(5)), _classical),
    "curvature_is_predicted": Case(
        "curvature",
        tuple(
            _only(_measuring(top=lambda r, factor=factor: factor * r.prediction["lower"]), alpha=1e5)
            for factor in (0.9, 1.5)
        ),
        _is(look="scaling"),
    ),
    "grows_at_least_like_alpha": Case("curvature", (_set("all", 0.9),), _is(look="scaling", alpha=1e5)),
    "only_the_compensator_grows": Case("curvature", (_set("C frozen", 0.1),), _is(look="scaling", alpha=1e5)),
    "published_bound_holds": Case(
        "curvature", (_measuring(**{"top of one output": 1e-3}),), lambda r: "published bounds" in r.measurement
    ),
    "falls_at_least_like_inverse": Case(
        "slowdown", (_limit(-0.7), _only(_limit(-0.5), optimizer="sgd")), _is(network="mlp")
    ),
    "limit_is_not_two_over_curvature": Case(
        "slowdown",
        (_measuring(**{"limit times half of σ₁": 1.1}),),
        lambda r: r.parameters["network"] == "mlp" and "limit times half of σ₁" in r.measurement,
    ),
    "rate_falls_like_inverse": Case("slowdown", (_limit(-2), _limit(0)), _is(network="mlp")),
    "rate_falls_faster": Case("slowdown", (_limit(-1), _limit(0)), _is(network="mlp")),
    "first_order_slowed": Case("slowdown", (_limit(0), _only(_limit(0), optimizer="adam")), _is(network="mlp")),
    "limit_is_predicted": Case(
        "slowdown",
        tuple(
            _only(_measuring(limit=lambda r, factor=factor: factor and factor * r.prediction["limit"]), optimizer="sgd")
            for factor in (0.8, 1.2, None)
        ),
        _is(network="mlp"),
    ),
    "curvature_aware_slowed": Case("slowdown", (_limit(0),), _is(network="mlp"), _renamed),
    "curvature_aware_free": Case(
        "slowdown", (_limit(-1),), _is(network="mlp"), lambda r: _only(_limit(0), optimizer="muon")(_renamed(r))
    ),
    "second_order_free": Case(
        "invariance",
        (_measuring(distances=[1.0]), _measuring(distances=[])),
        lambda r: not _at("method")(r).startswith(("Shampoo", "AdaHessian")),
    ),
    "adahessian_free": Case(
        "invariance", (_measuring(distances=[1.0]),), _is(method="AdaHessian, exact diagonal", form="rotated")
    ),
    "identity_damping_meets_the_lock": Case(
        "invariance",
        (_measuring(parted=None), _only(_measuring(parted=None), method="Newton, damped by λ I")),
        lambda r: _at("method")(r).endswith("λ I"),
    ),
    "normalisation_undoes": Case(
        "real",
        (_measuring(reached=None), _measuring(reached=lambda r: r.prediction["reached"] + 1)),
        lambda r: r.parameters["alpha"] > 1,
    ),
    "subnormal_at_a_million": Case("windows", (_measuring(upper=1e-39),), _million, holds=False, turned=True),
    "window_closes": Case(
        "windows", (_measuring(lower=0.0),), lambda r: _million(r) and r.parameters["format"] == "float32"
    ),
    "locked_does_not_relearn": Case(
        "relearning", (_only(_measuring(reached=5), condition="α=1e4", rate=1e-3),), _is(condition="undefended")
    ),
    "as_it_is_resists": Case(
        "recovery", (_measuring(steps=lambda r: r.prediction["unlocked"]),), _is(attacker="optimizer_only")
    ),
    "expansion_restores": Case("recovery", (NEVER,), _is(attacker="inject")),
    "expansion_is_slower_everywhere": Case(
        "recovery",
        (_only(_measuring(steps=lambda r: r.prediction["unlocked"]), attacker="inject_3"),),
        _is(lock="every layer"),
    ),
    "free_attackers": Case("recovery", (NEVER,), lambda r: r.measurement["cost"]["parameters"] <= 0),
    "merging_restores": Case(
        "recovery",
        (
            _only(NEVER, attacker="merge"),
            _only(_drifting, attacker="merge"),
            _only(_measuring(steps=lambda r: r.prediction["unlocked"]), attacker="optimizer_only"),
        ),
        _is(attacker="merge"),
    ),
    "chains_follow_their_exponent": Case(
        "chains",
        (_only(_measuring(curvature=lambda r: 10 * r.measurement["curvature"]), alpha=1e8, count=3, kind="even"),),
        _is(alpha=1e8),
    ),
    "locks_are_found": Case(
        "detection",
        (_only(_measuring(found=99), locked=True), _only(_measuring(found=1), locked=False)),
        _is(locked=False),
    ),
    "anomalies_as_predicted": Case("anomalies", (ELSEWHERE, _only(ELSEWHERE, scene="weak")), _everything),
    "members_as_predicted": Case("members", (ELSEWHERE, _only(ELSEWHERE, scene="kept")), _everything),
    "closed_forms_agree": Case("worst_cases", (_measuring(worst=9.9),), _everything),
    "function_is_kept": Case(
        "preservation",
        (_measuring(outputs=1e-2), _only(_measuring(outputs=None), format="float32")),
        _is(form="rotated"),
    ),
    "accuracy_within_a_point": Case(
        "preservation",
        (_only(_measuring(points=-1.5), form="rotated", format="float32"), _measuring(points=1.5)),
        _is(form="rotated"),
    ),
    "dense_keeps_in_double": Case(
        "preservation", (_only(_measuring(points=-1.5), form="dense"),), _is(form="dense", format="float64")
    ),
    "dense_loses_accuracy": Case("preservation", (_measuring(points=0.5),), _is(form="dense", format="bfloat16")),
    "ten_layers_in_fifteen_seconds": Case(
        "lock_speed", (_measuring(core=16.0), _only(_measuring(core=16.0), form="dense")), _is(form="dense")
    ),
    "usual_setting_slows_adamw": Case(
        "usual_setting", (_only(_measuring(reached=4), form="rotated", rate=1e-4),), _is(form="unlocked", rate=1e-3)
    ),
    "best_rates_are_slower": Case(
        "usual_setting",
        (_only(_measuring(reached=4), form="rotated", rate=1e-6), _only(_measuring(reached=2), form="dense")),
        _is(form="dense", rate=1e-3),
        _only(_measuring(reached=5), rate=1e-6),
    ),
    "low_rate_trains_locked": Case(
        "usual_setting", (_only(_measuring(reached=None), rate=1e-6),), _is(form="unlocked", rate=1e-6)
    ),
    "high_rate_forgets": Case(
        "usual_setting", (_only(_measuring(accuracy=1.0), form="dense", rate=1e-3),), _is(form="unlocked")
    ),
    "low_rate_run_is_predicted": Case(
        "usual_setting",
        (_only(_measuring(losses=[1.6, 1.3, 0.9, 0.4]), form="dense", rate=1e-6),),
        lambda r: r.prediction["losses"],
    ),
}


def _records(study: str) -> list[Record]:
    return MADE[study] if study in MADE else measured_in(read(QUICK, study))


def _finding(name: str, records: list[Record]) -> Finding:
    (found,) = [item for item in findings_of(CASES[name].study, records) if item.name == name]
    assert found.claim.endswith(".")
    assert found.told
    assert set(found.figures) <= DRAWN
    assert Finding.from_json(found.to_json() | {"figures": list(found.figures)}) == found
    return found


@pytest.mark.parametrize("name", CASES)
def test_a_finding_follows_its_records(name: str) -> None:
    case = CASES[name]
    records = [case.first(record) for record in _records(case.study)]
    assert _finding(name, records).holds is case.holds
    for turn in case.turns:
        assert _finding(name, [turn(record) for record in records]).holds is case.turned
    rest = [record for record in records if not case.needs(record)]
    assert len(rest) < len(records)
    assert _finding(name, rest).holds is None


@pytest.mark.parametrize("study", sorted({case.study for case in CASES.values()}))
def test_a_study_decides_what_is_listed_and_nothing_without_records(study: str) -> None:
    without = findings_of(study, [])
    assert {finding.name for finding in without} == {name for name, case in CASES.items() if case.study == study}
    assert {finding.holds for finding in without} == {None}
    assert all(finding.told for finding in without)


def test_a_study_without_a_file_decides_nothing() -> None:
    assert findings_of("another", _records("detection")) == []


def test_where_the_classical_bound_says_something_the_sequential_one_need_not() -> None:
    records = _records("statements")
    (with_both,) = {
        (item["details"]["chain"], tuple(found["matrices"]))
        for record in records
        if _classical(record)
        for item in record.measurement["evidence"]
        for found in item["details"].get("tuples", ())[:1]
        if item["details"]["chain"] == "MiniLM" and found["tightness"]
    }

    def without(record: Record) -> Record:
        evidence = deepcopy(record.measurement.get("evidence", []))
        for item in evidence:
            for found in item["details"].get("tuples", ()) if item["statement"] == "triple_sequential" else ():
                if (item["details"]["chain"], tuple(found["matrices"])) == with_both:
                    found["tightness"] = 0.0
        return _measuring(evidence=evidence)(record)

    turned = _finding("informative_where_horn_johnson_is_vacuous", [without(record) for record in records])
    assert turned.holds is True


def test_where_the_undefended_model_does_not_learn_either_a_lock_says_nothing() -> None:
    lost = _only(_measuring(reached=None), condition="undefended")
    assert _finding("locked_does_not_relearn", [lost(record) for record in _records("relearning")]).holds is None


def test_expansion_is_not_called_free_and_who_adds_nothing_is() -> None:
    records = _records("recovery")
    assert _finding("free_attackers", [_costing(record) for record in records]).holds is None
    only = [record for record in records if record.parameters["attacker"] in ("optimizer_only", "merge")]
    assert _finding("free_attackers", only).holds is True


def test_one_optimizer_that_is_slowed_does_not_say_that_none_is_free() -> None:
    muon = [r for r in _records("slowdown") if _at("optimizer")(r) not in ("sophia", "adahessian")]
    assert _finding("curvature_aware_free", muon).holds is None
    assert _finding("curvature_aware_slowed", [_limit(0)(record) for record in muon]).holds is None


def test_no_study_rests_on_what_is_said_of_it() -> None:
    for name, study in studies().items():
        assert not [path for path in study.source().files if "findings" in path], name
