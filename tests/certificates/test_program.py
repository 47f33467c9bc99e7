"""What a program records of a formula, and what it refuses to record."""

import re
from fractions import Fraction

import numpy as np
import pytest

from specbound.certificates import checker, program
from specbound.certificates.exact_text import exact, long_hexadecimal, text_of
from specbound.certificates.program import LARGEST_EXPONENT, Premise, traced
from specbound.checks.certified import _drawn
from specbound.core.catalogue import catalog
from specbound.core.errors import InvalidInput
from specbound.core.instance import Domain
from specbound.core.statement import Assumption, Source, Statement
from specbound.core.verdict import Relation
from specbound.numeric.ops import NotAvailable, Ops

CATALOG = catalog()
TWO = {"A": [[2, 1], [0, 1]], "B": [[1, 0], [0, 1]]}


def _claim(lhs, rhs=lambda _: 0, holds=None) -> Statement:
    domain = Domain({"A": ("m", "n"), "B": ("m", "n")})
    assumptions = (Assumption("own", "", holds),) if holds else ()
    return Statement(
        *("own", "own", "", domain, lhs, Relation.GE, rhs, lambda _: 1.0, Source("a test")), assumptions=assumptions
    )


def _norm(x, name="A"):
    return x.ops.frobenius_norm(x.values[name])


@pytest.mark.parametrize("statement", CATALOG.values(), ids=lambda s: s.id)
def test_every_statement_and_mutant_is_recorded(statement: Statement) -> None:
    for item in (statement, *(statement.mutate(mutant) for mutant in statement.mutants)):
        values = next(_drawn(item.domain, np.random.default_rng(0)))
        found = traced(item, values)
        assert found == traced(item, values)
        assert len({str(node) for node in found.nodes}) == len(found.nodes)
        assert [premise.name for premise in found.premises] == [item.name for item in item.assumptions]
        for place, (op, *arguments) in enumerate(found.nodes):
            assert op == "eigenvalue" or op in checker.OPERATIONS
            kinds = "mj" if op == "eigenvalue" else checker.OPERATIONS[op][0]
            for kind, argument in zip(kinds.ljust(len(arguments), "s"), arguments, strict=True):
                assert type(argument) is (str if kind == "x" else int)
                assert kind in "ijx" or argument < place


def test_the_table_of_nodes_is_that_of_the_checker() -> None:
    rows = re.findall(r"^(\S.*?)  +([msitx]+\*?)  +", program.__doc__ or "", re.MULTILINE)
    told = {name.strip("`,"): kinds for names, kinds in rows for name in names.split()}
    written = {
        op: re.sub("s$", "s*", kinds) if op == "largest" else kinds for op, (kinds, *_) in checker.OPERATIONS.items()
    }
    assert {op: kinds.replace("d", "m").replace("j", "i") for op, kinds in written.items()} | {
        "eigenvalue": "mi"
    } == told


def test_a_system_that_records_has_all_operations() -> None:
    ops = [name for name in vars(Ops) if not name.startswith("_")]
    assert len(ops) > 25
    assert all(callable(getattr(program.TraceOps, name)) for name in ops)


def test_what_is_the_same_is_one_node() -> None:
    found = traced(_claim(lambda x: _norm(x) - _norm(x), _norm), TWO)
    assert found.nodes == [["input", "A"], ["input", "B"], ["frobenius_norm", 0], ["-", 2, 2]]
    assert (found.lhs, found.rhs) == (3, 2)


def test_transposing_twice_is_not_recorded() -> None:
    found = traced(_claim(lambda x: x.ops.frobenius_norm(x.ops.transpose(x.A.mT))), TWO)
    assert ["frobenius_norm", 0] in found.nodes


def test_sums_and_products_are_unrolled_without_their_start() -> None:
    value = lambda x: x.ops.singular_values(x.A).value  # noqa: E731
    found = traced(_claim(lambda x: x.ops.sum_over(value(x), 2), lambda x: x.ops.product_over(value(x), 2)), TWO)
    assert found.nodes[4:] == [["+", 2, 3], ["*", 2, 3]]
    largest = traced(_claim(lambda x: x.ops.largest_over(value(x), 2, index=1)), TWO)
    assert ["largest", 1, 2, 3] in largest.nodes
    beyond = traced(_claim(lambda x: x.ops.largest_over(value(x), 2, index=2)), TWO)
    assert beyond.nodes[beyond.lhs] == ["number", "0"]


