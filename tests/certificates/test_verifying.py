"""Certificates written, read again, and tampered with."""

import json
import re
import shutil
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from safetensors.torch import save_file

import specbound
from specbound.certificates import checker
from specbound.certificates.verifying import BY_CHECKER, verify_certificate
from specbound.certificates.writing import checkpoint_hash, write_certificate
from specbound.checks.certified import check_certified_on
from specbound.checks.decide import Decided
from specbound.checks.measured import Chain
from specbound.cli import main
from specbound.core.catalogue import catalog
from specbound.core.errors import InvalidInput
from specbound.core.verdict import Verdict
from specbound.weights import read_matrices
from tests.certificates.made import decided

CATALOG = catalog()
Claim = dict[str, Any]
EXACT = [[Fraction(3, 5)], [Fraction(4, 5)]]
"""A unit vector as fractions, and none as floats."""


@pytest.fixture(scope="session")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The refuted reading's counterexample; an inequality with an index; one with a premise; an equality."""
    instances = [
        decided(CATALOG["triple_independent"], CATALOG["triple_independent"].refuted_by[0].values),
        decided(CATALOG["weyl_sum"], {"A": [[0.1, 2], [3, -1]], "B": [[1, 0], [Fraction(1, 3), 2]], "i": 1, "j": 0}),
        decided(CATALOG["interlacing_isometry"], {"M": [[3, 1], [0, 2]], "P": EXACT, "Q": [[1], [0]], "i": 1}),
        decided(CATALOG["horn_product_equality"], {"A": [[1, 2], [0, 1]], "B": [[1, 0], [3, 2]]}, equal=True),
    ]
    target = tmp_path_factory.mktemp("written") / "own.json"
    assert write_certificate(target, instances) == 4
    return target


@pytest.fixture
def file(written: Path, tmp_path: Path) -> Path:
    """A copy of it, to be tampered with."""
    return Path(shutil.copy(written, tmp_path / "own.json"))


@pytest.fixture
def weights(tmp_path: Path) -> Path:
    generator = torch.Generator().manual_seed(0)
    tensors = {f"layer.{n}.weight": torch.randn(48, 48, generator=generator) for n in range(3)}
    save_file(tensors, tmp_path / "weights.safetensors")
    return tmp_path / "weights.safetensors"


@pytest.fixture
def of_weights(tmp_path: Path, weights: Path) -> Path:
    kept: list[Decided] = []
    chain = Chain("own", read_matrices(weights))
    for name in ("weyl_product_upper", "triple_gap"):
        check_certified_on(CATALOG[name], chain, kept.append)
    chosen = [next(one for one in kept if one.statement.id == name) for name in ("weyl_product_upper", "triple_gap")]
    write_certificate(tmp_path / "large.json", chosen, weights)
    return tmp_path / "large.json"


def _changed(file: Path, place: int, change: Callable[[Claim], Any]) -> Path:
    content = json.loads(file.read_text())
    before = json.dumps(content)
    change(content["certificates"][place])
    assert json.dumps(content) != before
    file.write_text(json.dumps(content))
    return file


def _by_checker(file: Path) -> list[bool]:
    found = []
    for certificate in json.loads(file.read_text())["certificates"]:
        try:
            checker.confirm(certificate)
            found.append(True)
        except checker.REFUSALS:
            found.append(False)
    return found


def test_what_is_written_is_confirmed(file: Path) -> None:
    found = verify_certificate(file, CATALOG)
    assert [(entry.verdict, entry.by) for entry in found] == [
        ("VIOLATED", BY_CHECKER),
        ("HOLDS", BY_CHECKER),
        ("HOLDS", BY_CHECKER),
        ("CONSISTENT", BY_CHECKER),
    ]
    assert all(entry.confirmed and not entry.why for entry in found)
    assert re.fullmatch(r"1(\.0+)? ± \S+ against 2(\.0+)? ± \S+", found[0].sides)
    content = json.loads(file.read_text())
    assert set(content["versions"]) > {"python", "numpy"}
    assert len(content["source"]) == 16
    assert content["weights"] is None
    first, second = content["certificates"][:2]
    assert first["inputs"] == {"A": {"rows": [["1", "1"]]}, "B": {"rows": [["2", "0"], ["0", "1"]]}} | {
        "C": {"rows": [["1"], ["-1"]]},
        "r1": 1,
        "r2": 1,
    }
    assert second["inputs"]["A"]["rows"][0][0] == "0x1.999999999999ap-4"
    assert second["inputs"]["B"]["rows"][1][0] == "1/3"
    assert [premise["name"] for premise in first["premises"]] == ["angles_defined"]
    assert all(certificate["independent"] for certificate in content["certificates"])


