"""The procedure on a small target: what breaks a lock and what does not, what is resumed, and what is written."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from io import StringIO
from itertools import pairwise
from pathlib import Path
from statistics import median
from typing import Any

import pytest
from rich.console import Console

import specbound
from specbound.attacks import ATTACKS
from specbound.campaign import Record, read
from specbound.campaign.progress import Reporter
from specbound.certification import Certificate, cells
from specbound.certification.certify import customary_rates
from specbound.core import provenance
from specbound.core.errors import InvalidInput
from specbound.core.provenance import package_hash
from tests.certification.examples import SETTINGS, TINY, module_in
from tests.results import QUIET

FREE = ("freeze", "merge", "rescale", "balance", "precondition")
"""Attackers that break the published lock without a parameter more."""

Certified = Callable[..., Certificate]


@pytest.fixture(scope="module", autouse=True)
def _one_core() -> Any:
    """Small operations: a second thread would only wait for the first."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LOKY_MAX_CPU_COUNT", "1")
        yield


@pytest.fixture(scope="module")
def target(tmp_path_factory: pytest.TempPathFactory) -> str:
    return f"{module_in(tmp_path_factory.mktemp('user'))}:tiny"


@pytest.fixture(scope="module")
def published(target: str, tmp_path_factory: pytest.TempPathFactory) -> tuple[Certificate, Path]:
    """The published form of lock, against one attacker that knows nothing and those that know it."""
    out = tmp_path_factory.mktemp("published")
    return _certified(target, out, attackers=("optimizer_only", *FREE)), out


def _certified(target: str, out: Path, reporter: Reporter = QUIET, **settings: Any) -> Certificate:
    return specbound.certify(target, out, reporter=reporter, **{**SETTINGS, **settings})


def _told(target: str, out: Path, **settings: Any) -> str:
    """What a run says of the cells that it finds and runs."""
    stream = StringIO()
    _certified(target, out, Reporter(Console(file=stream, width=200)), **settings)
    return stream.getvalue()


def _words(certificate: Certificate) -> Mapping[str, str]:
    return {verdict.attacker: verdict.word for verdict in certificate.verdicts}


def test_the_published_lock_is_broken_at_no_cost_by_who_knows_it(published: tuple[Certificate, Path]) -> None:
    certificate, _ = published
    assert _words(certificate) == {"optimizer_only": "resists", **dict.fromkeys(FREE, "broken")}
    for verdict in certificate.verdicts[1:]:
        assert verdict.told().startswith("broken at no cost: "), verdict.attacker


def test_what_restores_the_base_model_needs_as_many_steps(published: tuple[Certificate, Path]) -> None:
    merged = next(verdict for verdict in published[0].verdicts if verdict.attacker == "merge")
    assert merged.best is not None
    assert merged.best.factors == (1.0,)
    assert merged.best.slack == 10


def test_a_two_sided_lock_is_not_broken_by_freezing(target: str, tmp_path: Path) -> None:
    found = _certified(target, tmp_path / "out", two_sided=True, attackers=("freeze", "merge"))
    assert _words(found) == {"freeze": "resists", "merge": "broken"}


@pytest.mark.slow
@pytest.mark.parametrize("two_sided", [False, True])
def test_verdicts_hold_over_seeds(target: str, tmp_path: Path, two_sided: bool) -> None:
    found = _certified(target, tmp_path / "out", two_sided=two_sided, attackers=("optimizer_only", *FREE), seeds=5)
    frozen = "resists" if two_sided else "broken"
    assert _words(found) == {"optimizer_only": "resists", **dict.fromkeys(FREE, "broken"), "freeze": frozen}


@pytest.mark.slow
def test_every_attacker_can_be_named(target: str, tmp_path: Path) -> None:
    found = _certified(target, tmp_path / "out", attackers=tuple(ATTACKS))
    assert list(_words(found)) == list(ATTACKS)
    assert "not available" not in _words(found).values()


def test_a_lock_of_one_does_not_slow_anyone(target: str, tmp_path: Path) -> None:
    # A control: what resists above does so because of α.
    found = _certified(target, tmp_path / "out", alphas=(1.0,), attackers=("optimizer_only",))
    assert _words(found) == {"optimizer_only": "broken"}


def test_the_same_again_runs_nothing_and_another_setting_adds(target: str, tmp_path: Path) -> None:
    out = tmp_path / "out"
    quick: dict[str, Any] = {"attackers": ("merge",), "optimizers": ["momentum"], "rates": [0.1], "steps": 20}
    assert "1 cells, 1 of them to run" in _told(target, out, **quick)
    before = (out / "certificate.json").read_bytes(), (out / "certificate.md").read_bytes()
    assert "1 cells, 0 of them to run" in _told(target, out, **quick)
    assert before == ((out / "certificate.json").read_bytes(), (out / "certificate.md").read_bytes())
    assert "2 cells, 1 of them to run" in _told(target, out, **{**quick, "alphas": (1e4, 1e2)})
    assert "2 cells, 1 of them to run" in _told(target, out, **{**quick, "seeds": 2})
    assert "2 cells, 1 of them to run" in _told(target, out, **{**quick, "attackers": ("merge", "rescale")})
    assert len(read(out, "certify")) == 4


