r"""In a linear network the curvature between two layers has a closed form: no angle enters.

**Claim.** Let f = aᵀ W_j B W_i x, one output of a linear network, B the product of the weights between two layers. By
`abc_mlp`, with M = 0 and activations that are the identity, ∂²f/∂W_j∂W_i is the product of a ⊗ I, B and I ⊗ xᵀ, which
is a ⊗ B ⊗ xᵀ. For all a, B, x: σ₁((a ⊗ I) B (I ⊗ xᵀ)) = ‖a‖ σ₁(B) ‖x‖.

**Assumes.** Nothing: a ⊗ I and I ⊗ xᵀ are multiples of an isometry and a coisometry, so that the bound of
`horn_johnson_triple` is attained. Only σ₁(B) counts (mutant `frobenius_norm`), and the input does (mutant
`unit_input`).

**Tight when** always: it is an equality.

**Not claimed.** Anything on a sum over samples: the blocks of two samples may cancel.

**Degenerate cases.** Adjacent layers have B = I: ‖a‖ ‖x‖. A zero factor gives 0 = 0.

**Source.** Horn & Johnson, *Topics in Matrix Analysis* (1991), Theorem 4.2.15, for the spectrum of a Kronecker product;
derivation in proofs/curvature/abc_linear.py.
"""

from specbound.core.instance import Domain, Instance
from specbound.core.statement import Mutant, Source, Statement
from specbound.core.verdict import Relation
from specbound.numeric.ops import Array, Scalar

DOMAIN = Domain({"a": ("d", "1"), "B": ("n", "m"), "x": ("q", "1")})


def outer_factors(x: Instance) -> tuple[Array, Array]:
    """``A = a ⊗ I``, ``(d n, n)``, and ``C = I ⊗ xᵀ``, ``(m, m q)``."""
    ops = x.ops
    ends = ops.identity(x.B), ops.identity(ops.transpose(x.B))
    return ops.kronecker(x.a, ends[0]), ops.kronecker(ends[1], ops.transpose(x.x))


def lhs(x: Instance) -> Scalar:
    first, last = outer_factors(x)
    return x.ops.singular_value(x.ops.product(first, x.B, last), 0)


def rhs(x: Instance) -> Scalar:
    norm = x.ops.frobenius_norm
    return norm(x.a) * norm(x.x) * x.ops.singular_value(x.B, 0)


def scale(x: Instance) -> Scalar:
    norm = x.ops.frobenius_norm
    return norm(x.a) * norm(x.B) * norm(x.x)


statement = Statement(
    id="abc_linear",
    area="curvature",
    claim=r"\forall a, B, x:\ \sigma_1\big((a \otimes I)\, B\, (I \otimes x^\top)\big) = "
    r"\lVert a \rVert\, \sigma_1(B)\, \lVert x \rVert",
    domain=DOMAIN,
    lhs=lhs,
    relation=Relation.EQ,
    rhs=rhs,
    scale=scale,
    source=Source("Horn & Johnson", "Topics in Matrix Analysis", 1991, "Theorem 4.2.15"),
    mutants=(
        Mutant("frobenius_norm", r"$\lVert B \rVert_F$ in place of $\sigma_1(B)$", {"rhs": scale}),
        Mutant(
            "unit_input",
            r"without $\lVert x \rVert$",
            {
                "rhs": lambda x: x.ops.frobenius_norm(x.a) * x.ops.singular_value(x.B, 0),
                "scale": lambda x: x.ops.frobenius_norm(x.a) * x.ops.frobenius_norm(x.B) + scale(x),
            },
        ),
    ),
)
