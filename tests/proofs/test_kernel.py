"""The rules of derivations on their own: each accepts what follows and refuses what does not."""

import pytest
import sympy
from sympy import Identity, MatrixSymbol, Symbol, ZeroMatrix

from specbound.checks.symbolic import Derivation, DerivationFailed
from specbound.checks.symbolic.exact import ExactDecomposition
from specbound.checks.symbolic.ops import SymbolicOps, symbolic_instance
from specbound.checks.symbolic.polynomials import polynomial, relation, rewritten, transposed
from specbound.core.catalogue import catalog
from specbound.numeric.ops import NotAvailable

m, n, k = (Symbol(name, integer=True, positive=True) for name in "mnk")
A, B, U = MatrixSymbol("A", m, n), MatrixSymbol("B", m, n), MatrixSymbol("U", m, k)
x = MatrixSymbol("x", n, 1)
a, b = Symbol("a", nonnegative=True), Symbol("b", nonnegative=True)
free = Symbol("free", real=True)


@pytest.fixture
def d() -> Derivation:
    return Derivation(catalog()["triple_gap"])


def test_polynomials_expand_cancel_and_do_not_commute() -> None:
    assert polynomial((A + B).T * (A - B)) == polynomial(A.T * A - A.T * B + B.T * A - B.T * B)
    assert polynomial(A - A) == {}
    assert polynomial(A.T * B) != polynomial(B.T * A)
    assert transposed(polynomial(A.T * B)) == polynomial(B.T * A)
    assert polynomial(2 * A * Identity(n)) == polynomial(A + A)


def test_products_that_do_not_fit_raise() -> None:
    with pytest.raises(ValueError, match="columns"):
        polynomial(sympy.MatMul(A, B, evaluate=False))


def test_rewriting_uses_a_relation_and_its_transpose() -> None:
    rules = relation(U.T * U, Identity(k))
    assert rewritten(polynomial(A.T * U * U.T * U * U.T * A), rules) == polynomial(A.T * U * U.T * A)
    rules = relation(A * x, ZeroMatrix(m, 1))
    assert rewritten(polynomial(x.T * A.T * B * x), rules) == {}


def test_relations_that_run_in_a_circle_raise() -> None:
    with pytest.raises(ValueError, match="circle"):
        rewritten(polynomial(A), [*relation(A, B), *relation(B, A)])


def test_scalars_identify_a_word_with_its_transpose_and_know_squares(d: Derivation) -> None:
    assert d.scalar(x.T * A.T * B * x) == d.scalar(x.T * B.T * A * x)
    assert d.scalar(x.T * A.T * A * x).is_nonnegative
    assert d.scalar(x.T * A.T * B * x).is_nonnegative is None


def test_combine_accepts_a_nonnegative_combination_only(d: Derivation) -> None:
    fact = d.cite("a ≥ b", "", a - b)
    d.combine("2a ≥ 2b", 2 * a - 2 * b, {fact: 2})
    d.combine("ab ≥ b²", a * b - b**2, {fact: b})
    for name, goal, multiplier in (("b ≥ a", b - a, -1), ("a ≥ 2b", a - 2 * b, 1), ("free", (a - b) * free, free)):
        with pytest.raises(DerivationFailed, match=name):
            d.combine(name, goal, {fact: multiplier})


def test_root_compares_squares(d: Derivation) -> None:
    length = d.norm(A * x)
    orthogonal = [(A.T * A, a**2 * Identity(n) + B.T * B), (x.T * x, 1)]
    d.root("‖Ax‖ ≥ a", length, a, using=orthogonal)
    with pytest.raises(DerivationFailed):
        d.root("‖Ax‖ ≥ 2a", length, 2 * a, using=orthogonal)
    with pytest.raises(DerivationFailed):
        d.root("a ≥ ‖Ax‖", a, length, using=orthogonal)
    with pytest.raises(DerivationFailed):
        d.root("without the relations", length, a)
    with pytest.raises(DerivationFailed):
        d.root("a side of unknown sign", free, free - a)


def test_cancel_needs_the_case_of_a_zero_factor(d: Derivation) -> None:
    d.cancel("b ≥ 0 where ab ≥ 0", b, a, d.cite("given", "", a * b))
    d.cancel("b ≥ a where a (b − a) ≥ 0", b - a, a, d.cite("given", "", a * b - a**2))
    with pytest.raises(DerivationFailed):
        d.cancel("free ≥ 0 where a free ≥ 0: not where a = 0", free, a, d.cite("given", "", a * free))
    with pytest.raises(DerivationFailed):
        d.cancel("a factor of unknown sign", b, free, d.cite("given", "", free * b))
    with pytest.raises(DerivationFailed):
        d.cancel("another fact", b, a, d.cite("given", "", a * b**2))


def test_a_formula_outside_the_symbols_raises() -> None:
    with pytest.raises(NotAvailable, match="Frobenius"):
        SymbolicOps().frobenius_norm(A)


def test_symbols_read_as_in_print() -> None:
    instance = symbolic_instance(catalog()["weyl_sum"].domain)
    statement = catalog()["weyl_sum"]
    assert str(statement.lhs(instance)) == r"\sigma_{i + j - 1}(A+B)"
    assert {str(symbol) for symbol in statement.rhs(instance).free_symbols} == {r"\sigma_{i}(A)", r"\sigma_{j}(B)"}


def test_exact_decompositions_give_algebraic_numbers_and_refuse_a_choice() -> None:
    svd = ExactDecomposition(sympy.Matrix([[1, 1], [0, 1]]))
    assert sympy.simplify(svd.value(0) - (1 + sympy.sqrt(5)) / 2) == 0
    assert svd.value(5) == 0
    assert sympy.simplify((svd.left(1).T * svd.left(1))[0]) == 1
    with pytest.raises(NotAvailable, match="coincide"):
        ExactDecomposition(sympy.eye(2)).right(1)
    with pytest.raises(NotAvailable, match="rank 1"):
        ExactDecomposition(sympy.Matrix([[1, 1], [1, 1]])).left(2)