QUICK: dict[str, Any] = {"attackers": ("merge", "rescale"), "optimizers": ["momentum"], "rates": [0.1], "steps": 20}


def test_an_interrupted_run_leaves_no_certificate_and_goes_on(
    target: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "out"
    attack = cells.attack

    def interrupting(name: str):
        if name == "rescale":
            raise KeyboardInterrupt
        return attack(name)

    monkeypatch.setattr(cells, "attack", interrupting)
    with pytest.raises(KeyboardInterrupt):
        _certified(target, out, **QUICK)
    assert list(out.glob("certificate*")) == []
    monkeypatch.undo()
    assert "2 cells, 1 of them to run" in _told(target, out, **QUICK)
    assert {path.name for path in out.glob("certificate*")} == {"certificate.json", "certificate.md"}


def test_a_certificate_that_cannot_be_written_leaves_the_old_one_whole(
    target: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "out"
    _certified(target, out, **QUICK)
    before = (out / "certificate.json").read_text()

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(provenance.os, "replace", full)
    with pytest.raises(OSError, match="No space left"):
        _certified(target, out, **{**QUICK, "attackers": ("merge",)})
    assert (out / "certificate.json").read_text() == before
    assert {path.name for path in out.iterdir() if path.is_file()} == {".lock", "certificate.json", "certificate.md"}


def test_a_factory_that_is_edited_under_a_process_is_refused(tmp_path: Path) -> None:
    path = module_in(tmp_path)
    _certified(f"{path}:tiny", tmp_path / "out", **QUICK)
    path.write_text(TINY.replace("0.5", "0.6"))
    with pytest.raises(InvalidInput, match="has changed since this process imported it"):
        _certified(f"{path}:tiny", tmp_path / "out", **QUICK)


def test_that_no_recipe_lowers_the_loss_is_an_error_not_a_verdict(target: str, tmp_path: Path) -> None:
    out = tmp_path / "out"
    with pytest.raises(InvalidInput, match=r"no recipe lowers the loss of the unlocked model, 1\.45"):
        _certified(target, out, attackers=("merge",), rates=[1e-300], steps=10)
    assert list(out.glob("certificate*")) == []


def test_an_attack_that_cannot_be_mounted_is_told(target: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    attack = cells.attack

    def refusing(name: str):
        if name == "rescale":
            raise InvalidInput("there is no room")
        return attack(name)

    monkeypatch.setattr(cells, "attack", refusing)
    found = _certified(target, tmp_path / "out", **QUICK)
    assert _words(found)["rescale"] == "not available"
    told = "not available: rescale could not be mounted: there is no room"
    assert [verdict.told() for verdict in found.verdicts][1] == told
    assert f"| rescale | | {told} | | | |" in (tmp_path / "out" / "certificate.md").read_text()


# What is written


def _strict(text: str) -> Any:
    def refused(constant: str) -> None:
        pytest.fail(f"{constant} is no JSON")

    return json.loads(text, parse_constant=refused)


def test_the_certificate_says_what_it_rests_on(published: tuple[Certificate, Path], target: str) -> None:
    certificate, out = published
    content = _strict((out / "certificate.json").read_text())
    assert content["format"] == 1
    assert content["target"] == target
    assert content["source"] == package_hash()
    assert {"python", "torch", "specbound"} <= set(content["versions"])
    settings = content["settings"]
    assert settings["seeds"] == [0]
    assert (settings["steps"], settings["unlocked steps"]) == (100, 10)
    assert settings["locks"] == [{"layers": ["0", "2"], "alpha": 1e4, "k": 2, "form": "dense", "two_sided": False}]
    assert [recipe["optimizer"] for recipe in settings["recipes"]] == ["momentum", "adam"]
    (unlocked,) = content["unlocked"]
    assert (unlocked["seed"], unlocked["steps"], unlocked["outcome"]) == (0, 10, "reached")
    assert {name: content[name] for name in certificate.to_json()} == certificate.to_json()
    (resists,) = content["verdicts"][0]["locks"]
    assert (resists["censored"], resists["factors"], resists["factor"]) == (1, [None], None)


def test_the_certificate_can_be_read(published: tuple[Certificate, Path], target: str) -> None:
    certificate, out = published
    text = (out / "certificate.md").read_text()
    lines = text.splitlines()
    assert lines[0] == f"# {target}: locks against named attackers"
    for verdict in certificate.verdicts:
        (row,) = [line for line in lines if line.startswith(f"| {verdict.attacker} |") and verdict.told() in line]
        assert row.count("|") == 7
        (lock,) = [line for line in lines if line.startswith(f"| {verdict.attacker} | 0, 2 | 10000 | 2 |")]
        assert lock.count("|") == 8
    assert "| optimizer_only | 0, 2 | 10000 | 2 | resists | > 10 |" in text
    assert "each attacker had 100 steps" in text
    assert "momentum at 0.1 to 1e-07, adam at 0.1 to 1e-07, for seeds 0." in text
    assert "It says nothing of attackers and recipes that are not named here." in text
    assert package_hash() in text
    assert "torch" in lines[-1]
    assert "inf" not in text
    assert "\n\n\n" not in text


def test_records_tell_what_certificates_are_made_of(published: tuple[Certificate, Path]) -> None:
    certificate, out = published
    records: list[Record] = read(out, "certify")
    assert not any(record.stale for record in records)
    for record, verdict in zip(records, certificate.verdicts, strict=True):
        assert verdict.best is not None
        assert verdict.best.time == median([record.measurement["time"]]) > 0
        assert record.measurement["preservation_error"] < 1e-2
        # The target is the unlocked model's, 1 % above what it is down to.
        assert record.prediction["loss"] <= record.prediction["target"] <= 1.02 * record.prediction["loss"]


# What is refused before anything is run


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"attackers": ("mege",)}, "unknown attacker 'mege'; the nearest known: merge, "),
        ({"attackers": ()}, "no attackers are named; required: some of optimizer_only, "),
        ({"steps": 9}, "steps = 9; required: at least 10, a tenth of which the unlocked model gets"),
        ({"optimizers": ()}, "no optimizers are named; required: some, as sgd, momentum, adam"),
        ({"optimizers": ("adm",)}, "unknown optimizer 'adm'; the nearest known: adam, "),
        ({"rates": (0.1, -1.0)}, r"momentum with learning rates \[0.1, -1.0\]; required: positive numbers"),
        ({"alphas": (0.0,)}, "0: alpha = 0.0; required: a positive number"),
        ({"alphas": (1e4, float("nan"))}, "0: alpha = nan; required: a positive number"),
        ({"ks": (9,)}, "0: k = 9; required: a whole number from 1 to 8"),
        ({"layers": ("5",)}, "unknown layer '5'; the nearest known: 0, 2, 4"),
        ({"layers": ("nothing*",)}, r"unknown layer 'nothing\*'"),
        ({"layers": ("1",), "ks": None}, "1 is a Tanh; required: an nn.Linear"),
        ({"layers": (",",)}, "no layers are named; required: "),
        ({"form": "oval"}, "unknown form 'oval'; the nearest known: "),
        ({"seeds": 0}, "seeds = 0; required: a whole number, at least 1"),
    ],
)
def test_settings_that_cannot_be_run(target: str, tmp_path: Path, settings: Mapping[str, Any], message: str) -> None:
    with pytest.raises(InvalidInput, match=f"^{message}"):
        _certified(target, tmp_path / "out", **settings)
    assert not (tmp_path / "out").exists()


