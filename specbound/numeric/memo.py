"""Results that are remembered by the identity of the arrays they came from."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


class Memo:
    """Remembers results of functions of arrays and plain numbers, up to a limit of bytes; the oldest go first.

    Arrays are told apart by identity and must not be changed while the memo lives.
    """

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._found: dict[tuple[Any, ...], tuple[Any, tuple[Any, ...], int]] = {}
        self._bytes = 0

    def __call__(self, compute: Callable[..., Any], arrays: tuple[Any, ...], *numbers: Any) -> Any:
        """``compute(*arrays, *numbers)``, computed once."""
        key = (compute.__name__, *(id(array) for array in arrays), *numbers)
        if key not in self._found:
            result = compute(*arrays, *numbers)
            # The arrays are kept beside the result: an identity is only unique while its object lives.
            parts = [result, *getattr(result, "__dict__", {}).values()]
            size = sum(getattr(part, "nbytes", 0) for part in parts)
            self._found[key] = (result, arrays, size)
            self._bytes += size
            while self._bytes > self._limit and len(self._found) > 1:
                self._bytes -= self._found.pop(next(iter(self._found)))[2]
        return self._found[key][0]
