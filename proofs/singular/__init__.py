"""Derivations of the inequalities between singular values."""
