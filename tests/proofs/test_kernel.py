"""The rules of derivations on their own: each accepts what follows and refuses what does not."""

from dataclasses import replace

import pytest
import sympy
from sympy import Identity, MatrixSymbol, Symbol, ZeroMatrix

from specbound.checks.symbolic import Derivation, DerivationFailed, Fact, Subspace
from specbound.checks.symbolic.check import derive
from specbound.checks.symbolic.exact import ExactDecomposition, ExactOps
from specbound.checks.symbolic.ops import SymbolicOps, symbolic_instance
from specbound.checks.symbolic.polynomials import polynomial, relation, rewritten, transposed
from specbound.core.catalogue import catalog
from specbound.core.errors import InvalidInput
from specbound.core.instance import Domain, Index, Number
from specbound.core.statement import Assumption, Example, Expected, Source, Statement
from specbound.core.verdict import Relation
from specbound.numeric.ops import NotAvailable

m, n, k = (Symbol(name, integer=True, positive=True) for name in "mnk")
A, B, U = MatrixSymbol("A", m, n), MatrixSymbol("B", m, n), MatrixSymbol("U", m, k)
V, x = MatrixSymbol("V", n, 1), MatrixSymbol("x", n, 1)
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
    d.given("x is a unit vector", (x.T * x, 1))
    orthogonal = [(A.T * A, a**2 * Identity(n) + B.T * B)]
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


def test_cancel_takes_what_is_known_to_be_positive(d: Derivation) -> None:
    positive = 1 + a
    d.cancel("free ≥ 0 where (1 + a) free ≥ 0", free, positive, d.cite("given", "", sympy.expand(free * positive)))
    with pytest.raises(DerivationFailed):
        d.cancel("of unknown sign", free, free + a, d.cite("given", "", sympy.expand(free * (free + a))))


@pytest.mark.parametrize("factor", [sympy.Integer(0), sympy.Integer(-1), -a, -(a + b), a - b, a + b, free**2])
def test_cancel_takes_products_of_nonnegative_symbols_only(d: Derivation, factor) -> None:
    with pytest.raises(DerivationFailed):
        d.cancel("false", -a, factor, d.cite("given", "", sympy.expand(-a * factor)))


def test_matrices_are_equal_at_sizes() -> None:
    d = Derivation(catalog()["precision_ceiling"])
    sizes = {"m": 1, "d": 2, "n": 1}

    def twice(x):
        return x.ops.absolute(x.ops.scaled(2, x.C))

    d.equal_at_sizes("|2C| = 2 |C|", twice, lambda x: x.ops.scaled(2, x.ops.absolute(x.C)), sizes)
    vector = MatrixSymbol("v", d.instance.C.shape[1], 1)
    known = d.scalar(vector.T * twice(d.instance).T * twice(d.instance) * vector)
    absolute = d.instance.ops.absolute(d.instance.C)
    assert known == d.scalar(4 * vector.T * absolute.T * absolute * vector)
    with pytest.raises(DerivationFailed):
        d.equal_at_sizes("|2C| = 2C", twice, lambda x: x.ops.scaled(2, x.C), sizes)
    with pytest.raises(DerivationFailed, match="no sizes"):
        d.equal_at_sizes("|2C| = 3 |C|", twice, lambda x: x.ops.scaled(3, x.ops.absolute(x.C)))


def test_root_refuses_negative_multipliers(d: Derivation) -> None:
    with pytest.raises(DerivationFailed):
        d.root("0 ≥ a", sympy.Integer(0), a, facts={d.combine("a ≥ 0", a, {}): -a})


def test_a_real_number_is_at_most_its_absolute_value_on_either_side(d: Derivation) -> None:
    above, below = d.absolute(free - a)
    d.combine("|free − a| ≥ free − a", abs(free - a) - free + a, {above: 1})
    d.combine("|free − a| ≥ a − free", abs(free - a) - a + free, {below: 1})
    for name, goal in (("free ≥ |free|", free - abs(free)), ("−free ≥ |free|", -free - abs(free))):
        with pytest.raises(DerivationFailed, match="does not follow"):
            d.combine(name, goal, dict.fromkeys(d.absolute(free), 1))
    with pytest.raises(DerivationFailed, match="an absolute value"):
        d.absolute(Symbol("complex"))


