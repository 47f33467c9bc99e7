"""Runs every derivation and prints its steps; exits 1 if one fails."""

import argparse
import sys
from collections.abc import Sequence

from specbound.checks.symbolic import check_symbolic
from specbound.core.catalogue import catalog, select
from specbound.report.command import exit_code


def main(arguments: Sequence[str] | None = None) -> int:
    """Prints each derivation with how its steps are backed, and how far it reaches."""
    parser = argparse.ArgumentParser(prog="python -m proofs", description="Run derivations and print their steps.")
    parser.add_argument("ids", nargs="*", metavar="ID", help="statements (all)")
    chosen = select(catalog(), parser.parse_args(arguments).ids)
    failed = False
    for statement in chosen:
        details = check_symbolic(statement).details
        print(f"{statement.id}, {len(details['steps'])} step{'s' * (len(details['steps']) > 1)}: {details['reach']}")
        for step in details["steps"]:
            place = f" ({step['reference']})" if step["reference"] else ""
            print(f"    {step['kind']:10} {step['name']}{place}")
        if "failure" in details:
            failed = True
            print(f"    FAILED     {details['failure']}")
    return int(failed)


if __name__ == "__main__":
    sys.exit(exit_code("proofs", main))
