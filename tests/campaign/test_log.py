import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from specbound.campaign import run
from specbound.campaign.log import Log, arrays_of, entries, writing
from specbound.core.errors import InvalidInput
from tests.campaign.examples import study
from tests.conftest import ROOT
from tests.results import QUIET

HEADER = {"run": "a", "format": 1, "created": "", "source": "", "files": {}, "versions": {}, "machine": {}}
LINE = {"run": "a", "cell": "c", "parameters": {"number": 1}, "seed": 0, "prediction": {"x": 1}}


@pytest.fixture
def log(tmp_path: Path):
    log = Log(tmp_path / "squares")
    log.append(HEADER)
    yield log
    log.close()


def test_lines_are_read_as_they_were_written(log: Log) -> None:
    log.append({**LINE, "prediction": {"σ": "a\nb"}})
    assert list(entries(log.path)) == [HEADER, {**LINE, "prediction": {"σ": "a\nb"}}]


def test_a_half_written_line_is_left_out_and_mended(log: Log) -> None:
    log.append(LINE)
    whole = log.path.read_bytes()
    with log.path.open("ab") as stream:
        stream.write(whole.splitlines()[-1][:-7])
    assert list(entries(log.path)) == [HEADER, LINE]
    log.mend()
    assert log.half == len(whole.splitlines()[-1]) - 7
    assert log.path.read_bytes() == whole


def test_a_last_line_that_lacks_only_its_end_is_kept(log: Log) -> None:
    log.append(LINE)
    whole = log.path.read_bytes()
    log.path.write_bytes(whole[:-1])
    log.mend()
    assert (log.path.read_bytes(), log.half) == (whole, 0)


@pytest.mark.parametrize("content", [b'[{"precious": "data of another tool"}]', b"half a note"])
def test_a_file_that_is_no_log_is_left_alone(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "squares" / "records.jsonl"
    path.parent.mkdir()
    path.write_bytes(content)
    with pytest.raises(InvalidInput, match="is no log of a study"), writing(tmp_path, "squares"):
        pass
    assert path.read_bytes() == content


def test_a_log_that_is_replaced_under_a_writer_ends_it(log: Log) -> None:
    copy = log.path.read_bytes()
    log.path.unlink()
    with pytest.raises(InvalidInput, match="was replaced while a run was writing to it"):
        log.append(LINE)
    log.path.write_bytes(copy)
    with pytest.raises(InvalidInput, match="was replaced while a run was writing to it"):
        log.append(LINE)
    assert log.path.read_bytes() == copy


def test_a_log_of_half_a_header_is_mended_to_nothing(tmp_path: Path) -> None:
    log = Log(tmp_path / "squares")
    log.path.write_bytes(b'{"run": "a", "form')
    assert list(entries(log.path)) == []
    log.mend()
    assert log.path.read_bytes() == b""
    log.close()


@pytest.mark.parametrize(
    ("line", "message"),
    [
        (b"{half\n", "line 2 is no record"),
        (b"\xff\xfe\n", "line 2 is no record"),
        (b"\0\0\0\n", "line 2 is no record"),
        (b"[1]\n", "line 2 is no record"),
        (b'{"run": "a", "cell": "c"}\n', "it lacks some of run, cell, parameters, seed"),
        (json.dumps({**LINE, "cell": ["c"]}).encode() + b"\n", "or they are of another type"),
        (json.dumps({**LINE, "measurement": {}}).encode() + b"\n", "it says not one of prediction, measurement"),
        (json.dumps({"format": 1, "run": "b"}).encode() + b"\n", "it lacks some of format, run, created"),
    ],
)
def test_a_whole_line_that_is_no_record_is_named(log: Log, line: bytes, message: str) -> None:
    with log.path.open("ab") as stream:
        stream.write(line)
    with pytest.raises(InvalidInput, match=message):
        list(entries(log.path))


def test_another_format_is_neither_read_nor_written(log: Log) -> None:
    log.path.write_text(json.dumps({"format": 2, "of": "the future"}) + "\n")
    before = log.path.read_bytes()
    with pytest.raises(InvalidInput, match="has format 2; this version of specbound reads and writes 1"):
        list(entries(log.path))
    with pytest.raises(InvalidInput, match="has format 2"), writing(log.folder.parent, "cubes"):
        pass
    assert log.path.read_bytes() == before


def test_two_writers_are_kept_apart(tmp_path: Path) -> None:
    with writing(tmp_path / "out", "squares"):
        code = (
            "from pathlib import Path; from specbound.campaign.log import writing\n"
            f"with writing(Path({str(tmp_path / 'out')!r}), 'cubes'): pass"
        )
        other = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=False)
        assert "another run is writing to" in other.stderr.splitlines()[-1]
        assert [path.name for path in (tmp_path / "out").iterdir() if path.is_dir()] == ["squares"]
    with writing(tmp_path / "out", "cubes"):
        pass


