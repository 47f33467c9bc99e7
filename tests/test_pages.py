"""What the pages link to is there, and what they count is so."""

import re
from pathlib import Path

import pytest

from specbound.certification.verdict import BROKEN
from specbound.core.catalogue import catalog
from specbound.core.status import NO_EVIDENCE, Standing
from specbound.core.verdict import Verdict
from specbound.report.ledger import Judgement, read_ledger
from tests.conftest import ROOT
from tests.pages import PAGES, blocks_of, text_of

LINK = re.compile(r"\]\(([^)\s]+)\)|src=\"([^\"]+)\"")
PLACE = re.compile(r"`((?:specbound|proofs|verify|figures|tests)/[\w/.]+)`")
NOT_HERE = ("verify/results/", "verify/norms.py")
"""What a run makes, and the example that a reader is to write."""


def anchors(page: Path) -> set[str]:
    """The anchors of a page's headings, as GitHub makes them."""
    headings = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def test_the_pages_are_found() -> None:
    assert {"README.md", "CONTRIBUTING.md", "docs/tutorial.md", "docs/verdicts.md"} <= {str(page) for page in PAGES}


@pytest.mark.parametrize("page", PAGES, ids=str)
def test_links_lead_somewhere(page: Path) -> None:
    for link in (link or source for link, source in LINK.findall(text_of(page))):
        if link.startswith("https://"):
            continue
        place, _, anchor = link.partition("#")
        target = ROOT / page.parent / place if place else ROOT / page
        assert target.is_file(), link
        assert target.resolve().is_relative_to(ROOT), link
        assert not anchor or anchor in anchors(target), link


@pytest.mark.parametrize("page", PAGES, ids=str)
def test_places_that_are_named_exist(page: Path) -> None:
    named = [place for place in PLACE.findall(text_of(page)) if not place.startswith(NOT_HERE)]
    assert [place for place in named if not (ROOT / place).exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=str)
def test_make_targets_that_are_named_exist(page: Path) -> None:
    makefile = text_of("Makefile")
    for target in re.findall(r"(?:`|^ +)make ([a-z-]+)", text_of(page), flags=re.MULTILINE):
        assert re.search(rf"^{target}:", makefile, flags=re.MULTILINE), target


@pytest.mark.parametrize("page", PAGES, ids=str)
def test_rows_of_the_catalogue_are_counted(page: Path) -> None:
    for count in re.findall(r"(\d+) (?:rows|statements)\b", text_of(page)):
        assert int(count) == len(catalog())


def test_claims_of_the_ledger_are_counted() -> None:
    (count,) = re.findall(r"(\d+) published\s+claims", text_of("README.md"))
    assert int(count) == len(read_ledger(catalog()))


def test_no_page_shows_what_no_test_runs() -> None:
    shown = {str(page): {block.language for block in blocks_of(page)} for page in PAGES}
    assert {page: languages for page, languages in shown.items() if languages} == {
        "README.md": {"python", "sh", "text"},
        "docs/tutorial.md": {"python", "sh", "text"},
        "verify/README.md": {"python"},
    }


def test_the_words_of_verdicts_are_those_of_the_program() -> None:
    page = text_of("docs/verdicts.md")
    on_one_instance = page.split("## ")[1]
    assert set(re.findall(r"`([A-Z]+)`", on_one_instance)) == {verdict.value for verdict in Verdict}
    for standing in (
        Standing("refuted"),
        Standing("", certified=1),
        Standing("", consistent=1),
        Standing("", searched=1),
    ):
        word = str(standing).replace("1", "N")
        assert f"| `{word}` |" in page, word
    assert f"`{NO_EVIDENCE}`" in page
    of_a_claim = page.split("## Of a published claim")[1].split("## ")[0]
    assert set(re.findall(r"^\| `([a-z ]+)` \|", of_a_claim, flags=re.MULTILINE)) == {word.value for word in Judgement}
    assert f"within {BROKEN:g} times" in page


def test_pages_stay_short() -> None:
    limits = {"README.md": 200, "docs/tutorial.md": 245, "docs/verdicts.md": 120}
    assert [page for page, limit in limits.items() if len(text_of(page).splitlines()) >= limit] == []