def _set(key: str, value: Any) -> Callable[[Claim], None]:
    return lambda certificate: certificate.update({key: value})


def _entry(name: str, value: str) -> Callable[[Claim], None]:
    return lambda certificate: certificate["inputs"][name]["rows"][0].__setitem__(0, value)


def _index(certificate: Claim) -> None:
    certificate["inputs"]["i"] = 0


def _bound(certificate: Claim) -> None:
    certificate["bounds"]["lhs"] = ["0x1p+9", "0x1.8p+9"]


def _node(certificate: Claim) -> None:
    node = next(node for node in certificate["program"] if node[0] == "singular_value")
    node[2] += 1


def _operation(certificate: Claim) -> None:
    next(node for node in certificate["program"] if node[0] == "+")[0] = "*"


def _value(certificate: Claim) -> None:
    one = next(iter(certificate["witnesses"].values()))
    one["s"][0] = "9/2"


def _vector(certificate: Claim) -> None:
    one = next(iter(certificate["witnesses"].values()))
    one["U"][0] = ["7" for _ in one["U"][0]]


BY_BOTH = {
    "an entry": (0, _entry("A", "9"), "does not confirm"),
    "another entry": (1, _entry("B", "0x1p+3"), "does not confirm"),
    "a bound": (1, _bound, "does not confirm"),
    "a verdict": (0, _set("verdict", "HOLDS"), "does not confirm"),
    "a verdict left open": (1, _set("verdict", "UNDECIDED"), "does not confirm"),
    "a witness's value": (0, _value, "does not confirm"),
    "a witness's vector": (0, _vector, "does not confirm"),
    "no witness": (0, _set("witnesses", {}), "does not confirm"),
    "the program": (1, _node, "its program is not that of weyl_sum"),
    "the program's end": (0, lambda c: c["program"].pop(), "its program is not that of triple_independent"),
    "the relation": (0, _set("relation", "<="), "its relation is <="),
    "another relation": (1, _set("relation", ">="), "its relation is >="),
    "the columns of a premise": (2, _entry("P", "1"), "does not confirm"),
}
"""Each is caught by the checker and by whoever knows the catalogue."""

BY_THE_CATALOGUE = {
    "an index": (1, _index, "its program is not that of weyl_sum"),
    "an index out of range": (1, lambda c: c["inputs"].update(i=7), "i = 7; required: 0 to 2"),
    "an index as a number": (1, lambda c: c["inputs"].update(i="1"), "its inputs are none of weyl_sum"),
    "a matrix of another shape": (1, lambda c: c["inputs"]["A"]["rows"].pop(), "do not fit together"),
    "a number for a matrix": (1, lambda c: c["inputs"].update(A="0x1p-9999"), "A is a Fraction; required: a matrix"),
    "an operation": (1, _operation, "its program is not that of weyl_sum"),
    "a side": (1, lambda c: c.update(rhs=c["rhs"] - 1), "its rhs is not"),
    "a premise dropped": (2, _set("premises", []), "its premises is not"),
    "a premise renamed": (2, lambda c: c["premises"][0].update(name="none"), "its premises is not"),
    "a premise taken for granted": (2, lambda c: c["premises"][0].update(holds=True), "its premises is not"),
    "what shapes decide": (3, lambda c: c["premises"][0].update(holds=1), "its premises is not"),
    "the claim": (1, _set("claim", "something else"), "its claim is something else"),
    "the statement": (1, _set("statement", "ky_fan_norm"), "its claim is"),
}
"""What a certificate must be is the catalogue's to say: the checker cannot know."""


