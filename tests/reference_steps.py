"""Slow definitions of the statements on steps of optimizers on locked models, at 60 digits, by mpmath."""

from collections.abc import Callable
from typing import Any

SIDES: dict[str, Callable[..., Any]] = {}
