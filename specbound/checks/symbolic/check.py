"""The symbolic check: runs the derivation that lies beside the package in a checkout."""

from __future__ import annotations

import importlib
import sys
import time
from collections.abc import Callable
from pathlib import Path

from specbound.checks.symbolic.derivation import Derivation, DerivationFailed
from specbound.core.evidence import Evidence, Kind
from specbound.core.provenance import CHECKOUT, PACKAGE, file_hashes
from specbound.core.statement import Statement
from specbound.core.verdict import Verdict
from specbound.numeric.ops import NotAvailable

PROOFS = CHECKOUT / "proofs"


def check_symbolic(statement: Statement) -> Evidence:
    """Runs ``proofs/<area>/<id>.py`` on the statement and records how far it reaches.

    **Returns.** Evidence that HOLDS for a complete derivation, is VIOLATED for an exact counterexample, and is
    UNDECIDED, with the failing step in ``details["failure"]``, where a step does not go through.
    **Raises.** :class:`NotAvailable` where there is no such file: the package is installed without its checkout, or
    the statement is a user's own. In a checkout, a statement of the catalogue without one is a failure.
    """
    start = time.perf_counter()
    path = PROOFS / statement.area / f"{statement.id}.py"
    if PROOFS.is_dir() and not path.is_file() and statement.file is not None and PACKAGE in statement.file.parents:
        failure = f"there is no {path.relative_to(CHECKOUT)}"
        details = {"reach": "failed", "steps": [], "failure": failure}
        return Evidence(statement.id, Kind.SYMBOLIC, Verdict.UNDECIDED, precision="exact", details=details)
    derivation, failure = derive(statement, _derive_function(statement, path))
    verdict = Verdict.UNDECIDED if failure else Verdict.VIOLATED if derivation.refuted else Verdict.HOLDS
    details = {
        "reach": "failed" if failure else derivation.reach,
        "steps": [
            {
                "name": step.name,
                "kind": step.kind.name.lower(),
                "reference": step.reference,
                "formulas": step.formulas,
            }
            for step in derivation.steps
        ],
    }
    if failure:
        details["failure"] = failure
    return Evidence(
        statement=statement.id,
        kind=Kind.SYMBOLIC,
        verdict=verdict,
        precision="exact",
        details=details,
        seconds=time.perf_counter() - start,
        files=file_hashes(path, *PROOFS.glob("*.py"), statement.file),
    )


def derive(statement: Statement, steps: Callable[[Derivation], None]) -> tuple[Derivation, str]:
    """The derivation that ``steps`` gives for a statement, and why it failed, empty where it did not."""
    derivation = Derivation(statement)
    try:
        steps(derivation)
    except (DerivationFailed, NotAvailable) as error:
        return derivation, str(error)
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
        return derivation, f"{type(error).__name__}: {error}"
    return derivation, "" if derivation.complete else "it ends without a conclusion"


def _derive_function(statement: Statement, path: Path) -> Callable[[Derivation], None]:
    if not path.is_file():
        raise NotAvailable(
            f"there is no derivation of {statement.id} (in a checkout, proofs/{statement.area}/{statement.id}.py)"
        )
    if str(CHECKOUT) not in sys.path:
        sys.path.insert(0, str(CHECKOUT))
    return importlib.import_module(f"proofs.{statement.area}.{statement.id}").derive
