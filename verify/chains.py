"""Chains of factors in place of a locked weight: their curvature, predicted from the unlocked model, and measured."""

from __future__ import annotations

from collections.abc import Sequence
from copy import deepcopy
from functools import cache
from math import hypot, log
from typing import Any

import torch
from rich.console import Console
from threadpoolctl import threadpool_limits
from torch import Tensor, nn

from specbound.attacks.factor_chain import even_factors
from specbound.attacks.modules import linear
from specbound.campaign import Grid, Record, Study, measured_in
from specbound.curvature import Operator, hessian, top_singular_value, top_singular_value_of
from specbound.locking.layers import locks_in
from specbound.locking.lock import lock
from verify.intervals import interval
from verify.starts import Start, unlocked_start
from verify.tables import SPREAD, table
from verify.tasks import NETWORKS

COUNTS = (1, 2, 3, 4, 5)
"""Numbers of factors."""

KINDS = {
    "even": "C frozen",
    "trained": "C trained",
    "merged": "merged first",
    "all": "C frozen, k = d",
    "last": "C frozen, the last factor takes all of α",
}
"""How a chain is made. All but the last split α evenly."""

LARGE = 1e6
"""α from which on an exponent is measured: the leading block of m factors stands out by α^{2/m} alone."""

OFF = 0.05
"""How far an exponent may be from the predicted one."""

SLACK = 1e-4
"""Relative, on what is predicted from norms that are known from below, and on rounding at α = 1e8."""


def chain(network: str, kind: str, count: int, alpha: float, seed: int) -> tuple[Start, int]:
    """A locked model with factors in the place of its weight, in the rotated form, and in how many directions."""
    start = unlocked_start(network, seed)
    model = deepcopy(start.model)
    k = len(start.model.get_submodule(start.layer).get_parameter("weight")) if kind == "all" else start.k
    lock(model, start.layer, alpha, k, "rotated")
    pair = locks_in(model)[start.layer]
    weight, compensator = pair.matrices()
    if kind == "merged":
        weight, pair.compensator = compensator @ weight, nn.Identity()
    factors = even_factors(weight, count)
    if kind == "last":
        for factor in factors[:-1]:
            factor[:k] /= alpha ** (1 / count)
        factors[-1][:, :k] *= alpha ** (1 - 1 / count)
    pair.locked = nn.Sequential(*map(linear, factors))
    pair.compensator.requires_grad_(kind == "trained")
    return Start(model, start.loss, start.data, start.layer, start.k), k


def powers(start: Start, kind: str, count: int, k: int) -> Tensor:
    """The power of α by which D of ``attack_factor_chain`` multiplies each parameter that is trained, flat."""
    found: list[Tensor] = []
    for name, parameter in start.model.named_parameters():
        if not parameter.requires_grad:
            continue
        power = torch.zeros_like(parameter, requires_grad=False)
        if name == f"{start.layer}.compensator.weight":
            power[:, :k] += 1
        elif name.startswith(f"{start.layer}.locked.") and kind != "merged":
            place = int(name.split(".")[-2]) + 1
            power[:k] -= _taken(kind, place, count)
            # In front of the first factor there is nothing that was inflated.
            power[:, : k if place > 1 else 0] += _taken(kind, place - 1, count)
        found.append(power.flatten())
    return torch.cat(found)


def _taken(kind: str, place: int, count: int) -> float:
    """The power of α that the factors up to a place have taken together."""
    return float(place == count) if kind == "last" else place / count


@cache
def _leading(network: str, kind: str, count: int, seed: int) -> dict[str, float]:
    """What the Hessian at α = 1 says of every α: the block with the largest power of α, and all beside it."""
    start, k = chain(network, kind, count, 1.0, seed)
    found = powers(start, kind, count, k)
    top = float(found.max())
    # Powers are sums of fractions.
    leading = found > top - 1e-9
    operator = hessian(start.model, start.loss, start.data)
    kappa, rest, between = _norm(operator, leading, leading), 0.0, 0.0
    second = float(found[~leading].max()) if bool((~leading).any()) else top
    if second < top:
        rest, between = _norm(operator, ~leading, ~leading), _norm(operator, leading, ~leading)
    return {"kappa": kappa, "top": top, "second": second, "rest": rest, "between": between}


def _norm(operator: Operator, rows: Tensor, columns: Tensor) -> float:
    """``σ₁`` of a block."""
    one, other = rows.to(operator.dtype), columns.to(operator.dtype)

    def product(vector: Tensor) -> Tensor:
        return one * (operator @ (other * vector))

    def transposed(vector: Tensor) -> Tensor:
        return other * (operator @ (one * vector))

    symmetric = torch.equal(rows, columns)
    block = Operator(operator.shape, operator.dtype, operator.device, product, product if symmetric else transposed)
    return top_singular_value_of(block, tol=SLACK / 10).value


def _mapped(network: str, kind: str, count: int, alpha: float, seed: int) -> float:
    """``σ₁(DᵀHD)`` with H that of the chain at α = 1."""
    start, k = chain(network, kind, count, 1.0, seed)
    scales = alpha ** powers(start, kind, count, k)
    operator = hessian(start.model, start.loss, start.data)

    def product(vector: Tensor) -> Tensor:
        return scales * (operator @ (scales * vector))

    mapped = Operator(operator.shape, operator.dtype, operator.device, product, product)
    return top_singular_value_of(mapped, tol=SLACK / 10).value


