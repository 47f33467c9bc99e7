import pytest

from specbound.checks.budget import BUDGETS, budget_of
from specbound.core.errors import InvalidInput


def test_budgets_grow() -> None:
    sizes = [BUDGETS[name].random_instances for name in ("quick", "standard", "deep")]
    assert sizes == sorted(sizes)


@pytest.mark.parametrize(
    ("name", "changes", "message"),
    [
        ("fast", {}, "unknown budget 'fast'"),
        ("quick", {"batches": 3}, "unknown configuration key 'batches'; the nearest known: batch"),
        ("quick", {"batch": "many"}, "batch = 'many'; required: a positive integer"),
        ("quick", {"batch": 0}, "batch = 0; required: a positive integer"),
        ("quick", {"batch": -5}, "batch = -5"),
    ],
)
def test_bad_configuration_is_refused(name: str, changes: dict[str, str | int], message: str) -> None:
    with pytest.raises(InvalidInput, match=message):
        budget_of(name, changes)
