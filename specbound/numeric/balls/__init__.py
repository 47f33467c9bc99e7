"""Balls as a number system: rational matrices in, quantities enclosed in intervals with outward rounding out.

Small matrices only. Exact matrices stay exact (fractions) through sums, products and submatrices; whatever is not exact
is a ball of the working precision. Needs python-flint, the extra ``exact``; nothing imports this package before the
certified check does.

**Source.** Johansson, *Arb: efficient arbitrary-precision midpoint-radius interval arithmetic*, IEEE Transactions on
Computers 66 (2017), 1281-1292.
"""

from specbound.numeric.balls.matrix import BallMatrix
from specbound.numeric.balls.ops import BallOps
from specbound.numeric.balls.scalar import Ball, working_precision

__all__ = ["Ball", "BallMatrix", "BallOps", "working_precision"]
