"""The statements as a LaTeX document: claims, what is said of them, and the steps of their derivations."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

from pylatexenc.latexencode import RULE_DICT, RULE_REGEX, UnicodeToLatexConversionRule, UnicodeToLatexEncoder

from specbound.core.errors import InvalidInput
from specbound.core.statement import Statement

PREAMBLE = r"""\documentclass[11pt,a4paper]{article}
\usepackage[T1]{fontenc}
\usepackage[margin=25mm]{geometry}
\usepackage{amsmath,amssymb,textcomp}
\usepackage[hidelinks]{hyperref}
\setlength{\parindent}{0pt}\setlength{\parskip}{4pt}\emergencystretch=3em
"""

NOTATION = r"""\textbf{How to read the derivations.} $\sigma_i$ are singular values in descending order, $\sigma_1$ the
spectral norm; $U_r(M)$ and $V_r(M)$ are the top $r$ left and right singular vectors, $u_1$ and $v_1$ the top pair. A
spectral decomposition $M^\top M = \sigma^2 V V^\top + V D_V^\top D_V V^\top + R_V^\top R_V$ is cut at a singular value
$\sigma$: $D_V^\top D_V$ is what the squares above it exceed it by, $R_V^\top R_V$ the rest; $V_0$ and $V_1$ split the
eigenvectors at such a cut, $L_0$ and $D_1$ belong to their parts; $P_\perp$ completes $P$ to an orthogonal matrix; $x$
and $y$ are unit vectors whose existence a step establishes. A step claims that an expression is nonnegative.
\emph{Definition}: declared, for the reader to believe. \emph{Checked}: follows, by exact algebra, from what stands
before it. \emph{Cited}: a textbook fact. Steps that name a case settle that case; the others assume its contrary.
"""

REPEATED = ("Claim.", "Source.")
"""Paragraphs of a statement's document that the fragment gives in another form."""


def fragment(statement: Statement, status: str) -> str:
    """One statement as a LaTeX section: claim, document, false neighbours, source, status. It needs ``PREAMBLE``."""
    title, *paragraphs = statement.document.strip().split("\n\n")
    neighbours = "; ".join(text(mutant.change) for mutant in statement.mutants)
    lines = [
        rf"\section*{{{text(title.rstrip('.'))} \normalfont\small(\texttt{{{text(statement.id)}}})}}",
        rf"\textbf{{Claim.}} {formula(statement.claim)}",
        *(text(item) for item in paragraphs if not item.startswith(tuple(f"**{name}" for name in REPEATED))),
        *([rf"\textbf{{False neighbours.}} {neighbours}."] if neighbours else []),
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
    return "\n".join([head, r"\begin{document}\maketitle", NOTATION, *fragments, r"\end{document}"])


def formula(latex: str) -> str:
    """An inline formula that may break where it is not inside braces: after commas, relations, sums and brackets."""
    pieces: list[str] = []
    depth = 0
    for piece in re.split(r"([{}])", latex):
        depth += {"{": 1, "}": -1}.get(piece, 0)
        after_brace = bool(pieces) and pieces[-1] == "}"
        if depth == 0 and piece != "}":
            piece = re.sub(r"(?<=[=+\-,)]) |(?<=\\le) |(?<=\\ge) |(?<=\\in) ", r"\\allowbreak ", piece)
            piece = re.sub("^ (?=.)", r"\\allowbreak ", piece) if after_brace else piece
        pieces.append(piece)
    return "$" + "".join(pieces) + "$"


def text(words: str) -> str:
    """Words as LaTeX: formulas between dollar signs, names in backticks in typewriter type, bold and emphasis by stars,
    ``_{…}`` as subscripts, symbols as formulas.

    **Raises.** :class:`InvalidInput` for a character that LaTeX has no command for.
    """
    parts = re.split(r"\$([^$]*)\$|`([^`]*)`", words)
    pieces = [_prose(parts[0])]
    for mathematics, code, rest in zip(parts[1::3], parts[2::3], parts[3::3], strict=True):
        pieces.append(rf"\texttt{{{_encoded(code)}}}" if mathematics is None else formula(mathematics))
        pieces.append(_prose(rest))
    return "".join(pieces)


MARKS = re.compile(r"\*\*(.+?)\*\*|\*(\S(?:[^*]*\S)?)\*|_(?:\{([^{}]+)\}|([A-Za-z0-9])\b)")
"""Bold, emphasis, and subscripts, in words that are neither code nor formula."""


def _prose(words: str) -> str:
    pieces: list[str] = []
    end = 0
    for found in MARKS.finditer(words):
        bold, emphasis, braced, single = found.groups()
        command, inner = (
            ("textbf", _prose(bold))
            if bold is not None
            else ("emph", _prose(emphasis))
            if emphasis is not None
            else ("textsubscript", _encoded(braced if braced is not None else single))
        )
        pieces += [_encoded(words[end : found.start()]), rf"\{command}{{{inner}}}"]
        end = found.end()
    return "".join([*pieces, _encoded(words[end:])])


def _encoded(words: str) -> str:
    try:
        return _ENCODER.unicode_to_latex(words)
    except ValueError as error:
        raise InvalidInput(f"{words!r} cannot be set in LaTeX: {error}; write the symbol as a formula, $…$") from error


_ENCODER = UnicodeToLatexEncoder(
    conversion_rules=[
        UnicodeToLatexConversionRule(RULE_REGEX, [(re.compile(r"(\w)\u0303"), r"\\ensuremath{\\tilde{\1}}")]),
        UnicodeToLatexConversionRule(RULE_DICT, {ord("ᵀ"): r"\ensuremath{^{\top}}"}),
        "defaults",
    ],
    unknown_char_policy="fail",
)
