"""The statements of the catalogue: derived, tested, attacked, and measured on random and on real weights."""

from __future__ import annotations

from collections.abc import Callable

from specbound.checks.run import check
from specbound.core.evidence import Evidence
from verify.weights import digits_chain, gaussian_twin, transformer_chain


def run(budget: str, seed: int, device: str, progress: Callable[[str], None]) -> list[Evidence]:
    """All evidence on all statements.

    Predictions, from the theory: every statement holds but ``triple_independent``, which is refuted; every mutant is
    refuted; on real weights ``horn_johnson_triple`` is vacuous wherever a factor has a kernel on the wrong side.
    """
    progress("reading the transformer's weights")
    transformer = transformer_chain()
    progress("training a network on digits")
    digits = digits_chain(seed)
    chains = [gaussian_twin(transformer, seed), transformer, digits]
    return check(budget=budget, seed=seed, device=device, chains=chains, progress=progress)
