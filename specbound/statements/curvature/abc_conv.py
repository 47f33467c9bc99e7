r"""Between two convolutions, the factors of an output's second derivative sum over positions whose patches overlap.

**Claim.** A convolution is one linear map at several positions. Let the earlier one have patches x_1, x_2 of one
sample, z_t = W_i x_t, followed by anything with the derivative D_t there; let the feature map h that the later one sees
move by Σ_t B_t D_t dz_t, its patches be E_1 h, E_2 h and its outputs y_p = W_j E_p h; E_p picks the entries of a patch,
padding and stride included. An output f has the gradients g_p and the Hessian blocks M_pr in y. For all directions P
of W_j and R of W_i: ∂²f/∂W_j∂W_i [P, R] = vec(P)ᵀ A (Σ_t B_t C_t) vec(R), C_t = D_t ⊗ x_tᵀ,
A = Σ_p (Σ_r (M_rp W_j) ⊗ (E_r h) + g_p ⊗ I) E_p. More positions add terms of the same form.

**Assumes.** That W_i reaches f through W_j only. Every position counts (mutant `one_position`), and the kernel is
shared, so that curvature between positions does too (mutant `own_curvature_only`).

**Tight when** always: it is an equality.

**Not claimed.** Anything on kernels that are not shared.

**Degenerate cases.** One position is `abc_mlp`.

**Source.** Ours; derivation, for generic matrices of several sizes, in proofs/curvature/abc_conv.py.
"""

from specbound.core.instance import Domain, Instance
from specbound.core.statement import Mutant, Source, Statement
from specbound.core.verdict import Relation
from specbound.numeric.ops import Array, Scalar
from specbound.statements.positions import FIRST, OUTPUT, SECOND, Later, along, earlier, of_earlier, size_of_mixed
from specbound.statements.recipes import entries

PATCHES = {"h": ("k", "1"), "E1": ("n", "k"), "E2": ("n", "k"), "B1": ("k", "m"), "B2": ("k", "m")}

DOMAIN = Domain({**SECOND, **PATCHES, **OUTPUT, **FIRST})


def lhs(x: Instance) -> Scalar:
    ops = x.ops
    map_moves = ops.sum(*(ops.product(b, moved) for b, moved in zip((x.B1, x.B2), earlier(x), strict=True)))
    return _later(x).mixed([ops.product(patch, map_moves) for patch in (x.E1, x.E2)])


def rhs(x: Instance) -> Scalar:
    return _product(x)


def one_position(x: Instance) -> Scalar:
    return _term(x, _later(x).factor(0), x.E1)


def _product(x: Instance, own_only: bool = False) -> Scalar:
    later = _later(x)
    return sum(_term(x, later.factor(p, own_only), patch) for p, patch in enumerate((x.E1, x.E2)))


def _term(x: Instance, factor: Array, patch: Array) -> Scalar:
    ops = x.ops
    through = ops.sum(*(ops.product(b, c) for b, c in zip((x.B1, x.B2), of_earlier(x), strict=True)))
    return along(x, ops.product(factor, patch, through))


def _later(x: Instance) -> Later:
    return Later(x, [x.ops.product(patch, x.h) for patch in (x.E1, x.E2)])


def scale(x: Instance) -> Scalar:
    norm = x.ops.frobenius_norm
    patches = norm(x.E1) + norm(x.E2)
    return size_of_mixed(x, patches * norm(x.h), patches * (norm(x.B1) + norm(x.B2)))


statement = Statement(
    id="abc_conv",
    area="curvature",
    claim=r"\forall P, R:\ \frac{\partial^2 f}{\partial W_j \partial W_i}[P, R] = "
    r"\operatorname{vec}(P)^\top A \Big(\sum_t B_t C_t\Big) \operatorname{vec}(R),\ "
    r"A = \sum_p \Big(\sum_r (M_{rp} W_j) \otimes (E_r h) + g_p \otimes I\Big) E_p,\ C_t = D_t \otimes x_t^\top",
    domain=DOMAIN,
    lhs=lhs,
    relation=Relation.EQ,
    rhs=rhs,
    scale=scale,
    source=Source("ours", place="proofs/curvature/abc_conv.py"),
    mutants=(
        Mutant("one_position", "the first position only", {"rhs": one_position}),
        Mutant("own_curvature_only", r"without $M_{rp}$ for $r \ne p$", {"rhs": lambda x: _product(x, own_only=True)}),
    ),
    recipes=(entries(DOMAIN, size=3),),
)
