"""Writing certificates of what a certified check has decided."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from specbound.certificates.checker import REFUSALS, confirm
from specbound.certificates.exact_text import outward, text_of
from specbound.certificates.program import Program, Shaped, traced
from specbound.certificates.witnesses import Witnesses
from specbound.checkpoints.folder import open_checkpoint
from specbound.core.errors import InvalidInput
from specbound.core.provenance import package_hash, versions, write_atomically
from specbound.core.statement import Statement
from specbound.core.verdict import Verdict

if TYPE_CHECKING:
    from specbound.checks.decide import Decided

FORMAT, VERSION = "specbound certificate", 1

SMALL = 32
"""The largest side of matrices that a certificate carries witnesses for."""

DECISIVE = (Verdict.HOLDS, Verdict.VIOLATED, Verdict.CONSISTENT)


def write_certificate(path: Path, decided: Iterable[Decided], weights: Path | None = None) -> int:
    """Writes one certificate for each decided instance, and tells how many.

    A certificate holds the statement's formula as a program, the instance (drawn matrices themselves, others by the
    name of their tensor in the weights file), approximate singular vectors where matrices are small, the verdict, and
    bounds of both sides. ``independent`` says whether :mod:`specbound.certificates.checker` confirms it by itself. The
    file appears whole, in place of one that may be there.

    **Parameters.** ``weights``: the checkpoint whose tensors the instances name, as for ``read_matrices``.
    **Raises.** :class:`InvalidInput` where nothing was decided, or an instance names a tensor and no weights are given.
    """
    certificates = [certificate(one) for one in decided if one.decision.verdict in DECISIVE]
    if not certificates:
        raise InvalidInput(f"{path}: nothing was decided, so there is nothing to certify; try other instances")
    named = next((one for one in certificates if any(_is_tensor(given) for given in one["inputs"].values())), None)
    if named and weights is None:
        raise InvalidInput(f"{named['statement']} was decided on tensors of a file; required: that weights file")
    head = {
        "format": FORMAT,
        "version": VERSION,
        "versions": dict(versions()),
        "source": package_hash(),
        "weights": {"name": weights.name, "sha256": checkpoint_hash(weights)} if weights and named else None,
    }
    lines = ",\n".join(json.dumps(one, allow_nan=False, ensure_ascii=False) for one in certificates)
    opened = json.dumps(head, indent=1, ensure_ascii=False).removesuffix("\n}")
    write_atomically(path, f'{opened},\n "certificates": [\n{lines}\n ]\n}}\n')
    return len(certificates)


def certificate(decided: Decided) -> dict[str, Any]:
    """One certificate, as JSON has it."""
    statement, values, decision = decided.statement, decided.values, decided.decision
    program = traced(statement, values)
    written: dict[str, Any] = {
        "statement": statement.id,
        "claim": statement.claim,
        "relation": statement.relation.value,
        "inputs": _inputs(statement, values, decided.tensors),
        **as_json(program),
        "witnesses": {},
        "verdict": decision.verdict.value,
        "bounds": {"lhs": outward(decision.lhs), "rhs": outward(decision.rhs)},
        "by": decision.by,
        "independent": False,
    }
    if is_small(statement, values) and not decided.tensors:
        witnesses = Witnesses()
        try:
            confirm(written, witnesses)
        except REFUSALS:
            # The certificate then rests on this package's own recomputation.
            return written
        written |= {"witnesses": witnesses.found, "independent": True}
        confirm(written)
    return written


def as_json(program: Program) -> dict[str, Any]:
    """A program's entries in a certificate."""
    premises = [{"name": premise.name, "holds": premise.holds} for premise in program.premises]
    return {"program": program.nodes, "lhs": program.lhs, "rhs": program.rhs, "premises": premises}


def is_small(statement: Statement, values: Mapping[str, Any]) -> bool:
    return all(max(Shaped(name, values[name]).shape) <= SMALL for name in statement.domain.matrices)


def checkpoint_hash(path: Path) -> str:
    """The SHA-256 of a weights file; of several, that of their hashes and names, as ``sha256sum`` lists them."""
    files = sorted(open_checkpoint(path).shards)
    hashes = [(file.name, _hash(file)) for file in files]
    if len(hashes) == 1:
        return hashes[0][1]
    return hashlib.sha256("".join(f"{digest}  {name}\n" for name, digest in hashes).encode()).hexdigest()


def _hash(file: Path) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _inputs(statement: Statement, values: Mapping[str, Any], tensors: Mapping[str, str]) -> dict[str, Any]:
    domain = statement.domain
    found: dict[str, Any] = {}
    for name in domain.matrices:
        inline = {"rows": [[text_of(entry) for entry in row] for row in values[name]]} if name not in tensors else None
        found[name] = inline or {"tensor": tensors[name]}
    indices = {name: int(values[name]) for name in domain.indices}
    return {**found, **indices, **{name: text_of(values[name]) for name in domain.numbers}}


def _is_tensor(given: Any) -> bool:
    return isinstance(given, dict) and "tensor" in given
