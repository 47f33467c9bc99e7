r"""With exponents of ½ on both sides Shampoo's first step is the same on a locked model and on the inserted one.

**Claim.** Let G (m×n) be the gradient of the identity-inserted model in C', of full column rank, and C' = CT for the
locked one's C, whose gradient is then GTᵀ. With exponents of ½ the step for a gradient G is (GGᵀ)^(−½) G
(GᵀG)^(−½) = U Σ⁻¹ Vᵀ = G(GᵀG)⁻¹ where G = U Σ Vᵀ, the first root inverted on the range of G. Then for all G of full
column rank and all nonsingular T: GTᵀ (T GᵀG Tᵀ)⁻¹ T = G(GᵀG)⁻¹, compared along all y and z. The left side is the step
on the locked model in the coordinates of the inserted one. So the first steps lead to the same functions, for every α,
and the largest stable learning rate does not depend on α: exponent 0, in the dense and in the rotated form. For the
weight in front of C, transpose all of it.

**Assumes.** G of full column rank and nonsingular T (`nonsingular`): the steps are not defined otherwise. The term εI
that implementations add to GGᵀ and GᵀG breaks the invariance (mutant `damped`), the more the smaller G is; and with
fewer independent columns than n, as from a small batch, only the inflated part keeps its size.

**Tight when** always: it is an equality.

**Not claimed.** That the step is a good one: it is the longest where the gradient is the smallest. Later steps, whose
GGᵀ and GᵀG are sums over all steps so far: once the inflated parts of those gradients span all rows, GGᵀ grows like α²
everywhere, so that C'U_k goes on moving like α⁰ and the rest like 1/α. Exponents of ¼ (`shampoo_quarter`), or ½ on one
side alone, which both give the polar factor in the first step (`muon_step`). Grafting, which gives a step the length of
the gradient or of another method's step, multiplies this one by α.

**Degenerate cases.** m < n has no full column rank.

**Source.** Ours; derivation in proofs/rates/shampoo_half_invariance.py. The step: Gupta, Koren & Singer (2018);
exponents of ½: Morwani et al., *A new perspective on Shampoo's preconditioner* (2024).
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from specbound.core.instance import Domain, Instance
from specbound.core.recipe import Recipe
from specbound.core.statement import Assumption, Mutant, Source, Statement
from specbound.core.verdict import Relation
from specbound.numeric.ops import Array, Ops, Scalar
from specbound.statements.recipes import by_spectrum

DOMAIN = Domain({"G": ("m", "n"), "T": ("n", "n"), "y": ("m", "1"), "z": ("n", "1")})

DAMPING = 1 / 3


def gram(x: Instance) -> Array:
    """``GᵀG``."""
    return x.ops.product(x.ops.transpose(x.G), x.G)


def locked_gradient(x: Instance) -> Array:
    """``G Tᵀ``."""
    return x.ops.product(x.G, x.ops.transpose(x.T))


def locked_gram(x: Instance) -> Array:
    """``T GᵀG Tᵀ``."""
    return x.ops.product(x.T, gram(x), x.ops.transpose(x.T))


def image(x: Instance) -> Array:
    """``T z``."""
    return x.ops.product(x.T, x.z)


def along(x: Instance, gradient: Array, solution: Array) -> Scalar:
    """``yᵀ gradient · solution``."""
    return x.ops.entry(x.ops.product(x.ops.transpose(x.y), gradient, solution))


def lhs(x: Instance) -> Scalar:
    return mapped_back(x, x.ops.solve(locked_gram(x), image(x)))


def rhs(x: Instance) -> Scalar:
    return along(x, x.G, x.ops.solve(gram(x), x.z))


def damping(x: Instance, matrix: Array) -> Array:
    return x.ops.sum(matrix, x.ops.scaled(DAMPING, x.ops.identity(matrix)))


def scale(x: Instance) -> Scalar:
    norm = x.ops.frobenius_norm
    condition_t, smallest = norm(x.T) / x.ops.singular_values(x.T).smallest(), x.ops.singular_values(x.G).smallest()
    return norm(x.y) * norm(x.z) * condition_t**4 * norm(x.G) ** 3 / smallest**4


def full_rank(x: Instance) -> bool:
    return x.ops.nonsingular(gram(x)) & x.ops.nonsingular(x.T)


def mapped_back(x: Instance, solution: Array) -> Scalar:
    return along(x, locked_gradient(x), solution)


def tall() -> Recipe:
    """Instances whose G is the product of orthonormal columns and a nonsingular matrix."""
    parts = Domain({"O": ("m", "n"), "K": ("n", "n"), **{name: DOMAIN.matrices[name] for name in "Tyz"}})
    drawn = by_spectrum(parts, orthonormal=("O",), nonsingular=("K", "T"))

    def build(values: Mapping[str, Any], ops: Ops | None) -> Instance:
        x = drawn.build(values, ops)
        return Instance(x.ops, {"G": x.ops.product(x.O, x.K), **{name: x.values[name] for name in "Tyz"}})

    return replace(drawn, name="tall", build=build)


statement = Statement(
    id="shampoo_half_invariance",
    area="rates",
    claim=r"\forall G,\ \operatorname{rank} G = n,\ \det T \ne 0:\ "
    r"G T^\top (T G^\top G T^\top)^{-1}\, T = G (G^\top G)^{-1}",
    domain=DOMAIN,
    lhs=lhs,
    relation=Relation.EQ,
    rhs=rhs,
    scale=scale,
    source=Source("ours", place="proofs/rates/shampoo_half_invariance.py"),
    assumptions=(Assumption("nonsingular", "the steps are not defined otherwise", full_rank),),
    mutants=(
        Mutant(
            "damped",
            r"$\lambda I$ added to both Gram matrices, $\lambda = 1/3$",
            {
                "lhs": lambda x: mapped_back(x, x.ops.solve(damping(x, locked_gram(x)), image(x))),
                "rhs": lambda x: along(x, x.G, x.ops.solve(damping(x, gram(x)), x.z)),
            },
        ),
        Mutant(
            "descent",
            "steps along the gradients",
            {"lhs": lambda x: mapped_back(x, image(x)), "rhs": lambda x: along(x, x.G, x.z)},
        ),
        Mutant(
            "not_mapped",
            "without T behind the step",
            {"lhs": lambda x: mapped_back(x, x.ops.solve(locked_gram(x), x.z))},
        ),
    ),
    recipes=(tall(),),
)
