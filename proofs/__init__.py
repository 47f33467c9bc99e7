"""One executable derivation a statement; ``python -m proofs`` runs them all."""
