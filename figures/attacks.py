"""What the figures of the recovery study share: how fast each attacker was, what it cost, and how that is drawn."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import inf, isinf
from pathlib import Path
from statistics import median
from typing import Literal

from matplotlib.axes import Axes

from figures.loading import measured
from figures.rows import Row, place
from figures.style import BLACK, GREY, SMALL
from specbound.campaign import Record
from specbound.certification.cells import SLACK
from specbound.certification.verdict import BROKEN
from specbound.core.errors import InvalidInput
from verify.recovery import ratio

KNOWING = {
    "nothing": "nothing",
    "the architecture": "the architecture",
    "where the pairs are": "where the locks are",
    "which layers are compensators": "where the locks are",
    "which pairs of layers are locks": "where the locks are",
    "the locks": "where the locks are",
    "the locks' directions and α, which untrained compensators show": "and their Uₖ and α",
}
"""What attackers are told to know, and how that is named here; the least first."""

CENSORED = 1.6 * SLACK
"""Where attackers are shown that did not get there."""

TICKS = {0.5: "½", 1: "1", 1.5: "1.5", 3: "3", SLACK: f"{SLACK}", CENSORED: f"> {SLACK}"}


def attacks(results: Path, lock: str) -> list[Row]:
    """A row for each attack on a model with that lock, at each α and seed, in the order in which they were run.

    ``ratio``: steps to the target over the unlocked model's, None where they were more than ``SLACK`` times as many;
    ``predicted_ratio``: the same of a run that a statement says it equals, None where there is none.

    **Raises.** :class:`InvalidInput` where the folder holds none.
    """
    found = [_row(record) for record in measured(results, "recovery") if record.parameters["lock"] == lock]
    if not found:
        raise InvalidInput(f"{results} has no attacks on a model with {lock} locked; the figure would be empty")
    return found


def _row(record: Record) -> Row:
    unlocked, predicted, steps = record.prediction["unlocked"], record.prediction["steps"], ratio(record)
    added, size = record.measurement["cost"]["parameters"], record.measurement["size"]
    return {
        **place(record, "network", "lock", "attacker", "form", "alpha"),
        "unlocked_steps": unlocked,
        "steps": record.measurement["steps"],
        "ratio": None if isinf(steps) else steps,
        "predicted_ratio": predicted / unlocked if predicted and predicted <= SLACK * unlocked else None,
        "parameters_added_percent": 100 * added / size,
        "knowledge": record.measurement["cost"]["knowledge"],
    }


def shown(ratio: float | None) -> float:
    """Where a ratio is drawn."""
    return CENSORED if ratio is None else ratio


def typical(rows: Sequence[Row]) -> float | None:
    """The median ratio, None where it is that of an attacker who did not get there."""
    middle = median(inf if row["ratio"] is None else row["ratio"] for row in rows)
    return None if isinf(middle) else middle


def by_knowledge(rows: Sequence[Row]) -> dict[str, list[str]]:
    """What has to be known, and the attackers who know that, in the order in which they were run."""
    known = {row["attacker"]: KNOWING[row["knowledge"]] for row in rows}
    found = {what: [attacker for attacker in known if known[attacker] == what] for what in KNOWING.values()}
    return {what: attackers for what, attackers in found.items() if attackers}


def attacker_axis(panels: Sequence[Axes], groups: Mapping[str, Sequence[str]]) -> dict[str, int]:
    """Names attackers beside panels, below what they know, and says how far down each of them is."""
    lines = [(line, line == what) for what, attackers in groups.items() for line in (what, *attackers)]
    panels[0].set_yticks(range(len(lines)), [line.replace("_", " ") for line, _ in lines])
    panels[0].set_ylim(len(lines) - 0.5, -0.5)
    panels[0].set_ylabel("attackers, below what they know")
    for axes in panels:
        axes.tick_params(axis="y", length=0, labelsize=SMALL)
        for down, (_, is_knowledge) in enumerate(lines):
            if is_knowledge:
                axes.yaxis.get_major_ticks()[down].label1.set_fontstyle("italic")
                axes.axhline(down - 0.5, color=GREY, linewidth=0.3)
    return {line: down for down, (line, is_knowledge) in enumerate(lines) if not is_knowledge}


def ratio_axis(axes: Axes, axis: Literal["x", "y"]) -> None:
    """Makes an axis one of ratios; grey, with a line at 1, is what counts as fast as without a lock."""
    span, line = (axes.axvspan, axes.axvline) if axis == "x" else (axes.axhspan, axes.axhline)
    axes.set(**{f"{axis}scale": "log", f"{axis}lim": (0.4, 2.3 * SLACK)})
    span(0.4, BROKEN, color=GREY, alpha=0.18, linewidth=0)
    line(1, color=BLACK, linewidth=0.6, alpha=0.6)
    axes.set(**{f"{axis}ticks": list(TICKS), f"{axis}ticklabels": list(TICKS.values())})
    axes.minorticks_off()
