"""The GPU checks, in one script that needs no installation: ``PYTHONPATH=. python verify/bench/gpu.py [DEVICE]``."""

from __future__ import annotations

import sys

from specbound.core.provenance import package_hash, versions
from verify.bench import curvature, locking, search, strength


def main(device: str) -> None:
    """Prints versions, then rates of the batched search, what it refutes, curvature and locks on the device."""
    import torch

    name = torch.cuda.get_device_name() if device.startswith("cuda") else device
    print(f"source {package_hash()}, {name}, " + ", ".join(f"{k} {v}" for k, v in versions().items()))
    for benchmark in (search.run, strength.run, curvature.on_device, locking.on_device):
        for line in benchmark(device):
            print(line, flush=True)


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "cuda")
