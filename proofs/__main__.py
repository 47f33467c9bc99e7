"""Runs every derivation and prints its steps; exits 1 if one fails."""

import sys

from specbound.checks.symbolic import check_symbolic
from specbound.core.catalogue import catalog
from specbound.report.command import exit_code


def main() -> int:
    """Prints each derivation with how its steps are backed, and how far it reaches."""
    failed = False
    for statement in catalog().values():
        details = check_symbolic(statement).details
        print(f"{statement.id}, {len(details['steps'])} step{'s' * (len(details['steps']) > 1)}: {details['reach']}")
        for step in details["steps"]:
            print(f"    {step['kind']:10} {step['name']}")
        if "failure" in details:
            failed = True
            print(f"    FAILED     {details['failure']}")
    return int(failed)


if __name__ == "__main__":
    sys.exit(exit_code("proofs", main))
