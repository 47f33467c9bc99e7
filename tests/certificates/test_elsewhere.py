"""A certificate written here is confirmed where linear algebra computes otherwise, and where nothing is installed."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

from specbound.certificates import checker
from specbound.certificates.writing import write_certificate
from specbound.checks.certified import check_certified, check_certified_on
from specbound.checks.decide import Decided
from specbound.checks.measured import Chain
from specbound.core.catalogue import catalog
from specbound.weights import read_matrices

KERNELS = "import numpy as np; print(np.linalg.svd(np.sin(np.arange(2304.0)).reshape(48, 48))[0].tolist())"
OTHER = {"OPENBLAS_CORETYPE": "Nehalem", "OPENBLAS_NUM_THREADS": "2"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Weights of 48 rows and columns, and a certificate of three statements on them and on small matrices."""
    found = tmp_path_factory.mktemp("elsewhere")
    generator = torch.Generator().manual_seed(0)
    save_file({name: torch.randn(48, 48, generator=generator) for name in "abc"}, found / "model.safetensors")
    chain = Chain("weights", read_matrices(found / "model.safetensors"))
    kept: list[Decided] = []
    for name in ("weyl_sum", "triple_sequential", "horn_product_equality"):
        check_certified_on(catalog()[name], chain, kept.append)
        check_certified(catalog()[name], 10, 0, kept.append)
    write_certificate(found / "certificate.json", kept, found / "model.safetensors")
    return found


def test_it_is_confirmed_with_other_kernels_and_threads(folder: Path) -> None:
    here, there = (_python(["-c", KERNELS], environment) for environment in ({}, OTHER))
    if here.stdout == there.stdout:
        pytest.skip("NumPy's linear algebra has no other kernels to choose from")
    done = _python(["-m", "specbound", "verify-certificate", str(folder / "certificate.json")], OTHER)
    assert done.returncode == 0, done.stdout + done.stderr
    total = done.stdout.splitlines()[-1].split()
    assert total[0] == total[2]
    assert int(total[0]) > 60


def test_its_small_ones_are_confirmed_by_a_bare_python(folder: Path, tmp_path: Path) -> None:
    shutil.copy(str(checker.__file__), tmp_path / "checker.py")
    done = _python(["-I", "-S", "checker.py", str(folder / "certificate.json")], {}, tmp_path)
    confirmed = int(done.stdout.splitlines()[-1].split()[0])
    assert confirmed >= 20
    assert done.stdout.count("use specbound verify-certificate") > 40


def _python(
    arguments: list[str], environment: dict[str, str], folder: Path | None = None
) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, *arguments]
    return subprocess.run(command, capture_output=True, text=True, env={**os.environ, **environment}, cwd=folder)
