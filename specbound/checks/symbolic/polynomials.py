"""Polynomials in matrices that do not commute, with symbolic sizes, and rewriting by declared relations.

SymPy's matrix expressions give names, sizes and transposes; what they lack is a normal form under relations such as
``UᵀU = I``. A polynomial is a mapping from words (tuples of letters) to scalar coefficients.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import reduce
from itertools import pairwise
from typing import Any, cast

import sympy

Letter = tuple[Any, bool]
"""A matrix symbol, and whether it is transposed."""

Word = tuple[Letter, ...]
Polynomial = dict[Word, Any]

LONGEST_REWRITING = 1_000
"""Replacements after which relations are taken to run in a circle."""


@dataclass(frozen=True)
class Rule:
    """A relation used from left to right: a word, and the polynomial that it equals."""

    word: Word
    equals: Polynomial


def polynomial(expression: Any) -> Polynomial:
    """The expanded polynomial of a SymPy matrix expression.

    **Raises.** ``ValueError`` where sizes do not fit in a product, ``TypeError`` for an expression of another kind.
    """
    if isinstance(expression, sympy.Identity):
        return {(): sympy.Integer(1)}
    if isinstance(expression, sympy.ZeroMatrix):
        return {}
    if isinstance(expression, sympy.MatrixSymbol):
        return {((expression, False),): sympy.Integer(1)}
    if isinstance(expression, sympy.Transpose):
        return transposed(polynomial(expression.arg))
    if isinstance(expression, sympy.MatAdd):
        return added(*(polynomial(term) for term in expression.args))
    if isinstance(expression, sympy.MatPow):
        base, exponent = cast(Any, expression).args
        if not (exponent.is_Integer and exponent > 0):
            raise TypeError(f"{expression} is no power with a positive whole exponent")
        return reduce(multiplied, [polynomial(base)] * int(exponent))
    if isinstance(expression, sympy.MatMul):
        coefficient, factors = cast(Any, expression).as_coeff_matrices()
        result: Polynomial = {(): coefficient}
        for left, right in pairwise(factors):
            if sympy.simplify(left.shape[1] - right.shape[0]) != 0:
                raise ValueError(f"{left} has {left.shape[1]} columns and {right} has {right.shape[0]} rows")
        for factor in factors:
            result = multiplied(result, polynomial(factor))
        return result
    raise TypeError(f"{expression} is a {type(expression).__name__}; required: sums and products of matrix symbols")


def transposed(terms: Polynomial) -> Polynomial:
    """The transposed polynomial."""
    return {transposed_word(word): coefficient for word, coefficient in terms.items()}


def transposed_word(word: Word) -> Word:
    """The word of the transposed product."""
    return tuple((symbol, not flipped) for symbol, flipped in reversed(word))


def numbers_in(word: Word) -> list[Word]:
    """The 1×1 words that a 1×1 word is a product of: it is cut wherever it passes through a column and a row."""
    cuts = [i for i, (symbol, flipped) in enumerate(word) if i > 0 and symbol.shape[1 if flipped else 0] == 1]
    return [word[start:end] for start, end in pairwise([0, *cuts, len(word)])]


def added(*summands: Polynomial) -> Polynomial:
    """The sum, without the words that cancel."""
    result: Polynomial = {}
    for terms in summands:
        for word, coefficient in terms.items():
            result[word] = sympy.expand(result.get(word, 0) + coefficient)
    return {word: coefficient for word, coefficient in result.items() if coefficient != 0}


def multiplied(left: Polynomial, right: Polynomial) -> Polynomial:
    """The product, in this order."""
    return added(*({u + v: a * b} for u, a in left.items() for v, b in right.items()))


def relation(left: Any, right: Any) -> list[Rule]:
    """Rules for the relation ``left = right`` and for its transpose.

    ``left`` is a single product; ``right`` a matrix expression of its shape, or a scalar where ``left`` is 1×1.
    **Raises.** ``ValueError`` for anything else.
    """
    terms = polynomial(left)
    shape = (1, 1) if _is_scalar(right) else tuple(right.shape)
    if len(terms) != 1 or () in terms or set(terms.values()) != {1} or tuple(left.shape) != shape:
        raise ValueError(f"{left} = {right} is no relation: required is one product on the left and an equal shape")
    (word,) = terms
    equals = {(): sympy.sympify(right)} if _is_scalar(right) else polynomial(right)
    if _is_scalar(right) and equals[()] == 0:
        equals = {}
    return [Rule(word, equals), Rule(transposed_word(word), transposed(equals))]


def rewritten(terms: Polynomial, rules: Iterable[Rule]) -> Polynomial:
    """The polynomial with every rule's word replaced wherever it occurs, until none does."""
    known = list(rules)
    for _ in range(LONGEST_REWRITING):
        for word, coefficient in terms.items():
            replaced = _replaced_once(word, known)
            if replaced is not None:
                rest = {other: value for other, value in terms.items() if other != word}
                terms = added(rest, multiplied({(): coefficient}, replaced))
                break
        else:
            return terms
    raise ValueError("the relations rewrite in a circle; state them so that each makes words simpler")


def _replaced_once(word: Word, rules: list[Rule]) -> Polynomial | None:
    for rule in rules:
        length = len(rule.word)
        for start in range(len(word) - length + 1):
            if word[start : start + length] == rule.word:
                one = sympy.Integer(1)
                return multiplied(multiplied({word[:start]: one}, rule.equals), {word[start + length :]: one})
    return None


def _is_scalar(value: Any) -> bool:
    return not isinstance(value, sympy.MatrixExpr)
