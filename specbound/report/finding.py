"""What a study decides: named propositions, computed from its records."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from typing import Any

from specbound.core.errors import InvalidInput


@dataclass(frozen=True)
class Finding:
    """A proposition that a study's records decide.

    ``name``: an identifier, by which the ledger of claims refers to it. ``claim``: the proposition, a sentence.
    ``holds``: None where the records at hand do not decide it. ``told``: the numbers on which that rests, in words.
    ``figures``: names of figures that show it.
    """

    name: str
    claim: str
    holds: bool | None
    told: str = ""
    figures: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Plain data."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: Any) -> Finding:
        """The finding that :meth:`to_json` wrote; raises :class:`InvalidInput` for anything else."""
        required = [item.name for item in fields(cls)]
        if type(data) is not dict or set(data) != set(required):
            given = sorted(data) if type(data) is dict else repr(data)
            raise InvalidInput(f"not a finding: it has {given}; required: exactly {sorted(required)}")
        texts = all(type(data[name]) is str for name in ("name", "claim", "told"))
        shown = type(data["figures"]) is list and all(type(figure) is str for figure in data["figures"])
        if not (texts and shown and (data["holds"] is None or type(data["holds"]) is bool)):
            raise InvalidInput(f"not a finding: {data!r}; required: texts, a list of figures, and true or false")
        return cls(**{**data, "figures": tuple(data["figures"])})
