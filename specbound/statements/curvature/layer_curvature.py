r"""The Hessian in one weight is a sum, over all pairs of uses of it, of the curvature in its outputs times its inputs.

**Claim.** Let z_1 = W h_1 and z_2 = W h_2 be two uses of a weight, at two tokens or of two samples, and let the loss
have the Hessian blocks M_st = ∇²_{z_s z_t}L: M_11 = S_1 + S_1ᵀ, M_12 = N, M_21 = Nᵀ, M_22 = S_2 + S_2ᵀ. Then for all
directions P, R of W: ∂²L[P, R] = vec(P)ᵀ (Σ_{s,t} M_st ⊗ h_s h_tᵀ) vec(R). More uses add terms of the same form.

**Assumes.** That no input depends on W: W enters here only. All pairs count (mutant `own_terms_only` drops those
between different uses). vec stacks rows, the order in which torch flattens a weight: where it stacks columns the
factors change places (mutant `columns_stacked`).

**Tight when** always: it is an equality.

**Not claimed.** Anything on the Hessian between W and other parameters.

**Degenerate cases.** One use leaves M ⊗ h hᵀ.

**Source.** The chain rule; derivation, for generic matrices of several sizes, in proofs/curvature/layer_curvature.py.
"""

from specbound.core.instance import Domain, Instance
from specbound.core.statement import Mutant, Source, Statement
from specbound.core.verdict import Relation
from specbound.numeric.ops import Array, Scalar
from specbound.statements.jets import Jet

DOMAIN = Domain(
    {
        "P": ("d", "n"),
        "R": ("d", "n"),
        "W": ("d", "n"),
        "h1": ("n", "1"),
        "h2": ("n", "1"),
        "S1": ("d", "d"),
        "N": ("d", "d"),
        "S2": ("d", "d"),
    }
)


def lhs(x: Instance) -> Scalar:
    """The mixed derivative of ``½ Σ_{s,t} z_sᵀ M_st z_t``, by the product rule."""
    ops = x.ops
    weight = Jet(ops, x.W, x.P, x.R)
    z = [weight @ Jet(ops, h) for h in (x.h1, x.h2)]
    terms = [(z[s].transposed() @ Jet(ops, block) @ z[t]).mixed for (s, t), block in _blocks(x).items()]
    return ops.entry(ops.sum(*terms)) / 2


def rhs(x: Instance) -> Scalar:
    return sum(_term(x, *uses) for uses in _blocks(x))


def own_terms_only(x: Instance) -> Scalar:
    return _term(x, 0, 0) + _term(x, 1, 1)


def columns_stacked(x: Instance) -> Scalar:
    return sum(_term(x, *uses, swapped=True) for uses in _blocks(x))


def _blocks(x: Instance) -> dict[tuple[int, int], Array]:
    """``M_st`` for uses s and t: ``S_s + S_sᵀ`` for one and the same, ``N`` and ``Nᵀ`` for different ones."""
    ops = x.ops
    own = [ops.sum(block, ops.transpose(block)) for block in (x.S1, x.S2)]
    return {(0, 0): own[0], (0, 1): x.N, (1, 0): ops.transpose(x.N), (1, 1): own[1]}


def _term(x: Instance, s: int, t: int, swapped: bool = False) -> Scalar:
    """``vec(P)ᵀ (M_st ⊗ h_s h_tᵀ) vec(R)``, or with the factors swapped."""
    ops, inputs = x.ops, (x.h1, x.h2)
    outer = ops.product(inputs[s], ops.transpose(inputs[t]))
    factors = (outer, _blocks(x)[s, t]) if swapped else (_blocks(x)[s, t], outer)
    return ops.entry(ops.compression(ops.kronecker(*factors), ops.vec(x.P), ops.vec(x.R)))


def scale(x: Instance) -> Scalar:
    norm = x.ops.frobenius_norm
    blocks = 2 * (norm(x.S1) + norm(x.N) + norm(x.S2))
    return norm(x.P) * norm(x.R) * (norm(x.h1) + norm(x.h2)) ** 2 * blocks


statement = Statement(
    id="layer_curvature",
    area="curvature",
    claim=r"\forall P, R:\ \partial^2_W L[P, R] = \operatorname{vec}(P)^\top "
    r"\Big(\sum_{s,t} \nabla^2_{z_s z_t} L \otimes h_s h_t^\top\Big) \operatorname{vec}(R)",
    domain=DOMAIN,
    lhs=lhs,
    relation=Relation.EQ,
    rhs=rhs,
    scale=scale,
    source=Source("ours", place="proofs/curvature/layer_curvature.py"),
    mutants=(
        Mutant("own_terms_only", r"without the terms $s \ne t$", {"rhs": own_terms_only}),
        Mutant("columns_stacked", r"$h_s h_t^\top \otimes \nabla^2_{z_s z_t} L$", {"rhs": columns_stacked}),
    ),
)