def test_a_product_of_facts_is_one_and_no_more(d: Derivation) -> None:
    large, small = d.cite("free ≥ a", "", free - a), d.cite("b ≥ free", "", b - free)
    product = d.times(large, small)
    assert sympy.expand(product.expression - (free - a) * (b - free)) == 0
    d.combine("the product", (free - a) * (b - free), {product: 1})
    with pytest.raises(DerivationFailed, match="does not follow"):
        d.combine("more", (free - a) * (b - free) - a, {product: 1})
    with pytest.raises(DerivationFailed, match="does not follow"):
        d.combine("a factor that may be negative", free * (free - a), {large: free})


def test_facts_of_others_are_refused(d: Derivation) -> None:
    with pytest.raises(DerivationFailed, match="no fact of this derivation"):
        d.conclude({Fact(d.goal): 1})
    other = Derivation(d.statement).cite("b ≥ a", "", b - a)
    for step in (
        lambda: d.combine("b ≥ a", b - a, {other: 1}),
        lambda: d.root("b ≥ a", b, a, facts={other: b + a}),
        lambda: d.cancel("b ≥ a", b - a, sympy.Integer(1), other),
        lambda: d.times(other, d.square(a)),
        lambda: d.times(d.square(a), other),
    ):
        with pytest.raises(DerivationFailed, match="no fact of this derivation"):
            step()


@pytest.mark.parametrize(
    ("left", "right"),
    [(2 * A, B), (A + B, B), (A.T * A, 5), (A, A.T), (Identity(n), Identity(n))],
    ids=["a coefficient", "a sum", "a scalar for a matrix", "another shape", "no letters"],
)
def test_only_plain_products_are_rewritten(left, right) -> None:
    with pytest.raises(ValueError, match="is no relation"):
        relation(left, right)


def test_scalars_and_norms_are_of_scalars_and_columns(d: Derivation) -> None:
    for wrong in (lambda: d.scalar(A), lambda: d.norm(A), lambda: d.scalar(x)):
        with pytest.raises(DerivationFailed, match="required: 1×1"):
            wrong()


def test_a_common_vector_needs_room(d: Derivation) -> None:
    line = Subspace(n - 1, [(V * V.T * x, x)])
    with pytest.raises(DerivationFailed, match="room"):
        d.common_vector(x, line, line)
    d.common_vector(x, Subspace(0, []), line)


def test_no_derivation_ends_without_the_vector_it_is_about() -> None:
    import proofs.singular.weyl_sum as proof

    class WithoutVector(Derivation):
        def common_vector(self, vector, *subspaces) -> None:
            self.given("a unit vector, of which nothing else is known", (vector.T * vector, 1))

    with pytest.raises(DerivationFailed):
        proof.derive(WithoutVector(catalog()["weyl_sum"]))


def _one_matrix(matrices: dict, lhs, rhs) -> Statement:
    return replace(catalog()["weyl_sum"], domain=Domain(matrices), lhs=lhs, rhs=rhs, relation=Relation.GE)


def test_names_that_read_alike_are_not_taken_for_one_thing() -> None:
    square = {"A": ("n", "n"), "B": ("n", "n"), "AB": ("n", "n")}
    false = _one_matrix(
        square,
        lambda x: x.ops.singular_value(x.AB, 0),
        lambda x: x.ops.singular_value(x.ops.product(x.A, x.B), 0),
    )
    with pytest.raises(NotAvailable, match="AB names two different matrices"):
        Derivation(false).conclude({})
    with pytest.raises(InvalidInput, match="index 'n' is also the name"):
        Domain({"A": ("m", "n")}, {"n": Index(1, lambda sizes: sizes["n"])})


