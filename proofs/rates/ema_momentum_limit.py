"""``W_0 − (1 − β) Σ δ_tᵀPδ_t = W_1 ≥ 0``: the energy of the last two points, and 0 ⪯ H ⪯ λP in it."""

import sympy

from proofs.momentum import conclude_energy
from specbound.checks.symbolic import Derivation
from specbound.statements.rates.ema_momentum_limit import beta, path, root


def derive(d: Derivation) -> None:
    x = d.instance
    identity = sympy.Identity(x.R.shape[0])
    d.assume("nonsingular", (x.R * root(x), identity), (root(x) * x.R, identity))
    step = x.omega * x.eta
    conclude_energy(d, path(x)[-2:], beta(x), step, step, root(x))
