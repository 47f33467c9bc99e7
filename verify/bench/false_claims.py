"""Inequalities that are known to be false: slips of the literature, readings of ours, and needles in haystacks.

They look plausible, most hold on most random matrices, and several are what a true theorem becomes when one word of it
is forgotten. A search is as good as what it makes of these.
"""

from __future__ import annotations

from typing import Any

from specbound.core.catalogue import catalog, select
from specbound.core.instance import Domain, Instance
from specbound.core.recipe import Recipe
from specbound.core.statement import Expected, Side, Source, Statement
from specbound.core.verdict import Relation
from specbound.numeric.ops import Scalar
from specbound.statements.families import FACTORS, SAME_SHAPE, product_of_two_norms, smaller_side, sum_of_norms
from specbound.statements.recipes import entries

SUM = Domain(SAME_SHAPE)
SUM_AT_K = Domain(SAME_SHAPE, {"k": smaller_side("m", "n")})
PRODUCT = Domain(FACTORS)
PRODUCT_AT_K = Domain(FACTORS, {"k": smaller_side("m", "n", "p")})
SQUARES = Domain({"A": ("n", "n"), "B": ("n", "n")})
ONE = Domain({"A": ("m", "n")})

FROM_THE_CATALOGUE = (
    "triple_independent",
    "triple_gap/index_shifted",
    "horn_johnson_triple/smallest_computed_value",
    "mirsky/spectral_norm",
    "kronecker_spectrum/counts_agree",
    "interlacing/rows_only",
    "horn_product/value_by_value",
    "ky_fan_norm/value_by_value",
)


def false_claims() -> list[Statement]:
    """All of them: those of the catalogue (one refuted reading and mutants), then those that live only here."""
    return [*select(catalog(), FROM_THE_CATALOGUE), *_slips(), *_needles()]


def _slips() -> list[Statement]:
    return [
        # True for eigenvalues of positive semidefinite matrices only.
        _claim("smallest_of_sum", SUM, _smallest(_sum), Relation.GE, lambda x: _smallest(_a)(x) - _smallest(_b)(x)),
        # |σ_k(A) − σ_k(B)| is at most the norm of A − B, not its k-th singular value.
        _claim(
            "difference_value_by_value",
            SUM_AT_K,
            lambda x: abs(_at_k(_a)(x) - _at_k(_b)(x)),
            Relation.LE,
            lambda x: _at_k(_difference)(x),
        ),
        # Needs A to have full column rank, not just a positive last computed value.
        _claim(
            "frobenius_from_below",
            PRODUCT,
            lambda x: x.ops.frobenius_norm(_product(x)),
            Relation.GE,
            lambda x: _smallest(_a)(x) * x.ops.frobenius_norm(x.B),
            product_of_two_norms,
        ),
        # Eigenvalues of AB and BA agree, singular values do not.
        _claim(
            "norms_commute",
            SQUARES,
            _norm(_product),
            Relation.LE,
            lambda x: x.ops.singular_value(x.ops.product(x.B, x.A), 0),
            product_of_two_norms,
        ),
        # Bhatia and Kittaneh: true with A Aᵀ + B Bᵀ for this order of the product.
        _claim(
            "arithmetic_geometric_mean",
            SUM,
            lambda x: x.ops.singular_value(x.ops.product(x.A.mT, x.B), 0),
            Relation.LE,
            lambda x: x.ops.singular_value(_sum_of_squares(x), 0) / 2,
            lambda x: sum_of_norms(x) ** 2,
        ),
        # Davis and Kahan take the gap between one value of A and another of B; with A's own gap a factor 2 is due
        # (Yu, Wang and Samworth, Biometrika 102 (2015), 315-323).
        _claim(
            "own_gap_without_factor",
            SUM,
            lambda x: (x.ops.singular_value(x.A, 0) - x.ops.singular_value(x.A, 1)) * _sine_of_top_vectors(x),
            Relation.LE,
            _norm(_difference),
        ),
        # Truncating a factor is not truncating the product.
        _claim(
            "truncated_factor",
            PRODUCT_AT_K,
            lambda x: x.ops.singular_value(x.ops.product(_rest_of_a(x), x.B), 0),
            Relation.LE,
            lambda x: x.ops.singular_value(_product(x), x.k),
            product_of_two_norms,
        ),
        # True where AᵀB = 0.
        _claim(
            "squares_add",
            SUM,
            lambda x: _norm(_sum)(x) ** 2,
            Relation.LE,
            lambda x: _norm(_a)(x) ** 2 + _norm(_b)(x) ** 2,
            lambda x: sum_of_norms(x) ** 2,
        ),
        # True for square factors; a wide A times a tall B loses more.
        _claim(
            "condition_numbers_multiply",
            PRODUCT,
            lambda x: _norm(_product)(x) * _smallest(_a)(x) * _smallest(_b)(x),
            Relation.LE,
            lambda x: _smallest(_product)(x) * _norm(_a)(x) * _norm(_b)(x),
            lambda x: product_of_two_norms(x) ** 2,
        ),
        # A perturbation of rank one moves σ_{k+1} below σ_k, not below σ_{k+1}.
        _claim(
            "rank_one_update",
            Domain({"A": ("m", "n"), "B": ("m", "r"), "C": ("r", "n")}, {"k": smaller_side("m", "n")}),
            lambda x: x.ops.singular_value(x.ops.sum(x.A, _rank_one(x)), x.k),
            Relation.LE,
            lambda x: x.ops.singular_value(x.A, x.k),
            lambda x: x.ops.frobenius_norm(x.A) + x.ops.frobenius_norm(_rank_one(x)),
        ),
    ]


