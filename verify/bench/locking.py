"""Locks: seconds beside a full decomposition, errors in units of roundoff, what unlocking gives, memory."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from statistics import median

import torch
from torch import Tensor, nn

from specbound.checkpoints import open_checkpoint
from specbound.checkpoints.writing import Part, bytes_of, write_file
from specbound.locking import inspect, lock, unlock_checkpoint
from specbound.locking.deformation import FORMS, SIDES, spectral_deformation
from specbound.locking.pair import Spec, make_pair, relative_error
from specbound.locking.pieces import merged
from verify.lock_speed import LAYERS, PUBLISHED, SIZE, layers
from verify.weights import TRANSFORMER_PACKAGE

SIZES, DTYPES, K, ALPHA, DECAY = (2048, 4096), (torch.float32, torch.float64), 25, 1e3, 0.4
ROUNDS, DECOMPOSITIONS = 5, {2048: 3, 4096: 2}
ALPHAS = (1.0, 10.0, 1e3, 2.0**20, 2.0**30)
CHECKPOINT, TENSORS_LOCKED = 2**32, 4


def run() -> Iterator[str]:
    """A line a number."""
    yield from _speed("cpu")
    yield from _ten_layers("cpu")
    yield from _errors()
    yield from _unlocking()
    yield from _detection()
    yield from _memory()


def on_device(device: str) -> Iterator[str]:
    """The speed alone, on a device."""
    yield from _speed(device)
    yield from _ten_layers(device)


# Seconds


def _speed(device: str) -> Iterator[str]:
    for size in SIZES:
        decaying = _with_spectrum(size, torch.arange(1, size + 1, dtype=torch.float64) ** -DECAY)
        for dtype in DTYPES:
            weight = decaying.to(device=device, dtype=dtype)
            name = str(dtype).removeprefix("torch.")
            alone = _seconds(lambda w=weight: torch.linalg.svd(w), DECOMPOSITIONS[size], device)
            published = _seconds(lambda w=weight: _published(w), DECOMPOSITIONS[size], device)
            before = _off(weight, *_published(weight))
            for form in FORMS:
                seconds = _seconds(lambda w=weight, f=form: _lock(w, f), ROUNDS, device)
                yield (
                    f"{device}, {size}×{size} {name}, σ_i = i^-{DECAY}, k = {K}, {form}: {seconds:.3f} s; published, "
                    f"by a full decomposition, {published:.2f} s, {published / seconds:.1f} times that, of which the "
                    f"decomposition {alone:.2f} s, {alone / seconds:.1f} times; outputs off by "
                    f"{_off(weight, *_lock(weight, form)):.1e} against {before:.1e}"
                )
        for dtype in DTYPES:
            with torch.random.fork_rng(devices=[]):
                torch.manual_seed(0)
                flat = nn.Linear(size, size, bias=False).weight.detach().to(device=device, dtype=dtype)
            seconds = _seconds(lambda w=flat: _lock(w, "dense"), ROUNDS, device)
            yield f"{device}, {size}×{size} {dtype}, a fresh nn.Linear, dense: {seconds:.3f} s"


def _ten_layers(device: str) -> Iterator[str]:
    seconds: list[float] = []
    for seed in range(3):
        model = layers(seed, device)
        seconds.append(_seconds(lambda m=model: lock(m, "*", alpha=ALPHA, k=K), 1, device))
    yield (
        f"{device}, {LAYERS} layers of {SIZE}×{SIZE} in float32, measured and bounded: {median(seconds):.2f} s, "
        f"median of 3 (published: {PUBLISHED:g} s, on a machine that is not told)"
    )


def _lock(weight: Tensor, form: str) -> tuple[Tensor, Tensor]:
    return spectral_deformation(weight, ALPHA, K, "after", False).factorized(weight, form, weight.dtype)


def _published(weight: Tensor) -> tuple[Tensor, Tensor]:
    """As published: all of the decomposition, ``U Σ̃ Vᵀ`` and ``U Σ Σ̃⁻¹ Uᵀ``."""
    left, values, right = torch.linalg.svd(weight)
    factors = torch.ones_like(values)
    factors[:K] = ALPHA
    return (left * (values * factors)) @ right, (left / factors) @ left.T


def _off(weight: Tensor, deformed: Tensor, compensator: Tensor) -> float:
    """The relative error of outputs in the dtype's arithmetic, on 16 Gaussian inputs, against float64."""
    generator = torch.Generator().manual_seed(1)
    inputs = torch.randn(16, weight.shape[1], generator=generator).to(weight)
    exact = inputs.double() @ weight.double().T
    return relative_error(inputs @ deformed.T @ compensator.T, exact)


