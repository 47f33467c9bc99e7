"""A certificate on disk: for machines, and for readers."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from rich import box
from rich.console import Console
from rich.table import Table

from specbound.campaign import Record
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
    """Prints a table of the verdicts."""
    shown = Table(box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0))
    shown.add_column("attacker")
    shown.add_column("verdict")
    for name in ("parameters added", "time a step"):
        shown.add_column(name, justify="right", no_wrap=True)
    for verdict in certificate.verdicts:
        best = verdict.best
        numbers = ("", "") if best is None else (f"{best.cost['parameters']:,}", f"{best.time:.1f} ×")
        shown.add_row(verdict.attacker, verdict.told(), *numbers)
    console.print(shown)


def _unlocked(records: Sequence[Record]) -> list[dict[str, Any]]:
    """The unlocked runs that set the target, by seed."""
    by_seed = {record.seed: {"seed": record.seed, **record.prediction} for record in records if record.prediction}
    return list(by_seed.values())


def _markdown(certificate: Certificate, records: Sequence[Record], origin: Mapping[str, Any]) -> str:
    settings = certificate.settings
    unlocked = _unlocked(records)
    lines = [
        f"# {certificate.target}: locks against named attackers",
        "",
        f"The unlocked model is down to the target loss in {settings['unlocked steps']} steps of its best recipe; each "
        f"attacker had {settings['steps']}, with {_recipes(settings['recipes'])}, for seeds "
        f"{', '.join(map(str, settings['seeds']))}. A lock is *broken* by who needs at most {BROKEN} times the "
        "unlocked steps in the median, it *resists* who does not get there, and *slows* the others. The verdict is "
        "that of the lock that holds best. It says nothing of attackers and recipes that are not named here.",
        "",
        "| attacker | knows | verdict | parameters added | trained, more | time a step |",
        "|---|---|---|--:|--:|--:|",
        *(_row(verdict) for verdict in certificate.verdicts),
        "",
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
        "| seed | target loss | fastest |",
        "|--:|--:|---|",
        *(f"| {u['seed']} | {u['loss']:.6g} | {u['optimizer']} {u['rate']:.3g} |" for u in unlocked),
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
        return f"| {verdict.attacker} | | {verdict.told()} | | | |"
    cost = best.cost
    numbers = f"{cost['parameters']:,} | {cost['trainable']:,} | {best.time:.1f} ×"
    return f"| {verdict.attacker} | {cost['knowledge']} | {verdict.told()} | {numbers} |"


def _line(attacker: str, found: Against) -> str:
    factors = ", ".join(f"> {found.slack:g}" if factor > found.slack else f"{factor:.2f}" for factor in found.factors)
    layers = ", ".join(found.lock["layers"])
    numbers = f"{found.lock['alpha']:g} | {found.lock['k']}"
    return f"| {attacker} | {layers} | {numbers} | {found.word} | {factors} | {', '.join(found.recipes)} |"
