import pytest

from specbound.core.errors import InvalidInput
from specbound.core.verdict import Relation, Verdict, judge


def test_a_verdict_has_no_truth_value() -> None:
    with pytest.raises(TypeError, match="four values"):
        bool(Verdict.HOLDS)
    with pytest.raises(TypeError):
        assert not Verdict.VIOLATED


def test_the_four_words_and_no_others() -> None:
    assert [str(verdict) for verdict in Verdict] == ["HOLDS", "VIOLATED", "UNDECIDED", "CONSISTENT"]


@pytest.mark.parametrize(
    ("margin", "expected"),
    [
        (1.0, Verdict.HOLDS),
        (0.1, Verdict.HOLDS),
        (0.099, Verdict.UNDECIDED),
        (0.0, Verdict.UNDECIDED),
        (-0.1, Verdict.UNDECIDED),
        (-0.101, Verdict.VIOLATED),
    ],
)
def test_an_inequality_is_decided_only_beyond_its_tolerance(margin: float, expected: Verdict) -> None:
    assert judge(margin, 0.1, equality=False) is expected


@pytest.mark.parametrize(("margin", "expected"), [(0.0, Verdict.CONSISTENT), (-0.1, Verdict.CONSISTENT)])
def test_an_equality_is_at_best_consistent(margin: float, expected: Verdict) -> None:
    assert judge(margin, 0.1, equality=True) is expected


@pytest.mark.parametrize("margin", [-0.2, 0.2])
def test_an_equality_is_violated_on_either_side(margin: float) -> None:
    assert judge(margin, 0.1, equality=True) is Verdict.VIOLATED


@pytest.mark.parametrize(("margin", "tolerance"), [(float("nan"), 0.1), (float("inf"), 0.1), (0.0, float("inf"))])
def test_numbers_that_are_not_finite_raise(margin: float, tolerance: float) -> None:
    with pytest.raises(InvalidInput, match="required: finite"):
        judge(margin, tolerance, equality=False)


def test_relations_orient_margin_and_tightness() -> None:
    assert Relation.GE.margin(3, 2) == 1
    assert Relation.LE.margin(3, 2) == -1
    assert Relation.EQ.margin(3, 2) == -1
    assert Relation.GE.ordered(3, 2) == (2, 3)
    assert Relation.LE.ordered(2, 3) == (2, 3)
