"""The data behind a figure: a row for each mark or record, by column; what is drawn is what its CSV file holds."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from io import StringIO
from typing import Any

from specbound.campaign import Record

Row = dict[str, Any]


def place(record: Record, *names: str) -> Row:
    """Where in its study a record stands: its parameters of these names, and its seed."""
    return {**{name: record.parameters[name] for name in names}, "seed": record.seed}


def select(rows: Sequence[Row], **wanted: Any) -> list[Row]:
    """The rows with these values, in their order."""
    return [row for row in rows if all(row[name] == value for name, value in wanted.items())]


def distinct(rows: Sequence[Row], name: str) -> list[Any]:
    """The values of a column, each once, in the order in which they are met."""
    return list(dict.fromkeys(row[name] for row in rows))


def comma_separated(rows: Sequence[Row]) -> str:
    """The rows as CSV with a line of names; numbers in full precision, empty where there is none."""
    text = StringIO()
    writer = csv.DictWriter(text, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()
