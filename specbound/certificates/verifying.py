"""Verifying certificates: the formula is the catalogue's, and the verdict follows anew."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any, NoReturn

import numpy as np
from threadpoolctl import threadpool_limits

from specbound.certificates import checker
from specbound.certificates.program import traced
from specbound.certificates.writing import FORMAT, VERSION, as_json, checkpoint_hash
from specbound.checkpoints.header import unique
from specbound.checks.decide import Enclosures, decide
from specbound.core.catalogue import select
from specbound.core.errors import InvalidInput
from specbound.core.statement import Statement
from specbound.core.verdict import Verdict
from specbound.numeric.ops import NotAvailable
from specbound.weights import Matrix, read_matrices

KEYS = {
    **{"statement": str, "claim": str, "relation": str, "inputs": dict, "program": list, "lhs": int, "rhs": int},
    **{"premises": list, "witnesses": dict, "verdict": str, "bounds": dict, "by": str, "independent": bool},
}
"""What each certificate has, and of which type."""

BY_CHECKER = "checker"


@dataclass(frozen=True)
class Verified:
    """What became of one certificate.

    ``by``: what derived the verdict anew, ``checker`` or a number system; ``why``: why it is not confirmed, empty where
    it is; ``sides``: both sides as derived, as text.
    """

    statement: str
    verdict: str
    confirmed: bool
    by: str
    sides: str
    why: str

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


class Doubt(Exception):
    """Why a certificate is not confirmed."""


def verify_certificate(path: Path, statements: Mapping[str, Statement], weights: Path | None = None) -> list[Verified]:
    """Verifies each certificate of a file.

    A certificate is confirmed if its claim, relation and formula are those of the statement with its id, its inputs are
    finite and within the statement's domain, its weights file is the one that it was written for, and the verdict
    follows anew: by :mod:`specbound.certificates.checker` where the certificate says that it can, else by
    :func:`specbound.checks.decide.decide`, which has to come to the same verdict within the bounds.

    **Returns.** One result for each certificate, in their order; a certificate that is not confirmed says why.
    **Parameters.** ``statements``: by id; ``id/mutant`` finds a mutant. ``weights``: the checkpoint whose tensors the
    certificates name; None for the one of that name beside the file.
    **Raises.** :class:`InvalidInput` for a file that is no certificate of this version, misses a part, or speaks of an
    unknown statement, and for weights that are missing or lack a tensor.
    """
    file = _read(path)
    found = [select(dict(statements), [certificate["statement"]])[0] for certificate in file["certificates"]]
    tensors = Tensors(path, file["weights"], weights)
    # Many small problems: two threads on one of them wait for each other.
    with threadpool_limits(limits=1):
        return [_verified(*pair, tensors) for pair in zip(file["certificates"], found, strict=True)]


class Tensors:
    """The tensors that certificates name, read when the first is asked for, and what enclosures know of them."""

    def __init__(self, certificate: Path, named: Any, given: Path | None) -> None:
        self._named = named
        self.enclosures = Enclosures()
        if named is None:
            return
        if not (
            isinstance(named, dict) and isinstance(named.get("name"), str) and isinstance(named.get("sha256"), str)
        ):
            raise InvalidInput(f"{certificate}: weights {named!r}; required: a name and a sha256, or null")
        # The name alone: a certificate does not choose a folder.
        self._path = given or certificate.parent / Path(named["name"]).name
        if not self._path.exists():
            raise InvalidInput(f"the weights {self._path} are missing; name the file {named['name']} by --weights")

    def __getitem__(self, name: str) -> Matrix:
        if self._named is None:
            raise InvalidInput(f"a certificate names the tensor {name}, and its file names no weights")
        if self._hash() != self._named["sha256"]:
            raise Doubt(f"{self._path.name} has the sha256 {self._hash()}, the certificate {self._named['sha256']}")
        matrices = self._matrices()
        if name not in matrices:
            raise InvalidInput(f"{self._path} has no matrix {name!r}, which a certificate names")
        return matrices[name]

    @cache  # noqa: B019 (lives as long as one verification)
    def _hash(self) -> str:
        return checkpoint_hash(self._path)

    @cache  # noqa: B019
    def _matrices(self) -> Mapping[str, Matrix]:
        return read_matrices(self._path)


def _verified(certificate: Mapping[str, Any], statement: Statement, tensors: Tensors) -> Verified:
    name, verdict = certificate["statement"], certificate["verdict"]
    try:
        values = _values(certificate["inputs"], tensors)
        _compare_formula(certificate, statement, values)
        shared = tensors.enclosures if any(_names_a_tensor(given) for given in certificate["inputs"].values()) else None
        by, sides = _derived(certificate, statement, values, shared)
    except Doubt as doubt:
        return Verified(name, verdict, False, "", "", str(doubt))
    return Verified(name, verdict, True, by, sides, "")


def _compare_formula(certificate: Mapping[str, Any], statement: Statement, values: Mapping[str, Any]) -> None:
    """Raises :class:`Doubt` unless claim, relation and program are the statement's on this instance."""
    for key, own in (("claim", statement.claim), ("relation", statement.relation.value)):
        if certificate[key] != own:
            raise Doubt(f"its {key} is {certificate[key]}; that of {statement.id} is {own}")
    try:
        own = as_json(traced(statement, values))
    except (InvalidInput, NotAvailable) as error:
        raise Doubt(f"its inputs are none of {statement.id}: {error}") from error
    for key, part in own.items():
        # As text, in which 1 is not true.
        if json.dumps(certificate[key]) != json.dumps(part):
            raise Doubt(f"its {key} is not that of {statement.id} on these inputs")


