r"""The singular values of a Kronecker product are the products of those of its factors.

**Claim.** For all real A (m×n), B (p×q) and all 1 ≤ i ≤ min(mp, nq): σ_i(A⊗B) is the i-th largest of the products
σ_a(A) σ_b(B), and 0 beyond them. The *nonzero* values agree with their multiplicities; the numbers of computed values
do not, because min(mp, nq) can exceed min(m, n) min(p, q).

**Assumes.** Nothing. Taking the smallest computed value of A⊗B for the product of the smallest computed ones (mutant
`counts_agree`) is false for rectangular factors: A = [1 1], B = Aᵀ.

**Tight when** always: it is an equality.

**Not claimed.** Which product stands where: the order mixes the factors (mutant `unsorted`).

**Degenerate cases.** A scalar factor scales; a zero factor gives zeros.

**Source.** Horn & Johnson, *Topics in Matrix Analysis* (1991), Theorem 4.2.15.
"""

from specbound.core.instance import Domain, Index, Instance
from specbound.core.statement import Example, Mutant, Source, Statement
from specbound.core.verdict import Relation
from specbound.numeric.ops import Scalar
from specbound.statements.families import product_of_two_norms
from specbound.statements.recipes import by_spectrum, entries

DOMAIN = Domain(
    matrices={"A": ("m", "n"), "B": ("p", "q")},
    indices={"i": Index(1, lambda sizes: min(sizes["m"] * sizes["p"], sizes["n"] * sizes["q"]))},
)


def lhs(x: Instance) -> Scalar:
    return x.ops.singular_value(x.ops.kronecker(x.A, x.B), x.i - 1)


def rhs(x: Instance) -> Scalar:
    a, b = x.ops.singular_values(x.A), x.ops.singular_values(x.B)
    return x.ops.largest_over(lambda s, t: a.value(s) * b.value(t), a.count, b.count, index=x.i - 1)


def unsorted(x: Instance) -> Scalar:
    a, b = x.ops.singular_values(x.A), x.ops.singular_values(x.B)
    return a.value((x.i - 1) // b.count) * b.value((x.i - 1) % b.count)


statement = Statement(
    id="kronecker_spectrum",
    area="singular",
    claim=r"\forall A \in \mathbb{R}^{m \times n}, B \in \mathbb{R}^{p \times q},\ i \le \min(mp, nq):\ "
    r"\sigma_i(A \otimes B) = \textstyle\max^{(i)}_{a,b} \sigma_a(A)\, \sigma_b(B)",
    domain=DOMAIN,
    lhs=lhs,
    relation=Relation.EQ,
    rhs=rhs,
    scale=product_of_two_norms,
    source=Source("Horn & Johnson", "Topics in Matrix Analysis", 1991, "Theorem 4.2.15"),
    attained=(
        Example("diagonal", {"A": [[3, 0], [0, 1]], "B": [[2, 0], [0, 1]], "i": 3}),
        Example("a row and a column: one product, two values", {"A": [[1, 1]], "B": [[1], [1]], "i": 2}),
        Example("scalars", {"A": [[2]], "B": [[-3]], "i": 1}),
    ),
    mutants=(
        Mutant(
            "counts_agree",
            r"the smallest computed value of $A \otimes B$ against $\sigma_{\min(m,n)}(A)\, \sigma_{\min(p,q)}(B)$",
            {
                "lhs": lambda x: x.ops.singular_values(x.ops.kronecker(x.A, x.B)).smallest(),
                "rhs": lambda x: x.ops.singular_values(x.A).smallest() * x.ops.singular_values(x.B).smallest(),
            },
        ),
        Mutant(
            "unsorted",
            "the products in the order of A, then B",
            {"rhs": unsorted, "recipes": (entries(DOMAIN, size=3, smallest=2),)},
        ),
    ),
    recipes=(by_spectrum(DOMAIN, size=3), entries(DOMAIN, size=4)),
)