@pytest.mark.parametrize(
    "values",
    [
        {"A": [[2]], "B": [[2]], "i": -1, "j": 1},
        {"A": [[2]], "B": [[2]], "i": 0, "j": 5},
        {"A": [[0.1]], "B": [[2]], "i": 0, "j": 0},
        {"A": [[1, 2]], "B": [[2]], "i": 0, "j": 0},
    ],
    ids=["negative index", "large index", "a float", "shapes"],
)
def test_a_counterexample_lies_in_the_domain(values: dict) -> None:
    with pytest.raises(InvalidInput):
        Derivation(catalog()["weyl_sum"]).refute(Example("outside", values))


def test_exact_equations_and_entries() -> None:
    ops, matrix, singular = ExactOps(), sympy.Matrix([[2, -1], [0, 4]]), sympy.Matrix([[1, 2], [2, 4]])
    assert ops.solve(matrix, sympy.Matrix([3, 8])) == sympy.Matrix([sympy.Rational(5, 2), 2])
    assert ops.hadamard(matrix, ops.absolute(matrix)) == sympy.Matrix([[4, -1], [0, 16]])
    assert ops.nonsingular(matrix)
    assert not ops.nonsingular(singular)
    assert ops.bounded(sympy.Matrix([[1, -sympy.Rational(1, 2)]]))
    assert not ops.bounded(matrix)
    with pytest.raises(NotAvailable, match="is singular"):
        ops.solve(singular, sympy.Matrix([1, 0]))


def test_a_formula_outside_the_symbols_raises() -> None:
    with pytest.raises(NotAvailable, match="for a derivation to declare"):
        SymbolicOps().orthonormal(A)
    for unknown in (SymbolicOps().nonsingular, SymbolicOps().bounded):
        with pytest.raises(NotAvailable, match="for a derivation to declare"):
            unknown(A)


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


def _claim(domain: Domain, lhs, relation: Relation, rhs) -> Statement:
    return Statement(
        "false", "own", "", domain, lhs, relation, rhs, lambda _: 1.0, Source("a test"), expected=Expected.REFUTED
    )


ONE = Domain({"A": ("m", "n")}, {"k": Index(1, lambda sizes: min(sizes["m"], sizes["n"]))})


def test_indices_of_nested_sums_are_kept_apart() -> None:
    def sides(inner):
        return lambda x: x.ops.sum_over(
            lambda i: x.ops.sum_over(lambda j: x.ops.singular_value(x.A, i) * inner(x, i, j), x.k), x.k
        )

    lhs, rhs = sides(lambda x, i, j: x.ops.singular_value(x.A, j)), sides(lambda x, i, j: x.ops.singular_value(x.A, i))
    _, failure = derive(_claim(ONE, lhs, Relation.EQ, rhs), lambda d: d.conclude_equal({}, {}))
    assert "does not follow" in failure


@pytest.mark.parametrize("names", [("r1", "r_1"), ("a", "k")], ids=["print alike", "like a dummy index"])
def test_names_that_print_alike_are_refused(names: tuple[str, str]) -> None:
    high = Index(1, lambda sizes: min(sizes["m"], sizes["n"]))
    with pytest.raises(NotAvailable, match="print alike"):
        symbolic_instance(Domain({"A": ("m", "n")}, dict.fromkeys(names, high)))


def test_only_declared_orthonormal_columns_span_the_whole_space() -> None:
    domain = Domain({"P": ("n", "n"), "v": ("n", "o")})
    statement = _claim(domain, lambda x: x.ops.cosine(x.P, x.v), Relation.GE, lambda _: sympy.Integer(1))
    _, failure = derive(statement, lambda d: d.conclude({d.no_angle(d.instance.P, d.instance.v): 1}))
    assert failure

    def declared(d: Derivation, *relations) -> Fact:
        span, vector = MatrixSymbol("V", n, n), MatrixSymbol("e", n, 1)
        d.given("what is known", *(pair(span, vector) for pair in relations))
        return d.no_angle(span, vector)

    unit, orthonormal = (lambda _, e: (e.T * e, 1)), (lambda v, _: (v.T * v, Identity(n)))
    for known in ((), (unit,), (orthonormal,)):
        with pytest.raises(DerivationFailed, match="does not follow"):
            declared(Derivation(catalog()["weyl_sum"]), *known)
    declared(Derivation(catalog()["weyl_sum"]), unit, orthonormal)


