"""Certificates made by hand, and by the certified check."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from specbound.checks.decide import Decided, decide
from specbound.core.statement import Statement


def decided(
    statement: Statement, values: Mapping[str, Any], tensors: Mapping[str, str] | None = None, equal: bool = False
) -> Decided:
    found = decide(statement, values, equal)
    assert found is not None
    return Decided(statement, values, found, tensors or {})


def claim(
    program: Sequence[Sequence[Any]],
    lhs: int,
    relation: str,
    rhs: int,
    verdict: str = "HOLDS",
    inputs: Mapping[str, Any] | None = None,
    witnesses: Mapping[str, Any] | None = None,
    premises: Iterable[tuple[str, Any]] = (),
) -> dict[str, Any]:
    """A certificate without bounds; matrices as rows of numbers or texts."""
    given = {
        name: {"rows": [[str(x) for x in row] for row in value]} if isinstance(value, list) else str(value)
        for name, value in (inputs or {}).items()
    }
    return {
        "statement": "own",
        "relation": relation,
        "inputs": given,
        "program": list(program),
        "lhs": lhs,
        "rhs": rhs,
        "premises": [{"name": name, "holds": holds} for name, holds in premises],
        "witnesses": dict(witnesses or {}),
        "verdict": verdict,
        "bounds": {"lhs": [None, None], "rhs": [None, None]},
        "independent": True,
    }


def witness(u: list[list[Any]], s: list[Any], v: list[list[Any]]) -> dict[str, Any]:
    """A witness with these entries."""
    return {
        "U": [[str(x) for x in row] for row in u],
        "s": [str(x) for x in s],
        "V": [[str(x) for x in row] for row in v],
    }
