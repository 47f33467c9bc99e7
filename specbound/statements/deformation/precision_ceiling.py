r"""Rounding the two factors of a product changes the product by about as much as rounding changes the larger of them.

**Claim.** Let u be the unit roundoff of a format in which C and V are stored: as C + uX∘|C| and V + uY∘|V|, where no
entry of X and Y exceeds 1 in magnitude and ∘ is the product entry by entry. Then for all C and V:
‖(C + uX∘|C|)(V + uY∘|V|) − CV‖_F ≤ (u ‖C‖ + u(1 + u) ‖|C|‖) ‖V‖_F. In a lock V = W̃ = TW and C = T⁻¹, so that CV = W and
‖C‖ ≤ 1: the error is at most (u + u(1 + u) ‖|C|‖) ‖W̃‖_F, which grows like uα. Once that is as large as ‖W‖_F, near
α = 1/u, nothing of W need be left.

**Assumes.** Rounding by at most u relative to each entry (`bounded`; mutant `coarser`): none overflows, and none is so
small that the format has fewer digits left for it. In float16 many entries of C are.

**Tight when**, for one, all entries are positive, C and V have rank 1 and one common singular vector, and all are
rounded up.

**Not claimed.** That errors come near it: ‖|C|‖ is at most √d ‖C‖, and roundings of different signs cancel, so that
the bound is loose by about √d. With ‖C‖ in place of ‖|C|‖ it would be false (mutant `norm_of_c`). Nor that a product is
computed exactly, as it is here: floating-point arithmetic adds up to γ_d |C| |V x|. Where a lock is aligned with the
coordinates and α is a power of two, nothing is rounded that was not before.

**Degenerate cases.** C = 0 or V = 0 gives 0 ≤ 0.

**Source.** Ours; derivation in proofs/deformation/precision_ceiling.py.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from specbound.core.instance import Domain, Instance, Number
from specbound.core.recipe import Recipe
from specbound.core.statement import Assumption, Example, Mutant, Source, Statement
from specbound.core.verdict import Relation
from specbound.numeric.ops import Array, Ops, Scalar
from specbound.statements.recipes import by_spectrum, entries

DOMAIN = Domain(
    {"C": ("m", "d"), "V": ("d", "n"), "X": ("m", "d"), "Y": ("d", "n")},
    numbers={"u": Number(low=0.0, searched=(2.0**-10, 0.5))},
)


def error(x: Instance, matrix: Array, signs: Array) -> Array:
    """``signs ∘ |matrix|``, what rounding adds, in units of u."""
    return x.ops.hadamard(signs, x.ops.absolute(matrix))


def stored(x: Instance, matrix: Array, signs: Array) -> Array:
    """``matrix + u · signs ∘ |matrix|``."""
    return x.ops.sum(matrix, x.ops.scaled(x.u, error(x, matrix, signs)))


def difference(x: Instance) -> Array:
    """The product of what is stored, less the product."""
    ops = x.ops
    return ops.difference(ops.product(stored(x, x.C, x.X), stored(x, x.V, x.Y)), ops.product(x.C, x.V))


def lhs(x: Instance) -> Scalar:
    return x.ops.frobenius_norm(difference(x))


def of_v(x: Instance) -> Scalar:
    """``u ‖C‖ ‖V‖_F``, what rounding V does."""
    return x.u * x.ops.singular_value(x.C, 0) * x.ops.frobenius_norm(x.V)


def of_c(x: Instance, norm: Scalar) -> Scalar:
    """``u (1 + u) norm ‖V‖_F``, what rounding C does."""
    return x.u * (1 + x.u) * norm * x.ops.frobenius_norm(x.V)


def rhs(x: Instance) -> Scalar:
    return of_v(x) + of_c(x, x.ops.singular_value(x.ops.absolute(x.C), 0))


def all_bounded(x: Instance) -> bool:
    return x.ops.bounded(x.X) & x.ops.bounded(x.Y)


def coarser(x: Instance) -> Scalar:
    """The error where entries of X and Y reach 2."""
    twice = {name: x.ops.scaled(2, x.values[name]) for name in ("X", "Y")}
    return lhs(Instance(x.ops, {**x.values, **twice}))


def scale(x: Instance) -> Scalar:
    return (1 + 2 * x.u) ** 2 * x.ops.frobenius_norm(x.C) * x.ops.frobenius_norm(x.V)


def rounded_up() -> Recipe:
    """Instances whose every entry is rounded up by as much as can be."""
    drawn = entries(Domain({name: DOMAIN.matrices[name] for name in ("C", "V")}, numbers=DOMAIN.numbers), size=4)

    def build(values: Mapping[str, Any], ops: Ops | None) -> Instance:
        x = drawn.build(values, ops)
        return replace(x, values={**x.values, "X": 0 * x.C + 1, "Y": 0 * x.V + 1})

    return replace(drawn, name="rounded_up", build=build)


statement = Statement(
    id="precision_ceiling",
    area="deformation",
    claim=r"\forall C, V,\ |X_{ij}| \le 1,\ |Y_{ij}| \le 1,\ u > 0:\ "
    r"\big\|(C + u\, X \circ |C|)(V + u\, Y \circ |V|) - CV\big\|_F \le "
    r"\big(u\, \|C\| + u (1 + u)\, \||C|\|\big)\, \|V\|_F",
    domain=DOMAIN,
    lhs=lhs,
    relation=Relation.LE,
    rhs=rhs,
    scale=scale,
    source=Source("ours", place="proofs/deformation/precision_ceiling.py"),
    assumptions=(Assumption("bounded", "a coarser format rounds by more", all_bounded),),
    attained=(
        Example("one entry", {"C": [[2]], "V": [[3]], "X": [[1]], "Y": [[1]], "u": 0.25}),
        Example(
            "rank 1, one sign",
            {"C": [[1, 1], [1, 1]], "V": [[1], [1]], "X": [[1, 1], [1, 1]], "Y": [[1], [1]], "u": 0.25},
        ),
    ),
    mutants=(
        Mutant("coarser", "entries of X and Y up to 2", {"lhs": coarser}),
        Mutant(
            "norm_of_c",
            r"$\|C\|$ in place of $\||C|\|$",
            {"rhs": lambda x: of_v(x) + of_c(x, x.ops.singular_value(x.C, 0))},
        ),
        Mutant("only_c_rounded", r"without $u\, \|C\|$", {"rhs": lambda x: rhs(x) - of_v(x)}),
        Mutant("halved", "half the right side", {"rhs": lambda x: rhs(x) / 2}),
    ),
    recipes=(by_spectrum(DOMAIN), entries(DOMAIN), rounded_up()),
)
