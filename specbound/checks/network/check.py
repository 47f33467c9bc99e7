"""Statements on a user's own network."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from torch import nn

from specbound.checks.network import blocks, chains, congruence, freezing, members, merging, training, weights
from specbound.checks.network.case import Case
from specbound.checks.network.factors import Route
from specbound.checks.network.reading import Reading, read
from specbound.core.catalogue import catalog, select
from specbound.core.errors import InvalidInput
from specbound.core.evidence import Evidence
from specbound.curvature.data import Loss
from specbound.numeric.ops import NotAvailable

READINGS: Mapping[str, Reading] = {
    **{f"abc_{kind}": blocks.abc(kind) for kind in ("mlp", "attention", "conv")},
    **{f"hessian_{reading}": blocks.hessian_bound(reading) for reading in blocks.READINGS},
    **{
        reading.__name__: reading
        for reading in (
            blocks.abc_linear,
            blocks.gauss_newton_split,
            blocks.hessian_block,
            blocks.layer_curvature,
            blocks.piecewise_linear_psd,
            chains.attack_factor_chain,
            chains.attack_factor_chain_lower,
            congruence.block_exponents,
            congruence.block_exponents_rest,
            congruence.compensator_before,
            congruence.deformation_congruence,
            congruence.gauge_nullity,
            congruence.gradient_law,
            congruence.inertia,
            congruence.multi_lock,
            congruence.multi_lock_upper,
            congruence.quadratic_law,
            congruence.quadratic_law_crude,
            congruence.quadratic_law_upper,
            congruence.rotated_form,
            congruence.two_sided_lock,
            congruence.two_sided_lock_frozen,
            congruence.uniform_scaling_is_no_lock,
            freezing.attack_freeze,
            freezing.attack_inject,
            freezing.attack_inject_inside,
            freezing.attack_lora,
            freezing.attack_lora_on_compensator,
            freezing.attack_parallel,
            merging.attack_balance,
            merging.attack_balance_level,
            merging.attack_merge,
            merging.attack_merge_level,
            merging.attack_precondition,
            merging.attack_rescale,
            merging.limit_general,
            merging.limit_general_hessian,
            merging.limit_general_level,
            members.gain_shift,
            members.neuron_rescaling,
            members.normalised_curvature,
            members.normalised_step,
            members.query_key_rescaling,
            members.value_output_rescaling,
            training.clipping_law,
            training.clipping_law_lower,
            training.clipping_law_rest,
            training.damping_favours_lock,
            training.newton_invariance,
            training.trajectory_equivalence,
            weights.compensator_spectrum,
            weights.compensator_spectrum_contracted,
            weights.deformation_spectrum,
            weights.deformation_spectrum_rest,
            weights.lock_detection,
            weights.lock_detection_angle,
            weights.lock_detection_factor,
            weights.lock_detection_gap,
            weights.low_rank_form,
            weights.precision_ceiling,
            weights.rotated_precision,
            weights.rotated_spectrum,
        )
    },
}
"""How each statement on curvature, deformations and limits is read on a network, by its id."""


def check_network(
    statements: str | Iterable[str] | None,
    model: nn.Module,
    loss: Loss,
    data: Any,
    layer: str,
    alpha: float = 1e3,
    k: int = 1,
    seed: int = 0,
    route: Route | None = None,
    progress: Callable[[str], None] = lambda _: None,
) -> list[Evidence]:
    """Checks statements on a network of your own: its Hessians before and after a lock, by automatic differentiation.

    **Parameters.** ``statements``: ids, or one, or None for all that speak of networks. ``model``: any module whose
    parameters are all trainable, float64 for the sharpest answer; it is not changed. ``loss``, ``data``: as in
    :func:`specbound.top_singular_value`. ``layer``: the module path of the ``nn.Linear`` to lock; ``alpha``, ``k``: as
    in :func:`specbound.lock`. ``route``: two layers whose second derivative factors. ``progress``: called with one line
    for each statement that is left out, and why.
    **Returns.** Evidence of kind measured, in order, of the statements whose assumptions hold there.
    **Raises.** :class:`InvalidInput` for an unknown id, one that is not about networks, and where all are left out.

    >>> import torch
    >>> model = nn.Sequential(nn.Linear(3, 4), nn.Tanh(), nn.Linear(4, 2)).double()
    >>> data = torch.ones(5, 3, dtype=torch.float64), torch.zeros(5, 2, dtype=torch.float64)
    >>> (found,) = check_network("deformation_congruence", model, nn.functional.mse_loss, data, layer="0")
    >>> found.verdict.value
    'CONSISTENT'
    """
    known = catalog()
    names = list(READINGS) if statements is None else [statements] if isinstance(statements, str) else list(statements)
    for name in names:
        if name in known and name not in READINGS:
            raise InvalidInput(f"{name} is about matrices; on a network there are {', '.join(READINGS)}")
    case = Case(model, loss, data, layer, alpha, k, seed=seed, route=route)
    found: list[Evidence] = []
    reasons: list[str] = []
    for statement in select(known, names):
        try:
            found.append(read(statement, READINGS[statement.id], case))
        except NotAvailable as error:
            reasons.append(f"{statement.id}: not available: {error}")
            progress(reasons[-1])
    if not found:
        raise InvalidInput(f"nothing could be checked: {'; '.join(reasons)}")
    return found
