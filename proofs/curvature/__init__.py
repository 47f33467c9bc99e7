"""Derivations of the statements on curvature."""
