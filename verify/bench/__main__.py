"""Runs every benchmark on this machine and prints its numbers, with versions first."""

from __future__ import annotations

import argparse
import os

from specbound.core.provenance import package_hash, versions
from verify.bench import commands, search, searches, strength


def main() -> None:
    """Prints versions, then a line a number."""
    argparse.ArgumentParser(prog="python -m verify.bench", description=__doc__).parse_args()
    print(f"source {package_hash()}, {os.cpu_count()} cores, " + ", ".join(f"{k} {v}" for k, v in versions().items()))
    for benchmark in (search.run, strength.run, commands.run, searches.run):
        for line in benchmark():
            print(line, flush=True)


if __name__ == "__main__":
    main()
