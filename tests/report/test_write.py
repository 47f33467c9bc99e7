import errno
import json
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from markupsafe import Markup

import specbound.report.write as module
from specbound.core.errors import InvalidInput
from specbound.core.provenance import write_atomically
from specbound.report.formulas import mathml
from specbound.report.page import change, seeds
from specbound.report.write import CLAIMS, HTML, MARKDOWN, write_report
from tests.conftest import run_module
from tests.report.examples import whole_folder


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = whole_folder(tmp_path_factory.mktemp("report") / "results")
    write_report(folder)
    return folder


class _Elements(HTMLParser):
    """All elements with their attributes, and whether each that needs it is closed in its place."""

    VOID = ("meta", "img", "source", "input", "br", "link")

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def _elements(folder: Path) -> list[tuple[str, dict[str, str | None]]]:
    parser = _Elements()
    parser.feed((folder / HTML).read_text())
    assert parser.open == []
    return parser.found


def test_the_page_needs_nothing_but_itself(written: Path) -> None:
    elements = _elements(written)
    addresses = [
        value or "" for _, given in elements for name, value in given.items() if name in ("src", "href", "srcset")
    ]
    assert len(addresses) > 20
    assert [address for address in addresses if not address.startswith(("#", "data:"))] == []
    assert not re.search(r"@import|url\(", (written / HTML).read_text())


def test_every_link_within_leads_somewhere(written: Path) -> None:
    elements = _elements(written)
    names = [given["id"] for _, given in elements if "id" in given]
    assert len(set(names)) == len(names)
    targets = {(given["href"] or "")[1:] for _, given in elements if (given.get("href") or "").startswith("#")}
    # A report of a few studies links to statements and studies that it does not hold; a whole one has them all.
    assert {"claims", "P9", "study-windows", "figure-limits_by_format", "statement-stagnation"} <= targets & set(names)
    assert {target for target in targets - set(names) if not target.startswith(("statement-", "study-"))} == set()


def test_texts_from_results_are_no_markup(written: Path) -> None:
    text = (written / HTML).read_text()
    assert "A third thing &lt;b&gt;holds&lt;/b&gt;." in text
    assert "<b>holds" not in text
    assert "The rate is <code>subnormal</code>." in text


def test_the_ledger_comes_first_and_the_verdicts_agree(written: Path) -> None:
    text = (written / HTML).read_text()
    assert text.index('id="claims"') < text.index('id="statements"') < text.index('id="studies"')
    assert text.index('id="studies"') < text.index('id="reproduce"')
    claims = json.loads((written / CLAIMS).read_text())
    assert [claim["id"] for claim in claims] == [f"P{number}" for number in range(1, 13)]
    assert {"id", "verdict", "reading", "evidence"} <= set(claims[0])
    for claim in claims:
        assert f"### {claim['id']}: {claim['verdict']}" in (written / MARKDOWN).read_text()
        assert f'id="{claim["id"]}"' in text


def test_numbers_can_be_traced_to_a_command(written: Path) -> None:
    for name in (HTML, MARKDOWN):
        text = (written / name).read_text()
        assert "python -m verify windows --quick" in text
        header = json.loads((written / "windows" / "records.jsonl").read_text().splitlines()[0])
        assert header["source"] in text
        assert (header["commit"] or "none")[:10] in text
        assert f"numpy {header['versions']['numpy']}" in text


def test_tables_of_the_markdown_have_as_many_cells_as_headings(written: Path) -> None:
    tables = re.findall(r"(?:^\|.*\n)+", (written / MARKDOWN).read_text(), flags=re.MULTILINE)
    assert len(tables) == 3
    for table in tables:
        cells = {len(re.split(r"(?<!\\)\|", line)) for line in table.splitlines()}
        assert len(cells) == 1, table
    assert "\n\n\n\n" not in (written / MARKDOWN).read_text()


def test_the_same_results_give_the_same_bytes(written: Path) -> None:
    before = [(written / name).read_bytes() for name in (HTML, MARKDOWN, CLAIMS)]
    write_report(written)
    assert [(written / name).read_bytes() for name in (HTML, MARKDOWN, CLAIMS)] == before


def test_on_a_full_disk_the_older_report_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = whole_folder(tmp_path / "results")
    write_report(folder)
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    (folder / "windows" / "summary.json").write_text("{}")

    def full(path: Path, content: str) -> None:
        if path.name == MARKDOWN:
            raise OSError(errno.ENOSPC, "No space left on device")
        write_atomically(path, content)

    monkeypatch.setattr(module, "write_atomically", full)
    with pytest.raises(InvalidInput, match=r"No space left on device.*older reports are as they were"):
        write_report(folder)
    after = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    assert after.keys() == before.keys()
    assert {path.name for path in before if before[path] != after[path]} == {HTML, "summary.json"}


def test_the_command_writes_prints_and_exits(tmp_path: Path) -> None:
    folder = whole_folder(tmp_path / "results")
    index = folder / "figures" / "index.json"
    index.write_text(json.dumps({**json.loads(index.read_text()), "not drawn": {}}))
    done = run_module("specbound", "report", str(folder))
    assert done.returncode == 0, done.stderr
    assert "P9   refuted in this reading" in done.stdout.splitlines()
    assert done.stdout.splitlines()[-1] == str(folder / HTML)
    as_json = run_module("specbound", "report", str(folder), "--json")
    assert json.loads(as_json.stdout) == json.loads((folder / CLAIMS).read_text())
    index.unlink()
    done = run_module("specbound", "report", str(folder))
    assert done.returncode == 2
    assert "index.json is missing" in done.stderr
    assert "P9   refuted in this reading" in done.stdout
    done = run_module("specbound", "report", str(tmp_path))
    assert done.returncode == 2
    assert "holds no results" in done.stderr


def test_markup_in_a_formula_is_shown_as_it_is_written() -> None:
    assert mathml(r"\text{<b>x</b>}") == Markup(r"<code>\text{&lt;b&gt;x&lt;/b&gt;}</code>")
    assert mathml(r"\sigma_1 < 2").startswith("<math")


def test_seeds_and_changes_read_as_words() -> None:
    assert [seeds(numbers) for numbers in ([0], [0, 1, 2], [0, 2])] == ["0", "0 to 2", "0, 2"]
    assert change("any $\\alpha > 0$ <").startswith("any <math")
    assert change("any $\\alpha > 0$ <").endswith("&lt;")
