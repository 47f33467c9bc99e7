"""Optimizers by name: first order, adaptive, preconditioned and second order, all stepping by ``step(closure)``."""

from specbound.training.optimizers.equilibration import SingularCurvature
from specbound.training.optimizers.known import KNOWN, Known, build, known, needs_graph
from specbound.training.optimizers.second_order import LevenbergMarquardt, Newton

__all__ = ["KNOWN", "Known", "LevenbergMarquardt", "Newton", "SingularCurvature", "build", "known", "needs_graph"]