def _derived(
    certificate: Mapping[str, Any], statement: Statement, values: Mapping[str, Any], enclosures: Enclosures | None
) -> tuple[str, str]:
    """What derives the verdict anew, and both sides."""
    if certificate["independent"]:
        try:
            return BY_CHECKER, checker.confirm(certificate)[-1].rpartition(": ")[0]
        except checker.REFUSALS as error:
            raise Doubt(f"the checker does not confirm it: {error}") from error
    stored = certificate["verdict"]
    try:
        decision = decide(statement, values, stored == Verdict.CONSISTENT.value, enclosures)
    except NotAvailable as error:
        raise Doubt(f"it cannot be decided here: {error}") from error
    if decision is None:
        raise Doubt("its inputs do not meet the assumptions for certain")
    if decision.verdict.value != stored or decision.verdict is Verdict.UNDECIDED:
        raise Doubt(f"it says {stored}; derived here: {decision.verdict}")
    for side, (low, high) in (("lhs", decision.lhs), ("rhs", decision.rhs)):
        if not _meets(certificate["bounds"][side], low, high):
            raise Doubt(f"its bounds of the {side} are {certificate['bounds'][side]}; derived: [{low!r}, {high!r}]")
    return decision.by, " against ".join(f"[{low!r}, {high!r}]" for low, high in (decision.lhs, decision.rhs))


def _meets(stored: list[str | None], low: float, high: float) -> bool:
    below, above = stored
    return (below is None or checker.number(below) <= high) and (above is None or checker.number(above) >= low)


def _values(inputs: Mapping[str, Any], tensors: Tensors) -> dict[str, Any]:
    """The inputs as the numbers that they are: floats where floats hold them, else fractions."""
    return {name: _value(name, given, tensors) for name, given in inputs.items()}


def _value(name: str, given: Any, tensors: Tensors) -> Any:
    try:
        if type(given) is int:
            return given
        if isinstance(given, str):
            return checker.number(given)
        if _names_a_tensor(given):
            return tensors[given["tensor"]]
        return _as_floats([[checker.number(text) for text in row] for row in given["rows"]])
    except InvalidInput:
        raise
    except checker.REFUSALS as error:
        raise InvalidInput(f"a certificate's input {name} cannot be read: {error!r}") from error


def _names_a_tensor(given: Any) -> bool:
    return isinstance(given, dict) and isinstance(given.get("tensor"), str)


def _as_floats(rows: list[list[Fraction]]) -> Any:
    """The rows as an array of floats, where floats hold them, else as they are."""
    try:
        doubles = [[float(x) for x in row] for row in rows]
    except OverflowError:
        return rows
    return np.array(doubles) if doubles == rows else rows


def _read(path: Path) -> dict[str, Any]:
    """The file with its certificates, each with all its parts."""
    try:
        file = json.loads(path.read_text(encoding="utf-8"), object_pairs_hook=unique, parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        raise InvalidInput(f"{path} is no file of certificates: {error}") from error
    if not isinstance(file, dict) or file.get("format") != FORMAT:
        raise InvalidInput(f'{path} is no file of certificates; required: JSON with "format": "{FORMAT}"')
    if file.get("version") != VERSION:
        raise InvalidInput(f"{path} is of version {file.get('version')!r}; required: {VERSION}")
    certificates = file.get("certificates")
    if "weights" not in file or not isinstance(certificates, list) or not certificates:
        raise InvalidInput(f"{path} has no weights or no certificates; write it with specbound check --certificate")
    for place, certificate in enumerate(certificates, start=1):
        if not isinstance(certificate, dict):
            raise InvalidInput(f"{path}: certificate {place} is {type(certificate).__name__}; required: an object")
        for key, kind in KEYS.items():
            if type(certificate.get(key)) is not kind:
                raise InvalidInput(f"{path}: certificate {place} has no {key} of type {kind.__name__}")
        _check_bounds(path, place, certificate["bounds"])
    return file


def _check_bounds(path: Path, place: int, bounds: Mapping[str, Any]) -> None:
    try:
        for side in ("lhs", "rhs"):
            low, high = bounds[side]
            for end in (low, high):
                if end is not None:
                    checker.number(end)
    except checker.REFUSALS as error:
        raise InvalidInput(f"{path}: the bounds of certificate {place} cannot be read: {error!r}") from error


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"it holds {name}, which is no number")
