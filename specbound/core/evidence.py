"""What one check found, as a record that can be stored, read back and seen to be stale."""

from __future__ import annotations

import hashlib
import json
import os
import platform
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, fields
from enum import Enum
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from specbound.core.errors import InvalidInput
from specbound.core.verdict import Verdict

PACKAGE = Path(__file__).resolve().parents[1]
CHECKOUT = PACKAGE.parent


class Kind(Enum):
    """How evidence was come by."""

    SYMBOLIC = "symbolic"
    PROPERTY = "property"
    ADVERSARIAL = "adversarial"
    CERTIFIED = "certified"
    MEASURED = "measured"


@dataclass(frozen=True)
class Evidence:
    """One finding about one statement or mutant.

    ``verdict`` is VIOLATED where any instance violated the claim, HOLDS where all of them (or the whole derivation)
    held, else UNDECIDED or CONSISTENT. ``margin`` is the smallest met, relative to the statement's scale;
    ``tightness`` the largest ratio of the smaller side to the larger one, both dimensionless. ``counts`` tells how
    many instances ended with which verdict. ``recipe`` rebuilds a violating instance after
    shrinking, which lowers its margin. ``source`` is the hash of the
    package, ``files`` those of other files it rests on (a user's statement, a derivation): a change makes it stale.
    """

    statement: str
    kind: Kind
    verdict: Verdict
    margin: float | None = None
    tightness: float | None = None
    counts: Mapping[str, int] = field(default_factory=dict[str, int])
    recipe: Mapping[str, Any] | None = None
    seed: int | None = None
    precision: str = "float64"
    details: Mapping[str, Any] = field(default_factory=dict[str, Any])
    seconds: float = 0.0
    source: str = field(default_factory=lambda: package_hash())
    files: Mapping[str, str] = field(default_factory=dict[str, str])
    versions: Mapping[str, str] = field(default_factory=lambda: dict(versions()))

    @property
    def examples(self) -> int:
        """How many instances were compared."""
        return sum(self.counts.values())

    @property
    def stale(self) -> bool:
        """Whether the source that the record rests on has changed, or is gone."""
        paths = {name: CHECKOUT / name for name in self.files}
        if not all(path.is_file() for path in paths.values()):
            return True
        return self.source != package_hash() or dict(self.files) != file_hashes(*paths.values())

    def to_json(self) -> dict[str, Any]:
        """Plain data, for one line of JSON."""
        return {**asdict(self), "kind": self.kind.value, "verdict": self.verdict.value}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Evidence:
        """The record that :meth:`to_json` wrote; raises :class:`InvalidInput` for anything else."""
        required = {item.name for item in fields(cls)}
        if set(data) != required:
            raise InvalidInput(f"not an evidence record: it has {sorted(data)}; required: exactly {sorted(required)}")
        for name in ("counts", "details", "versions", "files"):
            if not isinstance(data[name], Mapping):
                raise InvalidInput(f"not an evidence record: {name} is {data[name]!r}; required: an object")
        try:
            given: dict[str, Any] = {**data, "kind": Kind(data["kind"]), "verdict": Verdict(data["verdict"])}
            return cls(**given)
        except (KeyError, TypeError, ValueError) as error:
            raise InvalidInput(f"not an evidence record ({error}); it may come from another version") from error


def versions() -> Mapping[str, str]:
    """The versions of Python and of the packages that numbers come from, without importing them."""
    found = {"python": platform.python_version()}
    for package in ("specbound", "numpy", "torch", "hypothesis", "sympy", "python-flint"):
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            found[package] = "not installed"
    return found


def file_hashes(*files: Path | None) -> dict[str, str]:
    """Hashes of files outside the package that evidence rests on; the names are relative to the checkout within it."""
    hashes: dict[str, str] = {}
    for path in files:
        if path is not None and PACKAGE not in path.resolve().parents:
            resolved = path.resolve()
            inside = CHECKOUT in resolved.parents
            name = resolved.relative_to(CHECKOUT).as_posix() if inside else str(resolved)
            hashes[name] = hashlib.sha256(resolved.read_bytes()).hexdigest()[:16]
    return hashes


@cache
def package_hash() -> str:
    """A hash of the installed package's source, which all evidence carries."""
    digest = hashlib.sha256()
    for path in sorted(PACKAGE.rglob("*.py")):
        digest.update(path.relative_to(PACKAGE).as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:16]


def write_evidence(path: Path, records: Iterable[Evidence]) -> None:
    """Writes one JSON line a record; the file appears whole under its name or not at all."""
    write_atomically(path, "".join(json.dumps(record.to_json(), allow_nan=False) + "\n" for record in records))


def read_evidence(path: Path) -> list[Evidence]:
    """The records of a file; raises :class:`InvalidInput` naming the first line that is not one."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except UnicodeDecodeError as error:
        raise InvalidInput(f"{path} is no text file; required: one JSON record a line") from error
    records: list[Evidence] = []
    for number, line in enumerate(lines, start=1):
        try:
            records.append(Evidence.from_json(json.loads(line)))
        except (json.JSONDecodeError, InvalidInput) as error:
            raise InvalidInput(f"{path}, line {number}: {error}") from error
    return records


def write_atomically(path: Path, text: str) -> None:
    """Writes text under a temporary name beside ``path`` and moves it there once it is complete."""
    descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
            stream.write(text)
        os.chmod(temporary, 0o644)
        os.replace(temporary, path)
    except BaseException:
        os.unlink(temporary)
        raise
