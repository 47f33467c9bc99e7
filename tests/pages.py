"""Pages as tests need them: their blocks, and what a reader does with these."""

import os
import re
import shlex
import subprocess
import sys
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from tests.conftest import ROOT

PAGES = sorted(
    page.relative_to(ROOT)
    for pattern in ("README.md", "CONTRIBUTING.md", "docs/*.md", "verify/*.md", "specbound/*/*.md")
    for page in ROOT.glob(pattern)
)

BLOCK = re.compile(r"(?:`(\w+\.py)`[^\n]*\n\n)?^```(\w+)\n(.*?)^```$", re.DOTALL | re.MULTILINE)

AS_A_READER = f"""
python() {{ {shlex.quote(sys.executable)} "$@"; }}
specbound() {{ python -m specbound "$@"; }}
set -e
"""
"""A shell as it is with the environment of the tests active."""


@dataclass(frozen=True)
class Block:
    """A block of a page, its language, and the Python file that the line before it names, or nothing."""

    file: str
    language: str
    text: str


def text_of(page: str | Path) -> str:
    """A page by its place in the repository."""
    return (ROOT / page).read_text(encoding="utf-8")


def blocks_of(page: str | Path) -> list[Block]:
    """Its fenced blocks, in order."""
    return [Block(*found) for found in BLOCK.findall(text_of(page))]


def save_files(blocks: list[Block], folder: Path) -> None:
    """Saves each file that the page has its reader save; what a later block adds comes behind."""
    for block in blocks:
        if block.file:
            with (folder / block.file).open("a", encoding="utf-8") as stream:
                stream.write(f"{block.text}\n\n")


def shown(blocks: list[Block]) -> list[tuple[int, str, str]]:
    """Commands, each with its position among the blocks and the output that stands below it."""
    pairs = enumerate(pairwise(blocks))
    return [(position, above.text, below.text) for position, (above, below) in pairs if below.language == "text"]


def run_shown(commands: str, folder: Path) -> str:
    """What commands print in a folder; they have to succeed."""
    done = subprocess.run(
        ["bash", "-c", AS_A_READER + commands],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def is_what_is_shown(expected: str, printed: str) -> bool:
    """Whether a page shows what is printed: … stands for anything in a line, alone for lines; spaces do not count."""
    pattern = [
        "(.*\n)*" if line == "…" else ".*".join(map(re.escape, line.split("…"))) + "\n" for line in _lines(expected)
    ]
    return re.fullmatch("".join(pattern), "".join(f"{line}\n" for line in _lines(printed))) is not None


def _lines(text: str) -> list[str]:
    """Lines with single spaces, without empty and ruled ones."""
    return [" ".join(line.split()) for line in text.splitlines() if line.strip(" ─")]
