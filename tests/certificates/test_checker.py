"""The checker as others run it, and what its intervals hold."""

import ast
import json
import re
import shutil
import subprocess
import sys
from fractions import Fraction
from itertools import islice
from pathlib import Path

import numpy as np
import pytest

from specbound.certificates import checker, witnesses
from specbound.certificates.writing import certificate
from specbound.checks.certified import _drawn
from specbound.checks.decide import Decided
from specbound.core.catalogue import catalog
from specbound.core.statement import Statement
from specbound.core.verdict import Verdict
from specbound.numeric.ops import NotAvailable
from tests.certificates.made import claim, decided, witness

CATALOG = catalog()
SCRIPT = Path(checker.__file__)
EIGENVALUES = ("inertia",)
"""What the checker has no operation for."""


def _run(folder: Path, file: dict | str | None) -> subprocess.CompletedProcess[str]:
    """The checker alone in a folder, by a Python that has neither this package nor any other."""
    shutil.copy(SCRIPT, folder / "checker.py")
    text = file if isinstance(file, str) else json.dumps(file)
    (folder / "own.json").write_text(text, encoding="utf-8")
    command = [sys.executable, "-I", "-S", "checker.py", *(["own.json"] if file is not None else [])]
    return subprocess.run(command, cwd=folder, capture_output=True, encoding="utf-8", check=False, timeout=60)


def _file(*claims: dict) -> dict:
    return {"format": "specbound certificate", "version": 1, "certificates": list(claims)}


def _instances(statement: Statement, count: int) -> list[Decided]:
    """The attained examples, and drawn instances, that are decided."""
    attained = [(example.values, True) for example in statement.attained]
    drawn = [(values, False) for values in islice(_drawn(statement.domain, np.random.default_rng(0)), 200)]
    found: list[Decided] = []
    for values, equal in [*attained, *drawn]:
        if len(found) == len(attained) + count:
            break
        try:
            one = decided(statement, values, equal=equal)
        except (AssertionError, NotAvailable):
            continue
        found += [one] if one.decision.verdict is not Verdict.UNDECIDED else []
    return found


def test_it_is_short_and_needs_nothing_that_is_not_in_python() -> None:
    source = SCRIPT.read_text(encoding="utf-8")
    assert len(source.splitlines()) <= 300
    modules = [
        name
        for node in ast.walk(ast.parse(source))
        for name in (
            [alias.name for alias in node.names]
            if isinstance(node, ast.Import)
            else [node.module]
            if isinstance(node, ast.ImportFrom)
            else []
        )
    ]
    assert len(modules) > 5
    assert set(modules) <= set(sys.stdlib_module_names)


@pytest.mark.parametrize("statement", CATALOG.values(), ids=lambda s: s.id)
def test_it_confirms_what_is_decided(statement: Statement) -> None:
    # Whoever writes a certificate has its bounds from enclosures or balls: that both sides meet them compares the two.
    written = [certificate(one) for one in _instances(statement, 1)]
    independent = sum(one["independent"] for one in written)
    assert written
    assert independent == (0 if statement.id in EIGENVALUES else len(written))


@pytest.mark.parametrize("name", ["triple_gap", "triple_subspace", "eckart_young", "limit_general", "lock_detection"])
@pytest.mark.parametrize("noise", [1e-9, 1e-4, 1e-2])
def test_intervals_of_poor_witnesses_hold_those_of_good_ones(name: str, noise: float) -> None:
    generator = np.random.default_rng(1)
    compared = 0
    for one in _instances(CATALOG[name], 4):
        written = certificate(one)
        inputs = {
            key: checker.Matrix.of(x["rows"])
            if isinstance(x, dict)
            else checker.Interval(*[checker.number(str(x))] * 2)
            for key, x in written["inputs"].items()
        }
        good = checker.evaluate(written["program"], inputs, lambda node, _, w=written: w["witnesses"][str(node)])[0]

        def poor(node, _, w=written):
            exact = w["witnesses"][str(node)]
            moved = {
                key: [
                    [str(checker.number(x) + Fraction(generator.normal() * noise)) for x in row] for row in exact[key]
                ]
                for key in ("U", "V")
            }
            values = sorted(
                (checker.number(x) * Fraction(1 + noise * generator.uniform()) for x in exact["s"]), reverse=True
            )
            return {**moved, "s": [str(x) for x in values]}

        try:
            wide = checker.evaluate(written["program"], inputs, poor)[0]
        except checker.REFUSALS:
            continue
        for sharp, blunt in zip(good, wide, strict=True):
            if isinstance(sharp, checker.Interval):
                compared += 1
                assert blunt.low <= sharp.high
                assert sharp.low <= blunt.high
    assert compared > 10 or noise > 1e-3


def test_the_refuted_reading_is_violated_for_the_checker_alone(tmp_path: Path) -> None:
    statement = CATALOG["triple_independent"]
    written = [certificate(decided(statement, example.values)) for example in statement.refuted_by]
    done = _run(tmp_path, _file(*written))
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count("VIOLATED, confirmed") == 2
    assert "σ_1(A B C) >= " in done.stdout
    assert "cos∠(V_1(A), U_1(B))" in done.stdout
    assert "2 of 2 confirmed" in done.stdout


