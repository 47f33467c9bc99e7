r"""No pair of layers with a given product is smaller than the balanced one, which knows the product alone.

**Claim.** For all C (d×r) and W̃ (r×n): 2 Σ_i σ_i(C W̃) ≤ ‖C‖_F² + ‖W̃‖_F². The left side is twice the nuclear norm of the
product. The balanced pair C = U √Σ, W̃ = √Σ Vᵀ, with U Σ Vᵀ the singular value decomposition of the product, attains it,
so that it is the smallest pair with that product. It is made from the product alone, with no knowledge of T: an
attacker who replaces a locked pair by it gets the same pair for every α.

**Assumes.** Nothing: any two matrices that can be multiplied.

**Tight when** the pair is balanced, Cᵀ C = W̃ W̃ᵀ, and then only. With less on the right it fails there (mutants
`halved`, `spectral_norms`).

**Not claimed.** What the curvature of the balanced pair is: see `attack_balance_level`. That the pair has no more
entries than it needs: in the shape of the locked pair it has zeros where r exceeds the rank of the product.

**Degenerate cases.** C W̃ = 0 is attained by the pair of zeros.

**Source.** Srebro, Rennie & Jaakkola, *Maximum-Margin Matrix Factorization* (NeurIPS 2004), Lemma 1; derivation in
proofs/limits/attack_balance.py.
"""

from fractions import Fraction

from specbound.core.instance import Domain, Instance
from specbound.core.statement import Example, Mutant, Source, Statement
from specbound.core.verdict import Relation
from specbound.numeric.ops import Array, Scalar
from specbound.statements.recipes import entries

DOMAIN = Domain({"C": ("d", "r"), "W": ("r", "n")})


def nuclear_norm(x: Instance) -> Scalar:
    spectrum = x.ops.singular_values(x.ops.product(x.C, x.W))
    return x.ops.sum_over(spectrum.value, spectrum.count)


def lhs(x: Instance) -> Scalar:
    return 2 * nuclear_norm(x)


def rhs(x: Instance) -> Scalar:
    return sum_of_squares(x, x.C, x.W)


def sum_of_squares(x: Instance, outer: Array, inner: Array) -> Scalar:
    return x.ops.frobenius_norm(outer) ** 2 + x.ops.frobenius_norm(inner) ** 2


def halved(x: Instance) -> Scalar:
    return sum_of_squares(x, x.ops.scaled(0.5, x.C), x.W)


def scale(x: Instance) -> Scalar:
    return rhs(x)


statement = Statement(
    id="attack_balance",
    area="limits",
    claim=r"\forall C \in \mathbb{R}^{d \times r},\ \tilde W \in \mathbb{R}^{r \times n}:\ "
    r"2 \sum_i \sigma_i(C \tilde W) \le \|C\|_F^2 + \|\tilde W\|_F^2",
    domain=DOMAIN,
    lhs=lhs,
    relation=Relation.LE,
    rhs=rhs,
    scale=scale,
    source=Source("Srebro, Rennie & Jaakkola", "Maximum-Margin Matrix Factorization", 2004, "NeurIPS 17, Lemma 1"),
    attained=(
        Example("balanced", {"C": [[2, 0], [0, 1]], "W": [[2, 0], [0, 1]]}),
        Example(
            "balanced, of a product with 3-4-5 rotations",
            {
                "C": [[Fraction(6, 5), Fraction(-4, 5)], [Fraction(8, 5), Fraction(3, 5)]],
                "W": [[2, 0, 0], [0, 0, 1]],
            },
        ),
        Example("of a product without full rank", {"C": [[3, 0], [0, 0]], "W": [[3, 0], [0, 0]]}),
    ),
    mutants=(
        Mutant("halved", "$C/2$ in place of $C$ on the right", {"rhs": halved}),
        Mutant(
            "spectral_norms",
            r"the right side with $\|C\|^2 + \|\tilde W\|^2$, as of spectral norms",
            {"rhs": lambda x: x.ops.singular_value(x.C, 0) ** 2 + x.ops.singular_value(x.W, 0) ** 2},
        ),
    ),
    recipes=(entries(DOMAIN, size=3),),
)
