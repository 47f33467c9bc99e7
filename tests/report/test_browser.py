"""The report in a real browser: it sorts, filters, unfolds, fits a phone and a page, in light and in dark."""

import base64
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from specbound.report.write import HTML, write_report
from tests.report.examples import whole_folder
from verify.bench.report import QUIET

playwright = pytest.importorskip("playwright.sync_api")
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on PATH")


@pytest.fixture(scope="module")
def browser() -> Iterator:
    with playwright.sync_playwright() as driver:
        opened = driver.chromium.launch(executable_path=CHROMIUM, args=list(QUIET), chromium_sandbox=False)
        yield opened
        opened.close()


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = whole_folder(tmp_path_factory.mktemp("browser") / "results")
    write_report(folder)
    return (folder / HTML).as_uri()


@pytest.fixture
def page(browser, address: str) -> Iterator:
    """The report, opened; whatever it asks for besides itself, and whatever it complains of, fails the test."""
    with browser.new_context(offline=True, viewport={"width": 1200, "height": 900}) as context:
        opened = context.new_page()
        asked: list[str] = []
        told: list[str] = []
        opened.on("request", lambda request: asked.append(request.url))
        opened.on("console", lambda message: told.append(message.text))
        opened.on("pageerror", lambda error: told.append(str(error)))
        opened.goto(address)
        yield opened
        assert [url for url in asked if not url.startswith(("data:", address))] == []
        assert told == []


def _column(page, table: str, number: int) -> list[str]:
    rows = page.locator(f"#{table} tbody tr:visible")
    return [row.locator("td").nth(number).inner_text() for row in rows.all()]


def test_a_heading_sorts_by_itself_one_way_and_the_other(page) -> None:
    claims = [f"P{number}" for number in range(1, 13)]
    assert _column(page, "ledger", 0) == claims
    heading = page.locator("#ledger th").nth(0)
    heading.get_by_role("button").click()
    assert heading.get_attribute("aria-sort") == "ascending"
    assert _column(page, "ledger", 0) == claims
    heading.get_by_role("button").click()
    assert heading.get_attribute("aria-sort") == "descending"
    assert _column(page, "ledger", 0) == claims[::-1]
    page.locator("#ledger th").nth(3).get_by_role("button").click()
    assert heading.get_attribute("aria-sort") is None
    grades = _column(page, "ledger", 3)
    assert grades == sorted(grades)
    assert len(set(grades)) == 3


def test_numbers_sort_as_numbers_and_gaps_come_last(page) -> None:
    button = page.locator("#statement-table th").nth(5).get_by_role("button")
    for _ in range(2):
        button.click()
        assert _column(page, "statement-table", 5) == ["1.0e-09", "–", "–"]


def test_the_filter_leaves_the_rows_that_have_all_words(page) -> None:
    field = page.get_by_label("Filter")
    field.fill("refuted triple")
    assert len(_column(page, "statement-table", 0)) == 1
    field.fill("refuted nothing of this kind")
    assert _column(page, "statement-table", 0) == []
    field.fill("")
    assert len(_column(page, "statement-table", 0)) == 3


def test_a_link_to_a_statement_unfolds_it(page) -> None:
    formula = page.locator("#statement-triple_independent math").first
    assert not formula.is_visible()
    page.locator("#P2").get_by_role("link", name="triple_independent").click()
    formula.wait_for(state="visible")
    assert formula.bounding_box()["height"] > 10


def test_a_figure_shows_and_gives_its_data(page) -> None:
    image = page.locator("#figure-limits_by_format img")
    assert image.evaluate("image => image.naturalWidth") == 337
    link = page.get_by_role("link", name="data (CSV)")
    with page.expect_download() as download:
        link.click()
    assert download.value.suggested_filename == "limits_by_format.csv"
    assert Path(download.value.path()).read_text() == "alpha,upper\n1.0,1.0\n10.0,0.1\n"
    assert base64.b64decode(link.get_attribute("href").partition(",")[2]).startswith(b"alpha,upper")


@pytest.mark.parametrize("width", [320, 390, 768, 1200])
def test_nothing_is_wider_than_the_screen(page, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    for folded in page.locator("details").all():
        folded.evaluate("folded => { folded.open = true }")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    image = page.locator("#figure-limits_by_format img")
    assert image.evaluate("image => image.naturalWidth") == (162 if width < 672 else 337)


def _luminance(colour: str) -> float:
    parts = [int(part) / 255 for part in colour.removeprefix("rgb(").removesuffix(")").split(",")]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_words_stand_out_from_the_page_in_light_and_dark(page, scheme: str) -> None:
    page.emulate_media(color_scheme=scheme)
    ground = _luminance(page.evaluate("getComputedStyle(document.body).backgroundColor"))
    assert (ground > 0.5) is (scheme == "light")
    for selector in ("body", ".soft", "a", ".refuted-in-this-reading", ".undecided", ".holds", ".fails"):
        colour = page.locator(selector).first.evaluate("element => getComputedStyle(element).color")
        levels = sorted((ground, _luminance(colour)))
        # WCAG 2.2, contrast (minimum): 4.5 to 1.
        assert (levels[1] + 0.05) / (levels[0] + 0.05) >= 4.5, (selector, colour)


def test_it_prints(page, tmp_path: Path) -> None:
    page.emulate_media(color_scheme="dark", media="print")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert not page.locator("nav").is_visible()
    page.pdf(path=tmp_path / "report.pdf", format="A4")
    assert (tmp_path / "report.pdf").read_bytes().startswith(b"%PDF")


def test_without_scripts_everything_is_there(browser, address: str) -> None:
    with browser.new_context(java_script_enabled=False) as context:
        opened = context.new_page()
        opened.goto(address)
        assert opened.locator("#ledger tbody tr").count() == 12
        assert opened.locator("#P9").get_by_text("refuted in this reading").is_visible()
