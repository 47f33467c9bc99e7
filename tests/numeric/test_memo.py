"""What is remembered is of the arrays it was computed from, and of no others that take their place."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from specbound.numeric.memo import Memo


def counted(function: Callable[..., Any]) -> tuple[Callable[..., Any], list[tuple[Any, ...]]]:
    calls: list[tuple[Any, ...]] = []

    def call(*given: Any) -> Any:
        calls.append(given)
        return function(*given)

    call.__name__ = function.__name__
    return call, calls


def doubled(array: np.ndarray) -> np.ndarray:
    return 2 * array


def halved(array: np.ndarray) -> np.ndarray:
    return array / 2


def raised(array: np.ndarray, exponent: int) -> np.ndarray:
    return array**exponent


def test_a_result_is_computed_once_and_is_the_same_object() -> None:
    memo, array = Memo(10**6), np.arange(3.0)
    double, calls = counted(doubled)
    assert memo(double, (array,)) is memo(double, (array,))
    assert len(calls) == 1
    np.testing.assert_array_equal(memo(double, (array,)), [0, 2, 4])


def test_functions_numbers_and_the_order_of_arrays_tell_results_apart() -> None:
    memo, one, other = Memo(10**6), np.ones(2), np.full(2, 3.0)
    assert memo(doubled, (one,))[0] == 2
    assert memo(halved, (one,))[0] == 0.5
    assert [memo(raised, (other,), n)[0] for n in (1, 2, 1, 3)] == [3, 9, 3, 27]
    assert memo(np.subtract, (one, other))[0] == -2
    assert memo(np.subtract, (other, one))[0] == 2
    # Equal entries do not make the same array.
    double, calls = counted(doubled)
    memo(double, (np.ones(2),))
    memo(double, (np.ones(2),))
    assert len(calls) == 2


class Thing:
    def __init__(self, number: int) -> None:
        self.number = number


def told(thing: Thing) -> int:
    return thing.number


class Forgetful(Memo):
    """Keeps the identities alone, which is what a memo must not do."""

    def __call__(self, compute: Callable[..., Any], arrays: tuple[Any, ...], *numbers: Any) -> Any:
        result = super().__call__(compute, arrays, *numbers)
        self._found = {key: (found, (), size) for key, (found, _, size) in self._found.items()}
        return result


@pytest.mark.parametrize("limit", [0, 10**6])
@pytest.mark.parametrize("kind", [Memo, Forgetful])
def test_an_object_that_is_gone_lends_its_identity_to_none(kind: type[Memo], limit: int) -> None:
    memo = kind(limit)
    wrong = sum(memo(told, (Thing(number),)) != number for number in range(1000))
    assert (wrong == 0) == (kind is Memo)


def test_the_oldest_go_first_and_the_newest_stays() -> None:
    size = np.ones(4).nbytes
    memo, arrays = Memo(2 * size), [np.full(4, float(n)) for n in range(3)]
    double, calls = counted(doubled)
    for array in arrays:
        memo(double, (array,))
    memo(double, (arrays[2],))
    memo(double, (arrays[1],))
    assert len(calls) == 3
    memo(double, (arrays[0],))
    assert len(calls) == 4
    # One that exceeds the limit alone is kept until the next.
    large = np.ones(1000)
    assert memo(double, (large,)) is memo(double, (large,))
    memo(double, (arrays[1],))
    memo(double, (large,))
    assert len(calls) == 7


def test_what_a_result_carries_counts() -> None:
    class Pair:
        def __init__(self, array: np.ndarray) -> None:
            self.left, self.right = array.copy(), array.copy()

    arrays = [np.ones(4) for _ in range(3)]
    memo = Memo(3 * arrays[0].nbytes)
    pair, calls = counted(Pair)
    for array in (arrays[0], arrays[1], arrays[0]):
        memo(pair, (array,))
    assert len(calls) == 3


def test_what_fails_is_not_remembered() -> None:
    memo, array, asked = Memo(100), np.ones(1), []

    def once(given: np.ndarray) -> np.ndarray:
        asked.append(given)
        if len(asked) == 1:
            raise ValueError("not yet")
        return given

    with pytest.raises(ValueError, match="not yet"):
        memo(once, (array,))
    assert memo(once, (array,)) is array
