"""Slow definitions of the statements on rates on quadratics: recurrences and spectra, at 60 digits, by mpmath."""

from collections.abc import Callable
from typing import Any

SIDES: dict[str, Callable[..., Any]] = {}
