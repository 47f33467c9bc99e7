"""What the figures of the curvature study share: its records over α, and how each reading of the bound is drawn."""

from __future__ import annotations

from pathlib import Path

from figures.loading import measured
from figures.style import GREEN, GREY, Dash
from specbound.campaign import Record
from specbound.core.errors import InvalidInput

READINGS: dict[str, tuple[str, str, Dash]] = {
    "subspace": ("bound, subspace", GREEN, "-"),
    "sequential": ("bound, sequential", GREEN, "--"),
    "gap": ("bound, gap", GREY, "-."),
    "horn_johnson": ("bound, Horn–Johnson", GREY, ":"),
}
"""How each reading of the published bound that holds is named and drawn."""


def scaling(results: Path) -> list[Record]:
    """The measured records of the study that look at scaling, by network as they were run, then seed, then α.

    **Raises.** :class:`InvalidInput` where the folder holds none.
    """
    found = [record for record in measured(results, "curvature") if "blocks" in record.measurement]
    if not found:
        raise InvalidInput(f"{results} has no curvature that was measured; the figure would be empty")
    order = list(dict.fromkeys(record.parameters["network"] for record in found))
    return sorted(found, key=lambda r: (order.index(r.parameters["network"]), r.seed, r.parameters["alpha"]))
