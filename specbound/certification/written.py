"""A certificate on disk: for machines, and for readers."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from math import isinf
from pathlib import Path
from typing import Any

from rich import box
from rich.console import Console
from rich.table import Table

from specbound.campaign import Record
from specbound.certification.cells import MARGIN
from specbound.certification.verdict import BROKEN, Against, Certificate, Verdict
from specbound.core.provenance import package_hash, versions, write_atomically

JSON, MARKDOWN = "certificate.json", "certificate.md"


def write(certificate: Certificate, records: Sequence[Record], folder: Path) -> None:
    """Writes both files, each whole."""
    origin = {"versions": dict(versions()), "source": package_hash()}
    content = {"format": 1, **certificate.to_json(), **origin, "unlocked": _unlocked(records)}
    write_atomically(folder / JSON, json.dumps(content, indent=1) + "\n")
    write_atomically(folder / MARKDOWN, _markdown(certificate, records, origin))


def render(certificate: Certificate, console: Console) -> None:
    """Prints a line for each attacker, and what the columns mean."""
    shown = Table(box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0))
    for name in ("attacker", "verdict"):
        shown.add_column(name, no_wrap=True)
    for name in ("steps", "seeds", "parameters", "time"):
        shown.add_column(name, justify="right", no_wrap=True)
    for verdict in certificate.verdicts:
        shown.add_row(verdict.attacker, *_cells(verdict))
    console.print(shown)
    console.print(
        "steps: over those of the unlocked model's best recipe, the median over seeds; seeds: in which the target was "
        "reached; parameters: added to the locked model; time: of a step, over the unlocked model's.",
        soft_wrap=False,
        highlight=False,
    )
    for line in _notes(certificate):
        console.print(line, highlight=False, markup=False)


def _cells(verdict: Verdict) -> tuple[str, ...]:
    """A verdict without its attacker, as the printed table has it."""
    best = verdict.best
    if best is None:
        return (verdict.word, "", "", "", "")
    seeds = len(best.factors)
    free = best.word == "broken" and best.is_free
    word = f"{best.word}, catapulted" if best.catapulted else "broken at no cost" if free else best.word
    steps = f"> {best.slack:g} ×" if isinf(best.factor) else f"{best.factor:.2f} ×"
    return (word, steps, f"{seeds - best.censored} of {seeds}", f"{best.cost['parameters']:,}", f"{best.time:.1f} ×")


def _notes(certificate: Certificate) -> list[str]:
    """What the words do not say: of which lock the verdicts are, what blew up, and what was not measured."""
    notes: list[str] = []
    count = len(certificate.settings["locks"])
    if count > 1:
        notes.append(f"Of {count} locks, each verdict is that of the one that holds best.")
    if any(verdict.best is not None and verdict.best.catapulted for verdict in certificate.verdicts):
        notes.append(
            "Catapulted: the loss more than doubled before it came down; what else the model could do may be lost."
        )
    for verdict in certificate.verdicts:
        lost = {name: why for found in verdict.against for name, why in found.lost.items()}
        notes += [f"{verdict.attacker}: not everywhere with {name}: {why}" for name, why in lost.items()]
        if verdict.unavailable is not None:
            missing = "not available" if verdict.best is None else "not measured everywhere"
            notes.append(f"{verdict.attacker}: {missing}: {verdict.unavailable}")
    return notes


def _unlocked(records: Sequence[Record]) -> list[dict[str, Any]]:
    """The unlocked runs that set the target, by seed."""
    by_seed = {record.seed: {"seed": record.seed, **record.prediction} for record in records if record.prediction}
    return list(by_seed.values())


def _markdown(certificate: Certificate, records: Sequence[Record], origin: Mapping[str, Any]) -> str:
    settings, notes = certificate.settings, _notes(certificate)
    unlocked = _unlocked(records)
    lines = [
        f"# {certificate.target}: locks against named attackers",
        "",
        f"The target is {MARGIN:.0%} above the lowest loss to which any recipe leads the unlocked model in "
        f"{settings['unlocked steps']} steps; each attacker had {settings['steps']} steps to get there, with "
        f"{_recipes(settings['recipes'])}, for seeds {', '.join(map(str, settings['seeds']))}. A lock is *broken* by "
        f"who needs at most {BROKEN} times the unlocked steps in the median, it *resists* who does not get there, and "
        "*slows* the others. The verdict is that of the lock that holds best. It says nothing of attackers and recipes "
        "that are not named here.",
        "",
        "| attacker | knows | verdict | parameters added | trained, more | time a step |",
        "|---|---|---|--:|--:|--:|",
        *(_row(verdict) for verdict in certificate.verdicts),
        "",
        *(f"* {_escaped(note)}" for note in notes),
        *([""] if notes else []),
        "## Every lock",
        "",
        "| attacker | layers | α | k | verdict | factors by seed | fastest |",
        "|---|---|--:|--:|---|---|---|",
        *(_line(verdict.attacker, found) for verdict in certificate.verdicts for found in verdict.against),
        "",
        "A factor is an attacker's steps over those of the unlocked model; > says that it was not reached. Parameters "
        "and what is trained are against the locked model, the time of a step against the unlocked one.",
        "",
        "## Unlocked",
        "",
        "| seed | target loss | steps | fastest |",
        "|--:|--:|--:|---|",
        *(f"| {u['seed']} | {u['target']:.6g} | {u['steps']} | {u['optimizer']} {u['rate']:.3g} |" for u in unlocked),
        "",
        "## Made with",
        "",
        f"Source {origin['source']}; " + ", ".join(f"{name} {number}" for name, number in origin["versions"].items()),
        "",
    ]
    return "\n".join(lines)


def _recipes(recipes: Sequence[Mapping[str, Any]]) -> str:
    told = (f"{r['optimizer']} at {max(r['rates']):.3g} to {min(r['rates']):.3g}" for r in recipes)
    return f"the learning rates of {', '.join(told)}"


def _row(verdict: Verdict) -> str:
    best = verdict.best
    if best is None:
        return f"| {verdict.attacker} | | {_escaped(verdict.told())} | | | |"
    cost = best.cost
    numbers = f"{cost['parameters']:,} | {cost['trainable']:,} | {best.time:.1f} ×"
    return f"| {verdict.attacker} | {cost['knowledge']} | {verdict.told()} | {numbers} |"


def _escaped(text: str) -> str:
    """As a cell of a table."""
    return text.replace("|", "\\|")


def _line(attacker: str, found: Against) -> str:
    factors = ", ".join(f"> {found.slack:g}" if isinf(factor) else f"{factor:.2f}" for factor in found.factors)
    layers = ", ".join(found.lock["layers"])
    numbers = f"{found.lock['alpha']:g} | {found.lock['k']}"
    return f"| {attacker} | {layers} | {numbers} | {found.word} | {factors} | {', '.join(found.recipes)} |"
