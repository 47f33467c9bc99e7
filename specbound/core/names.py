"""Names and globs, as users give them for layers and parameters."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from fnmatch import fnmatchcase

from specbound.core.errors import unknown_name


def matching_names(kind: str, patterns: Iterable[str], named: Collection[str], globbed: Collection[str]) -> set[str]:
    """The names that patterns choose: any of ``named`` by itself, and those of ``globbed`` by a glob.

    **Raises.** :class:`~specbound.core.errors.InvalidInput` for a pattern that chooses none, with the nearest names.

    >>> sorted(matching_names("layer", ["a.*", "b"], named=["a.1", "a.2", "b"], globbed=["a.1", "a.2"]))
    ['a.1', 'a.2', 'b']
    """
    found: set[str] = set()
    for pattern in patterns:
        hits = {name for name in globbed if fnmatchcase(name, pattern)} | ({pattern} & set(named))
        if not hits:
            raise unknown_name(kind, pattern, globbed or named)
        found |= hits
    return found
