"""What is written is whole, and is what was announced."""

from pathlib import Path

import pytest

from specbound.checkpoints.header import read_header
from specbound.checkpoints.writing import Part, digest_of, write_file


def test_the_digest_is_that_of_the_file(tmp_path: Path) -> None:
    path = tmp_path / "w.safetensors"
    digest = write_file(path, [Part("w", "F32", (2, 1), lambda: [b"12", b"345678"])], {"format": "pt"})
    assert digest == digest_of(path)
    assert read_header(path).entries["w"].shape == (2, 1)


@pytest.mark.parametrize("content", [[b"1234567"], [b"1234", b"56789"], []])
def test_other_bytes_than_announced_are_an_error_of_the_program(tmp_path: Path, content: list[bytes]) -> None:
    with pytest.raises(AssertionError, match="w came with other bytes than announced"):
        write_file(tmp_path / "w.safetensors", [Part("w", "F32", (2, 1), lambda: content)], {})
