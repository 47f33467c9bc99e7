"""A results folder as a table."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from specbound.campaign.plain import content_hash
from specbound.campaign.reading import Record, read
from specbound.campaign.study import COLUMNS
from specbound.numeric.ops import NotAvailable

if TYPE_CHECKING:
    import pandas as pd


def table(folder: str | Path, study: str | None = None) -> pd.DataFrame:
    """All that a results folder holds, a row a cell: failed and stale ones are marked, none is left out.

    **Returns.** A pandas table with the columns ``study``, ``cell``, the parameters by name, ``seed``, ``status``
    (measured, failed, not available, predicted), ``stale``, ``prediction.…`` and ``measurement.…`` by name, ``error``,
    ``attempts``, ``seconds``, ``run`` and ``source``, a hash of all that results rest on. What a cell does not have is
    missing in its row.
    **Raises.** :class:`NotAvailable` without pandas; what :func:`~specbound.campaign.reading.read` raises.
    """
    try:
        import pandas as pd
    except ModuleNotFoundError as error:
        raise NotAvailable("a table needs pandas: pip install 'specbound[tables]'") from error
    rows = [_row(record) for record in read(folder, study)]
    names = list(dict.fromkeys(name for row in rows for name in row))
    parameters = [name for name in names if name not in (*COLUMNS, "seed") and "." not in name]
    values = sorted((name for name in names if "." in name), key=lambda name: name.startswith("measurement."))
    order = ["study", "cell", *parameters, "seed", "status", "stale", *values, "error", "attempts", "seconds", "run"]
    return pd.DataFrame(rows, columns=[*order, "source"])


def _row(record: Record) -> dict[str, Any]:
    predicted = {f"prediction.{name}": value for name, value in record.prediction.items()}
    measured = {f"measurement.{name}": value for name, value in record.measurement.items()}
    fixed = {
        "study": record.study,
        "cell": record.id,
        "seed": record.seed,
        "status": record.status.value,
        "stale": record.stale,
        "error": record.error,
        "attempts": record.attempts,
        "seconds": record.seconds,
        "run": record.run["run"],
        "source": content_hash({"package": record.run["source"], "files": record.run["files"]}),
    }
    return {**record.parameters, **fixed, **predicted, **measured}
