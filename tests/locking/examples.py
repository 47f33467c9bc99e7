"""Small checkpoints on disk, and what lies in a folder before and after."""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path

import torch
from safetensors.torch import save_file
from torch import Tensor


def drawn(*shape: int, seed: int = 0) -> Tensor:
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def tensors(dtype: torch.dtype = torch.float32) -> dict[str, Tensor]:
    """Two matrices, a square one, a kernel, biases, and what no lock is to touch."""
    shapes = {"blk.0.proj": (9, 6), "blk.10.proj": (6, 9), "blk.2.proj": (8, 8), "conv": (8, 3, 2, 2)}
    found = {f"{name}.weight": drawn(*shape, seed=n).to(dtype) for n, (name, shape) in enumerate(shapes.items())}
    found |= {f"{name}.bias": drawn(shape[0], seed=9).to(dtype) for name, shape in shapes.items()}
    return found | {
        "norm.weight": drawn(6).to(dtype),
        "steps": torch.tensor(7),
        "mask": torch.tensor([True, False, True]),
        "empty": torch.zeros(0, 3),
        "weight": drawn(4, 4).to(dtype),
    }


def saved(path: Path, content: Mapping[str, Tensor]) -> Path:
    save_file({name: tensor.contiguous() for name, tensor in content.items()}, path, {"format": "pt"})
    return path


def sharded(folder: Path, content: Mapping[str, Tensor]) -> Path:
    """Over two files with an index, and beside them what a model's folder holds."""
    (folder / ".hidden" / "deep").mkdir(parents=True)
    names = list(content)
    weight_map = {name: f"model-{1 + number % 2}-of-2.safetensors" for number, name in enumerate(names)}
    for file in sorted(set(weight_map.values())):
        saved(folder / file, {name: content[name] for name in names if weight_map[name] == file})
    size = sum(tensor.numel() * tensor.element_size() for tensor in content.values())
    index = {"metadata": {"total_size": size, "made_by": "hand"}, "weight_map": weight_map}
    (folder / "model.safetensors.index.json").write_text(json.dumps(index))
    (folder / "config.json").write_text('{"σ": 1}')
    (folder / ".hidden" / "deep" / ".notes").write_bytes(b"\0\1")
    return folder


def held(folder: Path) -> dict[str, str]:
    """Digests of all files below a folder, and what else lies there."""
    files = {str(path.relative_to(folder)): path for path in folder.rglob("*")}
    return {name: hashlib.sha256(p.read_bytes()).hexdigest() if p.is_file() else "" for name, p in files.items()}
