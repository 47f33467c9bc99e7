"""Curvature of locked networks: a constant known before the lock against Hessians after it, over decades of α."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from math import isfinite
from typing import Any

import numpy as np
import torch
from rich.console import Console
from threadpoolctl import threadpool_limits
from torch import Tensor

from specbound.campaign import Grid, Record, Study, evidence_in, measured_in
from specbound.checks.network import READINGS, Case
from specbound.checks.network.blocks import OUTPUT, bounds, locked_route, sample_of
from specbound.checks.network.case import LARGEST_DENSE
from specbound.checks.network.congruence import norm
from specbound.checks.network.factors import entry_of, factors
from specbound.checks.network.reading import read
from specbound.core.catalogue import catalog
from specbound.core.verdict import Verdict
from specbound.curvature import hessian, predicted_curvature, top_singular_value_of
from specbound.numeric.ops import NotAvailable
from verify.exponents import BLOCKS_BETWEEN, SETS_BETWEEN, exponents
from verify.intervals import interval
from verify.locks import MINILM, SITES, case
from verify.tables import SPREAD, table

GROUPS = ("C'U", "C'U⊥", "W'U", "W'U⊥", "others")
"""Parts of the parameters that a lock scales alike: inflated by α, left, contracted by α, left, left."""

SCALES = (1, 0, -1, 0, 0)
"""The power of α by which it scales each: what the change of variable says."""

SETS = {
    "all": GROUPS,
    "C frozen": GROUPS[2:],
    "C alone": GROUPS[:2],
    "W̃ alone": GROUPS[2:4],
    "rest": GROUPS[4:],
}
"""Sets of parameters that somebody may train."""

ROUNDING = 1e-14
"""Relative error of a curvature by rounding of a dense pair, over α: a few dozen units of roundoff."""

SINGLE = 1e-2
"""The same for the real transformer in float32, at α up to 10⁴: rounding of the dense pair changes the model by uα."""

CLOSE = 0.02
"""How far an exponent may be from its prediction."""

STATEMENTS = ("abc_linear", "abc_mlp", "abc_attention", "abc_conv")

OF_TRANSFORMERS = ("gain_shift", "query_key_rescaling", "value_output_rescaling")

OF_RELU = ("neuron_rescaling", "piecewise_linear_psd")


def predict(network: str, alpha: float, look: str, seed: int) -> dict[str, Any]:
    """From the model without its lock: ``σ₁(K)``, between what the locked Hessian's ``σ₁`` lies, and all exponents.

    Looking at statements, which of them apply to the architecture: none is violated.
    """
    if look == "statements":
        return {"left out": _left_out(network), "violated": []}
    kappa, beside, whole = _before(network, seed)
    if beside is None or whole is None:
        return {"kappa": kappa, "lower": alpha**2 * kappa, "upper": None}
    leading = alpha**2 * kappa
    upper = min(leading + alpha**2 * beside**2 / (leading - whole), alpha**2 * whole) if leading > whole else None
    return {
        "kappa": kappa,
        "lower": leading,
        "upper": upper or alpha**2 * whole,
        "exponents": [[one + other for other in SCALES] for one in SCALES],
        "of sets": {"all": 2, "C frozen": 0, "C alone": 2, "W̃ alone": 0, "rest": 0},
    }


@cache
def _before(network: str, seed: int) -> tuple[float, float | None, float | None]:
    """``σ₁(K)`` of the unlocked model, and of the identity-inserted, if in reach, the norm beside K and all of it."""
    with threadpool_limits(limits=1):
        site = case(network, seed, 1.0)
        inside = site.inflated
        kappa = predicted_curvature(site.model, site.loss, site.data, site.layer, site.k, tol=1e-10)
        if network == MINILM:
            return kappa, None, None
        return kappa, norm(site.dense_inserted[inside][:, ~inside]), norm(site.dense_inserted)


def measure(network: str, alpha: float, look: str, seed: int) -> dict[str, Any]:
    """Of the locked model: ``σ₁``, norms of blocks and of what may be trained, and the published bound; or evidence."""
    with threadpool_limits(limits=1):
        site = case(network, seed, alpha)
        return _evidence(site, network) if look == "statements" else _scaling(site)


def _scaling(site: Case) -> dict[str, Any]:
    found = top_singular_value_of(site.hessian(site.locked), tol=1e-9, seed=site.seed)
    top = {"top": found.value, "residual": found.residual, "products": found.products}
    if site.size > LARGEST_DENSE:
        return top
    parts = _parts(site)
    dense = site.dense_locked
    sample = sample_of(site)
    of_output = hessian(site.locked, entry_of(OUTPUT), (sample, torch.zeros(1)))
    return {
        **top,
        "blocks": [[norm(dense[a][:, b]) for b in parts.values()] for a in parts.values()],
        "sets": {name: norm(_square(dense, parts, members)) for name, members in SETS.items()},
        "top of one output": top_singular_value_of(of_output, tol=1e-6, seed=site.seed).value,
        "published bounds": dict(bounds(factors(site.locked, sample, OUTPUT, locked_route(site)))),
        "spectrum": torch.linalg.eigvalsh(dense).numpy(),
    }


def _square(dense: Tensor, parts: dict[str, Tensor], members: Sequence[str]) -> Tensor:
    mask = torch.stack([parts[name] for name in members]).any(dim=0)
    return dense[mask][:, mask]


def _parts(site: Case) -> dict[str, Tensor]:
    """A mask for each of the groups, in the coordinates in which the change of variable is diagonal."""
    of_weight, of_compensator = (torch.zeros(site.size, dtype=torch.bool) for _ in range(2))
    of_weight[site.of_weight], of_compensator[site.of_compensator] = True, True
    inside, contracted = site.inflated, site.contracted
    masks = (inside, of_compensator & ~inside, contracted, of_weight & ~contracted, ~(of_weight | of_compensator))
    return dict(zip(GROUPS, masks, strict=True))


def _evidence(site: Case, network: str) -> dict[str, Any]:
    known = catalog()
    found: list[dict[str, Any]] = []
    left_out: dict[str, str] = {}
    for name, reading in READINGS.items():
        try:
            found.append(read(known[name], reading, site, network).to_json())
        except NotAvailable as error:
            left_out[name] = str(error)
    violated = sorted(item["statement"] for item in found if item["verdict"] == Verdict.VIOLATED.value)
    return {"evidence": found, "left out": left_out, "violated": violated}


def _left_out(network: str) -> list[str]:
    """Statements whose assumptions do not hold: on routes, kinks or attention that the network has not."""
    absent = [name for name in STATEMENTS if name != f"abc_{SITES[network].route.kind}"]
    for having, names in (("relu", OF_RELU), ("transformer", OF_TRANSFORMERS)):
        absent += [] if network == having else names
    return sorted(absent)


def unexpected(records: Sequence[Record]) -> list[str]:
    """Where a measured curvature leaves what was predicted, an exponent is off, or a statement fares otherwise."""
    found: list[str] = []
    for record in measured_in(records):
        if record.parameters["look"] == "statements":
            for what in ("violated", "left out"):
                predicted, measured = (sorted(side[what]) for side in (record.prediction, record.measurement))
                if predicted != measured:
                    found.append(
                        f"{record}: {what} {', '.join(measured) or 'none'}; predicted {', '.join(predicted) or 'none'}"
                    )
            continue
        top, low, high = record.measurement["top"], record.prediction["lower"], record.prediction["upper"]
        single = record.parameters["network"] == MINILM
        slack = SINGLE if single else 1e-9 + record.parameters["alpha"] * ROUNDING
        if top < low * (1 - slack) or (high is not None and top > high * (1 + slack)):
            found.append(f"{record}: σ₁ = {top:.6g}; predicted {low:.6g} to {high or float('inf'):.6g}")
    for (network, seed), measured in exponents(records, "blocks", BLOCKS_BETWEEN).items():
        predicted = np.add.outer(SCALES, SCALES)
        for a, b in zip(*np.nonzero(np.abs(measured - predicted) > CLOSE), strict=True):
            if isfinite(measured[a, b]) and a <= b:
                block = f"{GROUPS[a]}, {GROUPS[b]}"
                found.append(
                    f"{network}, seed {seed}: block {block}: exponent {measured[a, b]:.3f}; predicted {predicted[a, b]}"
                )
    return found


def show(records: Sequence[Record], console: Console) -> None:
    """Prints how tight the law is, which exponents were measured, and how many statements hold on which network."""
    scaling = [record for record in measured_in(records) if record.parameters["look"] == "scaling"]
    alphas = sorted({r.parameters["alpha"] for r in scaling} - {1.0})
    law = table(f"σ₁ of the locked Hessian over α² σ₁(K), less 1{SPREAD}", [f"α = {alpha:.0e}" for alpha in alphas])
    for network in dict.fromkeys(r.parameters["network"] for r in scaling):
        excess = [
            [r.measurement["top"] / r.prediction["lower"] - 1 for r in scaling if _is(r, network, alpha)]
            for alpha in alphas
        ]
        law.add_row(network, *(interval(values, ".1e") for values in excess))
    console.print(law)
    grown = table(f"power of α from 1e3 to 1e5, by what is trained{SPREAD}", SETS)
    by_network: dict[str, list[Any]] = {}
    for (network, _), values in exponents(records, "sets", SETS_BETWEEN).items():
        by_network.setdefault(network, []).append(values)
    for network, values in by_network.items():
        grown.add_row(network, *(interval(list(column), ".2f") for column in np.array(values).T))
    console.print(grown)
    for line in _block_lines(records):
        console.print(line)
    evidence = evidence_in(records)
    words = {word: sum(item.verdict is word for item in evidence) for word in Verdict}
    held = ", ".join(f"{count} {word}" for word, count in words.items() if count)
    console.print(f"{len({item.statement for item in evidence})} statements on networks: {held or 'none'}")


def _block_lines(records: Sequence[Record]) -> Iterator[str]:
    """How far the exponents of blocks are from those predicted, at most."""
    predicted = np.add.outer(SCALES, SCALES)
    found = exponents(records, "blocks", BLOCKS_BETWEEN).items()
    for network in dict.fromkeys(network for (network, _), _ in found):
        off = [np.abs(values - predicted) for (other, _), values in found if other == network]
        largest = max(float(np.max(item[np.isfinite(item)])) for item in off)
        yield f"{network}: powers of α of 5 × 5 blocks, {len(off)} seeds: {largest:.0e} off the predicted at most"


def _is(record: Record, network: str, alpha: float) -> bool:
    return record.parameters["network"] == network and record.parameters["alpha"] == alpha


def _grids(alphas: Sequence[float], seeds: int, looked: Sequence[float], real: Sequence[float] = ()) -> list[Grid]:
    networks = list(SITES)
    scaling = Grid({"network": networks, "alpha": list(alphas), "look": ["scaling"]}, seeds=seeds)
    before = Grid({"network": networks, "alpha": [1.0], "look": ["scaling"]})
    statements = Grid({"network": networks, "alpha": list(looked), "look": ["statements"]})
    if not real:
        return [before, scaling, statements]
    return [before, scaling, statements, Grid({"network": [MINILM], "alpha": list(real), "look": ["scaling"]}, seeds=5)]


study = Study(
    name="curvature",
    grids={
        "quick": _grids([10.0, 1e3, 1e5, 1e8], 5, [30.0, 1e3]),
        "standard": _grids([10.0**n for n in range(9)], 10, [3.0, 30.0, 1e3, 1e6], [10.0, 100.0, 1e3]),
        "deep": _grids(
            [10.0 ** (n / 2) for n in range(17)], 20, [3.0, 30.0, 300.0, 1e3, 1e5, 1e6], [1.0, 10.0, 100.0, 1e3, 1e4]
        ),
    },
    predict=predict,
    measure=measure,
    surprises=unexpected,
    show=show,
)