@pytest.mark.parametrize("name", BY_BOTH)
def test_tampering_is_caught_by_the_checker_and_by_verifying(file: Path, name: str) -> None:
    place, change, words = BY_BOTH[name]
    changed = _changed(file, place, change)
    assert _by_checker(changed) == [n != place for n in range(4)]
    found = verify_certificate(changed, CATALOG)
    assert [entry.confirmed for entry in found] == [n != place for n in range(4)]
    assert words in found[place].why


@pytest.mark.parametrize("name", BY_THE_CATALOGUE)
def test_tampering_with_what_is_claimed_is_caught_by_verifying(file: Path, name: str) -> None:
    place, change, words = BY_THE_CATALOGUE[name]
    found = verify_certificate(_changed(file, place, change), CATALOG)
    assert [entry.confirmed for entry in found] == [n != place for n in range(4)]
    assert words in found[place].why


@pytest.mark.parametrize("place", range(4))
def test_what_is_not_independent_is_decided_anew(file: Path, place: int) -> None:
    changed = _changed(file, place, _set("independent", False))
    assert _by_checker(changed)[place] is False
    found = verify_certificate(changed, CATALOG)[place]
    assert found.confirmed
    assert found.by in ("balls", "fast", "tight")
    assert found.sides.count("[") == 2


@pytest.mark.parametrize("name", ["an entry", "a bound", "a verdict", "the columns of a premise"])
def test_tampering_is_caught_without_the_checker_too(file: Path, name: str) -> None:
    place, change, _ = BY_BOTH[name]
    changed = _changed(_changed(file, place, _set("independent", False)), place, change)
    found = verify_certificate(changed, CATALOG)[place]
    assert not found.confirmed
    assert "the checker" not in found.why


def test_certificates_of_weights_are_decided_anew(of_weights: Path, weights: Path) -> None:
    content = json.loads(of_weights.read_text())
    assert content["weights"] == {"name": "weights.safetensors", "sha256": checkpoint_hash(weights)}
    product = content["certificates"][0]
    assert product["inputs"]["A"] == {"tensor": "layer.1.weight"}
    assert (product["independent"], product["witnesses"]) == (False, {})
    assert _by_checker(of_weights) == [False, False]
    found = verify_certificate(of_weights, CATALOG)
    assert all(entry.confirmed for entry in found), found
    assert {entry.by for entry in found} <= {"fast", "tight"}
    elsewhere = of_weights.parent / "elsewhere"
    elsewhere.mkdir()
    shutil.move(weights, elsewhere / "renamed.safetensors")
    with pytest.raises(InvalidInput, match=r"are missing; name the file .* by --weights"):
        verify_certificate(of_weights, CATALOG)
    found = verify_certificate(of_weights, CATALOG, elsewhere / "renamed.safetensors")
    assert all(entry.confirmed for entry in found)


def test_one_byte_of_the_weights_is_enough(of_weights: Path, weights: Path) -> None:
    content = bytearray(weights.read_bytes())
    content[-5] ^= 1
    weights.write_bytes(content)
    found = verify_certificate(of_weights, CATALOG)
    assert not any(entry.confirmed for entry in found)
    assert "has the sha256" in found[0].why


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda c: c["inputs"]["A"].update(tensor="layer.2.weight"), "its bounds of the lhs"),
        (lambda c: c["bounds"].update(rhs=["0x1p+20", None]), "its bounds of the rhs"),
        (_set("verdict", "VIOLATED"), "it says VIOLATED; derived here: HOLDS"),
        (_node, "its program is not that of"),
    ],
)
def test_tampering_with_certificates_of_weights(of_weights: Path, change, words: str) -> None:
    found = verify_certificate(_changed(of_weights, 0, change), CATALOG)
    assert [entry.confirmed for entry in found] == [False, True]
    assert words in found[0].why


