"""The header of a run: when, on what machine, with what source, versions and seeds its records were made."""

from __future__ import annotations

import inspect
import os
import platform
import subprocess
import uuid
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from specbound.campaign.cell import Cell
from specbound.campaign.log import FORMAT
from specbound.campaign.study import Study
from specbound.core.errors import InvalidInput
from specbound.core.provenance import Source, versions


def header(study: Study, cells: Sequence[Cell], source: Source, settings: Mapping[str, Any]) -> dict[str, Any]:
    """The line that a run puts before its records; ``settings`` are those it was started with."""
    return {
        "run": uuid.uuid4().hex[:12],
        "format": FORMAT,
        "study": study.name,
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
        **settings,
        "cells": len(cells),
        "seeds": sorted({cell.seed for cell in cells}),
        "source": source.package,
        "files": dict(source.files),
        "commit": _commit(Path(inspect.getfile(study.measure)).parent),
        "versions": dict(versions()),
        "machine": _machine(str(settings["device"])),
    }


def _commit(folder: Path) -> str | None:
    """The commit that the folder is at, marked where tracked files differ from it; None outside a repository."""
    try:
        commit = _git(folder, "rev-parse", "HEAD")
        return f"{commit}, changed since" if _git(folder, "status", "--porcelain", "--untracked-files=no") else commit
    except (OSError, subprocess.CalledProcessError):
        return None


def _git(folder: Path, *arguments: str) -> str:
    command = ["git", "-C", str(folder), *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


def _machine(device: str) -> dict[str, Any]:
    found = {"system": platform.system(), "processor": _processor(), "cores": os.cpu_count(), "device": device}
    if device.startswith("cuda"):
        import torch

        try:
            found["device"] = torch.cuda.get_device_name(device)
        except (AssertionError, RuntimeError) as error:
            raise InvalidInput(
                f"device {device!r} cannot be used here; use cpu, or cuda where there is a GPU"
            ) from error
    return found


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
        return next(line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.processor() or platform.machine()
