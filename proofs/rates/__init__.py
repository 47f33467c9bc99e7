"""Derivations on rates of convergence."""
