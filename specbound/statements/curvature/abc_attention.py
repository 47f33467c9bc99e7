r"""With attention between two layers, the factors of an output's second derivative stack the tokens.

**Claim.** Let one sample have two tokens x_1, x_2. An earlier layer acts on each, z_t = W_i x_t, followed by anything
with the derivative D_t there; then the tokens mix, and the later layer's input at token s moves by Σ_t B_st D_t dz_t;
the later layer is y_s = W_j h_s, and an output f has the gradients g_s and the Hessian blocks M_st in y. For all
directions P of W_j and R of W_i: ∂²f/∂W_j∂W_i [P, R] = vec(P)ᵀ (Σ_{s,t} A_s B_st C_t) vec(R), with
A_s = Σ_r (M_rs W_j) ⊗ h_r + g_s ⊗ I and C_t = D_t ⊗ x_tᵀ: the product A B C of the matrices that stack the tokens.
Where W_i is the value projection and W_j the output projection of one head, B_st = a_st I, the attention weights; where
W_i moves the weights too, B is that of `attention_jacobian`, which holds the derivative of the softmax as well. More
tokens add terms of the same form.

**Assumes.** That W_i reaches f through W_j only. All pairs of tokens count (mutant `own_tokens_only`), in M too (mutant
`own_curvature_only`), and each with its own derivative (mutant `one_derivative`).

**Tight when** always: it is an equality.

**Not claimed.** That B is small or positive: attention weights are, but they are not all of B.

**Degenerate cases.** B_st = 0 for s ≠ t is a perceptron on each token, whose outputs may still be coupled by M.

**Source.** Ours; derivation, for generic matrices of several sizes, in proofs/curvature/abc_attention.py.
"""

from specbound.core.instance import Domain, Instance
from specbound.core.statement import Mutant, Source, Statement
from specbound.core.verdict import Relation
from specbound.numeric.ops import Array, Scalar
from specbound.statements.positions import (
    FIRST,
    OUTPUT,
    SECOND,
    TWO,
    Later,
    along,
    earlier,
    of_earlier,
    size_of_mixed,
)
from specbound.statements.recipes import entries

MIXING = {"B11": ("n", "m"), "B12": ("n", "m"), "B21": ("n", "m"), "B22": ("n", "m")}

DOMAIN = Domain({**SECOND, "h1": ("n", "1"), "h2": ("n", "1"), **OUTPUT, **MIXING, **FIRST})


def lhs(x: Instance) -> Scalar:
    mixing, moved = _mixing(x), earlier(x)
    moves = [x.ops.sum(*(x.ops.product(mixing[s][t], moved[t]) for t in range(2))) for s in range(2)]
    return _later(x).mixed(moves)


def rhs(x: Instance) -> Scalar:
    return sum(_term(x, s, t) for s, t in TWO)


def own_tokens_only(x: Instance) -> Scalar:
    return _term(x, 0, 0) + _term(x, 1, 1)


def own_curvature_only(x: Instance) -> Scalar:
    return sum(_term(x, s, t, own_only=True) for s, t in TWO)


def one_derivative(x: Instance) -> Scalar:
    return rhs(Instance(x.ops, {**x.values, "D2": x.D1}))


def _term(x: Instance, s: int, t: int, own_only: bool = False) -> Scalar:
    """``vec(P)ᵀ A_s B_st C_t vec(R)``."""
    return along(x, x.ops.product(_later(x).factor(s, own_only), _mixing(x)[s][t], of_earlier(x)[t]))


def _later(x: Instance) -> Later:
    return Later(x, (x.h1, x.h2))


def _mixing(x: Instance) -> tuple[tuple[Array, Array], tuple[Array, Array]]:
    return (x.B11, x.B12), (x.B21, x.B22)


def scale(x: Instance) -> Scalar:
    norm = x.ops.frobenius_norm
    return size_of_mixed(x, norm(x.h1) + norm(x.h2), sum(norm(b) for row in _mixing(x) for b in row))


statement = Statement(
    id="abc_attention",
    area="curvature",
    claim=r"\forall P, R:\ \frac{\partial^2 f}{\partial W_j \partial W_i}[P, R] = "
    r"\operatorname{vec}(P)^\top \Big(\sum_{s,t} A_s B_{st} C_t\Big) \operatorname{vec}(R),\ "
    r"A_s = \sum_r (M_{rs} W_j) \otimes h_r + g_s \otimes I,\ C_t = D_t \otimes x_t^\top",
    domain=DOMAIN,
    lhs=lhs,
    relation=Relation.EQ,
    rhs=rhs,
    scale=scale,
    source=Source("ours", place="proofs/curvature/abc_attention.py"),
    mutants=(
        Mutant("own_tokens_only", r"without the terms $s \ne t$", {"rhs": own_tokens_only}),
        Mutant("own_curvature_only", r"$A_s$ without $M_{rs}$ for $r \ne s$", {"rhs": own_curvature_only}),
        Mutant("one_derivative", "$D_1$ at both tokens", {"rhs": one_derivative}),
    ),
    recipes=(entries(DOMAIN, size=3),),
)
