"""What the figures of the curvature study share: its records over α, and how each lower bound is drawn."""

from __future__ import annotations

from pathlib import Path

from figures.loading import measured
from figures.style import BLUE, GREEN, GREY, SKY, Dash
from specbound.campaign import Record
from specbound.core.errors import InvalidInput

BOUNDS: dict[str, tuple[str, str, Dash, float]] = {
    "subspace": ("bound, subspace (ours)", GREEN, "-", 2.4),
    "gap": ("bound, gap (ours)", SKY, "-.", 1.4),
    "sequential": ("bound, published", BLUE, "--", 1.2),
    "horn_johnson": ("bound, Horn–Johnson", GREY, ":", 1.2),
}
"""How each lower bound that holds is named and drawn: two repairs of the published one, that in the reading that holds,
and the classical one of Horn and Johnson. Where lines lie together, later ones lie on the first, which is wide.
"""


def scaling(results: Path) -> list[Record]:
    """The measured records of the study that look at scaling, by network as they were run, then seed, then α.

    **Raises.** :class:`InvalidInput` where the folder holds none.
    """
    found = [record for record in measured(results, "curvature") if "blocks" in record.measurement]
    if not found:
        raise InvalidInput(f"{results} has no curvature that was measured; the figure would be empty")
    order = list(dict.fromkeys(record.parameters["network"] for record in found))
    return sorted(found, key=lambda r: (order.index(r.parameters["network"]), r.seed, r.parameters["alpha"]))