def _seconds(work: Callable[[], object], rounds: int, device: str) -> float:
    taken: list[float] = []
    for _ in range(rounds):
        start = time.perf_counter()
        work()
        if device != "cpu":
            torch.cuda.synchronize()
        taken.append(time.perf_counter() - start)
    return median(taken)


@cache
def _orthogonal(size: int, seed: int) -> Tensor:
    generator = torch.Generator().manual_seed(seed)
    return torch.linalg.qr(torch.randn(size, size, generator=generator)).Q.double()


def _with_spectrum(size: int, values: Tensor) -> Tensor:
    return (_orthogonal(size, 0) * values) @ _orthogonal(size, 1)


# Errors


def _errors() -> Iterator[str]:
    """Outputs of rotated pairs against those of the layer, both against float64, in roundoffs of the dtype."""
    for source, weight, inputs in _layers():
        for dtype in (torch.float64, torch.float32, torch.bfloat16):
            w, x = weight.to(dtype), inputs.to(dtype)
            exact = _longdouble(x, w) if dtype == torch.float64 else x.double() @ w.double().T
            own = relative_error(x @ w.T, exact)
            found = []
            for alpha in ALPHAS:
                pair = make_pair(w, Spec(alpha, K, "rotated"), dtype)
                found.append((relative_error(pair.outputs(x), exact) - own) / (torch.finfo(dtype).eps / 2))
            values = ", ".join(f"{value:.2f}" for value in found)
            yield f"rotated, {source}, {dtype}: errors above the layer's own {own:.1e}, in u, α = 1 … 2³⁰: {values}"


def _layers() -> Iterator[tuple[str, Tensor, Tensor]]:
    spectrum = torch.arange(1, 769, dtype=torch.float64) ** -DECAY
    generator = torch.Generator().manual_seed(2)
    drawn = torch.randn(64, 768, generator=generator, dtype=torch.float64)
    yield "768×768, random inputs", _with_spectrum(768, spectrum), drawn
    if find_spec("transformers") is None or find_spec(TRANSFORMER_PACKAGE) is None:
        return
    from verify.networks import minilm_classifier

    model, _, (inputs, _) = minilm_classifier()
    for name in ("attention.output.dense", "intermediate.dense", "output.dense"):
        layer = model.get_submodule(f"encoder.encoder.layer.2.{name}")
        seen: list[Tensor] = []
        handle = layer.register_forward_pre_hook(_keeping(seen))
        with torch.no_grad():
            model(**inputs)
        handle.remove()
        rows = seen[0].flatten(0, -2)[:256]
        yield f"MiniLM layer 2 {name}, real inputs", layer.get_parameter("weight").detach(), rows


def _keeping(seen: list[Tensor]) -> Callable[..., None]:
    def hook(_: nn.Module, arguments: tuple[Tensor, ...]) -> None:
        seen.append(arguments[0].detach())

    return hook


def _longdouble(inputs: Tensor, weight: Tensor) -> Tensor:
    """Products summed in extended precision, rounded to float64."""
    import numpy as np

    wide = inputs.numpy().astype(np.longdouble) @ weight.numpy().astype(np.longdouble).T
    return torch.from_numpy(wide.astype(np.float64))


