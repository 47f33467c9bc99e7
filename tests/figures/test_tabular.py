"""Tables for papers."""

import pytest

from figures.tabular import Table, power_of_ten, spread, tabular
from specbound.core.errors import InvalidInput


def test_a_table_is_marked_and_its_words_are_escaped() -> None:
    table = Table(["model", r"$\alpha=10^{4}$"], [["`triple_gap`", "5 % & more"], ["§ 2 – †", "$-1$"]])
    assert tabular(table, "abc").splitlines() == [
        "% abc",
        r"\begin{tabular}{lr}",
        r"\toprule",
        r"model & $\alpha=10^{4}$ \\",
        r"\midrule",
        r"\texttt{triple\_gap} & 5 \% \& more \\",
        r"{\textsection} 2 {\textendash} {\textdagger} & $-1$ \\",
        r"\bottomrule",
        r"\end{tabular}",
    ]


def test_a_character_that_latex_lacks_is_refused() -> None:
    with pytest.raises(InvalidInput, match="cannot be set in LaTeX"):
        tabular(Table(["head"], [["漢"]]), "abc")


def test_numbers_are_formulas_without_a_negative_zero() -> None:
    assert spread([1.0, 3.0], ".1f") == r"$2.0 \pm 12.7$"
    assert spread([-0.0001], ".2f") == "$0.00$"
    assert spread([], ".2f") == "–"
    assert [f"{power_of_ten(value)}" for value in (1e-6, 1.0, 1e12)] == ["10^{-6}", "10^{0}", "10^{12}"]