def test_premises_are_nodes_or_what_shapes_decide() -> None:
    joined = _claim(_norm, holds=lambda x: (_norm(x) < 9) & (x.ops.orthonormal(x.B) | (_norm(x) >= 10)))
    found = traced(joined, TWO)
    (premise,) = found.premises
    assert found.nodes[premise.holds][0] == "and"
    assert ["<=", found.nodes.index(["number", "10"]), 2] in found.nodes
    assert traced(_claim(_norm, holds=lambda x: x.A.shape[0] <= 2), TWO).premises == [Premise("own", True)]
    assert traced(_claim(_norm, holds=lambda x: (_norm(x) < 9) & False), TWO).premises == [Premise("own", False)]
    assert traced(_claim(_norm, holds=lambda x: True | (_norm(x) < 9)), TWO).premises == [Premise("own", True)]
    mixed = traced(_claim(_norm, holds=lambda x: False | (True & (_norm(x) > 9))), TWO)
    assert mixed.nodes[mixed.premises[0].holds][0] == "<"


@pytest.mark.parametrize(
    ("side", "words"),
    [
        (lambda x: _norm(x) or 5, "branches on a number"),
        (lambda x: 1 if _norm(x) < 2 else 2, "branches on a comparison"),
        (lambda x: 1 if _norm(x) == 2 else 2, "are equal"),
        (lambda x: _norm(x) ** 0.5, "powers 0, 1"),
        (lambda x: _norm(x) ** (LARGEST_EXPONENT + 1), "powers 0, 1"),
        (lambda x: x.ops.frobenius_norm(x.ops.svd(x.A).left(3)), "there are 2"),
    ],
)
def test_what_cannot_be_recorded_is_told(side, words: str) -> None:
    with pytest.raises(NotAvailable, match=words):
        traced(_claim(side), TWO)


@pytest.mark.parametrize(
    ("side", "values", "words"),
    [
        (_norm, {"A": [[1, 2], [3]], "B": [[1]]}, "rows of lengths"),
        (_norm, {"A": [[1, 2]], "B": [[1]]}, "do not fit together"),
        (_norm, {"A": [[1, 2]]}, "required: exactly"),
        (
            lambda x: x.ops.frobenius_norm(x.ops.product(x.A, x.B)),
            {"A": [[1, 2]], "B": [[1, 2]]},
            "product of matrices",
        ),
        (lambda x: x.ops.entry(x.A), TWO, "entry of matrices"),
        (lambda x: _norm(x) + "one", TWO, "in a formula"),
        (lambda x: _norm(x) + True, TWO, "where a number is required"),
        (lambda x: _norm(x) + float("inf"), TWO, "a finite number"),
    ],
)
def test_what_does_not_fit_is_refused(side, values, words: str) -> None:
    with pytest.raises(InvalidInput, match=words):
        traced(_claim(side), values)


def test_an_index_or_a_number_out_of_range_is_refused() -> None:
    values = {"A": [[1]], "B": [[1]], "i": 0, "j": 2}
    with pytest.raises(InvalidInput, match="j = 2; required: 0 to 1"):
        traced(CATALOG["weyl_sum"], values)
    statement = CATALOG["sign_step"]
    drawn = dict(next(_drawn(statement.domain, np.random.default_rng(0))))
    name = next(iter(statement.domain.numbers))
    with pytest.raises(InvalidInput, match=f"{name} = "):
        traced(statement, {**drawn, name: -1.0})
    with pytest.raises(InvalidInput, match="is a list; required: an integer, a fraction or a float"):
        traced(statement, {**drawn, name: [[1]]})


def test_a_premise_that_is_no_comparison_is_told() -> None:
    with pytest.raises(NotAvailable, match="no comparison"):
        traced(_claim(_norm, holds=lambda x: 1), TWO)


@pytest.mark.parametrize(
    "number", [0, -7, 2**53 + 1, 0.1, -1.5e-300, 2.0**1023, Fraction(1, 3), np.float32(0.1), 10**400]
)
def test_numbers_as_text_lose_nothing(number) -> None:
    assert checker.number(text_of(number)) == exact(number)
    dyadic = Fraction(3 * 10**40 + 1, 2**200)
    assert checker.number(long_hexadecimal(-dyadic)) == -dyadic


@pytest.mark.parametrize("text", ["nan", "inf", "1.5", "1e5", "0x1.8", "0x1p+99999", "1/0", "", "1_0", "٣", "0x1p+1 "])
def test_other_texts_are_no_numbers(text: str) -> None:
    with pytest.raises((ValueError, ZeroDivisionError)):
        checker.number(text)
