"""Eigenvalues and eigenvectors of small exact symmetric matrices, enclosed rigorously.

The eigenvalues of ``MᵀM`` are the roots of its characteristic polynomial. It has real roots only, so Descartes' rule
of signs counts exactly how many of them exceed a fraction, and two counts prove an enclosure, however close other roots
lie. Eigenvectors come from spectral projectors, polynomials in ``MᵀM``.

**Source.** Basu, Pollack & Roy, *Algorithms in Real Algebraic Geometry*, 2nd ed. 2006, section 2.2, on the rule.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise, product
from typing import Any

import flint

from specbound.numeric.balls.scalar import working_precision
from specbound.numeric.ops import NotAvailable

GUESS_BITS = 2048
"""Precision of the approximate eigenvalues that enclosures start from: tells apart what lies 1e-300 apart."""

SIMPLE = 2**40
"""Eigenvalues that are multiples of ``1/SIMPLE`` are recognised, so that equalities between them are decided."""


LARGEST = 40
"""Rows of a matrix beyond which no eigenvalues are enclosed: a characteristic polynomial would take minutes."""


def eigenvalues(gram: Any) -> list[Any]:
    """All eigenvalues of an exact positive semidefinite matrix, descending, each as often as it occurs.

    **Raises.** :class:`NotAvailable` for more than 40 rows.
    """
    if gram.nrows() > LARGEST:
        raise NotAvailable(f"eigenvalues of {gram.nrows()} rows in balls, which are for at most {LARGEST}")
    polynomial, zeros = _without_zero_roots(gram.charpoly())
    trace = sum((gram[i, i] for i in range(gram.nrows())), start=flint.fmpq(0))
    anywhere = flint.arb(0).union(flint.arb(trace))
    found = [_enclosed(polynomial, guess, position) for position, guess in _guesses(gram, polynomial.degree())]
    return [anywhere if ball is None else ball for ball in found] + [flint.arb(0)] * zeros


def _distinct_eigenvalues(gram: Any) -> list[Any]:
    """The different eigenvalues, descending, in balls that do not meet.

    **Raises.** :class:`NotAvailable` where the working precision cannot keep them apart.
    """
    whole = gram.charpoly()
    polynomial, zeros = _without_zero_roots(whole // whole.gcd(whole.derivative()))
    found: list[Any] = []
    for _, guess in _guesses(gram, gram.nrows()):
        if len(found) < polynomial.degree() and not (found and found[-1].contains(flint.arb(guess))):
            ball = _enclosed(polynomial, guess, len(found))
            found += [] if ball is None else [ball]
    if len(found) < polynomial.degree() or any(not (low < high) for high, low in pairwise(found)):
        raise NotAvailable("the working precision is too low to tell singular values apart")
    return found + [flint.arb(0)] * zeros


def _without_zero_roots(polynomial: Any) -> tuple[Any, int]:
    zeros = _multiplicity(polynomial, 0)
    return flint.fmpq_poly(polynomial.coeffs()[zeros:]), zeros


def _multiplicity(polynomial: Any, root: Any) -> int:
    shifted = polynomial(flint.fmpq_poly([root, 1]))
    return next(power for power, coefficient in enumerate(shifted.coeffs()) if coefficient != 0)


def _guesses(gram: Any, count: int) -> Iterator[tuple[int, Any]]:
    """Approximate eigenvalues, descending, as fractions; nothing rests on them but how soon an enclosure is found."""
    with working_precision(GUESS_BITS):
        values = [value.real for value in flint.arb_mat(gram).eig(algorithm="approx")]
    with working_precision(flint.ctx.prec + 32):
        guesses = sorted(((value.mid() * 1).mid().fmpq() for value in values), reverse=True)
    return enumerate(guesses[:count])


def _enclosed(polynomial: Any, guess: Any, position: int) -> Any | None:
    """A ball around the guess that holds the root with ``position`` roots above it, multiplicities counted.

    None where only a ball that reaches zero would.
    """
    width = guess / 2**flint.ctx.prec
    simple = (guess * SIMPLE + flint.fmpq(1, 2)).floor() / flint.fmpq(SIMPLE)
    if abs(simple - guess) < width:
        above = _roots_above(polynomial, simple)
        if above <= position < above + _multiplicity(polynomial, simple):
            return flint.arb(simple)
    while 0 < width < guess:
        low, high = guess - width, guess + width
        if _roots_above(polynomial, low) > position and _roots_above(polynomial, high) <= position:
            return flint.arb(low).union(flint.arb(high))
        width *= 2**16
    return None


def _roots_above(polynomial: Any, bound: Any) -> int:
    """How many roots exceed a fraction: Descartes' rule of signs, exact for a polynomial whose roots are all real."""
    shifted = polynomial(flint.fmpq_poly([bound, 1]))
    signs = [coefficient > 0 for coefficient in shifted.coeffs() if coefficient != 0]
    return sum(one != other for one, other in pairwise(signs))


def eigenspaces(gram: Any) -> list[tuple[Any, list[Any]]]:
    """For each distinct eigenvalue λ, descending, orthonormal columns that span its eigenvectors.

    They span the range of the projector ``Π_{μ≠λ} (G − μI)/(λ − μ)``.
    """
    size = gram.nrows()
    values = _distinct_eigenvalues(gram)
    identity = flint.arb_mat(size, size, [int(i == j) for i, j in product(range(size), repeat=2)])
    balls = flint.arb_mat(gram)
    found: list[tuple[Any, list[Any]]] = []
    for value in values:
        projector = identity
        for other in values:
            if other is not value:
                projector = projector * (balls - identity * other) * (1 / (value - other))
        found.append((value, _orthonormal_columns(projector)))
    return found


def _orthonormal_columns(projector: Any) -> list[Any]:
    """An orthonormal basis of a projector's range, by Gram–Schmidt with the longest remaining column first."""
    basis: list[Any] = []
    size = projector.nrows()
    rank = projector.trace().unique_fmpz()
    if rank is None:
        raise NotAvailable("the working precision is too low for singular vectors that are so nearly undetermined")
    remaining = projector
    for _ in range(int(rank)):
        lengths = [remaining[i, i] for i in range(size)]
        longest = max(range(size), key=lambda i: lengths[i].mid().fmpq())
        column = flint.arb_mat(size, 1, [remaining[i, longest] for i in range(size)])
        vector = column * (1 / lengths[longest].sqrt())
        basis.append(vector)
        remaining = remaining - vector * vector.transpose()
    return basis