def test_a_common_vector_is_new_and_its_subspaces_are_no_larger_than_the_space(d: Derivation) -> None:
    d.common_vector(x, Subspace(n - 1, []))
    with pytest.raises(DerivationFailed, match="spoken of before"):
        d.common_vector(x, Subspace(n - 1, []))
    with pytest.raises(DerivationFailed, match="negative codimension"):
        d.common_vector(MatrixSymbol("y", n, 1), Subspace(n, []), Subspace(-1, []))


def test_a_maximum_is_at_least_its_own_terms_only(d: Derivation) -> None:
    m, k = Symbol("m", integer=True, positive=True), Symbol("k", integer=True, positive=True)

    def term(i):
        return Symbol(f"t_{{{i}}}", nonnegative=True)

    for count, position in ((1, -1), (k, k), (sympy.Min(m, n), k - 1)):
        with pytest.raises(DerivationFailed, match="not known to be below"):
            d.largest("none of them", term, count, position)
    d.largest("the last", term, k, k - 1)
    d.largest("n ≤ m", term, sympy.Min(m, n), n - 1)
    assert d.steps[-1].relations == [(sympy.Min(m, n), n)]


def test_an_equality_needs_both_directions() -> None:
    domain = Domain({"A": ("m", "n"), "B": ("m", "n")})
    statement = _claim(
        domain, lambda x: x.ops.singular_value(x.A, 0), Relation.EQ, lambda x: x.ops.singular_value(x.B, 0)
    )

    def steps(at_least: int, at_most: int):
        def derivation(d: Derivation) -> None:
            s_a, s_b = (d.instance.ops.singular_value(m, 0) for m in (d.instance.A, d.instance.B))
            least, most = d.cite_equal("somebody", "somewhere", s_a, s_b)
            d.conclude_equal({least: at_least}, {most: at_most})

        return derivation

    assert not derive(statement, steps(1, 1))[1]
    for halves in ((1, 0), (0, 1)):
        assert "does not follow" in derive(statement, steps(*halves))[1]
    assert "two combinations" in derive(statement, lambda d: d.conclude({}))[1]
    assert "no equality" in derive(catalog()["weyl_sum"], lambda d: d.conclude_equal({}, {}))[1]


def test_what_a_step_takes_for_granted_is_a_step(d: Derivation) -> None:
    known = [(A.T * A, B.T * B)]
    d.given("a unit vector", (x.T * x, 1))
    d.root("‖Ax‖ ≥ ‖Bx‖", d.norm(A * x), d.norm(B * x), using=known)
    granted = [step for step in d.steps if step.name.startswith("taken for granted in")]
    assert [list(step.relations) for step in granted] == [known]


def test_exact_values_are_ordered_exactly() -> None:
    near = Example("10²⁰ and 10²⁰ + 1", {"A": [[10**20, 0], [0, 10**20 + 1]]})
    true = _claim(
        Domain({"A": ("m", "n")}),
        lambda x: x.ops.singular_value(x.A, 0),
        Relation.GE,
        lambda x: x.ops.singular_value(x.A, 1),
    )
    assert "does not follow" in derive(true, lambda d: d.refute(near))[1]


def test_a_mistake_in_the_steps_is_a_failure_and_no_crash() -> None:
    _, failure = derive(catalog()["weyl_sum"], lambda d: d.given("nonsense", (A + B, A)))
    assert failure.startswith("ValueError: ")


