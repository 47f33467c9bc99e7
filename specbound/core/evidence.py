"""What one check found, as a record that can be stored, read back and seen to be stale."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from enum import Enum
from typing import Any

from specbound.core.errors import InvalidInput
from specbound.core.provenance import Source, package_hash, versions
from specbound.core.verdict import Verdict


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
        return Source(self.source, self.files).stale

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
