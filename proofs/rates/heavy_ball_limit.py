"""``W_0 − (1 − β) Σ ‖x_{t+2} − x_t‖² = W_2 ≥ 0``: the energy of the last two points, and 0 ⪯ H ⪯ λI in it."""

from proofs.momentum import conclude_energy
from specbound.checks.symbolic import Derivation
from specbound.statements.rates.heavy_ball_limit import path


def derive(d: Derivation) -> None:
    x = d.instance
    conclude_energy(d, path(x)[-2:], x.beta, x.eta, x.eta)
