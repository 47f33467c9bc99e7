"""A derivation: facts of the form ``expression ≥ 0`` that only checked, defined or cited steps can make.

The claim at its end is not typed: it is the statement's own two sides, evaluated on symbols. A derivation of a mutant
is therefore the same chain of steps with the mutant's claim at its end.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from textwrap import shorten
from typing import Any

import sympy

from specbound.checks.symbolic.exact import exact_instance, generic_instance
from specbound.checks.symbolic.ops import symbolic_instance
from specbound.checks.symbolic.polynomials import (
    Polynomial,
    Rule,
    Word,
    numbers_in,
    polynomial,
    relation,
    rewritten,
    transposed_word,
)
from specbound.core.instance import Instance
from specbound.core.statement import Example, Statement
from specbound.core.verdict import Relation
from specbound.numeric.ops import Term


class DerivationFailed(Exception):
    """A step whose check did not go through."""


class StepKind(IntEnum):
    """How a step is backed, from the strongest to the weakest."""

    DEFINITION = 0
    CHECKED = 1
    AT_SIZES = 2
    CITED = 3


@dataclass(frozen=True)
class Step:
    """A named step: its claim ``expression ≥ 0``, how it is backed, and for a checked step the check of any claim.

    ``reference`` is the place of a cited fact, ``relations`` are the equalities that the step declares or uses.
    """

    name: str
    kind: StepKind
    claim: Any
    check: Callable[[Any], bool]
    reference: str = ""
    relations: Sequence[tuple[Any, Any]] = ()

    @property
    def formulas(self) -> list[str]:
        """The claim, unless it is plain or long for being written in entries, and the relations, in LaTeX."""
        claims = [] if self.claim == 0 or self.kind is StepKind.AT_SIZES else [rf"{sympy.latex(self.claim)} \ge 0"]
        return claims + [f"{sympy.latex(left)} = {sympy.latex(right)}" for left, right in self.relations]


@dataclass(frozen=True, eq=False)
class Fact:
    """``expression ≥ 0``, as a step of a derivation has established it. A derivation takes no facts but its own."""

    expression: Any


@dataclass(frozen=True)
class Subspace:
    """A subspace by its codimension, at most, and the relations that say that a vector lies in it.

    The vectors whose images under a linear map lie in a subspace form one of at most the same codimension, so the
    relations may speak of an image.
    """

    codimension: Any
    relations: Sequence[tuple[Any, Any]]


class Derivation:
    """The steps of one derivation, checked as they are taken."""

    def __init__(self, statement: Statement) -> None:
        self.statement = statement
        self.instance = symbolic_instance(statement.domain)
        self.steps: list[Step] = []
        self.refuted = False
        self.complete = False
        self._sizes: list[str] = []
        self._facts: set[Fact] = set()
        self._relations: list[Rule] = []
        self._seen: set[Any] = set()
        self._words: dict[Any, Word] = {}
        self._squares: dict[Any, Any] = {}
        self._norms: dict[Any, Any] = {}
        self._spectral_norms: dict[Any, Any] = {}
        self._solved: dict[Any, Any] = {}
        self._exclusive: list[tuple[Any, Any]] = []
        self._named: set[Any] = set()

    @property
    def reach(self) -> str:
        """``derived`` where every step is defined or checked in general, else what it rests on; or ``refuted``.

        ``derived at sizes …`` where a step is checked for generic matrices of those sizes only.

        ``cited`` where nothing is checked but that the cited facts are the claim.
        """
        if self.refuted:
            return "refuted"
        cited = dict.fromkeys(step.name for step in self.steps if step.kind is StepKind.CITED)
        own = [s for s in self.steps if s.kind is StepKind.CHECKED and not s.name.startswith("conclusion")]
        sizes = "; ".join(dict.fromkeys(self._sizes))
        if cited:
            at_sizes = f"; partly at sizes {sizes}" if sizes else ""
            return f"{'rests on' if own else 'cited:'} {', '.join(cited)}{at_sizes}"
        return f"derived at sizes {sizes}" if sizes else "derived"

    # What is given by definition

    def given(self, name: str, *relations: tuple[Any, Any]) -> None:
        """Declares relations ``left = right`` that define matrices; a reader has to believe them, so they are steps."""
        self._notice(*(side for pair in relations for side in pair))
        self._relations += [rule for left, right in relations for rule in relation(left, right)]
        self._define(name, relations)

    def assume(self, name: str, *relations: tuple[Any, Any]) -> None:
        """Declares what an assumption of the statement says of its matrices; without that assumption it fails."""
        if name not in [assumption.name for assumption in self.statement.assumptions]:
            raise DerivationFailed(f"the claim does not follow: the statement does not assume {name}")
        self.given(f"assumed: {name}", *relations)

    def assume_at_least(self, name: str, larger: Any, smaller: Any) -> Fact:
        """``larger ≥ smaller``, which an assumption of the statement says; without that assumption it fails."""
        self.assume(name)
        return self._step(f"{name}, as an inequality", StepKind.DEFINITION, larger - smaller, lambda _: True)

    def common_vector(self, vector: Any, *subspaces: Subspace, facts: Mapping[Fact, Any] | None = None) -> None:
        """Declares a unit vector in all the subspaces, whose codimensions must leave room for one.

        The dimension formula, which is cited, gives the intersection a codimension of at most the sum of theirs; that
        this is below the dimension of the whole space is checked, with ``facts`` as in :meth:`combine`.
        """
        size = vector.shape[0]
        if vector in self._seen:
            raise DerivationFailed(f"{vector} has been spoken of before; a common vector is a new one")
        if any(sympy.sympify(subspace.codimension).is_negative for subspace in subspaces):
            raise DerivationFailed("a subspace has a negative codimension")
        room = size - sum(subspace.codimension for subspace in subspaces)
        helping = facts or {}
        self._own(*helping)

        def check(claim: Any) -> bool:
            return self._is_nonnegative(self._without(claim, helping)) and self._all_nonnegative(helping.values())

        self._step("the dimensions leave room for a common vector", StepKind.CHECKED, room - 1, check)
        reference = "Horn & Johnson, Matrix Analysis, 2nd ed. 2013, 0.1.7"
        self._step("the dimension formula", StepKind.CITED, room - 1, lambda _: True, reference)
        codimensions = ", ".join(str(subspace.codimension) for subspace in subspaces)
        self.given(
            f"the vector lies in each of the subspaces, of codimensions {codimensions}",
            (vector.T * vector, 1),
            *(pair for subspace in subspaces for pair in subspace.relations),
        )

    def angle(self, subspace: Any, vector: Any) -> tuple[Any, Any]:
        """Cosine and sine of an angle by definition: ``cos² = ‖subspaceᵀ vector‖²`` and ``sin² = 1 − cos²``.

        ``subspace``: orthonormal columns; ``vector``: a unit column.
        """
        ops = self.instance.ops
        if self.norm(vector) != 1:
            raise DerivationFailed(f"{vector} has not been declared to be of unit length; an angle needs that")
        cosine, sine = ops.cosine(subspace, vector), ops.sine(subspace, vector)
        self.given(
            f"angle between {vector.name} and {subspace.name}",
            (subspace.T * subspace, sympy.Identity(subspace.shape[1])),
            (vector.T * subspace * subspace.T * vector, cosine**2),
        )
        self._squares[sine] = 1 - cosine**2
        self._define("its sine", [(sine**2, 1 - cosine**2)])
        return cosine, sine

    def no_angle(self, span: Any, vector: Any) -> Fact:
        """``cos ∠(vector, span) ≥ 1`` for a unit vector and as many orthonormal columns as rows: the whole space.

        Both must have been declared to be so.
        """
        claim = self.instance.ops.cosine(span, vector) - 1

        def check(stated: Any) -> bool:
            identity = polynomial(sympy.Identity(span.shape[1]))
            orthonormal = rewritten(polynomial(span.T * span), self._relations) == identity
            whole = span.shape[0] == span.shape[1] and orthonormal and self.norm(vector) == 1
            return whole and stated == claim

        return self._step(f"{span.name} spans the whole space", StepKind.CHECKED, claim, check)

    def largest(self, name: str, term: Term, count: Any, position: Any) -> Fact:
        """``max_{i < count} term(i) ≥ term(position)``, by definition.

        ``position`` is the last one, ``count − 1``; or, where ``count`` is the smaller of two sizes, one size less 1,
        in the case that this size is the smaller one, which the step declares.
        """
        sizes = count.args if isinstance(count, sympy.Min) else (sympy.sympify(count),)
        if position + 1 not in (count, *sizes) or not all(size.is_positive for size in sizes):
            raise DerivationFailed(f"{name}: position {position} is not known to be below {count}")
        claim = self.instance.ops.largest_over(term, count) - term(position)
        case = [] if position + 1 == count else [(count, position + 1)]
        return self._step(name, StepKind.DEFINITION, claim, lambda _: True, relations=case)

    def spectral_norm_is(self, matrix: Any, value: Any) -> None:
        """Declares the spectral norm of a matrix that is defined by another one's decomposition."""
        self._spectral_norms[matrix] = value
        norm = sympy.Symbol(rf"\lVert {sympy.latex(matrix)} \rVert")
        self._define("a spectral norm, by definition", [(norm, value)])

    def spectral_norm(self, matrix: Any, right: Any, left: Any) -> Fact:
        """``σ₁(M) ‖right‖ ‖left‖ ≥ leftᵀ M right``: the definition of the spectral norm as a maximum."""
        norm = self._spectral_norms.get(matrix, self.instance.ops.singular_value(matrix, 0))
        claim = norm * self.norm(right) * self.norm(left) - self.scalar(left.T * matrix * right)
        return self._step("spectral norm", StepKind.DEFINITION, claim, lambda _: True)

    def attained(self, matrix: Any, right: Any, left: Any) -> Fact:
        """``leftᵀ M right ≥ σ₁(M)`` for two new unit vectors, which it declares: the maximum is attained."""
        if left == right or not self._seen.isdisjoint((left, right)):
            raise DerivationFailed(f"{left}, {right}: the vectors of a maximum are two that have not been spoken of")
        self.given("unit vectors at which a spectral norm is attained", (left.T * left, 1), (right.T * right, 1))
        claim = self.scalar(left.T * matrix * right) - self.instance.ops.singular_value(matrix, 0)
        return self._step("a spectral norm is attained", StepKind.DEFINITION, claim, lambda _: True)

    def amount(self, name: str, fact: Fact, solved_for: Any) -> Any:
        """A nonnegative symbol for what a fact says to be nonnegative.

        ``solved_for``: a symbol of the fact with coefficient 1 or −1, by which the definition replaces it from here on.
        """
        self._own(fact)
        symbol = self._letter(name)
        self._solve(fact.expression, solved_for, symbol)
        return symbol

    def parts(self, name: str, expression: Any, solved_for: Any) -> tuple[Any, Any]:
        """Positive and negative part of a real number: ``x = x₊ − x₋`` with ``x₊, x₋ ≥ 0`` and ``x₊ x₋ = 0``.

        ``solved_for``: as in :meth:`amount`.
        """
        plus, minus = (self._letter(name, sign) for sign in "+-")
        self._solve(expression, solved_for, plus - minus)
        self._exclusive.append((plus, minus))
        self._define("one of the two parts vanishes", [(plus * minus, 0)])
        return plus, minus

    def norm(self, vector: Any) -> Any:
        """``‖vector‖`` as a scalar: 1, a cosine, or a symbol whose square is known. ``vector``: a column."""
        square = self.scalar(vector.T * vector)
        root = sympy.sqrt(square)
        if root.is_Symbol or root.is_Integer:
            return root
        if square not in self._norms:
            name = sympy.Symbol(rf"\lVert {sympy.latex(vector)} \rVert", nonnegative=True)
            if name in self._squares:
                raise DerivationFailed(f"{name} names the norms of two different vectors; give them other names")
            self._norms[square] = name
            self._squares[name] = square
        return self._norms[square]

    def scalar(self, expression: Any, using: Sequence[Rule] = ()) -> Any:
        """A 1×1 matrix expression as a scalar in named symbols, after rewriting by the relations.

        **Raises.** :class:`DerivationFailed` for an expression of another shape.
        """
        if tuple(expression.shape) != (1, 1):
            raise DerivationFailed(f"{expression} has shape {tuple(expression.shape)}; required: 1×1")
        self._notice(expression)
        return self._read(rewritten(polynomial(expression), [*self._relations, *using]))

    def column_norm(self, column: Any) -> Any:
        """``‖column‖_F`` as formulas have it: its square is ``columnᵀ column``, by definition."""
        square = self.scalar(column.T * column)
        name = self.instance.ops.frobenius_norm(column)
        self._squares[name] = square
        self._define("the norm of a column", [(name**2, square)])
        return name

    def mixed_product(self, left: Any, right: Any) -> None:
        """Declares ``(A ⊗ B)(C ⊗ D) = AC ⊗ BD`` for two Kronecker products of the formula, one of AC, BD being 1×1.

        It is how blocks multiply. ``left``, ``right``: what the formula calls the products, or transposes of that.
        """
        (a, b), (c, d) = self._factors(left), self._factors(right)
        outer: Any = sympy.MatMul(a, c).doit()
        inner: Any = sympy.MatMul(b, d).doit()
        number, matrix = (outer, inner) if tuple(outer.shape) == (1, 1) else (inner, outer)
        self.given("how Kronecker products multiply", (left * right, self.scalar(number) * matrix))

    def _factors(self, product: Any) -> tuple[Any, Any]:
        flipped = isinstance(product, sympy.Transpose)
        ops: Any = self.instance.ops
        pair = ops.kroneckers.get(product.arg if flipped else product)
        if pair is None:
            raise DerivationFailed(f"{product} is no Kronecker product of the formula, nor the transpose of one")
        return (pair[0].T, pair[1].T) if flipped else pair

    # What is checked

    def combine(self, name: str, goal: Any, facts: Mapping[Fact, Any], using: Sequence[tuple[Any, Any]] = ()) -> Fact:
        """``goal ≥ 0`` because it is a sum of facts times nonnegative multipliers, and of nonnegative terms.

        ``using``: relations that define what only this step speaks of.
        """
        rules = [rule for left, right in using for rule in relation(left, right)]
        self._own(*facts)

        def check(claim: Any) -> bool:
            return self._is_nonnegative(self._without(claim, facts), rules) and self._all_nonnegative(facts.values())

        self._declare(name, using)
        return self._step(name, StepKind.CHECKED, goal, check)

    def root(
        self,
        name: str,
        larger: Any,
        smaller: Any,
        using: Sequence[tuple[Any, Any]] = (),
        facts: Mapping[Fact, Any] | None = None,
    ) -> Fact:
        """``larger ≥ smaller`` because ``larger ≥ 0`` and the squares compare.

        ``using``: relations that define what only this step speaks of; ``facts``: with multipliers, as in
        :meth:`combine`.
        """
        rules = [rule for left, right in using for rule in relation(left, right)]
        helping = facts or {}
        self._own(*helping)

        def check(claim: Any) -> bool:
            # claim = larger − smaller − slack, so the smaller side of the squares is larger − claim.
            rest = self._without(larger**2 - (larger - claim) ** 2, helping)
            signs = larger.is_nonnegative is True and self._all_nonnegative(helping.values())
            return signs and self._is_nonnegative(rest, rules)

        self._declare(name, using)
        return self._step(name, StepKind.CHECKED, larger - smaller, check)

    def cancel(self, name: str, goal: Any, factor: Any, fact: Fact) -> Fact:
        """``goal ≥ 0`` because ``factor · goal ≥ 0`` is a fact, and where a part of ``factor`` is 0 it is plain.

        ``factor``: a symbol, or a product of symbols, known to be nonnegative; or anything known to be positive.
        """

        parts = sympy.Mul.make_args(factor)
        self._own(fact)

        def check(claim: Any) -> bool:
            # A product of nonnegative symbols and of positive numbers: it is positive, or one of the symbols is zero.
            symbols = [part for part in parts if part.is_positive is not True]
            known = all(part.is_Symbol and part.is_nonnegative for part in symbols)
            same = self._reduce(factor * claim - fact.expression) == 0
            return known and same and all(self._is_nonnegative(claim.subs(part, 0)) for part in symbols)

        return self._step(name, StepKind.CHECKED, goal, check)

    def square(self, expression: Any) -> Fact:
        """``expression² ≥ 0`` for a real expression in scalars."""
        claim = sympy.expand(expression**2)
        real = sympy.sympify(expression).is_real is True
        return self._step("a square", StepKind.CHECKED, claim, lambda stated: real and stated == claim)

    def absolute(self, expression: Any) -> tuple[Fact, Fact]:
        """``|expression| − expression ≥ 0`` and ``|expression| + expression ≥ 0`` for a real expression in scalars."""
        real = sympy.sympify(expression).is_real is True
        above, below = (sympy.Abs(expression) - sign * expression for sign in (1, -1))
        return (
            self._step("an absolute value", StepKind.CHECKED, above, lambda stated: real and stated == above),
            self._step("an absolute value", StepKind.CHECKED, below, lambda stated: real and stated == below),
        )

    def times(self, one: Fact, other: Fact) -> Fact:
        """The product of two facts: of two numbers that are not negative."""
        self._own(one, other)
        claim = sympy.expand(one.expression * other.expression)
        return self._step("a product of two facts", StepKind.CHECKED, claim, lambda stated: stated == claim)

    def summed(
        self,
        name: str,
        potential: Callable[[Any], Any],
        count: Any,
        step: Callable[[Any], Fact],
        term: Term | None = None,
        factor: Any = 1,
    ) -> Fact:
        """``factor · Σ_{i < count} term(i) ≥ potential(count) − potential(0)``, added up; ``term`` is 0 unless given.

        ``step``: gives the fact ``factor · term(i) − potential(i + 1) + potential(i) ≥ 0`` for its argument, a new
        symbol of which nothing is known but that it is a whole number i ≥ 0; what it assumes or declares has to hold
        for every ``i < count``.
        """
        index = sympy.Symbol("i", integer=True, nonnegative=True)
        domain = self.statement.domain
        if "i" in (*domain.dimensions, *domain.parameters):
            raise DerivationFailed("the domain has an i of its own; give it another name")
        if sympy.sympify(count).is_nonnegative is not True:
            raise DerivationFailed(f"{name}: {count} is not known to be a number of terms")
        if index in sympy.sympify(factor).free_symbols | sympy.sympify(count).free_symbols:
            raise DerivationFailed(f"{name}: {factor} and {count} may not change from term to term")
        one = step(index)
        self._own(one)
        total, single = (0, 0) if term is None else (self.instance.ops.sum_over(term, count), term(index))
        claim = factor * total - potential(count) + potential(sympy.Integer(0))

        def check(stated: Any) -> bool:
            rise = potential(index + 1) - potential(index)
            return self._reduce(one.expression - factor * single + rise) == 0 and stated == claim

        return self._step(name, StepKind.CHECKED, claim, check)

    def at_least(self, name: str) -> Fact:
        """``value − low ≥ 0`` for a number or an index of the statement's domain, by definition."""
        domain = self.statement.domain
        low = sympy.nsimplify({**domain.numbers, **domain.indices}[name].low)
        return self._step(
            f"{name} is at least {low}", StepKind.DEFINITION, self.instance.values[name] - low, lambda _: True
        )

    def at_most(self, index: str) -> Fact:
        """``high − value ≥ 0`` for an index of the statement's domain, by definition."""
        domain, values = self.statement.domain, self.instance.values
        sizes: dict[str, Any] = {name: values[name] for name in domain.indices}
        for name, shape in domain.matrices.items():
            sizes |= dict(zip(shape, values[name].shape, strict=True))
        high = domain.indices[index].high(sizes)
        return self._step(f"{index} is at most {high}", StepKind.DEFINITION, high - values[index], lambda _: True)

    def cite(self, name: str, reference: str, claim: Any) -> Fact:
        """A textbook fact ``claim ≥ 0`` with its place; the derivation rests on it."""
        return self._step(name, StepKind.CITED, claim, lambda _: True, reference)

    def cite_equal(self, name: str, reference: str, left: Any, right: Any) -> tuple[Fact, Fact]:
        """A textbook equality, as the two facts ``left − right ≥ 0`` and ``right − left ≥ 0``."""
        return self.cite(name, reference, left - right), self.cite(name, reference, right - left)

    def triangle(self, total: Any, *terms: tuple[Any, Any]) -> Fact:
        """``‖total‖_F ≤ Σ c ‖M‖_F`` over terms ``(c, M)``, c ≥ 0: cited, once ``total = Σ c M`` has been checked."""
        whole = sympy.MatAdd(*(factor * matrix for factor, matrix in terms))
        rest = rewritten(polynomial(sympy.MatAdd(total, -whole)), self._relations)
        sound = not rest and self._all_nonnegative(factor for factor, _ in terms)
        zero = sympy.Integer(0)
        split = [(total, whole)]
        self._step("a sum", StepKind.CHECKED, zero, lambda claim: sound and claim == 0, relations=split)
        norm = self.instance.ops.frobenius_norm
        claim = sum(factor * norm(matrix) for factor, matrix in terms) - norm(total)
        return self.cite("the triangle inequality", "Horn & Johnson, Matrix Analysis, 2nd ed. 2013, 5.6", claim)

    def product_norm(self, left: Any, right: Any) -> Fact:
        """``‖left · right‖_F ≤ σ₁(left) ‖right‖_F``, cited."""
        ops = self.instance.ops
        claim = ops.singular_value(left, 0) * ops.frobenius_norm(right) - ops.frobenius_norm(ops.product(left, right))
        reference = "Horn & Johnson, Topics in Matrix Analysis, 1991, Theorem 3.3.16 (d), squared and summed"
        return self.cite("the norm of a product", reference, claim)

    def equal_at_sizes(
        self,
        name: str,
        left: Callable[[Instance], Any],
        right: Callable[[Instance], Any],
        *sizes: Mapping[str, int],
    ) -> None:
        """Declares ``left = right``, matrices of the formula, once they agree in all entries at these sizes.

        Every entry and number is a symbol of its own there. ``left``: a single symbol, such as a product by entries.
        """
        for chosen in sizes:
            generic = generic_instance(self.statement.domain, chosen)
            apart = sum(sympy.refine(entry) ** 2 for entry in left(generic) - right(generic))
            listed = ", ".join(f"{size} = {value}" for size, value in chosen.items())
            self._step(f"{name}, at {listed}", StepKind.AT_SIZES, apart, _is_zero)
            self._sizes.append(listed)
        if not sizes:
            raise DerivationFailed(f"{name}: no sizes to check it at")
        self.given(name, (left(self.instance), right(self.instance)))

    # How it ends

    @property
    def goal(self) -> Any:
        """The statement's claim as ``expression ≥ 0``, from its own two sides."""
        return self.statement.relation.margin(*self.statement.sides(self.instance))

    def vacuous(self, name: str, vanishing: Any) -> None:
        """A case in which the claim is plain, because a singular value vanishes.

        That it and the steps that follow cover all cases is for the reader to see: no fact is tied to a case.
        """
        self._step(name, StepKind.CHECKED, self.goal.subs(vanishing, 0), self._is_nonnegative)

    def conclude(self, facts: Mapping[Fact, Any]) -> None:
        """The statement's claim, as a combination of facts."""
        if self.statement.relation is Relation.EQ:
            raise DerivationFailed("the statement claims an equality: two combinations of facts are required")
        self.combine("conclusion", self.goal, facts)
        self.complete = True

    def conclude_equal(self, at_least: Mapping[Fact, Any], at_most: Mapping[Fact, Any]) -> None:
        """The equality that the statement claims, as two combinations of facts: ``lhs ≥ rhs`` and ``lhs ≤ rhs``."""
        if self.statement.relation is not Relation.EQ:
            raise DerivationFailed(f"the statement claims {self.statement.relation.value} and no equality")
        lhs, rhs = self.statement.sides(self.instance)
        self.combine("conclusion, at least", lhs - rhs, at_least)
        self.combine("conclusion, at most", rhs - lhs, at_most)
        self.complete = True

    def refute(self, example: Example) -> None:
        """The statement's claim fails, exactly, at these small matrices of integers or fractions."""
        instance = exact_instance(self.statement.domain, example.values)
        if not self.statement.admits(instance):
            raise DerivationFailed(f"{example.why}: the matrices do not meet the assumptions")
        lhs, rhs = (sympy.simplify(side) for side in self.statement.sides(instance))
        margin = sympy.simplify(self.statement.relation.margin(lhs, rhs))
        name = f"{example.why}, where the claim says {lhs} {self.statement.relation.value} {rhs}"
        self._step(name, StepKind.CHECKED, -margin, lambda claim: claim.is_positive is True)
        self.refuted = self.complete = True

    def conclude_at_sizes(self, *sizes: Mapping[str, int]) -> None:
        """The equality that the statement claims, between polynomials in all entries, at these sizes and indices.

        Every entry and number is a symbol of its own, so that the two sides are equal for all their values.
        """
        if self.statement.relation is not Relation.EQ:
            raise DerivationFailed(f"the statement claims {self.statement.relation.value} and no equality")
        for chosen in sizes:
            lhs, rhs = self.statement.sides(generic_instance(self.statement.domain, chosen))
            listed = ", ".join(f"{name} = {value}" for name, value in chosen.items())
            self._step(f"conclusion at {listed}", StepKind.AT_SIZES, lhs - rhs, _is_zero)
            self._sizes.append(listed)
        self.complete = bool(sizes)

    # How a claim is checked

    def _step(
        self,
        name: str,
        kind: StepKind,
        claim: Any,
        check: Callable[[Any], bool],
        reference: str = "",
        relations: Sequence[tuple[Any, Any]] = (),
    ) -> Fact:
        solved = self._solved

        def check_now(stated: Any) -> bool:
            # With the definitions of this moment: later ones replace symbols whose sign this step may use.
            later, self._solved = self._solved, solved
            try:
                return check(stated)
            finally:
                self._solved = later

        if not check_now(claim):
            raise DerivationFailed(f"{name}: {shorten(str(claim), 300)} ≥ 0 does not follow")
        self.steps.append(Step(name, kind, claim, check_now, reference, relations))
        fact = Fact(claim)
        self._facts.add(fact)
        return fact

    def _declare(self, name: str, using: Sequence[tuple[Any, Any]]) -> None:
        """What one step alone takes for granted is a step as well: a reader has to believe it."""
        self._notice(*(side for pair in using for side in pair))
        if using:
            self._define(f"taken for granted in: {name}", using)

    def _define(self, name: str, relations: Sequence[tuple[Any, Any]]) -> None:
        self.steps.append(Step(name, StepKind.DEFINITION, sympy.Integer(0), lambda _: True, relations=relations))

    def _letter(self, name: str, sign: str = "") -> Any:
        """A nonnegative symbol that nothing else can be called: all other names are longer or know more signs."""
        if not (len(name) == 1 and name.isalpha()):
            raise DerivationFailed(f"{name}; required: a single letter")
        return sympy.Symbol(f"{name}_{sign}" if sign else name, nonnegative=True)

    def _solve(self, expression: Any, symbol: Any, value: Any) -> None:
        """Declares ``expression = value``, where ``value`` is in new symbols, and replaces ``symbol`` by it."""
        known = sympy.expand(sympy.sympify(expression).subs(self._solved))
        sign = known.coeff(symbol, 1)
        rest = sympy.expand(known - sign * symbol)
        if sign not in (1, -1) or symbol in rest.free_symbols or known.is_real is not True:
            raise DerivationFailed(f"{expression} is no real number of which {symbol} is a plain term")
        new = value.free_symbols
        if new & self._named:
            raise DerivationFailed(f"{value} has been spoken of before; give a new name")
        self._named |= new
        solution = sign * (value - rest)
        earlier = {other: term.subs(symbol, solution) for other, term in self._solved.items()}
        self._solved = {**earlier, symbol: solution}
        self._define(f"what {', '.join(sorted(map(str, new)))} stands for", [(expression, value)])

    def _notice(self, *expressions: Any) -> None:
        """Remembers every matrix and vector that has been spoken of."""
        for expression in expressions:
            self._seen |= sympy.sympify(expression).atoms(sympy.MatrixSymbol)

    def _own(self, *facts: Fact) -> None:
        for fact in facts:
            if fact not in self._facts:
                raise DerivationFailed(f"{fact.expression} ≥ 0 is no fact of this derivation")

    def _without(self, claim: Any, facts: Mapping[Fact, Any]) -> Any:
        return claim - sum(multiplier * fact.expression for fact, multiplier in facts.items())

    def _all_nonnegative(self, multipliers: Iterable[Any]) -> bool:
        return all(self._is_nonnegative(multiplier) for multiplier in multipliers)

    def _read(self, terms: Polynomial) -> Any:
        return sympy.Add(
            *(
                coefficient * sympy.Mul(*(self._name(part) for part in numbers_in(word)))
                for word, coefficient in terms.items()
            )
        )

    def _name(self, word: Word) -> Any:
        """The scalar that a 1×1 word is: one symbol for a word and its transpose, nonnegative where it is ``xᵀx``."""
        if not word:
            return sympy.Integer(1)
        word = min(word, transposed_word(word), key=str)
        text = " ".join(sympy.latex(symbol.T if flipped else symbol) for symbol, flipped in word)
        square = len(word) % 2 == 0 and word == transposed_word(word)
        name = sympy.Symbol(text, nonnegative=True) if square else sympy.Symbol(text, real=True)
        if self._words.setdefault(name, word) != word:
            raise DerivationFailed(f"{text} names two different products; give the matrices other names")
        return name

    def _reduce(self, expression: Any, rules: Sequence[Rule] = ()) -> Any:
        """The expanded expression, with squares of norms and sines replaced and words rewritten by further rules."""

        def is_known_power(part: Any) -> bool:
            return part.is_Pow and part.base in self._squares and part.exp.is_Integer and part.exp >= 2

        def lowered(part: Any) -> Any:
            return self._squares[part.base] ** (part.exp // 2) * part.base ** (part.exp % 2)

        expression = self._opened(expression).subs(self._solved)
        expression = sympy.expand(expression)
        # A square may be told by squares of norms declared before it, never by itself.
        while (told := sympy.expand(expression.replace(is_known_power, lowered))) != expression:
            expression = told
        if rules:
            known = [*self._relations, *rules]
            expression = expression.subs(
                {
                    symbol: self._read(rewritten({self._words[symbol]: sympy.Integer(1)}, known))
                    for symbol in expression.free_symbols
                    if symbol in self._words
                }
            )
        terms = sympy.Add.make_args(sympy.expand(expression))
        return sympy.Add(*(term for term in terms if not self._vanishes(term)))

    def _vanishes(self, term: Any) -> bool:
        """Whether a product contains both parts of a number, one of which is zero."""
        powers = term.as_powers_dict()
        return any(all(sympy.sympify(powers[part]).is_positive for part in pair) for pair in self._exclusive)

    def _opened(self, expression: Any) -> Any:
        """The expression with the entries of 1×1 matrices written as the products that they are."""
        ops: Any = self.instance.ops
        entries = ops.entries
        # A number that a matrix is multiplied by may be an entry as well.
        while found := {symbol: entries[symbol] for symbol in expression.free_symbols if symbol in entries}:
            expression = expression.subs({symbol: self.scalar(matrix) for symbol, matrix in found.items()})
        return expression

    def _is_nonnegative(self, expression: Any, rules: Sequence[Rule] = ()) -> bool:
        """Whether every term of the reduced expression is nonnegative by the signs of its factors."""
        terms = sympy.Add.make_args(self._reduce(sympy.sympify(expression), rules))
        return all(term.is_nonnegative is True for term in terms)


def _is_zero(difference: Any) -> bool:
    return sympy.cancel(sympy.together(difference)) == 0