def test_a_sharded_checkpoint_has_a_hash_of_its_parts(tmp_path: Path) -> None:
    parts = {"one.safetensors": {"a": torch.eye(2)}, "two.safetensors": {"b": torch.ones(2, 2)}}
    for name, tensors in parts.items():
        save_file(tensors, tmp_path / name)
    index = {"metadata": {}, "weight_map": {"a": "one.safetensors", "b": "two.safetensors"}}
    (tmp_path / "model.safetensors.index.json").write_text(json.dumps(index))
    before = checkpoint_hash(tmp_path)
    assert before == checkpoint_hash(tmp_path / "model.safetensors.index.json")
    save_file({"b": torch.zeros(2, 2)}, tmp_path / "two.safetensors")
    assert checkpoint_hash(tmp_path) != before


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("[", "is no file of certificates"),
        ("[]", 'required: JSON with "format"'),
        ('{"format": "specbound certificate", "version": 2}', "is of version 2; required: 1"),
        ('{"format": "specbound certificate", "version": 1}', "has no weights or no certificates"),
        ('{"format": "specbound certificate", "format": 1}', "used twice"),
        ('{"format": NaN}', "holds NaN"),
        ("[" * 100_000, "is no file of certificates"),
    ],
)
def test_files_that_are_none(tmp_path: Path, content: str, words: str) -> None:
    (tmp_path / "own.json").write_text(content)
    with pytest.raises(InvalidInput, match=words):
        verify_certificate(tmp_path / "own.json", CATALOG)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (_set("statement", "weyl_summ"), "unknown statement 'weyl_summ'; the nearest known: weyl_sum"),
        (_set("statement", "weyl_sum/none"), "unknown mutant of weyl_sum"),
        (lambda c: c.pop("program"), "certificate 2 has no program of type list"),
        (_set("lhs", True), "certificate 2 has no lhs of type int"),
        (_entry("A", "nan"), "a certificate's input A cannot be read"),
        (_entry("A", "1e400"), "a certificate's input A cannot be read"),
        (lambda c: c["inputs"].update(A=None), "a certificate's input A cannot be read"),
        (lambda c: c["inputs"].update(A={"tensor": "layer"}), "names the tensor layer, and its file names no weights"),
        (lambda c: c["bounds"].update(lhs=["low", None]), "the bounds of certificate 2 cannot be read"),
        (lambda c: c["bounds"].update(lhs=["1"]), "the bounds of certificate 2 cannot be read"),
        (lambda c: c["bounds"].pop("rhs"), "the bounds of certificate 2 cannot be read"),
    ],
)
def test_parts_that_cannot_be_read(file: Path, change, words: str) -> None:
    with pytest.raises(InvalidInput, match=words):
        verify_certificate(_changed(file, 1, change), CATALOG)


def test_weights_that_are_none(of_weights: Path) -> None:
    content = json.loads(of_weights.read_text())
    for weights in (7, {"name": 1, "sha256": ""}, {"name": "weights.safetensors"}):
        of_weights.write_text(json.dumps({**content, "weights": weights}))
        with pytest.raises(InvalidInput, match="required: a name and a sha256, or null"):
            verify_certificate(of_weights, CATALOG)
    missing = {**content["certificates"][0]["inputs"], "A": {"tensor": "none"}}
    content["certificates"][0]["inputs"] = missing
    of_weights.write_text(json.dumps(content))
    with pytest.raises(InvalidInput, match="has no matrix 'none'"):
        verify_certificate(of_weights, CATALOG)


def test_a_certificate_does_not_choose_a_folder(of_weights: Path, tmp_path: Path) -> None:
    content = json.loads(of_weights.read_text())
    content["weights"]["name"] = "../../elsewhere/weights.safetensors"
    of_weights.write_text(json.dumps(content))
    assert all(entry.confirmed for entry in verify_certificate(of_weights, CATALOG))


def test_nothing_decided_is_nothing_to_write(tmp_path: Path, weights: Path) -> None:
    with pytest.raises(InvalidInput, match="nothing was decided"):
        write_certificate(tmp_path / "own.json", [])
    values = {"A": np.eye(2), "B": np.eye(2), "i": 1, "j": 0}
    open_one = decided(CATALOG["weyl_sum"], values, equal=True)
    undecided = replace(open_one, decision=replace(open_one.decision, verdict=Verdict.UNDECIDED))
    assert write_certificate(tmp_path / "one.json", [undecided, open_one], weights) == 1
    written = json.loads((tmp_path / "one.json").read_text())
    assert (len(written["certificates"]), written["weights"]) == (1, None)
    named = decided(CATALOG["weyl_sum"], values, tensors={"A": "a", "B": "b"}, equal=True)
    with pytest.raises(InvalidInput, match="required: that weights file"):
        write_certificate(tmp_path / "own.json", [named])
    assert not (tmp_path / "own.json").exists()


