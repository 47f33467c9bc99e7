"""specbound: does this theorem hold, how tight is it, and does the experiment agree?

The names below are imported on first use, so that ``import specbound`` takes no time.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from specbound import attacks as attacks
    from specbound.certification.certify import certify as certify
    from specbound.checks.decide import decide as decide
    from specbound.checks.network.check import check_network as check_network
    from specbound.checks.run import check as check
    from specbound.core.catalogue import catalog as catalog
    from specbound.core.errors import InvalidInput as InvalidInput
    from specbound.core.evidence import Evidence as Evidence
    from specbound.core.instance import Domain as Domain
    from specbound.core.instance import Index as Index
    from specbound.core.instance import Instance as Instance
    from specbound.core.instance import Number as Number
    from specbound.core.statement import Assumption as Assumption
    from specbound.core.statement import Example as Example
    from specbound.core.statement import Expected as Expected
    from specbound.core.statement import Mutant as Mutant
    from specbound.core.statement import Source as Source
    from specbound.core.statement import Statement as Statement
    from specbound.core.verdict import Relation as Relation
    from specbound.core.verdict import Verdict as Verdict
    from specbound.curvature.convergence import NotConverged as NotConverged
    from specbound.curvature.predicted import predicted_curvature as predicted_curvature
    from specbound.curvature.top import top_singular_value as top_singular_value
    from specbound.locking.checkpoint import lock_checkpoint as lock_checkpoint
    from specbound.locking.checkpoint import unlock_checkpoint as unlock_checkpoint
    from specbound.locking.detection import inspect as inspect
    from specbound.locking.layers import locked_layers as locked_layers
    from specbound.locking.layers import random_layers as random_layers
    from specbound.locking.loading import load_locked as load_locked
    from specbound.locking.lock import lock as lock
    from specbound.locking.lock import unlock as unlock
    from specbound.locking.plan import most_curved_layers as most_curved_layers
    from specbound.locking.plan import plan as plan
    from specbound.numeric.enclosures.norm import spectral_norm_enclosure as spectral_norm_enclosure
    from specbound.numeric.enclosures.spectrum import certified_rank as certified_rank
    from specbound.numeric.enclosures.spectrum import condition_number_enclosure as condition_number_enclosure
    from specbound.numeric.enclosures.spectrum import singular_value_enclosure as singular_value_enclosure
    from specbound.numeric.ops import NotAvailable as NotAvailable
    from specbound.training.loop import Goal as Goal
    from specbound.training.loop import fine_tune as fine_tune
    from specbound.training.outcome import Outcome as Outcome
    from specbound.training.stability import stability_limit as stability_limit

__version__ = "0.1.0"

_HOMES = {
    "certified_rank": "specbound.numeric.enclosures.spectrum",
    "certify": "specbound.certification.certify",
    "check": "specbound.checks.run",
    "check_network": "specbound.checks.network.check",
    "condition_number_enclosure": "specbound.numeric.enclosures.spectrum",
    "decide": "specbound.checks.decide",
    "inspect": "specbound.locking.detection",
    "load_locked": "specbound.locking.loading",
    "lock": "specbound.locking.lock",
    "lock_checkpoint": "specbound.locking.checkpoint",
    "locked_layers": "specbound.locking.layers",
    "plan": "specbound.locking.plan",
    "most_curved_layers": "specbound.locking.plan",
    "random_layers": "specbound.locking.layers",
    "fine_tune": "specbound.training.loop",
    "Goal": "specbound.training.loop",
    "Outcome": "specbound.training.outcome",
    "singular_value_enclosure": "specbound.numeric.enclosures.spectrum",
    "spectral_norm_enclosure": "specbound.numeric.enclosures.norm",
    "stability_limit": "specbound.training.stability",
    "unlock": "specbound.locking.lock",
    "unlock_checkpoint": "specbound.locking.checkpoint",
    "catalog": "specbound.core.catalogue",
    "InvalidInput": "specbound.core.errors",
    "NotAvailable": "specbound.numeric.ops",
    "NotConverged": "specbound.curvature.convergence",
    "predicted_curvature": "specbound.curvature.predicted",
    "top_singular_value": "specbound.curvature.top",
    "Evidence": "specbound.core.evidence",
    "Domain": "specbound.core.instance",
    "Index": "specbound.core.instance",
    "Number": "specbound.core.instance",
    "Instance": "specbound.core.instance",
    "Assumption": "specbound.core.statement",
    "Example": "specbound.core.statement",
    "Expected": "specbound.core.statement",
    "Mutant": "specbound.core.statement",
    "Source": "specbound.core.statement",
    "Statement": "specbound.core.statement",
    "Relation": "specbound.core.verdict",
    "Verdict": "specbound.core.verdict",
}

__all__ = [*_HOMES, "__version__", "attacks"]  # pyright: ignore[reportUnsupportedDunderAll]


def __dir__() -> list[str]:
    return sorted(__all__)


def __getattr__(name: str) -> Any:
    if name == "attacks":
        return import_module("specbound.attacks")
    if name not in _HOMES:
        raise AttributeError(f"module 'specbound' has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)