def test_nothing_is_known_of_the_sign_of_a_product_of_negative_terms() -> None:
    false = _claim(
        ONE, lambda x: x.ops.product_over(lambda i: -1 - x.ops.singular_value(x.A, i), x.k), Relation.LE, lambda _: 0
    )
    assert "does not follow" in derive(false, lambda d: d.conclude({}))[1]


def test_an_angle_needs_a_vector_of_unit_length_and_matrices_of_their_own(d: Derivation) -> None:
    with pytest.raises(DerivationFailed, match="not been declared to be of unit length"):
        d.angle(V, x)
    d.given("unit", (x.T * x, 1))
    d.angle(V, x)
    assert d.steps[-1].name == "its sine"
    with pytest.raises(NotAvailable, match="names two different matrices"):
        d.instance.ops.cosine(MatrixSymbol(V.name, n, n), x)


def test_a_common_vector_has_not_been_spoken_of_anywhere(d: Derivation) -> None:
    y = MatrixSymbol("y", n, 1)
    known = d.scalar(y.T * y)
    d.combine("y is a unit vector", known - 1, {}, using=[(y.T * y, 1)])
    with pytest.raises(DerivationFailed, match="spoken of before"):
        d.common_vector(y, Subspace(n - 1, []))


def test_two_vectors_whose_norms_print_alike_are_refused(d: Derivation) -> None:
    d.norm(MatrixSymbol("x1", n, 1))
    with pytest.raises(DerivationFailed, match="two different"):
        d.norm(MatrixSymbol("x_1", n, 1))


def test_a_maximum_over_nothing_has_no_terms(d: Derivation) -> None:
    r = Symbol("r", integer=True, positive=True)
    with pytest.raises(DerivationFailed, match="not known to be below"):
        d.largest("of none", lambda _: sympy.Integer(1), r - 1, r - 2)


NUMBERED = Domain({"U": ("d", "k")}, {"i": Index(2, lambda s: s["d"] - s["k"])}, {"t": Number(1.0, (1.0, 2.0))})


def _numbered(**changes) -> Derivation:
    statement = _claim(NUMBERED, lambda x: x.t, Relation.GE, lambda _: 1)
    return Derivation(replace(statement, **changes))


def test_ranges_of_indices_and_numbers_are_facts_and_no_more() -> None:
    d = _numbered()
    i, t, rows, columns = d.instance.i, d.instance.t, *d.instance.U.shape
    d.combine("i ≥ 2", i - 2, {d.at_least("i"): 1})
    d.combine("t ≥ 1", t - 1, {d.at_least("t"): 1})
    d.combine("i ≤ d − k", rows - columns - i, {d.at_most("i"): 1})
    for name, goal, fact in (
        ("i ≥ 3", i - 3, d.at_least("i")),
        ("t ≥ 2", t - 2, d.at_least("t")),
        ("i < d − k", rows - columns - i - 1, d.at_most("i")),
    ):
        with pytest.raises(DerivationFailed, match="does not follow"):
            d.combine(name, goal, {fact: 1})


def test_room_for_a_common_vector_may_rest_on_facts_of_the_derivation() -> None:
    d = _numbered()
    rows, columns = d.instance.U.shape
    subspaces = Subspace(columns, []), Subspace(d.instance.i - 1, [])

    def vector(name: str) -> MatrixSymbol:
        return MatrixSymbol(name, rows, 1)

    d.common_vector(vector("v"), *subspaces, facts={d.at_most("i"): 1})
    for facts in ({}, {d.at_least("i"): 1}):
        with pytest.raises(DerivationFailed, match="room"):
            d.common_vector(vector("w"), *subspaces, facts=facts)
    with pytest.raises(DerivationFailed, match="room"):
        d.common_vector(vector("w"), *subspaces, Subspace(1, []), facts={d.at_most("i"): 1})
    with pytest.raises(DerivationFailed, match="no fact of this derivation"):
        d.common_vector(vector("w"), *subspaces, facts={_numbered().at_most("i"): 1})


