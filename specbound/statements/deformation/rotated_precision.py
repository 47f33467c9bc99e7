r"""Rounding a rotated lock changes its product by an amount that does not depend on α.

**Claim.** Let u be the unit roundoff of a format in which C' = Q D⁻¹ and W̃' = D Qᵀ W are stored: as C' + uX∘|C'| and
W̃' + uY∘|W̃'|, where no entry of X and Y exceeds 1 in magnitude and ∘ is the product entry by entry. Then for all W,
all orthogonal Q and all positive diagonal D: ‖(C' + uX∘|C'|)(W̃' + uY∘|W̃'|) − W‖_F ≤ (u + u(1 + u) ‖|Q|‖) ‖W‖_F. A
lock has α, and 1/α if it has two sides, on the diagonal of D, and 1 elsewhere: D is not on the right side, and
‖|Q|‖ ≤ √d. For a dense lock the bound would fail (mutant `dense`): there u multiplies ‖W̃‖, which is up to α times as
large (`precision_ceiling`).

**Assumes.** Q is square with orthonormal columns (`orthonormal_columns`; mutant `any_square`), D is nonsingular, that
is, no t_i is 0 (`nonsingular`, without which there is no C'), and rounding is by at most u relative to each entry
(`bounded`; mutant `coarser`): none overflows, and none is so small that the format has fewer digits left for it.

**Tight when**, for one, Q = I and all entries are rounded up.

**Not claimed.** That errors come near it: with ‖Q‖ = 1 in place of ‖|Q|‖ it would be false (mutant `norm_of_q`), but
roundings of different signs cancel. Nor that a product is computed exactly, as it is here: floating-point arithmetic
adds up to γ_d |C'| |W̃' x| = γ_d |Q| |QᵀW x|, which does not depend on D either.

**Degenerate cases.** W = 0 gives 0 ≤ 0. D is I ∘ ttᵀ here, which is any diagonal matrix of positive entries t_i².

**Source.** Ours; derivation in proofs/deformation/rotated_precision.py.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from specbound.core.instance import Domain, Instance, Number
from specbound.core.recipe import Recipe
from specbound.core.statement import Assumption, Example, Mutant, Source, Statement
from specbound.core.verdict import Relation
from specbound.numeric.ops import Array, Ops, Scalar
from specbound.statements.deformation.precision_ceiling import all_bounded, stored
from specbound.statements.deformations import orthonormal
from specbound.statements.recipes import by_spectrum, entries

DOMAIN = Domain(
    {"Q": ("d", "d"), "W": ("d", "n"), "t": ("d", "1"), "X": ("d", "d"), "Y": ("d", "n")},
    numbers={"u": Number(low=0.0, searched=(2.0**-10, 0.5))},
)
"""``t`` is a column of square roots of the diagonal of D, up to sign."""


def diagonal(x: Instance) -> Array:
    """``D = diag(t_1², …, t_d²)``."""
    return x.ops.hadamard(x.ops.identity(x.Q), x.ops.product(x.t, x.ops.transpose(x.t)))


def inverse(x: Instance) -> Array:
    """``D⁻¹``."""
    return x.ops.solve(diagonal(x), x.ops.identity(x.Q))


def turned(x: Instance) -> Array:
    """``M = Qᵀ W``."""
    return x.ops.product(x.ops.transpose(x.Q), x.W)


def compensator(x: Instance) -> Array:
    """``C' = Q D⁻¹``."""
    return x.ops.product(x.Q, inverse(x))


def weight(x: Instance) -> Array:
    """``W̃' = D Qᵀ W``."""
    return x.ops.product(diagonal(x), turned(x))


def off(x: Instance, outer: Array, inner: Array) -> Array:
    """The product of the two factors as stored, less W."""
    return x.ops.difference(x.ops.product(stored(x, outer, x.X), stored(x, inner, x.Y)), x.W)


def lhs(x: Instance) -> Scalar:
    return x.ops.frobenius_norm(off(x, compensator(x), weight(x)))


def bound(x: Instance, norm: Scalar) -> Scalar:
    """``(u + u (1 + u) norm) ‖W‖_F``."""
    return (x.u + x.u * (1 + x.u) * norm) * x.ops.frobenius_norm(x.W)


