"""The pre-release procedure: locks are swept against named attackers, each of which gets a verdict of its own."""

from specbound.certification.certify import certify
from specbound.certification.verdict import Certificate, Verdict

__all__ = ["Certificate", "Verdict", "certify"]