def predict(network: str, kind: str, count: int, alpha: float, seed: int) -> dict[str, Any]:
    """``σ₁`` from the unlocked chain: the exponent, at this α the value, and between what it lies by norms of blocks.

    From below ``α^{2t} κ``, t the largest power in D and κ the norm of its block; from above the larger eigenvalue of
    the 2×2 matrix of ``quadratic_law_upper``, by the powers t and s < t, the next one.
    """
    with threadpool_limits(limits=1):
        at_one = _leading(network, kind, count, seed)
        curvature = _mapped(network, kind, count, alpha, seed)
    top, second = alpha ** at_one["top"], alpha ** at_one["second"]
    one, other, between = top**2 * at_one["kappa"], second**2 * at_one["rest"], top * second * at_one["between"]
    high = (one + other) / 2 + hypot((one - other) / 2, between)
    exponent = 2 * at_one["top"]
    return {"exponent": exponent, "kappa": at_one["kappa"], "curvature": curvature, "low": one, "high": high}


def measure(network: str, kind: str, count: int, alpha: float, seed: int) -> dict[str, Any]:
    """``σ₁`` of the Hessian in all that is trained."""
    with threadpool_limits(limits=1):
        start, _ = chain(network, kind, count, alpha, seed)
        return {"curvature": top_singular_value(start.model, start.loss, start.data).value}


Key = tuple[str, str, int]
"""A network, a kind of chain and its number of factors."""


def exponents(records: Sequence[Record]) -> dict[Key, list[tuple[float, float]]]:
    """The power of α between the two largest that were measured, with what was predicted, for each seed."""
    found: dict[Key, list[tuple[float, float]]] = {}
    for key, mine in by_chain(measured_in(records)).items():
        for seed in sorted({record.seed for record in mine}):
            of_seed = sorted(
                (r.parameters["alpha"], r.measurement["curvature"], r.prediction["exponent"])
                for r in mine
                if r.seed == seed and r.parameters["alpha"] >= LARGE
            )
            if len(of_seed) > 1:
                (low, one, _), (high, other, predicted) = of_seed[-2:]
                found.setdefault(key, []).append((log(other / one) / log(high / low), predicted))
    return found


def by_chain(records: Sequence[Record]) -> dict[Key, list[Record]]:
    """Records by network, kind and number of factors."""
    found: dict[Key, list[Record]] = {}
    for record in records:
        key = record.parameters["network"], record.parameters["kind"], record.parameters["count"]
        found.setdefault(key, []).append(record)
    return found


def unexpected(records: Sequence[Record]) -> list[str]:
    """Curvature off its prediction or beyond either bound, and exponents off the predicted ones."""
    found: list[str] = []
    for record in measured_in(records):
        value, low, high = record.measurement["curvature"], record.prediction["low"], record.prediction["high"]
        near = record.prediction["curvature"]
        if not low * (1 - SLACK) <= value <= high * (1 + SLACK) or abs(value / near - 1) > SLACK:
            found.append(f"{record}: curvature {value:.6g}; predicted {near:.6g}, from {low:.6g} to {high:.6g}")
    for (network, kind, count), pairs in exponents(records).items():
        for measured, predicted in pairs:
            if abs(measured - predicted) > OFF:
                found.append(f"{network}, {kind}, {count} factors: exponent {measured:.3f}; predicted {predicted:.3f}")
    return found


def show(records: Sequence[Record], console: Console) -> None:
    """Prints exponents, and the curvature at the largest α over the leading block, with how much more it may be."""
    measured, grouped = exponents(records), by_chain(measured_in(records))
    columns = ["predicted", "exponent", "σ₁ over α²ᵗκ", "at most"]
    shown = table(f"chains of factors: σ₁ against α, large α{SPREAD}", columns)
    for (network, kind, count), pairs in measured.items():
        mine = grouped[network, kind, count]
        largest = max(record.parameters["alpha"] for record in mine)
        at_largest = [record for record in mine if record.parameters["alpha"] == largest]
        shown.add_row(
            f"{network}, {KINDS[kind]}, m = {count}",
            f"{pairs[0][1]:.2f}",
            interval([exponent for exponent, _ in pairs], ".3f"),
            interval([r.measurement["curvature"] / r.prediction["low"] for r in at_largest], ".4f"),
            f"{max(r.prediction['high'] / r.prediction['low'] for r in at_largest):.4f}",
        )
    console.print(shown)


def _grid(networks: Sequence[str], alphas: Sequence[float], seeds: int) -> list[Grid]:
    others = [kind for kind in KINDS if kind != "even"]
    return [
        Grid({"network": networks, "kind": ["even"], "count": COUNTS, "alpha": alphas}, seeds=seeds),
        Grid({"network": networks, "kind": others, "count": [3], "alpha": list(alphas)[-2:]}, seeds=seeds),
    ]


study = Study(
    name="chains",
    grids={
        "quick": _grid(["mlp"], [1.0, 1e3, 1e6, 1e8], 2),
        "standard": _grid(NETWORKS, [10.0**n for n in range(9)], 5),
        "deep": _grid(NETWORKS, [10.0 ** (n / 2) for n in range(17)], 20),
    },
    predict=predict,
    measure=measure,
    surprises=unexpected,
    show=show,
)
