"""Rigorous enclosures of float64 computations, at any size: singular values, products, angles and norms.

Nothing here changes the rounding mode: every bound holds for round to nearest, in whatever order products are summed.
What is assumed and what is proved of each routine stands in ``RIGOR.md``, beside this package.
"""
