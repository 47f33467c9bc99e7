"""Formulas of claims, written in LaTeX, as MathML, which browsers and printers show without any script or font."""

from __future__ import annotations

import re

from latex2mathml.converter import convert
from markupsafe import Markup, escape

REWRITTEN = ((r"\big\|", r"\|"), (r"\arg\min", r"\mathrm{arg\,min}\,"))
"""What the converter leaves as it is, and what it knows that looks the same."""

ELEMENTS = {
    *("math", "mrow", "mi", "mn", "mo", "mtext", "mspace", "mfrac", "msub", "msup", "msubsup", "mover", "munder"),
    *("munderover", "msqrt", "mroot", "mstyle", "mtable", "mtr", "mtd"),
}
"""The elements that a converted formula may have: the converter escapes no markup in texts."""


def mathml(latex: str, display: str = "block") -> Markup:
    r"""A formula as MathML; as it is written, in a ``code``, where the converter leaves or makes what is none.

    >>> "<mfrac>" in mathml(r"\tfrac12")
    True
    >>> mathml(r"\unheard{A} < B")
    Markup('<code>\\unheard{A} &lt; B</code>')
    """
    known = latex
    for ours, theirs in REWRITTEN:
        known = known.replace(ours, theirs)
    made = convert(known, display=display)
    left = "\\" in re.sub(r"<[^>]*>", "", made)
    if left or not ELEMENTS.issuperset(re.findall(r"</?([^\s/>]+)", made)):
        return Markup("<code>{}</code>").format(escape(latex))
    return Markup(made)