def _needles() -> list[Statement]:
    return [
        # False from rank 5 on, and only where the singular values are nearly equal.
        _claim(
            "nuclear_norm_at_most_twice_frobenius",
            ONE,
            lambda x: x.ops.sum_over(x.ops.singular_values(x.A).value, min(x.A.shape[-2:])),
            Relation.LE,
            lambda x: 2 * x.ops.frobenius_norm(x.A),
            lambda x: x.ops.frobenius_norm(x.A),
        ),
        # False only where B undoes A to six digits.
        _claim(
            "no_cancellation",
            SUM,
            _norm(_sum),
            Relation.GE,
            lambda x: 1e-6 * (_norm(_a)(x) + _norm(_b)(x)),
            recipes=(entries(SUM, size=4, smallest=3),),
        ),
        # The triangle inequality is attained only where the top vectors of A and B agree.
        _claim(
            "triangle_by_a_hair",
            SUM,
            _norm(_sum),
            Relation.LE,
            lambda x: (1 - 1e-4) * (_norm(_a)(x) + _norm(_b)(x)),
            recipes=(entries(SUM, size=4, smallest=4),),
        ),
        # The norm of a product is attained only where the top vectors meet.
        _claim(
            "submultiplicative_by_a_hair",
            PRODUCT,
            _norm(_product),
            Relation.LE,
            lambda x: (1 - 1e-4) * _norm(_a)(x) * _norm(_b)(x),
            product_of_two_norms,
            recipes=(entries(PRODUCT, size=5, smallest=5),),
        ),
    ]


def _claim(
    name: str,
    domain: Domain,
    lhs: Side,
    relation: Relation,
    rhs: Side,
    scale: Side = sum_of_norms,
    recipes: tuple[Recipe, ...] = (),
) -> Statement:
    return Statement(
        id=name,
        area="false",
        claim=name.replace("_", r"\ "),
        domain=domain,
        lhs=lhs,
        relation=relation,
        rhs=rhs,
        scale=scale,
        source=Source("known to be false"),
        expected=Expected.REFUTED,
        recipes=recipes,
    )


def _a(x: Instance) -> Any:
    return x.A


def _b(x: Instance) -> Any:
    return x.B


def _sum(x: Instance) -> Any:
    return x.ops.sum(x.A, x.B)


def _difference(x: Instance) -> Any:
    return x.ops.difference(x.A, x.B)


def _product(x: Instance) -> Any:
    return x.ops.product(x.A, x.B)


def _sum_of_squares(x: Instance) -> Any:
    return x.ops.sum(x.ops.product(x.A.mT, x.A), x.ops.product(x.B.mT, x.B))


def _rest_of_a(x: Instance) -> Any:
    return x.ops.difference(x.A, x.ops.svd(x.A).truncated(x.k))


def _rank_one(x: Instance) -> Any:
    return x.ops.svd(x.ops.product(x.B, x.C)).truncated(1)


def _norm(matrix: Side) -> Side:
    return lambda x: x.ops.singular_value(matrix(x), 0)


def _smallest(matrix: Side) -> Side:
    return lambda x: x.ops.singular_values(matrix(x)).smallest()


def _at_k(matrix: Side) -> Side:
    return lambda x: x.ops.singular_value(matrix(x), x.k - 1)


def _sine_of_top_vectors(x: Instance) -> Scalar:
    return x.ops.sine(x.ops.svd(x.A).right(1), x.ops.svd(x.B).right(1))