def _unlocking() -> Iterator[str]:
    """The largest share of its bound that unlocking takes, over forms, sides and α."""
    generator = torch.Generator().manual_seed(3)
    weight = torch.randn(512, 384, generator=generator, dtype=torch.float64)
    for dtype in (torch.float64, torch.float32, torch.bfloat16, torch.float16):
        w = weight.to(dtype)
        for form in FORMS:
            shares, errors = [], []
            for side in SIDES:
                for alpha in (0.5, 30.0) if dtype == torch.float16 else (0.5, 30.0, 1e4):
                    pair = make_pair(w, Spec(alpha, K, form, side, tolerance=1e6), dtype)
                    left, right = pair.compensator, pair.deformed
                    back = merged(left, right, dtype) if side == "after" else merged(right, left, dtype)
                    errors.append(relative_error(back, w))
                    shares.append(errors[-1] / pair.ceiling)
            yield (
                f"unlocking, {form}, {dtype}: off by at most {max(errors):.1e}, at most {max(shares):.3f} of the "
                f"bound, {len(shares)} locks"
            )


def _detection() -> Iterator[str]:
    spec = find_spec(TRANSFORMER_PACKAGE)
    if spec is None or spec.origin is None:
        return
    folder = Path(spec.origin).parent / "model"
    start = time.perf_counter()
    yield f"inspect, MiniLM unlocked: {len(inspect(folder))} locks, {time.perf_counter() - start:.2f} s"


# Memory


def _memory() -> Iterator[str]:
    """Of a process that locks a checkpoint of 4 GiB; the checkpoint is made for it and removed."""
    size = SIZES[-1]
    weight = _with_spectrum(size, torch.arange(1, size + 1, dtype=torch.float64) ** -DECAY).float()
    largest = weight.numel() * weight.itemsize
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder) / "source.safetensors", Path(folder) / "locked.safetensors"
        shape = (size, size)

        def content(number: int) -> Iterator[memoryview]:
            return bytes_of(weight * (1 + number))

        parts = [
            Part(f"layers.{n}.proj.weight", "F32", shape, lambda n=n: content(n)) for n in range(CHECKPOINT // largest)
        ]
        write_file(source, parts, {})
        for form in FORMS:
            command = ["lock", source, target, "--alpha", "1000", "--layers", f"layers.[0-{TENSORS_LOCKED - 1}].proj"]
            seconds, peak = _process([*map(str, command), "--form", form])
            allowed = 3 * largest / 2**20 + 300
            yield (
                f"lock of a checkpoint of {source.stat().st_size / 2**30:.2f} GiB, {TENSORS_LOCKED} of {len(parts)} "
                f"tensors of {largest / 2**20:.0f} MiB, {form}: peak {peak:.0f} MiB (three tensors and 300 MiB are "
                f"{allowed:.0f}), {seconds:.1f} s"
            )
            if form == FORMS[-1]:
                unlocked = Path(folder) / "unlocked.safetensors"
                unlock_checkpoint(target, unlocked)
                one, other = open_checkpoint(source), open_checkpoint(unlocked)
                same = sum(
                    all(a == b for a, b in zip(one.content(name), other.content(name), strict=True))
                    for name in one.places
                )
                yield f"the same, unlocked again: {same} of {len(parts)} tensors as before, bit for bit"
            target.unlink()
            target.with_name("locked.specdef.json").unlink()


def _process(arguments: list[str]) -> tuple[float, float]:
    """Seconds, and peak MiB of a fresh process, asked of the process itself."""
    # The kernel's own count of a process that another one started may be that of the other.
    script = (
        "import sys; from specbound.cli import main; code = main(sys.argv[1:]);"
        "lines = dict(line.split(':', 1) for line in open('/proc/self/status'));"
        "print(int(lines['VmHWM'].split()[0]) / 1024, file=sys.stderr); sys.exit(code)"
    )
    start = time.perf_counter()
    done = subprocess.run([sys.executable, "-c", script, *arguments], check=True, capture_output=True, text=True)
    return time.perf_counter() - start, float(done.stderr.splitlines()[-1])
