"""Every command, with good input and bad: in this process, and as one of its own where that is what is tested."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import save_file

from specbound.cli import main
from specbound.core.catalogue import catalog
from specbound.core.evidence import Evidence, Kind
from specbound.core.verdict import Verdict
from tests.conftest import ROOT, run_module
from tests.results import store_evidence

SMALL = ("--set", "random_instances=4000", "--set", "property_examples=20", "--set", "ascents=1")
THEOREM = '''"""The Frobenius norm of a product is at most a spectral norm times a Frobenius norm."""

from specbound import Domain, Index, Mutant, Relation, Source, Statement


def lhs(x):
    return x.ops.frobenius_norm(x.ops.product(x.A, x.B))


def rhs(x):
    return x.ops.singular_value(x.A, 0) * x.ops.frobenius_norm(x.B)


def scale(x):
    return x.ops.frobenius_norm(x.A) * x.ops.frobenius_norm(x.B)


statement = Statement(
    id="mixed_product", area="own", claim=r"\\|AB\\|_F \\le \\sigma_1(A) \\|B\\|_F",
    domain=Domain({"A": ("m", "n"), "B": ("n", "p")}),
    lhs=lhs, relation=Relation.LE, rhs=RHS, scale=scale, source=Source("textbook"),
    mutants=(Mutant("second_value", "the second singular value", {"rhs": lambda x: x.ops.singular_value(x.A, 1)
                                                                 * x.ops.frobenius_norm(x.B)}),),
)
'''


@dataclass(frozen=True)
class Done:
    """How a command ended and what it printed."""

    returncode: int
    stdout: str
    stderr: str


@pytest.fixture
def specbound(capsys: pytest.CaptureFixture[str]) -> Callable[..., Done]:
    """The command in this process, which spares an import of torch for each call."""

    def run(*arguments: str) -> Done:
        code = main(arguments)
        printed = capsys.readouterr()
        return Done(code, printed.out, printed.err)

    return run


@pytest.fixture
def weights(tmp_path: Path) -> Path:
    generator = torch.Generator().manual_seed(0)
    tensors = {f"layer.{n}.weight": torch.randn(6, 6, generator=generator) for n in range(4)}
    save_file(tensors, tmp_path / "weights.safetensors")
    return tmp_path / "weights.safetensors"


def _theorem(tmp_path: Path, rhs: str = "rhs") -> str:
    path = tmp_path / "my_theorem.py"
    path.write_text(THEOREM.replace("RHS", rhs))
    return str(path)


def test_help_names_every_command() -> None:
    done = run_module("specbound", "--help")
    assert done.returncode == 0
    for command in ("list", "show", "check", "falsify", "spectrum", "verify-certificate"):
        assert command in done.stdout


def test_a_mutant_is_shown_as_what_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["show", "weyl_sum/index_shifted"]) == 0
    assert capsys.readouterr().out.startswith("weyl_sum/index_shifted\n\nA false neighbour of weyl_sum: ")


def test_list(specbound, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    done = specbound("list", "--json")
    assert done.returncode == 0, done.stderr
    listed = json.loads(done.stdout)
    assert [entry["id"] for entry in listed] == list(catalog())
    assert all(set(entry) == {"id", "area", "claim", "expected", "status"} for entry in listed)
    assert {entry["status"] for entry in listed} == {"no evidence here"}
    assert "triple_gap" in specbound("list").stdout


def test_list_reads_statuses_from_evidence(specbound, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    record = Evidence("triple_gap", Kind.PROPERTY, Verdict.HOLDS, counts={"HOLDS": 12})
    results = store_evidence(tmp_path / "own", [record])
    listed = json.loads(specbound("list", "--json", "--evidence", str(results)).stdout)
    assert {entry["id"]: entry["status"] for entry in listed}["triple_gap"] == "no counterexample in 12"
    store_evidence(tmp_path / "verify" / "results" / "2026-01-01", [record])
    monkeypatch.chdir(tmp_path)
    assert "no counterexample in 12" in specbound("list").stdout


def test_show(specbound) -> None:
    done = specbound("show", "triple_sequential")
    assert done.returncode == 0, done.stderr
    for words in ("**Claim.**", "**Tight when**", "index_shifted", "expected   holds"):
        assert words in done.stdout
    shown = json.loads(specbound("show", "triple_independent", "--json").stdout)
    assert shown["expected"] == "refuted"
    assert "angles_defined" in shown["assumptions"]


def test_check_prints_a_table_and_json(specbound) -> None:
    done = specbound("check", "weyl_sum", "triple_independent", *SMALL)
    assert done.returncode == 0, done.stderr
    assert "2 of 2" in done.stdout
    assert "triple_independent: smallest counterexample {" in done.stdout
    found = json.loads(specbound("check", "weyl_sum", "--kind", "property", "--json", *SMALL).stdout)
    assert [record["kind"] for record in found["evidence"]] == ["property"]
    assert found["rows"][0]["statement"] == "weyl_sum"


def test_check_leaves_nothing_where_the_user_stands(tmp_path: Path) -> None:
    done = run_module("specbound", "check", "weyl_sum", "--kind", "property", *SMALL, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert list(tmp_path.iterdir()) == []


def test_check_measures_on_given_weights(specbound, weights: Path) -> None:
    done = specbound("check", "triple_gap", "--kind", "measured", "--weights", str(weights), "--json")
    assert done.returncode == 0, done.stderr
    (record,) = json.loads(done.stdout)["evidence"]
    assert [item["matrices"] for item in record["details"]["tuples"]] == [
        ["layer.2.weight", "layer.1.weight", "layer.0.weight"],
        ["layer.3.weight", "layer.2.weight", "layer.1.weight"],
    ]


def test_a_theorem_of_ones_own_is_checked_by_one_command(specbound, tmp_path: Path) -> None:
    done = specbound("check", "--statements", _theorem(tmp_path))
    assert done.returncode == 0, done.stderr
    assert "mixed_product" in done.stdout
    assert "1 of 1" in done.stdout
    assert "not derived" in done.stdout
    assert "weyl_sum" not in done.stdout


def test_a_false_theorem_of_ones_own_is_a_surprise(specbound, tmp_path: Path) -> None:
    path = _theorem(tmp_path, "lambda x: 0.9 * rhs(x)")
    done = specbound("check", "--statements", path)
    assert done.returncode == 1
    assert "SURPRISE mixed_product: expected to hold, VIOLATED by adversarial evidence" in done.stdout
    assert specbound("falsify", "mixed_product", "--statements", path).returncode == 1


def test_falsify_exit_codes(specbound) -> None:
    refuted = specbound("falsify", "triple_independent")
    assert refuted.returncode == 0, refuted.stderr
    assert "VIOLATED" in refuted.stdout
    assert json.loads(refuted.stdout.splitlines()[0])["recipe"] in ("entries", "by_spectrum")
    mutant = specbound("falsify", "weyl_sum/index_shifted", "--json")
    assert mutant.returncode == 0
    assert json.loads(mutant.stdout)["verdict"] == "VIOLATED"
    nothing = specbound("falsify", "weyl_sum", "--seconds", "0.2")
    assert nothing.returncode == 3
    assert "no counterexample" in nothing.stdout


def test_spectrum(specbound, weights: Path) -> None:
    done = specbound("spectrum", str(weights))
    assert done.returncode == 0, done.stderr
    assert "layer.3.weight" in done.stdout
    (first, *_) = json.loads(specbound("spectrum", str(weights), "--json").stdout)
    from safetensors.torch import load_file

    expected = np.linalg.svd(load_file(weights)["layer.0.weight"].double().numpy(), compute_uv=False)
    np.testing.assert_allclose(first["singular_values"], expected, rtol=1e-12)


def test_a_certified_spectrum_is_one_of_intervals(weights: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["spectrum", str(weights), "--certified", "--json"]) == 0
    certified = json.loads(capsys.readouterr().out)
    assert main(["spectrum", str(weights), "--json"]) == 0
    for bounds, values in zip(certified, json.loads(capsys.readouterr().out), strict=True):
        assert bounds["shape"] == values["shape"]
        for low, value, high in zip(bounds["lower"], values["singular_values"], bounds["upper"], strict=True):
            assert low <= value <= high <= low + 1e-12 * bounds["upper"][0]
    assert main(["spectrum", str(weights), "--certified"]) == 0
    (first, *_), lines = certified, capsys.readouterr().out.splitlines()
    assert f"[{first['lower'][0]:.17g}, {first['upper'][0]:.17g}]" in lines[1]


def test_a_spectrum_beyond_floats_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    save_file({"large": torch.full((9, 9), 1.7e308, dtype=torch.float64)}, tmp_path / "w.safetensors")
    _assert_refused(capsys, ("spectrum", str(tmp_path / "w.safetensors"), "--certified"), "large: a singular value of")


BAD = {
    "unknown id": (("show", "triple_gop"), "the nearest known: triple_gap"),
    "unknown mutant": (("falsify", "weyl_sum/indices"), "unknown mutant of weyl_sum"),
    "unknown kind": (("check", "--kind", "guess"), "unknown kind"),
    "unknown budget": (("check", "--budget", "vast"), "unknown budget"),
    "unknown key": (("check", "--set", "batches=3"), "unknown configuration key 'batches'"),
    "no assignment": (("check", "--set", "batch"), "required: KEY=N"),
    "bad device": (("check", "--device", "cuda:99"), "cannot be used here"),
    "missing weights": (("check", "--weights", "absent.safetensors"), "no file at"),
    "missing spectrum": (("spectrum", "absent.safetensors"), "no file at"),
    "missing statements": (("check", "--statements", "absent.py"), "no statements file"),
    "missing evidence": (("list", "--evidence", "absent"), "holds no results"),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_input_gets_one_clear_line_and_exit_code_2(capsys: pytest.CaptureFixture[str], case: str) -> None:
    arguments, message = BAD[case]
    _assert_refused(capsys, arguments, message)


def _assert_refused(capsys: pytest.CaptureFixture[str], arguments: Sequence[str], message: str) -> None:
    assert main(arguments) == 2
    printed = capsys.readouterr()
    assert message in printed.err
    assert printed.err.count("\n") == 1
    assert printed.out == ""


def test_bad_input_of_a_whole_process() -> None:
    done = run_module("specbound", "show", "triple_gop")
    assert done.returncode == 2
    assert (
        done.stderr == "specbound: unknown statement 'triple_gop'; "
        "the nearest known: triple_gap, triple_subspace, triple_independent\n"
    )


FILES = {
    "empty": (b"", "is empty"),
    "truncated": (b"\x40\x00\x00\x00\x00\x00\x00\x00{", "may be truncated"),
    "pickle": (b"\x80\x04\x95\x05.", "is a pickle"),
}


@pytest.mark.parametrize("case", FILES)
@pytest.mark.parametrize("command", [("spectrum",), ("check", "triple_gap", "--weights")])
def test_bad_weight_files_get_one_clear_line(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, case: str, command: tuple[str, ...]
) -> None:
    content, message = FILES[case]
    (tmp_path / "w.safetensors").write_bytes(content)
    _assert_refused(capsys, (*command, str(tmp_path / "w.safetensors")), message)


def test_weights_that_are_not_finite_or_do_not_fit(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    path = tmp_path / "w.safetensors"
    save_file({"w": torch.tensor([[float("nan")]])}, path)
    _assert_refused(capsys, ("spectrum", str(path)), "w has entries that are NaN")
    save_file({"a": torch.ones(2, 3), "b": torch.ones(5, 7)}, path)
    assert main(["check", "weyl_sum", "--kind", "measured", "--weights", str(path)]) == 2
    assert "no 2 consecutive matrices fit together among a (2, 3), b (5, 7)" in capsys.readouterr().err


@pytest.mark.parametrize("line", ["1 / 0", "raise SystemExit", "import absent_module", "def ("])
def test_a_statements_file_that_raises(capsys: pytest.CaptureFixture[str], tmp_path: Path, line: str) -> None:
    path = tmp_path / "mine.py"
    path.write_text(f"x = 1\n{line}\n")
    _assert_refused(capsys, ("check", "--statements", str(path)), "mine.py, line 2")


@pytest.mark.parametrize(
    "rhs",
    [
        "lambda x: x.nothing",
        "lambda x: 1 / 0",
        "lambda x: x.A @ x.A @ x.A",
        "lambda x: None",
        "lambda x: [1]",
        "lambda x: 1j",
        "lambda x: True",
        "lambda x: exit()",
        "lambda x: float('nan')",
    ],
)
def test_a_statement_whose_side_raises(capsys: pytest.CaptureFixture[str], tmp_path: Path, rhs: str) -> None:
    assert main(["check", "--statements", _theorem(tmp_path, rhs)]) == 2
    assert capsys.readouterr().err.splitlines()[-1].startswith("specbound: mixed_product: ")


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (
            "relation=Relation.LE",
            'relation="<="',
            "InvalidInput: mixed_product: relation '<='; required: a specbound.Relation",
        ),
        ("scale=scale, ", "", "TypeError: .* missing 1 required positional argument: 'scale'"),
        ('{"rhs": lambda', '{"right": lambda', "unknown field replaced by the mutant second_value 'right'"),
        ('("n", "p")', '("n", "p", "q")', "B has shape .*; required: two sizes"),
        ('Domain({"A": ("m", "n"), "B": ("n", "p")})', "{}", "domain {}; required: a specbound.Domain"),
        ('Source("textbook")', '"textbook"', "source 'textbook'; required: a specbound.Source"),
        (
            '"B": ("n", "p")}',
            '"B": ("n", "p")}, {"r": Index(1, lambda s: s["q"])}',
            "the highest 'r' cannot be computed",
        ),
        ('"B": ("n", "p")}', '"B": ("n", "p")}, {"r": Index(1, 3)}', "'int' object is not callable"),
        ('"B": ("n", "p")}', '"B": ("n", "p")}, {"r": (1, 3)}', "required: Index"),
        (
            '{"rhs": lambda x: x.ops.singular_value(x.A, 1)',
            '("rhs", lambda x: x.ops.singular_value(x.A, 1)',
            "SyntaxError",
        ),
        ('"mixed_product"', '"mixed/product"', "no slash"),
    ],
)
def test_mistakes_in_a_statement_get_one_line(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, old: str, new: str, message: str
) -> None:
    path = Path(_theorem(tmp_path))
    path.write_text(path.read_text().replace(old, new))
    assert main(["check", "--statements", str(path)]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert re.search(message, line)


@pytest.mark.parametrize("text", ["-1", "abc", "1.5"])
def test_seeds_are_whole_numbers(capsys: pytest.CaptureFixture[str], text: str) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(["check", "--seed", text])
    assert stopped.value.code == 2
    assert "required: a whole number" in capsys.readouterr().err


def test_a_closed_pipe_ends_quietly() -> None:
    command = [sys.executable, "-m", "specbound", "show", "triple_gap"]
    read, write = os.pipe()
    os.close(read)
    done = subprocess.run(command, stdout=write, stderr=subprocess.PIPE, text=True, check=False)
    os.close(write)
    assert (done.returncode, done.stderr) == (141, "")


INTERRUPTED = """
import runpy, signal, sys
import specbound.checks.falsify
specbound.catalog()
signal.signal(signal.SIGINT, signal.default_int_handler)
signal.signal(signal.SIGALRM, lambda *_: signal.raise_signal(signal.SIGINT))
signal.setitimer(signal.ITIMER_REAL, 1)
sys.argv[1:] = ["falsify", "triple_gap", "--seconds", "60"]
runpy.run_module("specbound", run_name="__main__", alter_sys=True)
"""
"""A second after the imports, before which nobody handles the signal, when the search is on its way.

Tests that run in the background inherit that the signal is ignored.
"""


def test_an_interruption_ends_quietly() -> None:
    command = [sys.executable, "-c", INTERRUPTED]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=50, check=False)
    assert (done.returncode, done.stderr) == (130, "specbound: interrupted\n")


def test_an_id_of_the_catalogue_cannot_be_taken(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    path = Path(_theorem(tmp_path))
    path.write_text(path.read_text().replace("mixed_product", "weyl_sum"))
    _assert_refused(capsys, ("check", "weyl_sum", "--statements", str(path)), "of the catalogue")
