"""What a user is told when an input cannot be used."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches


class InvalidInput(ValueError):
    """An input that cannot be used: the message says what was received, what was required and what to do."""


def unknown_name(kind: str, received: str, known: Iterable[str]) -> InvalidInput:
    """The error for a name that is not among the known ones, with the nearest of them.

    >>> str(unknown_name("statement", "weyl", ["weyl_sum", "mirsky"]))
    "unknown statement 'weyl'; the nearest known: weyl_sum"
    """
    names = sorted(known)
    near = get_close_matches(received, names, n=3, cutoff=0.4) or names
    return InvalidInput(f"unknown {kind} {received!r}; the nearest known: {', '.join(near)}")
