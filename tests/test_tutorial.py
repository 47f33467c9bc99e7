"""Whoever follows the tutorial to the letter sees what it shows."""

from pathlib import Path

import pytest

from tests.pages import blocks_of, is_what_is_shown, run_shown, save_files, shown

TUTORIAL = blocks_of("docs/tutorial.md")
SHOWN = shown(TUTORIAL)


def test_all_of_it_runs() -> None:
    languages = [block.language for block in TUTORIAL]
    assert len(SHOWN) == languages.count("sh") == languages.count("text") == 5
    assert all(block.file for block in TUTORIAL if block.language == "python")


@pytest.mark.parametrize(("position", "commands", "expected"), SHOWN, ids=[item[1].split("\n")[0] for item in SHOWN])
def test_a_command_prints_what_is_shown(position: int, commands: str, expected: str, tmp_path: Path) -> None:
    pytest.importorskip("flint")
    save_files(TUTORIAL[:position], tmp_path)
    printed = run_shown(commands, tmp_path)
    assert is_what_is_shown(expected, printed), printed


def test_another_output_is_told_from_the_one_shown() -> None:
    printed = "a  1.5\n────\nb 2\n"
    assert is_what_is_shown("a 1.…\n…\n", printed)
    assert is_what_is_shown("a 1.5\nb 2\n", printed)
    for other in ("a 2.…\n…\n", "a 1.5\n", "b 2\n", "a 1.5\nb 2\nc\n"):
        assert not is_what_is_shown(other, printed)
