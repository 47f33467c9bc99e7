from pathlib import Path

import pytest

from specbound.core import provenance as module
from specbound.core.provenance import Source, file_hashes, write_atomically


def test_a_changed_package_makes_a_source_stale(monkeypatch: pytest.MonkeyPatch) -> None:
    source = Source()
    assert not source.stale
    monkeypatch.setattr(module, "package_hash", lambda: "another source")
    assert source.stale


def test_a_changed_or_missing_file_makes_a_source_stale(tmp_path: Path) -> None:
    theorem = tmp_path / "theorem.py"
    theorem.write_text("first")
    source = Source(files=file_hashes(theorem))
    assert not source.stale
    theorem.write_text("second")
    assert source.stale
    theorem.unlink()
    assert source.stale


def test_the_package_hash_covers_every_file_that_makes_results(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PACKAGE", tmp_path)
    (tmp_path / "a.py").write_text("1")
    seen = {module.package_hash.__wrapped__()}
    (tmp_path / "a.py").write_text("2")
    seen.add(module.package_hash.__wrapped__())
    (tmp_path / "b.py").write_text("")
    seen.add(module.package_hash.__wrapped__())
    (tmp_path / "core").mkdir()
    (tmp_path / "core" / "cli.py").write_text("")
    seen.add(module.package_hash.__wrapped__())
    assert len(seen) == 4
    (tmp_path / "report").mkdir()
    (tmp_path / "report" / "page.py").write_text("")
    (tmp_path / "cli.py").write_text("")
    (tmp_path / "certificates").mkdir()
    (tmp_path / "certificates" / "checker.py").write_text("")
    assert module.package_hash.__wrapped__() in seen


def test_a_write_that_fails_leaves_what_was_there(tmp_path: Path) -> None:
    path = tmp_path / "summary.txt"
    write_atomically(path, "before")
    with pytest.raises(TypeError):
        write_atomically(path, 1)  # pyright: ignore[reportArgumentType]
    with pytest.raises(UnicodeEncodeError):
        write_atomically(path, "\ud800")
    assert path.read_text() == "before"
    write_atomically(path, b"after")
    assert path.read_text() == "after"
    assert [item.name for item in tmp_path.iterdir()] == ["summary.txt"]
