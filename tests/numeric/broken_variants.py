"""Mistakes that enclosures could have: an exact fragment of a source, what stands in its place, and what catches it."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Variant:
    """``check`` names the check that has to fail."""

    name: str
    file: str
    fragment: str
    replacement: str
    check: str


VARIANTS: tuple[Variant, ...] = ()