def test_a_target_whose_loss_cannot_be_computed_is_refused(tmp_path: Path) -> None:
    path = module_in(tmp_path, TINY.replace("nn.Linear(8, 4)", "nn.Linear(8, 3)"))
    with pytest.raises(InvalidInput, match=f"^{path}:tiny: its loss cannot be computed: IndexError: Target 3"):
        _certified(f"{path}:tiny", tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_locks_are_every_combination(target: str, tmp_path: Path) -> None:
    settings: dict[str, Any] = {**QUICK, "attackers": ("merge",), "alphas": (10.0, 100.0), "ks": (1, 2)}
    found = _certified(target, tmp_path / "out", **{**settings, "layers": ("0", "[24]")})
    (verdict,) = found.verdicts
    locks = [(against.lock["layers"], against.lock["alpha"], against.lock["k"]) for against in verdict.against]
    expected = [(layers, alpha, k) for layers in (["0"], ["2", "4"]) for alpha in (10.0, 100.0) for k in (1, 2)]
    assert locks == expected


def test_without_layers_and_k_half_of_the_layers_are_locked_in_a_quarter(target: str, tmp_path: Path) -> None:
    found = _certified(target, tmp_path / "out", **{**QUICK, "layers": None, "ks": None})
    (lock,) = found.settings["locks"]
    assert lock["layers"] == ["4"]
    assert lock["k"] == 1


def test_the_customary_rates_begin_above_what_is_usual_and_fall() -> None:
    rates = customary_rates("adam")
    assert rates[0] > 1e-3 == pytest.approx(rates[1])
    assert rates[-1] < 1e-7
    assert rates == sorted(rates, reverse=True)
    ratios = [one / other for one, other in pairwise(rates)]
    assert ratios == pytest.approx([10**0.5] * len(ratios))