def test_mutants_have_certificates_too(tmp_path: Path) -> None:
    statement = CATALOG["weyl_sum"]
    mutant = statement.mutate(statement.mutants[0])
    values = {"A": [[2, 0], [0, 2]], "B": [[1, 0], [0, 1]], "i": 1, "j": 0}
    write_certificate(tmp_path / "own.json", [decided(mutant, values)])
    (found,) = verify_certificate(tmp_path / "own.json", CATALOG)
    assert (found.statement, found.confirmed) == (mutant.id, True)


def test_the_command_writes_and_verifies(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    target = tmp_path / "own.json"
    few = ("--kind", "certified", "--set", "certified_instances=6")
    assert main(["check", "triple_independent", "weyl_sum", *few, "--certificate", str(target)]) == 0
    printed = capsys.readouterr()
    assert f"certificates: {target}" in printed.err
    assert main(["verify-certificate", str(target)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[-1] == f"{len(lines) - 1} of {len(lines) - 1} confirmed"
    assert lines[0].startswith("triple_independent  VIOLATED    confirmed by checker: ")
    assert main(["verify-certificate", str(target), "--json"]) == 0
    assert all(entry["confirmed"] for entry in json.loads(capsys.readouterr().out))
    _changed(target, 0, _set("verdict", "HOLDS"))
    assert main(["verify-certificate", str(target)]) == 1
    assert "not confirmed: the checker does not confirm it: it is VIOLATED" in capsys.readouterr().out
    _changed(target, 0, _set("statement", "none_such"))
    assert main(["verify-certificate", str(target)]) == 2
    assert main(["verify-certificate", str(tmp_path / "missing.json")]) == 2
    assert capsys.readouterr().err.count("\n") == 2


def test_the_command_certifies_weights(tmp_path: Path, weights: Path, capsys: pytest.CaptureFixture[str]) -> None:
    target = tmp_path / "own.json"
    few = ("--kind", "certified", "--set", "certified_instances=4", "--weights", str(weights))
    assert main(["check", "weyl_product_upper", *few, "--certificate", str(target)]) == 0
    assert main(["verify-certificate", str(target)]) == 0
    capsys.readouterr()
    content = json.loads(target.read_text())
    tensors = [c for c in content["certificates"] if "tensor" in c["inputs"]["A"]]
    assert 0 < len(tensors) < len(content["certificates"])


def test_certificates_of_own_statements(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    own = tmp_path / "own.py"
    own.write_text(
        "from specbound import Domain, Mutant, Relation, Source, Statement\n"
        "norm = lambda x: x.ops.frobenius_norm(x.A)\n"
        "statement = Statement('own_norm', 'own', 'a', Domain({'A': ('m', 'n')}),"
        " norm, Relation.GE, lambda x: x.ops.singular_value(x.A, 0), norm, Source('textbook'),"
        " mutants=(Mutant('other', 'other', {'relation': Relation.LE}),))\n"
    )
    target = tmp_path / "own.json"
    few = ("--kind", "certified", "--set", "certified_instances=6", "--statements", str(own))
    assert main(["check", *few, "--certificate", str(target)]) == 0
    assert main(["verify-certificate", str(target), "--statements", str(own)]) == 0
    capsys.readouterr()
    assert main(["verify-certificate", str(target)]) == 2
    assert "unknown statement 'own_norm'" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--kind", "property"), "--certificate without the certified kind"),
        (("--certificate", "no/such/folder/own.json"), "required: a file in a folder that exists"),
        (("--certificate", "."), "required: a file in a folder that exists"),
    ],
)
def test_certificates_that_would_come_to_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], options, words: str
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["check", "weyl_sum", "--certificate", "own.json", *options]) == 2
    printed = capsys.readouterr().err
    assert words in printed
    assert printed.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


def test_checking_from_python_keeps_what_is_decided() -> None:
    kept: list[Decided] = []
    specbound.check("weyl_sum", "certified", keep=kept.append)
    assert {one.statement.id for one in kept} == {"weyl_sum"}
