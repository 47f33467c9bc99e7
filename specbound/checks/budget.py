"""How much a check may spend: named sizes, and strict changes to them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace

from specbound.core.errors import InvalidInput, unknown_name


@dataclass(frozen=True)
class Budget:
    """Numbers of instances and steps.

    ``property_examples``: examples of a property test. ``random_instances``: instances of the batched random search, in
    whole batches of ``batch``, at least one. ``ascents``: batches, spread over the random ones, whose worst instances
    gradient ascent improves, for at most ``ascent_steps`` steps each. ``certified_instances``: small exact matrices on
    which the claim is decided rigorously. ``measured_tuples``: Gaussian tuples on which tightness is measured where no
    matrices are given.
    """

    property_examples: int
    random_instances: int
    batch: int
    ascents: int
    ascent_steps: int
    certified_instances: int
    measured_tuples: int


BUDGETS = {
    "quick": Budget(30, 6_000, 500, 8, 40, 80, 20),
    "standard": Budget(2_000, 400_000, 1_000, 100, 300, 4_000, 60),
    "deep": Budget(20_000, 8_000_000, 2_000, 400, 1_000, 40_000, 200),
}


def budget_of(name: str, changes: Mapping[str, str | int] | None = None) -> Budget:
    """A named budget with some of its numbers changed.

    **Raises.** :class:`InvalidInput` for an unknown budget or key, or a number that is not a positive integer.

    >>> budget_of("quick", {"batch": "100"}).batch
    100
    """
    if name not in BUDGETS:
        raise unknown_name("budget", name, BUDGETS)
    known = [item.name for item in fields(Budget)]
    parsed: dict[str, int] = {}
    for key, value in (changes or {}).items():
        if key not in known:
            raise unknown_name("configuration key", key, known)
        if not str(value).isdecimal() or int(value) < 1:
            raise InvalidInput(f"{key} = {value!r}; required: a positive integer")
        parsed[key] = int(value)
    return replace(BUDGETS[name], **parsed)
