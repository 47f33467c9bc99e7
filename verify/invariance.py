"""Second-order methods on a locked network and on the same with α = 1: how far their outputs part, step by step."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import torch
from rich.console import Console
from threadpoolctl import threadpool_limits
from torch import Tensor
from torch.nn.functional import mse_loss, one_hot

from specbound.campaign import Grid, Record, Study, measured_in
from specbound.curvature.data import batches
from specbound.training.gradient import Gradient
from specbound.training.optimizers import SingularCurvature, build, needs_graph
from verify.intervals import interval
from verify.starts import Start, locked_start
from verify.tables import SPREAD, table
from verify.tasks import TINY

BROKEN = 1e-3
"""Relative distance of outputs at which two runs count as parted."""


@dataclass(frozen=True)
class Method:
    """An optimizer with its options, and how far apart its runs are predicted to be at most, by form of the lock.

    None says that they part. ``until``: the last step of which that is predicted, None for all.
    """

    optimizer: str
    statement: str
    bounds: Mapping[str, float | None]
    options: Mapping[str, Any] = field(default_factory=dict)
    until: int | None = None


def _at_most(rotated: float | None, dense: float | None) -> Mapping[str, float | None]:
    return {"rotated": rotated, "dense": dense}


METHODS = {
    "Newton, damped by λ DᵀD": Method(
        "newton_congruent", "newton_invariance", _at_most(1e-12, 1e-6), {"damping": 10.0}
    ),
    "Levenberg–Marquardt, λ DᵀD": Method("levenberg_marquardt_congruent", "newton_invariance", _at_most(1e-12, 1e-6)),
    "Newton, undamped": Method("newton", "newton_invariance", _at_most(1e-9, BROKEN), {"lr": 0.1}, until=1),
    "K-FAC, undamped": Method("kfac", "kfac_invariance", _at_most(1e-9, 1e-3), {"lr": 0.1}, until=1),
    "AdaHessian, exact diagonal": Method(
        "adahessian_exact", "diagonal_newton_invariance", _at_most(1e-6, None), {"lr": 0.01}
    ),
    "Shampoo, exponent ½": Method(
        "shampoo_half", "shampoo_half_invariance", _at_most(None, None), {"lr": 0.01, "eps": 1e-6}
    ),
    "Newton, damped by λ I": Method("newton_damped", "damping_favours_lock", _at_most(None, None)),
    "Levenberg–Marquardt, λ I": Method("levenberg_marquardt", "damping_favours_lock", _at_most(None, None)),
    "K-FAC, damped by λ I": Method("kfac_damped", "kfac_invariance", _at_most(None, None), {"lr": 0.1}),
}


def predict(method: str, form: str) -> dict[str, Any]:
    """How far apart the outputs are at most; None where the runs are predicted to part."""
    found = METHODS[method]
    return {"statement": found.statement, "at most": found.bounds[form], "until": found.until}


def measure(method: str, form: str, alpha: float, steps: int, seed: int) -> dict[str, Any]:
    """Relative distances of the outputs after each step, until a step fails, and what it said."""
    with threadpool_limits(limits=1):
        found = METHODS[method]
        runs = [_Descent(_start(form, each, seed), found) for each in (alpha, 1.0)]
        distances: list[float] = []
        ended = ""
        for _ in range(steps):
            try:
                locked, inserted = (run.step() for run in runs)
            except SingularCurvature as error:
                ended = str(error)
                break
            if not bool(torch.isfinite(locked).all() and torch.isfinite(inserted).all()):
                ended = "the outputs are not finite"
                break
            distances.append(float((locked - inserted).norm() / inserted.norm()))
        parted = next((step for step, distance in enumerate(distances, 1) if distance > BROKEN), None)
        return {"distances": distances, "ended": ended, "parted": parted}


def _start(form: str, alpha: float, seed: int) -> Start:
    """With the squared error: the softmax has a null direction, where K-FAC without damping does not exist."""
    start = locked_start(TINY, form, alpha, seed)
    inputs, targets = start.data
    return Start(start.model, mse_loss, (inputs, one_hot(targets, 10).to(inputs.dtype)), start.layer, start.k)


class _Descent:
    def __init__(self, start: Start, method: Method) -> None:
        self._start = start
        self._stepper = build(method.optimizer, start.model, start.loss, start.data, **method.options)
        self._gradient = Gradient(start.model, start.loss, batches(start.data), needs_graph(self._stepper))

    def step(self) -> Tensor:
        """Takes a step and gives the outputs after it."""
        self._gradient.step(self._stepper, self._gradient())
        with torch.no_grad():
            return self._start.model(self._start.data[0])


def unexpected(records: Sequence[Record]) -> list[str]:
    """Runs that part where they were predicted to agree, or agree where they were predicted to part."""
    found: list[str] = []
    for record in measured_in(records):
        bound, until = record.prediction["at most"], record.prediction["until"]
        distances = record.measurement["distances"][:until]
        if bound is None and record.measurement["parted"] is None:
            found.append(f"{record}: the runs agree to {max(distances, default=0.0):.1e}; predicted to part")
        elif bound is not None and (not distances or max(distances) > bound):
            told = f"{max(distances):.1e} apart" if distances else f"no step ({record.measurement['ended']})"
            found.append(f"{record}: {told}; predicted {bound:.0e} at most")
    return found


def show(records: Sequence[Record], console: Console) -> None:
    """Prints how far the runs of each method are apart, and when they part."""
    done = measured_in(records)
    shown = table(
        f"outputs at α = 1e4 against α = 1, relative distance{SPREAD}", ["predicted", "one step", "all steps", "parted"]
    )
    for method, form in dict.fromkeys((r.parameters["method"], r.parameters["form"]) for r in done):
        mine = [r for r in done if (r.parameters["method"], r.parameters["form"]) == (method, form)]
        bound, until = mine[0].prediction["at most"], mine[0].prediction["until"]
        predicted = "apart" if bound is None else f"≤ {bound:.0e}" + ("" if until is None else f" in {until} step")
        with_steps = [r.measurement["distances"] for r in mine if r.measurement["distances"]]
        parted = [r.measurement["parted"] or len(r.measurement["distances"]) + 1 for r in mine if _ended(r)]
        when = f"step {min(parted)} to {max(parted)}" if parted else "never"
        ends = ([distances[0] for distances in with_steps], [max(distances) for distances in with_steps])
        shown.add_row(f"{method}, {form}", predicted, *(interval(values, ".0e") for values in ends), when)
    console.print(shown)


def _ended(record: Record) -> bool:
    return record.measurement["parted"] is not None or bool(record.measurement["ended"])


SOLVED_BY_PRODUCTS = tuple(name for name in METHODS if name.startswith("Levenberg"))
"""Those whose matrix is made by products with vectors, one for each parameter: they are slow, and take fewer steps."""


def _grid(methods: Sequence[str], seeds: int, steps: int = 10) -> Grid:
    return Grid({"method": methods, "form": ["dense", "rotated"], "alpha": [1e4], "steps": [steps]}, seeds=seeds)


study = Study(
    name="invariance",
    grids={
        "quick": [
            _grid([name for name in METHODS if name not in SOLVED_BY_PRODUCTS], 1),
            _grid(SOLVED_BY_PRODUCTS, 1, 2),
        ],
        "standard": _grid(list(METHODS), 3),
        "deep": _grid(list(METHODS), 20, 50),
    },
    predict=predict,
    measure=measure,
    surprises=unexpected,
    show=show,
)
