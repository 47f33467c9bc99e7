"""The GPU checks, in one script that needs no installation: ``PYTHONPATH=. python verify/bench/gpu.py [DEVICE]``."""

from __future__ import annotations

import sys

from specbound.core.provenance import package_hash, versions
from verify.bench import curvature, locking, optimizers, search, strength


def main(device: str) -> None:
    """Prints versions, then what the benchmarks that run on a device say: of searches, curvature, locks, optimizers."""
    import torch

    name = torch.cuda.get_device_name() if device.startswith("cuda") else device
    print(f"source {package_hash()}, {name}, " + ", ".join(f"{k} {v}" for k, v in versions().items()))
    for benchmark in (search.run, strength.run, curvature.on_device, locking.on_device, optimizers.on_device):
        for line in benchmark(device):
            print(line, flush=True)


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "cuda")
