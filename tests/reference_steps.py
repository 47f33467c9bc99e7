"""Slow definitions of the statements on single steps of optimizers on a locked model: square roots and signs, at 60 digits, by mpmath."""

from collections.abc import Callable
from typing import Any

SIDES: dict[str, Callable[..., Any]] = {}
