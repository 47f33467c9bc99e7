"""Runs every benchmark on this machine and prints its numbers, with versions first."""

from __future__ import annotations

import argparse
import os

from specbound.core.errors import unknown_name
from specbound.core.provenance import package_hash, versions
from verify.bench import (
    campaigns,
    commands,
    curvature,
    enclosures,
    locking,
    minilm,
    optimizers,
    search,
    searches,
    strength,
)

BENCHMARKS = {
    "search": search.run,
    "strength": strength.run,
    "commands": commands.run,
    "campaigns": campaigns.run,
    "searches": searches.run,
    "enclosures": enclosures.run,
    "curvature": curvature.run,
    "minilm": minilm.run,
    "locking": locking.run,
    "optimizers": optimizers.run,
}


def main() -> None:
    """Prints versions, then a line a number."""
    parser = argparse.ArgumentParser(prog="python -m verify.bench", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"{', '.join(BENCHMARKS)} (all)")
    names = parser.parse_args().names or list(BENCHMARKS)
    for name in names:
        if name not in BENCHMARKS:
            parser.error(str(unknown_name("benchmark", name, BENCHMARKS)))
    print(f"source {package_hash()}, {os.cpu_count()} cores, " + ", ".join(f"{k} {v}" for k, v in versions().items()))
    for name in names:
        for line in BENCHMARKS[name]():
            print(line, flush=True)


if __name__ == "__main__":
    main()
