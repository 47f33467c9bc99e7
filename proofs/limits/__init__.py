"""Derivations of the statements on the limits of locks."""
