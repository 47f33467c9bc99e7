"""``W_0 − Σ ((1 − β) ‖δ_t‖² + βη δ_tᵀHδ_t) = W_1 ≥ 0``: the energy of the last two points, and 0 ⪯ H ⪯ λI in it."""

from proofs.momentum import conclude_energy
from specbound.checks.symbolic import Derivation
from specbound.statements.rates.nesterov_limit import path


def derive(d: Derivation) -> None:
    x = d.instance
    conclude_energy(d, path(x)[-2:], x.beta, (1 + 2 * x.beta) * x.eta, x.eta)
