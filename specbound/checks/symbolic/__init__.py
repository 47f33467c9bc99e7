"""Derivations: chains of named steps whose claims are checked by exact algebra in matrices of symbolic size."""

from specbound.checks.symbolic.check import check_symbolic
from specbound.checks.symbolic.derivation import Derivation, DerivationFailed, Fact, Step, StepKind, Subspace
from specbound.checks.symbolic.ops import first_columns

__all__ = ["Derivation", "DerivationFailed", "Fact", "Step", "StepKind", "Subspace", "check_symbolic", "first_columns"]
