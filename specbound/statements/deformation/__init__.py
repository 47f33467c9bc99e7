"""Statements on spectral deformations: what a lock does to a model and to its training."""