def test_an_assumed_inequality_needs_the_assumption() -> None:
    with pytest.raises(DerivationFailed, match="does not assume long"):
        _numbered().assume_at_least("long", a, b)
    d = _numbered(assumptions=(Assumption("long", "", lambda _: True),))
    fact = d.assume_at_least("long", a, b)
    d.combine("a ≥ b", a - b, {fact: 1})
    with pytest.raises(DerivationFailed, match="does not follow"):
        d.combine("a ≥ 2b", a - 2 * b, {fact: 1})


def test_the_norm_of_a_column_is_that_of_formulas(d: Derivation) -> None:
    d.given("a unit vector", (x.T * x, 1))
    norm = d.column_norm(a * x)
    assert norm == d.instance.ops.frobenius_norm(a * x)
    d.root("‖ax‖ ≥ a", norm, a)
    with pytest.raises(DerivationFailed, match="does not follow"):
        d.root("‖ax‖ ≥ 2a", norm, 2 * a)
    with pytest.raises(DerivationFailed, match="required: 1×1"):
        d.column_norm(A)


def test_the_triangle_inequality_is_one_of_sums(d: Derivation) -> None:
    norm = d.instance.ops.frobenius_norm
    fact = d.triangle(2 * A + B, (2, A), (1, B))
    d.combine("‖2A + B‖ ≤ 2‖A‖ + ‖B‖", 2 * norm(A) + norm(B) - norm(2 * A + B), {fact: 1})
    for total, terms in (
        (A + B, [(1, A)]),
        (A - B, [(1, A), (1, B)]),
        (A - B, [(1, A), (-1, B)]),
        (free * A, [(free, A)]),
    ):
        with pytest.raises(DerivationFailed, match="does not follow"):
            d.triangle(total, *terms)


def test_the_norm_of_a_product_has_its_factors_in_order(d: Derivation) -> None:
    ops = d.instance.ops
    fact = d.product_norm(A.T, B)
    goal = ops.singular_value(A.T, 0) * ops.frobenius_norm(B) - ops.frobenius_norm(A.T * B)
    d.combine("‖AᵀB‖_F ≤ σ₁(Aᵀ) ‖B‖_F", goal, {fact: 1})
    with pytest.raises(DerivationFailed, match="does not follow"):
        d.combine("half of it", goal - ops.singular_value(A.T, 0) * ops.frobenius_norm(B) / 2, {fact: 1})


def test_powers_of_matrices_are_products() -> None:
    square = MatrixSymbol("S", n, n)
    assert polynomial(square**2) == polynomial(sympy.MatMul(square, square, evaluate=False))
    with pytest.raises(TypeError, match="whole exponent"):
        polynomial(square ** Symbol("p"))


def test_a_maximum_is_attained_at_two_new_vectors(d: Derivation) -> None:
    y, z = MatrixSymbol("y", m, 1), MatrixSymbol("z", n, 1)
    fact = d.attained(A, right=z, left=y)
    top = d.instance.ops.singular_value(A, 0)
    assert fact.expression == d.scalar(y.T * A * z) - top
    assert d.norm(y) == d.norm(z) == 1
    square, one = MatrixSymbol("S", n, n), MatrixSymbol("e", n, 1)
    for left, right in ((z, one), (one, z), (one, one)):
        with pytest.raises(DerivationFailed, match="not been spoken of"):
            d.attained(square, right=right, left=left)
    with pytest.raises(ValueError, match="columns"):
        d.attained(A, right=MatrixSymbol("e_1", m, 1), left=MatrixSymbol("e_2", m, 1))


def test_an_amount_is_what_a_fact_says_to_be_nonnegative(d: Derivation) -> None:
    fact = d.cite("a ≥ b", "", a - b)
    t = d.amount("t", fact, solved_for=a)
    d.combine("a² ≥ b²", a**2 - b**2, {d.cite("b ≥ 0", "", b): 2 * t})
    with pytest.raises(DerivationFailed, match="b ≥ a"):
        d.combine("b ≥ a", b - a, {})
    with pytest.raises(DerivationFailed, match="no fact of this derivation"):
        d.amount("s", Fact(b - a), solved_for=b)
    with pytest.raises(DerivationFailed, match="spoken of before"):
        d.amount("t", d.cite("b ≥ free", "", b - free), solved_for=free)
    for name in ("a²", "ab", ""):
        with pytest.raises(DerivationFailed, match="a single letter"):
            d.amount(name, fact, solved_for=b)


