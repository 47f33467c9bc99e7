"""Processes that are killed or run out of space while they write: nothing half-done bears the final name."""

import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

from specbound.checkpoints import open_checkpoint
from specbound.checkpoints.writing import digest_of
from specbound.locking.rewriting import record_of
from tests.conftest import ROOT, run_module
from tests.locking.examples import held, saved, sharded, tensors

OPTIONS = ("--alpha", "100", "--k", "4", "--layers", "layer.*", "--form", "rotated")
LIMIT = """
import resource, sys
from specbound.cli import main
resource.setrlimit(resource.RLIMIT_FSIZE, (2**20, 2**20))
sys.exit(main(sys.argv[1:]))
"""


def _large(path: Path) -> Path:
    """About 60 MB."""
    generator = torch.Generator().manual_seed(0)
    content = {f"layer.{n}.weight": torch.randn(384, 384, generator=generator) for n in range(70)}
    return (saved if path.suffix else sharded)(path, content | {"rest": torch.randn(5_000_000, generator=generator)})


def _assert_whole(target: Path) -> None:
    """All that the record says is there, bit for bit."""
    record = json.loads(record_of(target).read_text())
    folder = target if target.is_dir() else target.parent
    assert len(record["layers"]) == 70
    assert {name: digest_of(folder / name) for name in record["files"]} == record["files"]
    assert len(open_checkpoint(target).places) >= 140


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["file", "folder"])
def test_a_process_that_is_killed_leaves_nothing_under_the_final_name(tmp_path: Path, kind: str) -> None:
    end = ".safetensors" if kind == "file" else ""
    source, target = _large(tmp_path / f"m{end}"), tmp_path / f"l{end}"
    before = held(tmp_path)
    command = [sys.executable, "-m", "specbound", "lock", str(source), str(target), *OPTIONS]
    place = tmp_path / f"l{end}.partial"
    rng, killed = random.Random(0), 0
    for _ in range(15):
        process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL)
        # From when it begins to write.
        while not place.exists() and process.poll() is None:
            time.sleep(0.01)
        time.sleep(rng.uniform(0, 1.2))
        process.send_signal(signal.SIGKILL)
        process.wait()
        if target.exists():
            _assert_whole(target)
            for path in (target, tmp_path / "l.specdef.json") if kind == "file" else ():
                path.unlink()
            if kind == "folder":
                os.rename(target, tmp_path / "done")
                subprocess.run(["rm", "-r", str(tmp_path / "done")], check=True)
        else:
            killed += 1
        left = {name.partition("/")[0] for name in set(held(tmp_path)) - set(before)}
        assert left <= {place.name, f"{place.name}.lock", "l.specdef.json.partial", "l.specdef.json"}
    assert killed >= 5
    done = run_module("specbound", "lock", str(source), str(target), *OPTIONS)
    assert done.returncode == 0, done.stderr
    _assert_whole(target)
    now = held(tmp_path)
    assert {name: now[name] for name in before} == before
    assert not any(".partial" in name for name in now)


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["file", "folder"])
@pytest.mark.parametrize("command", ["lock", "unlock"])
def test_a_file_that_may_not_grow_is_told_in_one_line(tmp_path: Path, kind: str, command: str) -> None:
    end = ".safetensors" if kind == "file" else ""
    source, locked = _large(tmp_path / f"m{end}"), tmp_path / f"l{end}"
    if command == "unlock":
        assert run_module("specbound", "lock", str(source), str(locked), *OPTIONS).returncode == 0
        source = locked
    before = held(tmp_path)
    arguments = [command, str(source), str(tmp_path / f"t{end}"), *(OPTIONS if command == "lock" else ())]
    done = subprocess.run(
        [sys.executable, "-c", LIMIT, *arguments], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (2, "specbound: OSError: [Errno 27] File too large\n")
    assert held(tmp_path) == before


def test_an_interruption_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from specbound.cli import main

    saved(tmp_path / "m.safetensors", tensors())
    before = held(tmp_path)

    def interrupted(*arguments: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("specbound.locking.checkpoint.make_pair", interrupted)
    source, target = str(tmp_path / "m.safetensors"), str(tmp_path / "l.safetensors")
    assert main(["lock", source, target, "--alpha", "9", "--layers", "conv"]) == 130
    assert held(tmp_path) == before


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_is_only_read_is_told_in_one_line(tmp_path: Path) -> None:
    source = saved(tmp_path / "m.safetensors", tensors())
    (tmp_path / "no").mkdir(mode=0o500)
    done = run_module("specbound", "lock", str(source), str(tmp_path / "no" / "l.safetensors"), *OPTIONS[:-2])
    assert done.returncode == 2
    assert done.stderr.startswith("specbound: PermissionError: ")
    assert done.stderr.count("\n") == 1


def test_what_is_only_read_is_copied_and_can_be_written_to_again(tmp_path: Path) -> None:
    source = sharded(tmp_path / "m", tensors())
    for path in source.rglob("*"):
        path.chmod(0o500 if path.is_dir() else 0o400)
    done = run_module(
        "specbound", "lock", str(source), str(tmp_path / "l"), "--alpha", "9", "--k", "1", "--layers", "conv"
    )
    assert done.returncode == 0, done.stderr
    assert "conv.locked.weight" in {n for p in (tmp_path / "l").glob("*.safetensors") for n in load_file(p)}
    assert os.access(tmp_path / "l" / ".hidden", os.W_OK)
