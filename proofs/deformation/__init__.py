"""Derivations of the statements on spectral deformations."""
