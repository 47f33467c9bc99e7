"""``σ₁(H) ≥ σ₁(ABC)``, and from there on as in ``horn_johnson_triple``."""

from proofs.blocks import at_least_its_block
from proofs.singular.horn_johnson_triple import adding_up
from specbound.checks.symbolic import Derivation


def derive(d: Derivation) -> None:
    d.conclude({at_least_its_block(d): 1, **adding_up(d)})
