"""What a user is told when an input cannot be used."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches
from pathlib import Path


class InvalidInput(ValueError):
    """An input that cannot be used: the message says what was received, what was required and what to do.

    Names in it come from files; line ends and other controls are escaped, so that it stays one line.
    """

    def __init__(self, message: str) -> None:
        super().__init__("".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in message))


def unknown_name(kind: str, received: str, known: Iterable[str]) -> InvalidInput:
    """The error for a name that is not among the known ones, with the nearest of them.

    >>> str(unknown_name("statement", "weyl", ["weyl_sum", "mirsky"]))
    "unknown statement 'weyl'; the nearest known: weyl_sum"
    """
    names = sorted(known)
    near = get_close_matches(received, names, n=3, cutoff=0.4) or names[:10]
    return InvalidInput(f"unknown {kind} {received!r}; the nearest known: {', '.join(near)}")


def line_in(path: Path, error: BaseException) -> int | str:
    """The line of a file in which an error arose, the innermost; a question mark where it did not."""
    trace = error.__traceback__
    line: int | str = getattr(error, "lineno", None) or "?"
    while trace is not None:
        if Path(trace.tb_frame.f_code.co_filename) == path:
            line = trace.tb_lineno
        trace = trace.tb_next
    return line
