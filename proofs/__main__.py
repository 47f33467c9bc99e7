"""Runs every derivation and prints its steps; exits 1 if one fails."""

import argparse
import sys
from collections.abc import Sequence

from specbound.checks.symbolic import check_symbolic
from specbound.core.catalogue import catalog, select
from specbound.core.evidence import Evidence
from specbound.core.status import status
from specbound.report.command import exit_code
from specbound.report.latex import derivation, document, fragment


def main(arguments: Sequence[str] | None = None) -> int:
    """Prints each derivation with how its steps are backed, and how far it reaches; or all of it as LaTeX."""
    parser = argparse.ArgumentParser(prog="python -m proofs", description="Run derivations and print their steps.")
    parser.add_argument("ids", nargs="*", metavar="ID", help="statements (all)")
    parser.add_argument("--latex", action="store_true", help="print statements and derivations as a LaTeX document")
    options = parser.parse_args(arguments)
    chosen = select(catalog(), options.ids)
    found = [check_symbolic(statement) for statement in chosen]
    failures = [f"{record.statement}: {record.details['failure']}" for record in found if "failure" in record.details]
    if options.latex:
        sections = [
            fragment(statement, status(statement, [record])) + "\n" + derivation(record.details["steps"])
            for statement, record in zip(chosen, found, strict=True)
        ]
        print(document("What specbound states, and how it is derived", sections))
    else:
        for record in found:
            _print(record)
    for failure in failures:
        print(f"FAILED {failure}", file=sys.stderr)
    return int(bool(failures))


def _print(record: Evidence) -> None:
    steps = record.details["steps"]
    print(f"{record.statement}, {len(steps)} step{'s' * (len(steps) > 1)}: {record.details['reach']}")
    for step in steps:
        place = f" ({step['reference']})" if step["reference"] else ""
        print(f"    {step['kind']:10} {step['name']}{place}")
    if "failure" in record.details:
        print(f"    FAILED     {record.details['failure']}")


if __name__ == "__main__":
    sys.exit(exit_code("proofs", main))
