"""What the figures of the curvature study share: one panel a network, and records by network, α and seed."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from figures.loading import measured
from figures.style import FULL_WIDTH, SETTINGS
from specbound.campaign import Record
from specbound.core.errors import InvalidInput

TITLES = {
    "mlp": "MLP, tanh",
    "relu": "MLP, ReLU",
    "cnn": "CNN, SiLU",
    "transformer": "transformer block",
    "tiny": "small MLP",
}


def scaling(results: Path) -> tuple[list[Record], str]:
    """The measured records of the study that look at scaling, fresh ones last, and the hash of the file they lie in.

    **Raises.** :class:`InvalidInput` where the folder holds none.
    """
    records, source = measured(results, "curvature")
    found = [record for record in records if "blocks" in record.measurement]
    if not found:
        raise InvalidInput(f"{results} has no curvature that was measured; the figure would be empty")
    return found, source


def of_network(records: Sequence[Record], network: str) -> dict[int, list[Record]]:
    """A network's records by seed, each in ascending α."""
    mine = [record for record in records if record.parameters["network"] == network]
    by_alpha = sorted(mine, key=lambda record: record.parameters["alpha"])
    return {seed: [r for r in by_alpha if r.seed == seed] for seed in sorted({r.seed for r in mine})}


def networks(records: Sequence[Record]) -> list[str]:
    """The networks met, in the order of their titles."""
    met = {record.parameters["network"] for record in records}
    return [network for network in TITLES if network in met]


def new_panels(
    records: Sequence[Record], rows: int, height: float, shared: bool = True
) -> tuple[Figure, list[list[Axes]]]:
    """A figure of full width with a column for each network, titled, and rows that share their axes."""
    names = networks(records)
    with mpl.rc_context(SETTINGS):
        figure = Figure(figsize=(FULL_WIDTH, height), layout="constrained")
        share = "row" if shared else False
        axes = figure.subplots(rows, len(names), squeeze=False, sharey=share, sharex=shared)
    for name, panel in zip(names, axes[0], strict=True):
        panel.set_title(TITLES[name], fontsize=9)
    return figure, [list(row) for row in axes]
