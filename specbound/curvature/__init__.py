"""Curvature of a model's loss: Hessian, Gauss–Newton and block operators, and their top singular values."""

from specbound.curvature.convergence import NotConverged
from specbound.curvature.hessian import block, gauss_newton, hessian
from specbound.curvature.operator import Operator, compression
from specbound.curvature.predicted import compensator_curvature, predicted_curvature
from specbound.curvature.top import TopSingularValue, top_singular_value, top_singular_value_of

__all__ = [
    "NotConverged",
    "Operator",
    "TopSingularValue",
    "block",
    "compensator_curvature",
    "compression",
    "gauss_newton",
    "hessian",
    "predicted_curvature",
    "top_singular_value",
    "top_singular_value_of",
]
