"""What a run wrote into a results folder as JSON, read strictly: whole, of this version, and nothing else in it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

from specbound.core.errors import InvalidInput

FORMAT = 1
"""Of these files."""


def read_stored(path: Path, keys: Mapping[str, type], again: str) -> dict[str, Any]:
    """The object that the file holds, with exactly these keys beside ``format``, each of its type.

    **Raises.** :class:`InvalidInput` where the file is missing, not whole, of another version, or of another shape;
    ``again`` says what to do.
    """
    try:
        data: object = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise InvalidInput(f"{path} is missing; {again}") from None
    except ValueError as error:
        raise InvalidInput(f"{path} is not whole ({error}); {again}") from error
    if not isinstance(data, dict):
        raise InvalidInput(f"{path} holds no object; {again}")
    found = cast("dict[str, Any]", data)
    if found.pop("format", None) != FORMAT:
        raise InvalidInput(f"{path} is not of format {FORMAT}, which this version reads; {again}")
    if set(found) != set(keys) or any(type(found[key]) is not kind for key, kind in keys.items()):
        required = ", ".join(f"{key} ({kind.__name__})" for key, kind in keys.items())
        raise InvalidInput(f"{path} has {', '.join(found)}; required: exactly {required}; {again}")
    return found
