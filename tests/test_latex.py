"""The theory as a document: complete, readable by a LaTeX parser, and free of what LaTeX cannot set."""

import pytest
from pylatexenc.latexwalker import LatexWalker

from specbound.core.catalogue import catalog
from specbound.core.errors import InvalidInput
from specbound.core.statement import Statement
from specbound.report.latex import document, formula, fragment, text
from tests.conftest import run_module


def parse(latex: str) -> None:
    LatexWalker(latex, tolerant_parsing=False).get_latex_nodes()


@pytest.mark.parametrize("statement", catalog().values(), ids=lambda s: s.id)
def test_every_statement_has_a_fragment(statement: Statement) -> None:
    latex = fragment(statement, "no evidence here")
    parse(latex)
    assert latex.isascii()
    assert formula(statement.claim) in latex
    for mutant in statement.mutants:
        assert mutant.change.count("$") % 2 == 0
        assert text(mutant.change) in latex
        of_mutant = fragment(statement.mutate(mutant), "refuted")
        parse(of_mutant)
        assert "$$" not in of_mutant
    for part in ("Assumes.", "Tight when", "Not claimed.", "Degenerate cases."):
        assert rf"\textbf{{{part}" in latex


ONE_AREA = [name for name, statement in catalog().items() if statement.area == "singular"]


@pytest.mark.parametrize("names", [ONE_AREA, pytest.param([], marks=pytest.mark.slow)], ids=["one area", "all"])
def test_the_document_of_derivations_is_complete(names: list[str]) -> None:
    done = run_module("proofs", "--latex", *names)
    assert done.returncode == 0, done.stderr
    parse(done.stdout)
    assert done.stdout.isascii()
    for name in names or catalog():
        assert text(name) in done.stdout
    assert done.stdout.count(r"\textbf{Derivation.}") == len(names or catalog())
    assert r"\emph{(cited, Horn \& Johnson, Matrix Analysis, 2nd ed. 2013, 0.1.7)}" in done.stdout
    assert r"A^{T}\allowbreak A =\allowbreak " in done.stdout
    assert done.stdout.strip().endswith(r"\end{document}")


def test_words_become_latex() -> None:
    assert text("σ_{r1}(A) & `triple_gap`") == r"\ensuremath{\sigma}\textsubscript{r1}(A) \& \texttt{triple\_gap}"
    assert text("without $a = b$") == r"without $a =\allowbreak b$"
    assert text("**Bold.** *so* `x**2` and `y**2`, A * B * C") == (
        r"\textbf{Bold.} \emph{so} \texttt{x**2} and \texttt{y**2}, A * B * C"
    )
    with pytest.raises(InvalidInput, match="cannot be set in LaTeX"):
        text("\u4e00")
    assert r"\title{A title}" in document("A title", ["x"])


@pytest.mark.parametrize(
    "latex",
    [r"\text{for all } A", r"\sqrt 2", r"\frac 1 2", r"\mathbf A", r"\begin{array}{c c}", r"\frac{a} {b}", "x^ 2"],
)
def test_an_argument_is_not_torn_from_its_command(latex: str) -> None:
    assert formula(latex) == f"${latex}$" or formula(latex) == "$" + latex.replace("} A", r"}\allowbreak A") + "$"


def test_a_formula_may_break_between_its_parts() -> None:
    assert formula(r"\sigma_{i + j}(A) \le \sigma_{i} + b") == (
        r"$\sigma_{i + j}(A)\allowbreak \le\allowbreak \sigma_{i}\allowbreak +\allowbreak b$"
    )
