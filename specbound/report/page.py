"""A report as one HTML file that needs nothing else, and as Markdown: templates filled with what was read."""

from __future__ import annotations

import base64
import re
from collections.abc import Sequence
from functools import cache
from mimetypes import guess_type
from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined
from markdown_it import MarkdownIt
from markupsafe import Markup, escape

from specbound.core.provenance import package_hash, versions
from specbound.core.statement import Expected
from specbound.report.formulas import mathml
from specbound.report.ledger import GRADES, Judgement
from specbound.report.pictures import Picture
from specbound.report.results import Results, command_of, setup_of

MARKS = {True: "✓", False: "✗", None: "?"}
"""Of evidence: it holds, it fails, it is lacking or does not decide."""

SIGNS = {
    Judgement.CONFIRMED: "✓",
    Judgement.CONDITIONAL: "◐",
    Judgement.REFUTED: "✗",
    Judgement.UNDECIDED: "?",
}
"""Of verdicts, so that colour is not all that tells them apart."""

DOWNLOADS = {
    ".csv": "data (CSV)",
    ".pdf": "PDF",
    "_column.pdf": "PDF, column",
    ".tex": "LaTeX table",
}
"""What can be saved of a figure, by the end of its file's name."""


def html(results: Results) -> str:
    """The report as HTML: style, script, figures and their data within."""
    return _filled("report.html.jinja", results)


def markdown(results: Results) -> str:
    """The report as Markdown; figures are links into the results folder."""
    return _filled("report.md.jinja", results)


def _filled(template: str, results: Results) -> str:
    content = (
        _environment()
        .get_template(template)
        .render(
            results=results,
            judgements=list(Judgement),
            signs=SIGNS,
            marks=MARKS,
            grades=GRADES,
            refuted_as_expected=Expected.REFUTED.value,
            made_with={"source": package_hash(), **versions()},
        )
    )
    return content.rstrip() + "\n"


@cache
def _environment() -> Environment:
    made = Environment(
        loader=PackageLoader("specbound.report"),
        autoescape=lambda name: name is not None and ".html" in name,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters |= {
        "mathml": mathml,
        "prose": prose,
        "document": document,
        "change": change,
        "number": number,
        "data_uri": data_uri,
        "cell": cell,
        "slug": slug,
        "command": command_of,
        "setup": setup_of,
        "commit": commit,
        "seeds": seeds,
        "moment": moment,
    }
    made.globals |= {"downloads": downloads}
    return made


_MARKDOWN = MarkdownIt("commonmark", {"html": False})


def prose(text: str) -> Markup:
    """A sentence with `code` in it."""
    return Markup(_MARKDOWN.renderInline(text))


def document(text: str) -> Markup:
    """The paragraphs of a docstring but its first, which is the title."""
    return Markup(_MARKDOWN.render("\n\n".join(text.strip().split("\n\n")[1:])))


def change(text: str) -> Markup:
    """Words with formulas between dollar signs."""
    parts = text.split("$")
    return Markup("").join(mathml(part, "inline") if n % 2 else escape(part) for n, part in enumerate(parts))


def number(value: float | None, form: str = ".3f") -> str:
    """A number, or a dash where there is none."""
    return "–" if value is None else format(value, form)


def data_uri(path: Path) -> Markup:
    """The content of a file as an address that needs no file."""
    kind = guess_type(path.name)[0] or "text/plain"
    return Markup(f"data:{kind};base64,{base64.b64encode(path.read_bytes()).decode()}")


def downloads(picture: Picture) -> list[tuple[str, Path]]:
    """What can be saved of a figure: a label and a file each."""
    named = ((label, picture.file(ending)) for ending, label in DOWNLOADS.items())
    return [(label, path) for label, path in named if path is not None]


def cell(text: str) -> str:
    """Text in a cell of a Markdown table."""
    return " ".join(text.split()).replace("|", "\\|")


def commit(text: str | None) -> str:
    """A commit as a reader types it, marked where the source differed from it."""
    number, comma, changed = (text or "none").partition(",")
    return number[:10] + comma + changed


def seeds(numbers: Sequence[int]) -> str:
    """Seeds as a range, or one by one where some between them are missing."""
    first, last = numbers[0], numbers[-1]
    whole = len(numbers) > 1 and list(numbers) == list(range(first, last + 1))
    return f"{first} to {last}" if whole else ", ".join(map(str, numbers))


def moment(stamp: str) -> str:
    """A time as a reader takes it in, in UTC."""
    return stamp[:16].replace("T", " ")


def slug(text: str) -> str:
    """Text as part of an address."""
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")
