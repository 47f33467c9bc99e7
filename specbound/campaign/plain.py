"""Plain data: what a line of JSON can hold and give back unchanged."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from math import isfinite
from typing import Any

import numpy as np

from specbound.core.errors import InvalidInput


def plain(value: Any, name: str) -> Any:
    """The value with NumPy's numbers as Python's and tuples as lists.

    **Parameters.** ``name``: how an error calls it.
    **Raises.** :class:`InvalidInput` for a number that is not finite, a key that is no string, or another type.

    >>> plain({"alpha": np.float32(0.5), "sizes": (1, 2)}, "cell")
    {'alpha': 0.5, 'sizes': [1, 2]}
    """
    if isinstance(value, np.generic):
        value = value.item()
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, float):
        if not isfinite(value):
            raise InvalidInput(
                f"{name} is {value}; required: a finite number, or None with a word beside it that says why"
            )
        return value
    if isinstance(value, list | tuple):
        return [plain(item, f"{name}[{number}]") for number, item in enumerate(value)]
    if isinstance(value, Mapping):
        for key in value:
            if not isinstance(key, str):
                raise InvalidInput(f"{name} has the key {key!r}; required: a string")
        return {key: plain(item, f"{name}.{key}") for key, item in value.items()}
    raise InvalidInput(
        f"{name} is a {type(value).__name__}; required: numbers, strings, booleans, None, lists and mappings of them"
    )


def line_of(data: Mapping[str, Any]) -> str:
    """Plain data as one line of JSON."""
    return json.dumps(data, allow_nan=False, ensure_ascii=False, separators=(",", ":")) + "\n"


def content_hash(data: Mapping[str, Any]) -> str:
    """A hash of plain data that does not depend on the order of keys."""
    canonical = json.dumps(data, allow_nan=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()[:16]
