"""What derivations on finding a lock share: bounds on the singular values of a compensator that has been changed."""

from __future__ import annotations

from typing import Any

import sympy

from proofs.decompositions import at_least_on_span, beyond, spanned
from specbound.checks.symbolic import Derivation, Fact, Subspace
from specbound.statements.stored import change, stored


def no_longer_than(d: Derivation, vector: Any) -> tuple[Any, Fact]:
    """``‖E v‖`` for a unit vector, and that ``‖E‖`` is at least that."""
    x = d.instance
    image, size = d.norm(x.E * vector), change(x)
    reached = d.spectral_norm(x.E, right=vector, left=x.E * vector)
    return image, d.cancel("‖E‖ ≥ ‖Ev‖", size - image, image, reached)


def left_alone(d: Derivation, i: Any) -> Fact:
    """``σ_i(Ĉ) ≥ 1 − ‖E‖`` for the index i ≤ d − k: a unit vector orthogonal to U, which C leaves, and Ĉ shortens."""
    x = d.instance
    size, k = x.U.shape
    z, letter = sympy.MatrixSymbol("z", size, 1), sympy.MatrixSymbol("M", size, size)
    s = x.ops.singular_value(stored(x), i - 1)
    # M is the letter for Ĉ.
    below, past = beyond(letter.T * letter, z, s, i - 1)
    orthogonal = Subspace(k, [(x.U.T * z, sympy.ZeroMatrix(k, 1))])
    d.common_vector(z, orthogonal, past, facts={d.at_most("i"): 1})
    return _shortened(d, "1 = ‖Cz‖ ≤ ‖Ĉz‖ + ‖E‖", letter, z, s, sympy.Integer(1), below)


def at_least_contracted(d: Derivation, place: Any) -> Fact:
    """``σ_place(Ĉ) ≥ 1/α − ‖E‖``: C makes nothing shorter than by 1/α."""
    x = d.instance
    size, k = x.U.shape
    at_least_one = d.at_least("alpha")
    z, letter = sympy.MatrixSymbol("z", size, 1), sympy.MatrixSymbol("M", size, size)
    rest = sympy.MatrixSymbol(r"U_{\perp}", size, size - k)
    s = x.ops.singular_value(stored(x), place - 1)
    below, past = beyond(letter.T * letter, z, s, place - 1)
    d.common_vector(z, past, facts={d.at_most("i"): 1})
    completed = (x.U * x.U.T, sympy.Identity(size) - rest * rest.T)
    kept = {at_least_one: (x.alpha + 1) / x.alpha**2 * d.norm(rest.T * z) ** 2}
    name = "1/α ≤ ‖Cz‖ ≤ ‖Ĉz‖ + ‖E‖, U completed to an orthogonal matrix"
    return _shortened(d, name, letter, z, s, 1 / x.alpha, below, (completed,), kept)


def _shortened(
    d: Derivation,
    name: str,
    letter: Any,
    vector: Any,
    value: Any,
    kept: Any,
    below: Any,
    using: Any = (),
    facts: Any = None,
) -> Fact:
    """``value ≥ kept − ‖E‖`` for a unit vector that C leaves at least ``kept`` of, and Ĉ at most ``value``."""
    x = d.instance
    size, image = change(x), d.norm(letter * vector)
    bounded = d.root("‖Ĉz‖ ≤ its singular value", value, image, using=below)
    moved, longest = no_longer_than(d, vector)
    across = d.spectral_norm(x.E, right=vector, left=-letter * vector)
    apart = {across: 2, longest: size + moved, **(facts or {})}
    changed = (letter * vector, stored(x) * vector)
    reached = d.root(name, image + size, kept, using=[changed, *using], facts=apart)
    return d.combine("a singular value that is not smaller", value + size - kept, {bounded: 1, reached: 1})


def contracted(d: Derivation, j: Any) -> Fact:
    """``σ_{d-k+j}(Ĉ) ≤ 1/α + ‖E‖`` for the index j: a unit vector in the span of U that Ĉ keeps long."""
    x = d.instance
    size, k = x.U.shape
    place = size - k + j
    y, letter = sympy.MatrixSymbol("y", size, 1), sympy.MatrixSymbol("M", size, size)
    s, bound = x.ops.singular_value(stored(x), place - 1), change(x)
    span = sympy.MatrixSymbol(r"V_{d-k+j}(\hat{C})", size, place)
    (name,) = [name for name in ("j", "i") if x.values.get(name) == j]
    d.common_vector(y, spanned(span, y), spanned(x.U, y), facts={d.at_least(name): 1})
    image = d.norm(letter * y)
    long = d.root("‖Ĉy‖ ≥ its singular value", image, s, using=at_least_on_span(letter.T * letter, span, s))
    moved, longest = no_longer_than(d, y)
    along = d.spectral_norm(x.E, right=y, left=y)
    short = d.root(
        "‖Ĉy‖ ≤ ‖y‖/α + ‖E‖",
        1 / x.alpha + bound,
        image,
        using=[(letter * y, stored(x) * y)],
        facts={along: 2 / x.alpha, longest: bound + moved},
    )
    return d.combine("a singular value that is not larger", 1 / x.alpha + bound - s, {long: 1, short: 1})
