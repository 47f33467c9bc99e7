"""Plain data: what a line of JSON can hold and give back unchanged."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from math import isfinite
from typing import Any

import numpy as np

from specbound.core.errors import InvalidInput

LARGEST = 10**4000
"""Integers beyond it are refused: Python reads no longer ones."""


def plain(value: Any, name: str) -> Any:
    """The value with NumPy's numbers as Python's and tuples as lists.

    **Parameters.** ``name``: how an error calls it.
    **Raises.** :class:`InvalidInput` for a number that is not finite or has thousands of digits, text that is no
    Unicode, a key that is no string, or another type, subclasses of the plain ones among them.

    >>> plain({"alpha": np.float32(0.5), "sizes": (1, 2)}, "cell")
    {'alpha': 0.5, 'sizes': [1, 2]}
    """
    if isinstance(value, np.generic):
        value = value.item()
    if type(value) is str:
        return _text(value, name)
    if value is None or type(value) is bool:
        return value
    if type(value) in (int, float):
        if not (abs(value) <= LARGEST if type(value) is int else isfinite(value)):
            size = value if type(value) is float else "an integer of thousands of digits"
            raise InvalidInput(f"{name} is {size}; required: a finite number, or None and a word beside it on why")
        return value
    if isinstance(value, list | tuple):
        return [plain(item, f"{name}[{number}]") for number, item in enumerate(value)]
    if isinstance(value, Mapping):
        for key in value:
            if type(key) is not str:
                raise InvalidInput(f"{name} has the key {key!r}; required: a string")
        return {_text(key, name): plain(item, f"{name}.{key}") for key, item in value.items()}
    required = "numbers, strings, booleans, None, lists and mappings of them"
    raise InvalidInput(f"{name} is a {type(value).__name__}; required: {required}")


def line_of(data: Mapping[str, Any]) -> str:
    """Plain data as one line of JSON."""
    return json.dumps(data, allow_nan=False, ensure_ascii=False, separators=(",", ":")) + "\n"


def content_hash(data: Mapping[str, Any]) -> str:
    """A hash of plain data that does not depend on the order of keys."""
    canonical = json.dumps(data, allow_nan=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()[:16]


def _text(text: str, name: str) -> str:
    if any("\ud800" <= character <= "\udfff" for character in text):
        raise InvalidInput(
            f"{name} is or has the key {text!r}, which is no Unicode text; required: text without surrogates"
        )
    return text
