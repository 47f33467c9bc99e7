"""Derivations: chains of named steps whose claims are checked by exact algebra in matrices of symbolic size."""

from specbound.checks.symbolic.check import check_symbolic
from specbound.checks.symbolic.derivation import Derivation, DerivationFailed, Fact, Step, StepKind, Subspace

__all__ = ["Derivation", "DerivationFailed", "Fact", "Step", "StepKind", "Subspace", "check_symbolic"]
