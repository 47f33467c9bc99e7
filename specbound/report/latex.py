"""The statements as a LaTeX document: claims, what is said of them, and the steps of their derivations."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

from pylatexenc.latexencode import RULE_DICT, UnicodeToLatexConversionRule, UnicodeToLatexEncoder

from specbound.core.statement import Statement

PREAMBLE = r"""\documentclass[11pt,a4paper]{article}
\usepackage[T1]{fontenc}
\usepackage[margin=25mm]{geometry}
\usepackage{amsmath,amssymb,textcomp}
\usepackage[hidelinks]{hyperref}
\setlength{\parindent}{0pt}\setlength{\parskip}{4pt}\emergencystretch=3em
"""

REPEATED = ("Claim.", "Source.")
"""Paragraphs of a statement's document that the fragment gives in another form."""


def fragment(statement: Statement, status: str) -> str:
    """One statement as a LaTeX section: claim, document, false neighbours, source, status. It needs ``PREAMBLE``."""
    title, *paragraphs = statement.document.strip().split("\n\n")
    lines = [
        rf"\section*{{{text(title.rstrip('.'))} \normalfont\small(\texttt{{{text(statement.id)}}})}}",
        rf"\textbf{{Claim.}} {formula(statement.claim)}",
        *(_paragraph(item) for item in paragraphs if not item.startswith(tuple(f"**{name}" for name in REPEATED))),
        r"\textbf{False neighbours.} " + "; ".join(with_formulas(mutant.change) for mutant in statement.mutants) + ".",
        rf"\textbf{{Source.}} {text(str(statement.source))}.",
        rf"\textbf{{Expected.}} {text(statement.expected.value)}. \textbf{{Status.}} {text(status)}.",
    ]
    return "\n\n".join(lines) + "\n"


def derivation(steps: Sequence[dict[str, Any]]) -> str:
    """The steps of a derivation, as its evidence lists them, as a numbered list with their formulas."""
    items: list[str] = []
    for step in steps:
        place = f", {text(step['reference'])}" if step["reference"] else ""
        formulas = "; ".join(formula(item) for item in step["formulas"])
        items.append(
            rf"\item {text(step['name'])} \emph{{({step['kind']}{place})}}" + (rf": {formulas}" if formulas else "")
        )
    return (
        "\n".join([r"\textbf{Derivation.}", r"\begin{enumerate}\small\raggedright", *items, r"\end{enumerate}"]) + "\n"
    )


def document(title: str, fragments: Iterable[str]) -> str:
    """A complete LaTeX document of such fragments."""
    head = rf"{PREAMBLE}\title{{{text(title)}}}\date{{}}"
    return "\n".join([head, r"\begin{document}\maketitle", *fragments, r"\end{document}"])


def formula(latex: str) -> str:
    """An inline formula that may break at its spaces."""
    return "$" + re.sub(r"(?<!\\) ", r"\\allowbreak ", latex) + "$"


def with_formulas(words: str) -> str:
    """Words with formulas between dollar signs."""
    parts = words.split("$")
    return "".join(formula(part) if number % 2 else text(part) for number, part in enumerate(parts))


def text(words: str) -> str:
    """Words as LaTeX: symbols as formulas, ``_{…}`` as subscripts, names in backticks in typewriter type."""
    parts = words.split("`")
    return "".join(rf"\texttt{{{_encoded(part)}}}" if number % 2 else _prose(part) for number, part in enumerate(parts))


def _paragraph(words: str) -> str:
    strong = re.sub(r"\*\*(.+?)\*\*", r"\\textbf{\1}", text(words))
    return re.sub(r"\*(.+?)\*", r"\\emph{\1}", strong)


def _prose(words: str) -> str:
    # Subscripts are cut out first: the encoder would escape their marks.
    parts = re.split(r"_(?:\{([^}]*)\}|([A-Za-z0-9])\b)", words)
    pieces = [_encoded(parts[0])]
    for braced, single, rest in zip(parts[1::3], parts[2::3], parts[3::3], strict=True):
        pieces += [rf"\textsubscript{{{_encoded(braced or single)}}}", _encoded(rest)]
    return "".join(pieces)


def _encoded(words: str) -> str:
    return _ENCODER.unicode_to_latex(words)


_ENCODER = UnicodeToLatexEncoder(
    conversion_rules=[
        UnicodeToLatexConversionRule(RULE_DICT, {ord("ᵀ"): r"\ensuremath{^{\top}}"}),
        "defaults",
    ],
    unknown_char_policy="fail",
)
