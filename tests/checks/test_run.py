import pytest

import specbound
from specbound.checks.budget import budget_of
from specbound.checks.measured import Chain
from specbound.core.errors import InvalidInput
from specbound.core.evidence import Kind
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
        ("weyl_sum", Kind.MEASURED),
    ]


def test_check_takes_statements_and_ids() -> None:
    statement = specbound.catalog()["triple_gap"]
    found = specbound.check([statement, "weyl_sum"], kinds=["symbolic"])
    assert [record.statement for record in found] == ["triple_gap", "weyl_sum"]


def test_what_does_not_fit_is_told_and_left_out() -> None:
    lines: list[str] = []
    found = specbound.check(
        ["weyl_sum", "triple_gap"], ["measured"], SMALL, chains=[Chain("toy", LAYERS)], progress=lines.append
    )
    assert [record.statement for record in found] == ["triple_gap"]
    assert any(line.startswith("not available: weyl_sum: no 2 consecutive") for line in lines)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"statements": "triple_gop"}, "the nearest known: triple_gap"),
        ({"kinds": ["guess"]}, "unknown kind 'guess'"),
        ({"kinds": ["certified"]}, "no certified check in this version"),
        ({"seed": -1}, "seed -1; required"),
        ({"budget": "huge"}, "unknown budget 'huge'"),
        ({"device": "cuda:99"}, "cannot be used here"),
        ({"statements": "weyl_sum", "kinds": ["measured"], "chains": [Chain("toy", LAYERS)]}, "none of the statements"),
    ],
)
def test_bad_arguments_are_refused(arguments: dict, message: str) -> None:
    with pytest.raises(InvalidInput, match=message):
        specbound.check(**arguments)