def test_it_runs_where_it_lies(tmp_path: Path) -> None:
    # Python looks beside a script first: no file there may have the name of a module of Python's own.
    assert {path.stem for path in SCRIPT.parent.glob("*.py")}.isdisjoint(sys.stdlib_module_names)
    (tmp_path / "own.json").write_text(json.dumps(_file(claim([["number", "1"]], 0, ">=", 0))))
    command = [sys.executable, str(SCRIPT), str(tmp_path / "own.json")]
    done = subprocess.run(command, capture_output=True, encoding="utf-8", check=False, timeout=60)
    assert (done.returncode, done.stderr) == (0, "")


def test_exit_codes(tmp_path: Path) -> None:
    right = claim([["number", "1"], ["number", "2"]], 0, "<=", 1)
    wrong = claim([["number", "1"], ["number", "2"]], 1, "<=", 0)
    large = {**right, "inputs": {"A": {"tensor": "layer"}}, "independent": False}
    done = _run(tmp_path, _file(right))
    assert (done.returncode, done.stdout.splitlines()[-1]) == (0, "1 of 1 confirmed")
    for other, words in (
        (wrong, "it is VIOLATED"),
        (large, "not small: use specbound verify-certificate"),
        ({}, "'independent'"),
    ):
        done = _run(tmp_path, _file(right, {"statement": "own", **other}))
        assert (done.returncode, done.stdout.splitlines()[-1]) == (1, "1 of 2 confirmed")
        assert words in done.stdout
    version = {**_file(right), "version": 2}
    for unreadable in ("[", "[1]", version, _file({"no": "statement"}), "[" * 100_000, None):
        done = _run(tmp_path, unreadable)
        assert done.returncode == 2, done.stdout
        assert "Traceback" not in done.stderr
        assert done.stderr.startswith("cannot read a file of certificates: ")
    assert _run(tmp_path, _file()).returncode == 1


@pytest.mark.parametrize(
    "node",
    [
        ["eigenvalue", 0, 0],
        ["singular_value", 5, 0],
        ["singular_value", 0, -1],
        ["singular_value", 0],
        ["singular_value", 0, 0, 0],
        ["singular_value", "A", 0],
        ["singular_value", True, 0],
        ["column", 0, 2],
        ["leading", 0, 0, 1],
        ["left", 0, 0],
        ["left", 0, 3],
        ["+", 0, 0],
        ["input", "C"],
        ["number", "one"],
        ["**", 1, 10**6],
        ["__import__", "os"],
        [],
        None,
    ],
)
def test_a_program_that_is_none_is_not_confirmed(node) -> None:
    spoiled = claim(
        [["input", "A"], ["frobenius_norm", 0], node],
        *(1, ">=", 1),
        inputs={"A": [[2, 0], [0, 1]]},
        witnesses={"0": witness([[1, 0], [0, 1]], [2, 1], [[1, 0], [0, 1]])},
    )
    with pytest.raises(checker.REFUSALS):
        checker.confirm(spoiled)


def test_long_formulas_are_abbreviated() -> None:
    program = [["input", "x"], *(["+", n, n] for n in range(40))]
    lines = checker.confirm(claim(program, 40, ">=", 0, inputs={"x": 1}))
    assert re.fullmatch(r"t\d+ >= x", lines[0])
    assert all(len(line) < 200 for line in lines)
    assert lines[1].startswith("t1 = ")


def test_sides_beyond_floats_are_shown() -> None:
    lines = checker.confirm(claim([["input", "x"], ["**", 0, 999], ["sqrt", 1]], 2, ">=", 0, inputs={"x": 10}))
    assert lines[-1].startswith("3.1622776601683793E+499 ± ")


def test_witnesses_are_those_of_mpmath() -> None:
    matrix = checker.Matrix.of([["1/3", "0x1p-900"], ["0", "1"], ["5", "7"]])
    exact = checker.Svd(matrix, witnesses.witness_of(matrix))
    assert all(x.high - x.low < Fraction(1, 10**55) for x in exact.values)
    expected = np.linalg.svd(np.array([[1 / 3, 0], [0, 1], [5, 7]]), compute_uv=False)
    assert np.allclose([float(x.low) for x in exact.values], expected)
    tiny = checker.Matrix.of([["0x1p-900", "0"], ["0x1p-901", "0x1p-900"]])
    relative = checker.Svd(tiny, witnesses.witness_of(tiny))
    assert all((x.high - x.low) / x.low < Fraction(1, 10**55) for x in relative.values)
    zero = checker.Matrix.of([["0", "0"]])
    assert checker.Svd(zero, witnesses.witness_of(zero)).values == [(0, 0)]
    with pytest.raises(ValueError, match="at most 48"):
        witnesses.witness_of(checker.Matrix([[1] * 49], 1))
