import json
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from specbound.campaign.plain import content_hash, line_of, plain
from specbound.core.errors import InvalidInput

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@settings(max_examples=40)
@given(st.dictionaries(st.text(), VALUES))
def test_plain_data_survives_a_line(data: dict) -> None:
    line = line_of(plain(data, "data"))
    assert line.endswith("\n")
    assert line.count("\n") == 1
    assert json.loads(line) == data


def test_numbers_of_numpy_become_those_of_python() -> None:
    found = plain({"a": np.float32(0.5), "b": np.int64(3), "c": np.bool_(True), "d": (np.float64(1), [2])}, "cell")
    assert found == {"a": 0.5, "b": 3, "c": True, "d": [1.0, [2]]}
    assert [type(value) for value in found.values()] == [float, int, bool, list]


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ({"loss": math.nan}, "record.loss is nan; required: a finite number"),
        ({"losses": [1.0, -math.inf]}, r"record.losses\[1\] is -inf"),
        ({"a": {1: 2}}, "record.a has the key 1; required: a string"),
        ({"a": np.float32("inf")}, "record.a is inf"),
        ({"a": np.ones(2)}, "record.a is a ndarray; required: numbers"),
        ({"a": {2}}, "record.a is a set"),
        ({"a": 1j}, "record.a is a complex"),
    ],
)
def test_what_a_line_cannot_hold_is_refused_by_name(value: dict, message: str) -> None:
    with pytest.raises(InvalidInput, match=message):
        plain(value, "record")


def test_the_hash_tells_contents_apart_and_not_the_order_of_keys() -> None:
    assert content_hash({"a": 1, "b": [2]}) == content_hash({"b": [2], "a": 1})
    different = [{"a": 1}, {"a": 1.0}, {"a": "1"}, {"a": True}, {"a": None}, {"b": 1}, {"a": [1]}, {}]
    assert len({content_hash(content) for content in different}) == len(different)