@pytest.mark.parametrize("fact", [a * b, a**2 - b, 2 * a - b, a * b + a, free - b], ids=str)
def test_only_a_plain_term_can_be_solved_for(d: Derivation, fact) -> None:
    with pytest.raises(DerivationFailed, match="plain term"):
        d.amount("t", d.cite("given", "", fact), solved_for=a)


def test_of_the_parts_of_a_number_one_vanishes(d: Derivation) -> None:
    plus, minus = d.parts("w", free, solved_for=free)
    d.combine("free ≤ w₊", plus - free, {})
    d.combine("free² = w₊² + w₋²", free**2 - plus**2 - minus**2, {})
    for name, goal in (("free", free), ("w₊ − w₋", plus - minus), ("root", -sympy.sqrt(plus + minus))):
        with pytest.raises(DerivationFailed, match=name):
            d.combine(name, goal, {})
    with pytest.raises(DerivationFailed, match="spoken of before"):
        d.parts("w", a - b, solved_for=a)
    with pytest.raises(DerivationFailed, match="no real number"):
        d.parts("v", Symbol("unknown"), solved_for=Symbol("unknown"))


def test_kronecker_products_multiply_where_one_factor_is_a_number(d: Derivation) -> None:
    ops = d.instance.ops
    tall, wide = ops.kronecker(x, Identity(m)), ops.kronecker(Identity(m), x.T)
    d.given("a norm", (x.T * x, a**2))
    d.mixed_product(tall.T, tall)
    d.mixed_product(wide, wide.T)
    for gram in (tall.T * tall, wide * wide.T):
        left, right = MatrixSymbol("l", m, 1), MatrixSymbol("r", m, 1)
        assert d.scalar(left.T * gram * right) == sympy.expand(a**2 * d.scalar(left.T * right))


@pytest.mark.parametrize(
    ("left", "right"),
    [(A.T, A), (A.T * A, A), ("tall", "tall.T"), ("tall", "wide")],
    ids=["no Kronecker product", "a product", "no number among the factors", "factors that do not fit"],
)
def test_only_kronecker_products_with_a_number_multiply(d: Derivation, left, right) -> None:
    ops = d.instance.ops
    tall = ops.kronecker(x, Identity(m))
    known = {"tall": tall, "tall.T": tall.T, "wide": ops.kronecker(Identity(k), x.T)}
    with pytest.raises((DerivationFailed, ValueError)):
        d.mixed_product(known.get(left, left), known.get(right, right))


def test_kronecker_products_that_print_alike_are_refused() -> None:
    ops = SymbolicOps()
    ops.kronecker(MatrixSymbol("x1", n, n), A)
    with pytest.raises(NotAvailable, match="names two different products"):
        ops.kronecker(MatrixSymbol("x_1", n, n), A)


def test_a_number_within_a_product_is_a_factor(d: Derivation) -> None:
    y = MatrixSymbol("y", n, 1)
    C = MatrixSymbol("C", n, n)
    through = d.scalar(x.T * y)
    assert d.scalar(y.T * C * y * x.T * C * y) == d.scalar(y.T * C * y) * d.scalar(y.T * C.T * x)
    assert d.scalar(x.T * y * y.T * x) == through**2
    d.combine("a square", d.scalar(x.T * y * y.T * x), {})
    with pytest.raises(DerivationFailed, match="does not follow"):
        d.combine("a product", d.scalar(x.T * y * x.T * C * x), {})


