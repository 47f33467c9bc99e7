"""A user's module with a small target, its locks and recipes, and records as a certification leaves them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from specbound.campaign import Record, Status

TINY = '''"""A tanh network of three layers, on four clusters."""

import torch
from torch import nn
from torch.nn.functional import cross_entropy


def network(seed):
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        layers = nn.Linear(8, 8), nn.Tanh(), nn.Linear(8, 8), nn.Tanh(), nn.Linear(8, 4)
        return nn.Sequential(*layers).double()


def samples(seed):
    generator = torch.Generator().manual_seed(seed)
    centres = torch.randn(4, 8, generator=generator, dtype=torch.float64)
    labels = torch.arange(40) % 4
    return centres[labels] + 0.5 * torch.randn(40, 8, generator=generator, dtype=torch.float64), labels


def tiny(seed):
    return network(seed), cross_entropy, samples(seed)
'''

RATES = (0.1, 0.03, 1e-3, 1e-7)
"""From what suits the unlocked model down to where the locked one moves in its inflated directions alone."""

SETTINGS: dict[str, Any] = {
    # Where one hidden layer is locked alone, a large learning rate saturates its tanh and trains the others.
    "layers": ["0,2"],
    "ks": [2],
    "optimizers": ["momentum", "adam"],
    "rates": RATES,
    "steps": 100,
    "seeds": 1,
    "workers": 1,
}


def module_in(folder: Path, text: str = TINY, name: str = "tiny") -> Path:
    """The file of such a module."""
    path = folder / f"{name}.py"
    path.write_text(text)
    return path


def record(
    attacker: str = "merge",
    steps: int | None = 10,
    seed: int = 0,
    unlocked: int = 10,
    alpha: float = 1e4,
    error: str | None = None,
    **measured: Any,
) -> Record:
    """One attacker's run against one lock; with an error, one that was not available."""
    lock: Mapping[str, Any] = {"layers": ["0"], "alpha": alpha, "k": 2, "form": "dense", "two_sided": False}
    cost = {"knowledge": "the locks", "parameters": 0, "trainable": 0, "flops": 0, "update_flops": 0, "memory": 0}
    measurement = {
        "steps": steps,
        "optimizer": "adam",
        "rate": 0.01,
        "outcome": "budget" if steps is None else "reached",
        "time": 1.25,
        "lost": {},
        "cost": {**cost, **measured.pop("cost", {})},
        **measured,
    }
    return Record(
        id=f"{attacker}-{alpha}-{seed}",
        parameters={"attacker": attacker, "lock": lock, "steps": 100},
        seed=seed,
        study="certify",
        status=Status.MEASURED if error is None else Status.NOT_AVAILABLE,
        stale=False,
        prediction={"steps": unlocked, "target": 0.1, "optimizer": "adam", "rate": 0.01},
        measurement=measurement if error is None else {},
        error=error,
        traceback="",
        attempts=1,
        seconds=1.0,
        run={},
        arrays_file=None,
    )
