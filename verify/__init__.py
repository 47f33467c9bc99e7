"""Theorem against experiment: one study a file; ``python -m verify`` runs them."""
