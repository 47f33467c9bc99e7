"""Inequalities between singular values of sums and products."""
