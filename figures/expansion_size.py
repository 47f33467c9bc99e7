"""How fast training is again against the size of the expansion, where every layer is locked."""

from __future__ import annotations

from math import isinf
from pathlib import Path
from statistics import median

from figures.loading import measured
from figures.panels import new_panels
from figures.recovery_ratio import CENSORED
from figures.style import BLACK, BLUE, GREY, ORANGE, save
from specbound.campaign import Record
from specbound.certification.cells import SLACK
from specbound.certification.verdict import BROKEN
from specbound.core.errors import InvalidInput
from verify.recovery import ratio

STUDY = "recovery"


def draw(results: Path, out: Path) -> list[Path]:
    """Draws the figure ``expansion_size``: identities inserted at one to three locks of a model locked everywhere.

    Across, inserted parameters over those of the unlocked model; up, steps to the target over the unlocked model's:
    small points for each seed, large ones the median. Merging adds none. Grey: as fast as without a lock.
    """
    records, source = measured(results, STUDY)
    found = [record for record in records if record.parameters["lock"] == "every layer"]
    strongest = max((record.parameters["alpha"] for record in found), default=0)
    shown = [record for record in found if record.parameters["alpha"] == strongest]
    if not shown:
        raise InvalidInput(f"{results} has no attacks on a model locked everywhere; the figure would be empty")
    figure, (panels,) = new_panels(shown, rows=1, height=2.8)
    for axes, network in zip(panels, dict.fromkeys(r.parameters["network"] for r in shown), strict=True):
        mine = [record for record in shown if record.parameters["network"] == network]
        axes.set_yscale("log")
        axes.axhspan(0.4, BROKEN, color=GREY, alpha=0.18, linewidth=0)
        axes.axhline(1, color=BLACK, linewidth=0.6)
        for attacker in dict.fromkeys(record.parameters["attacker"] for record in mine):
            steps = median(ratio(r) for r in mine if r.parameters["attacker"] == attacker)
            added = next(_added(r) for r in mine if r.parameters["attacker"] == attacker)
            colour = ORANGE if attacker == "merge" else BLUE
            every = [_shown(ratio(r)) for r in mine if r.parameters["attacker"] == attacker]
            axes.scatter([max(added, 0)] * len(every), every, s=8, c=colour, alpha=0.5, linewidths=0)
            marker = "^" if isinf(steps) else "o"
            axes.scatter(max(added, 0), _shown(steps), s=30, c=colour, marker=marker, linewidths=0, zorder=3)
            axes.annotate(
                attacker.replace("_", " "),
                (max(added, 0), _shown(steps)),
                xytext=(5, 4),
                textcoords="offset points",
                fontsize=7,
            )
        axes.set_ylim(0.4, 1.8 * SLACK)
        axes.set_yticks([0.5, 1, 1.5, 3, 10], ["½", "1", "1.5", "3", f"> {SLACK}"])
        axes.minorticks_off()
        axes.margins(x=0.2)
        axes.set_xlabel("parameters inserted, % of the model")
    panels[0].set_ylabel("steps to the target, over unlocked")
    return save(figure, out, "expansion_size", source)


def _added(record: Record) -> float:
    return 100 * record.measurement["cost"]["parameters"] / record.measurement["size"]


def _shown(steps: float) -> float:
    return CENSORED if isinf(steps) else steps