def rhs(x: Instance) -> Scalar:
    return bound(x, x.ops.singular_value(x.ops.absolute(x.Q), 0))


def dense(x: Instance) -> Scalar:
    """The error of the pair ``Q D⁻¹ Qᵀ``, ``Q D Qᵀ W``."""
    product, back = x.ops.product, x.ops.transpose(x.Q)
    return x.ops.frobenius_norm(off(x, product(compensator(x), back), product(x.Q, weight(x))))


def coarser(x: Instance) -> Scalar:
    """The error where entries of X and Y reach 2."""
    twice = {name: x.ops.scaled(2, x.values[name]) for name in ("X", "Y")}
    return lhs(Instance(x.ops, {**x.values, **twice}))


def scale(x: Instance) -> Scalar:
    norm = x.ops.frobenius_norm
    return (1 + 2 * x.u) ** 2 * (1 + norm(inverse(x)) * norm(diagonal(x))) * (1 + norm(x.Q)) ** 2 * norm(x.W)


def apart_from_zero(drawn: Recipe) -> Recipe:
    """The same instances with 1.1 + t in place of t, so that D has an inverse."""
    return _with(drawn, "apart_from_zero", lambda x: {"t": x.t + 1.1})


def rounded_up() -> Recipe:
    """Instances whose every entry is rounded up by as much as can be."""
    drawn = Domain({name: DOMAIN.matrices[name] for name in ("Q", "W", "t")}, numbers=DOMAIN.numbers)
    recipe = by_spectrum(drawn, orthonormal=("Q",))
    return _with(recipe, "rounded_up", lambda x: {"t": x.t + 1.1, "X": 0 * x.Q + 1, "Y": 0 * x.W + 1})


def _with(drawn: Recipe, name: str, change: Callable[[Instance], Mapping[str, Any]]) -> Recipe:
    def build(values: Mapping[str, Any], ops: Ops | None) -> Instance:
        x = drawn.build(values, ops)
        return replace(x, values={**x.values, **change(x)})

    return replace(drawn, name=name, build=build)


ROUNDING = Assumption("bounded", "a coarser format rounds by more", all_bounded)
INVERTIBLE = Assumption("nonsingular", "there is no inverse otherwise", lambda x: x.ops.nonsingular(diagonal(x)))

statement = Statement(
    id="rotated_precision",
    area="deformation",
    claim=r"\forall W, t,\ Q^\top Q = I,\ |X_{ij}| \le 1,\ |Y_{ij}| \le 1,\ u > 0,\ D = I \circ t t^\top,\ "
    r"C' = Q D^{-1},\ \tilde W' = D Q^\top W:\ "
    r"\big\|(C' + u\, X \circ |C'|)(\tilde W' + u\, Y \circ |\tilde W'|) - W\big\|_F \le "
    r"\big(u + u (1 + u)\, \||Q|\|\big)\, \|W\|_F",
    domain=DOMAIN,
    lhs=lhs,
    relation=Relation.LE,
    rhs=rhs,
    scale=scale,
    source=Source("ours", place="proofs/deformation/rotated_precision.py"),
    assumptions=(orthonormal("Q"), INVERTIBLE, ROUNDING),
    attained=(
        Example(
            "nothing is rotated, all is rounded up",
            {
                "Q": [[1, 0], [0, 1]],
                "W": [[3, 1], [2, 5]],
                "t": [[8], [1]],
                "X": [[1, 1], [1, 1]],
                "Y": [[1, 1], [1, 1]],
                "u": 0.25,
            },
        ),
    ),
    mutants=(
        Mutant("dense", r"$Q D^{-1} Q^\top$ and $Q D Q^\top W$ in place of $C'$ and $\tilde W'$", {"lhs": dense}),
        Mutant(
            "any_square",
            "any square Q",
            {"assumptions": (INVERTIBLE, ROUNDING), "recipes": (apart_from_zero(entries(DOMAIN, size=3)),)},
        ),
        Mutant("coarser", "entries of X and Y up to 2", {"lhs": coarser}),
        Mutant("norm_of_q", r"$\|Q\| = 1$ in place of $\||Q|\|$", {"rhs": lambda x: bound(x, 1)}),
    ),
    recipes=(apart_from_zero(by_spectrum(DOMAIN, size=3, orthonormal=("Q",))), rounded_up()),
)
