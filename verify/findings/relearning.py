"""Whether a locked model relearns what was unlearned."""

from __future__ import annotations

from collections.abc import Sequence

from specbound.campaign import Record
from specbound.report.finding import Finding
from verify.relearning import cells

LOCKED, FREE = "α=1e4", "undefended"


def findings(records: Sequence[Record]) -> list[Finding]:
    """What the relearning table says of its strongest lock."""
    name = "locked_does_not_relearn"
    claim = (
        f"A model locked with {LOCKED} reaches the goal within the budget at none of the learning rates tried, where "
        "the undefended model reaches it at some."
    )
    reached: dict[tuple[str, str], dict[str, set[float]]] = {}
    for (network, optimizer, condition, rate), mine in cells(records).items():
        of_it = reached.setdefault((network, optimizer), {}).setdefault(condition, set())
        if any(record.measurement["reached"] is not None for record in mine):
            of_it.add(rate)
    tables = {place: found for place, found in reached.items() if LOCKED in found and found.get(FREE)}
    if not tables:
        return [Finding(name, claim, None, "no lock was measured beside an undefended model that reaches the goal")]
    relearned = {place: found[LOCKED] for place, found in tables.items() if found[LOCKED]}
    exceptions = ", ".join(
        f"{network} with {optimizer} at {', '.join(f'{rate:.0e}' for rate in sorted(rates))}"
        for (network, optimizer), rates in relearned.items()
    )
    told = f"So it is for {len(tables) - len(relearned)} of {len(tables)} pairs of a network and an optimizer"
    told += f"; some seed reached it: {exceptions}." if relearned else "."
    return [Finding(name, claim, not relearned, told, ("relearning_table",))]