def test_the_lock_of_a_writer_that_was_killed_is_free(tmp_path: Path) -> None:
    code = (
        "import os; from pathlib import Path; from specbound.campaign.log import writing\n"
        f"with writing(Path({str(tmp_path)!r}), 'squares'): os.kill(os.getpid(), 9)"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False)
    assert done.returncode == -signal.SIGKILL
    with writing(tmp_path, "squares"):
        pass


@pytest.mark.parametrize("name", ["file.txt", "folder/file.txt"])
def test_a_folder_of_other_things_is_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / name).parent.mkdir(exist_ok=True)
    (tmp_path / name).write_text("precious")
    with pytest.raises(InvalidInput, match="is not empty and holds no results"), writing(tmp_path, "squares"):
        pass
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == [tmp_path / name]


def test_folders_that_a_killed_run_has_made_are_no_hindrance(tmp_path: Path) -> None:
    (tmp_path / "squares").mkdir()
    (tmp_path / ".lock").touch()
    with writing(tmp_path, "squares"):
        pass


def test_a_folder_that_cannot_be_written_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    for out in (tmp_path / "file", tmp_path / "file" / "out"):
        with pytest.raises(InvalidInput, match="cannot be written"), writing(out, "squares"):
            pass
    with writing(tmp_path / "out", "squares") as log:
        log.append(HEADER)
    (tmp_path / "out" / "cubes").write_text("in the way")
    with pytest.raises(InvalidInput, match="cannot be written"), writing(tmp_path / "out", "cubes"):
        pass


def test_arrays_appear_whole_beside_the_log(log: Log) -> None:
    log.store("c", b"archive")
    assert arrays_of(log.path, "c").read_bytes() == b"archive"
    (log.path.parent / "arrays" / ".others").mkdir()
    (log.path.parent / "arrays" / ".c.npz.x1y2").write_text("left by a writer that was killed")
    log.mend()
    assert {path.name for path in (log.path.parent / "arrays").iterdir()} == {"c.npz", ".others"}


FULL = """
import resource, sys
from pathlib import Path
from specbound.campaign import read, run
from specbound.core.errors import InvalidInput
from tests.campaign.examples import study
from tests.results import QUIET

out = Path(sys.argv[1])
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]), resource.RLIM_INFINITY))
try:
    run(study(), out, workers=1, reporter=QUIET)
except InvalidInput as error:
    print(error)
"""


@pytest.mark.parametrize("room", [10, 1_000, 1_300, 1_600, 1_900, 2_100])
def test_a_full_disk_ends_the_run_with_whole_lines_and_it_goes_on_later(tmp_path: Path, room: int) -> None:
    program = [sys.executable, "-c", FULL, str(tmp_path / "out"), str(room)]
    done = subprocess.run(program, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "could not be written (" in done.stdout
    assert "what was stored before is whole. Once there is room" in done.stdout
    path = tmp_path / "out" / "squares" / "records.jsonl"
    content = path.read_bytes()
    assert not content or content.endswith(b"\n")
    assert len(content) <= room
    records = run(study(), tmp_path / "out", workers=1, reporter=QUIET)
    assert [record.measurement["square"] for record in records] == [0, 1, 4, 9, 16, 25]
    assert path.read_bytes().startswith(content)
