from dataclasses import replace
from pathlib import Path

import pytest

import specbound
from specbound.checks.budget import budget_of
from specbound.checks.measured import Chain
from specbound.core.errors import InvalidInput
from specbound.core.evidence import Kind
from specbound.numeric.ops import NotAvailable
from tests.checks.test_measured import LAYERS

SMALL = budget_of("quick", {"random_instances": 1000, "property_examples": 20, "ascents": 1})


def test_check_runs_all_kinds_on_the_statement_and_its_mutants() -> None:
    found = specbound.check("weyl_sum", budget=SMALL)
    assert [(record.statement, record.kind) for record in found] == [
        ("weyl_sum", Kind.SYMBOLIC),
        ("weyl_sum", Kind.PROPERTY),
        ("weyl_sum", Kind.ADVERSARIAL),
        ("weyl_sum/index_shifted", Kind.ADVERSARIAL),
        ("weyl_sum/constant_tightened", Kind.ADVERSARIAL),
        ("weyl_sum", Kind.CERTIFIED),
        ("weyl_sum", Kind.MEASURED),
    ]


def test_check_takes_statements_and_ids() -> None:
    statement = specbound.catalog()["triple_gap"]
    found = specbound.check([statement, "weyl_sum"], kinds=["symbolic"])
    assert [record.statement for record in found] == ["triple_gap", "weyl_sum"]


def test_nothing_is_counted_twice() -> None:
    found = specbound.check(["weyl_sum", "weyl_sum"], ["property", "property"], SMALL)
    assert len(found) == 1


def test_a_check_that_checks_nothing_is_refused(tmp_path: Path) -> None:
    own = replace(specbound.catalog()["weyl_sum"], id="own", file=tmp_path / "own.py")
    with pytest.raises(InvalidInput, match="nothing could be checked"):
        specbound.check(own, ["symbolic"])


def test_what_does_not_fit_is_told_and_left_out() -> None:
    lines: list[str] = []
    found = specbound.check(
        ["weyl_sum", "triple_gap"], ["measured"], SMALL, chains=[Chain("toy", LAYERS)], progress=lines.append
    )
    assert [record.statement for record in found] == ["triple_gap"]
    assert any(line.startswith("not available: weyl_sum: no 2 consecutive") for line in lines)


def test_a_side_may_be_a_plain_number() -> None:
    statement = replace(
        specbound.catalog()["weyl_sum"],
        id="not_negative",
        lhs=lambda x: x.ops.singular_value(x.A, x.i),
        relation=specbound.Relation.GE,
        rhs=lambda _: 0,
        scale=lambda _: 1.0,
    )
    found = specbound.check(statement, ["property", "adversarial"], SMALL)
    assert all(record.verdict is not specbound.Verdict.VIOLATED for record in found[:2])


def test_what_a_formula_asks_in_vain_is_an_error() -> None:
    statement = replace(specbound.catalog()["weyl_sum"], id="greedy", rhs=lambda x: x.ops.svd(x.A).right(9)[..., 0, 0])
    with pytest.raises(NotAvailable, match="9 singular vectors were asked for"):
        specbound.check(statement, ["property"], SMALL)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"statements": "triple_gop"}, "the nearest known: triple_gap"),
        ({"kinds": ["guess"]}, "unknown kind 'guess'"),
        ({"seed": -1}, "seed -1; required"),
        ({"budget": "huge"}, "unknown budget 'huge'"),
        ({"device": "cuda:99"}, "cannot be used here"),
        ({"statements": "weyl_sum", "kinds": ["measured"], "chains": [Chain("toy", LAYERS)]}, "none of the statements"),
    ],
)
def test_bad_arguments_are_refused(arguments: dict, message: str) -> None:
    with pytest.raises(InvalidInput, match=message):
        specbound.check(**arguments)
