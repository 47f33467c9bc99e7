"""One top singular value of a real transformer's Hessian in float32: seconds and memory of a process of its own."""

from __future__ import annotations

import resource
import subprocess
import sys
import time
from collections.abc import Iterator

import torch

THREADS = 2


def run() -> Iterator[str]:
    """A line, from a fresh process, so that its peak memory is its own."""
    done = subprocess.run([sys.executable, "-m", __name__], capture_output=True, text=True, check=False)
    yield done.stdout.strip() or f"MiniLM failed: {done.stderr.strip().splitlines()[-1]}"


def main() -> None:
    """Prints the line."""
    from specbound.curvature import top_singular_value
    from verify.networks import minilm_classifier

    torch.set_num_threads(THREADS)
    model, loss, data = minilm_classifier()
    start = time.perf_counter()
    found = top_singular_value(model, loss, data)
    seconds = time.perf_counter() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    texts, tokens = data[0]["input_ids"].shape
    print(
        f"MiniLM, {sum(p.numel() for p in model.parameters()):,} parameters, float32, {texts} texts of {tokens} "
        f"tokens, {THREADS} threads: {found.value:.6g} in {found.products} products and {seconds:.0f} s, residual "
        f"{found.residual / found.value:.0e} of it, peak memory {peak:.1f} GiB"
    )


if __name__ == "__main__":
    main()
