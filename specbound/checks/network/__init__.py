"""The statements on curvature, deformations and limits, read on networks by automatic differentiation."""

from specbound.checks.network.case import Case
from specbound.checks.network.check import READINGS, check_network
from specbound.checks.network.factors import Route

__all__ = ["READINGS", "Case", "Route", "check_network"]