def test_a_product_of_symbolic_sizes_is_not_cut(d: Derivation) -> None:
    u, w = MatrixSymbol("u", n, k), MatrixSymbol("w", n, k)
    whole = d.scalar(x.T * u * w.T * x)
    assert whole.is_Symbol
    assert d.scalar(x.T * u * u.T * x).is_nonnegative


def _falling(d: Derivation, fallen):
    """The potential ``i a`` with a fact at i as ``fallen`` has it."""
    return lambda i: d.combine("one step", sympy.expand(fallen(i)), {})


def test_a_fact_for_every_index_is_added_up(d: Derivation) -> None:
    def potential(i):
        return -i * a

    total = d.summed("all steps", potential, n, _falling(d, lambda i: potential(i) - potential(i + 1)))
    assert total.expression == n * a
    zero = d.summed("no step", potential, 0, _falling(d, lambda i: potential(i) - potential(i + 1)))
    assert zero.expression == 0


def test_a_sum_is_at_least_what_its_terms_add_up_to(d: Derivation) -> None:
    row = MatrixSymbol("w", 1, n)

    def term(i):
        return d.instance.ops.entry(d.instance.ops.column(row, i)) ** 2

    def potential(i):
        return -i * b

    def step(i):
        return d.combine("one term", 3 * term(i) - potential(i + 1) + potential(i), {})

    total = d.summed("the sum", potential, n, step, term, factor=3)
    assert total.expression == 3 * d.instance.ops.sum_over(term, n) + n * b


@pytest.mark.parametrize(
    "fallen",
    [lambda i: a, lambda i: 2 * a + b, lambda i: i * a],
    ids=["another fact", "a weaker one", "one that changes with the index"],
)
def test_only_what_each_step_shows_is_added_up(d: Derivation, fallen) -> None:
    with pytest.raises(DerivationFailed, match="all steps"):
        d.summed("all steps", lambda i: -2 * i * a, n, _falling(d, fallen))


def test_a_step_at_one_index_is_none_at_all_of_them(d: Derivation) -> None:
    def potential(i):
        return -(i**2) * a

    def first(_):
        return d.combine("one step", a, {})

    with pytest.raises(DerivationFailed, match="all steps"):
        d.summed("all steps", potential, n, first)
    with pytest.raises(DerivationFailed, match="no fact of this derivation"):
        d.summed("all steps", potential, n, lambda i: Fact(sympy.expand(potential(i) - potential(i + 1))))


def test_a_number_of_terms_is_no_negative_one(d: Derivation) -> None:
    for count in (-1, free, n - 2):
        with pytest.raises(DerivationFailed, match="a number of terms"):
            d.summed("all steps", lambda i: -i * a, count, _falling(d, lambda i: a))


def test_a_factor_may_not_change_from_term_to_term(d: Derivation) -> None:
    index = Symbol("i", integer=True, nonnegative=True)
    for count, factor in ((n, index), (index, 1)):
        with pytest.raises(DerivationFailed, match="may not change"):
            d.summed("all", lambda i: 0 * i, count, _falling(d, lambda i: i), lambda i: i, factor)


def test_columns_that_print_alike_are_refused() -> None:
    ops = SymbolicOps()
    assert ops.column(A, n - 1) == ops.column(A, n - 1)
    assert ops.column(A, 0).shape == (m, 1)
    ops.column(MatrixSymbol("x1", n, n), 0)
    with pytest.raises(NotAvailable, match="names two different"):
        ops.column(MatrixSymbol("x_1", n, n), 0)
    with pytest.raises(NotAvailable, match="for a derivation to declare"):
        ops.at_least(a, b, a)


def test_squares_of_norms_are_told_by_earlier_ones(d: Derivation) -> None:
    length = d.column_norm(x)
    longer = d.column_norm(sympy.MatMul(length, x))
    d.combine("‖‖x‖ x‖² ≤ ‖x‖⁴", length**4 - longer**2, {})
    with pytest.raises(DerivationFailed, match="does not follow"):
        d.combine("less", length**4 - longer**2 - a, {})
