r"""K-FAC takes the same steps on a locked model as on the identity-inserted one, for each layer of the pair.

**Claim.** Let G (m×n) be a layer's gradient in the identity-inserted model, A (n×n) the second moment of its inputs and
B (m×m) that of the gradients of its outputs. Where the locked model's layer is C with C' = SCT, it has the gradient
SᵀGTᵀ and the factors TATᵀ and SᵀBS: for the compensator S = I and T multiplies its inputs, for the weight in front of
it T = I and S = T⁻¹. Then for all nonsingular A, B, S, T and all G: S (SᵀBS)⁻¹ SᵀGTᵀ (TATᵀ)⁻¹ T = B⁻¹ G A⁻¹, compared
along all y and z. The left side is the step on the locked model in the coordinates of the inserted one. So the largest
stable learning rate does not depend on α: exponent 0. It holds as well for factors that are averages over steps, each
of which transforms alike, for momentum, and for steps shortened to a length in the Fisher norm, which both models
share.

**Assumes.** Nonsingular A, B, S, T (`nonsingular`): the steps are not defined otherwise. The compensator's inputs W̃h
have a nonsingular moment only if W has full row rank and there are as many inputs as outputs.

**Tight when** always: it is an equality.

**Not claimed.** Damping: with λI added to the factors the steps differ (mutant `damped`), as in `damping_favours_lock`;
splitting λ between the factors by their traces, as is usual, makes both shares depend on α.

**Degenerate cases.** G = 0 gives the step 0. S and T orthogonal: as if there were no lock.

**Source.** Martens & Grosse, *Optimizing neural networks with Kronecker-factored approximate curvature* (2015), section
10, for changes of this kind; derivation in proofs/rates/kfac_invariance.py.
"""

from specbound.core.instance import Domain, Instance
from specbound.core.statement import Assumption, Mutant, Source, Statement
from specbound.core.verdict import Relation
from specbound.numeric.ops import Array, Scalar
from specbound.statements.recipes import by_spectrum

DOMAIN = Domain(
    {
        "A": ("n", "n"),
        "B": ("m", "m"),
        "G": ("m", "n"),
        "S": ("m", "m"),
        "T": ("n", "n"),
        "y": ("m", "1"),
        "z": ("n", "1"),
    }
)

DAMPING = 1 / 3


def of_inputs(x: Instance) -> Array:
    """``T A Tᵀ``."""
    return x.ops.product(x.T, x.A, x.ops.transpose(x.T))


def of_outputs(x: Instance) -> Array:
    """``Sᵀ B S``."""
    return x.ops.compression(x.B, x.S, x.S)


def gradient(x: Instance) -> Array:
    """``Sᵀ G Tᵀ``."""
    return x.ops.product(x.ops.transpose(x.S), x.G, x.ops.transpose(x.T))


def image(x: Instance) -> Array:
    """``T z``."""
    return x.ops.product(x.T, x.z)


def locked(x: Instance, outputs: Array, inputs: Array) -> Scalar:
    """``yᵀ S outputs⁻¹ SᵀGTᵀ inputs⁻¹ T z``."""
    ops = x.ops
    step = ops.product(ops.solve(outputs, gradient(x)), ops.solve(inputs, image(x)))
    return ops.entry(ops.product(ops.transpose(x.y), x.S, step))


def inserted(x: Instance, outputs: Array, inputs: Array) -> Scalar:
    """``yᵀ outputs⁻¹ G inputs⁻¹ z``."""
    ops = x.ops
    return ops.entry(ops.product(ops.transpose(x.y), ops.solve(outputs, x.G), ops.solve(inputs, x.z)))


def lhs(x: Instance) -> Scalar:
    return locked(x, of_outputs(x), of_inputs(x))


def rhs(x: Instance) -> Scalar:
    return inserted(x, x.B, x.A)


def damped(x: Instance, matrix: Array) -> Array:
    return x.ops.sum(matrix, x.ops.scaled(DAMPING, x.ops.identity(matrix)))


def scale(x: Instance) -> Scalar:
    norm = x.ops.frobenius_norm
    smallest = {name: x.ops.singular_values(x.values[name]).smallest() for name in "ABST"}
    condition = (norm(x.S) / smallest["S"]) ** 3 * (norm(x.T) / smallest["T"]) ** 3
    moments = norm(x.A) / smallest["A"] ** 2 * norm(x.B) / smallest["B"] ** 2
    return norm(x.y) * norm(x.z) * norm(x.G) * condition * moments


def all_nonsingular(x: Instance) -> bool:
    ok = x.ops.nonsingular
    return ok(x.A) & ok(x.B) & ok(x.S) & ok(x.T)


statement = Statement(
    id="kfac_invariance",
    area="rates",
    claim=r"\forall G,\ \det A, \det B, \det S, \det T \ne 0:\ "
    r"S\, (S^\top B S)^{-1} S^\top G T^\top (T A T^\top)^{-1}\, T = B^{-1} G A^{-1}",
    domain=DOMAIN,
    lhs=lhs,
    relation=Relation.EQ,
    rhs=rhs,
    scale=scale,
    source=Source("Martens & Grosse", "K-FAC", 2015, "section 10"),
    assumptions=(Assumption("nonsingular", "the steps are not defined otherwise", all_nonsingular),),
    mutants=(
        Mutant(
            "damped",
            r"$\lambda I$ added to all factors, $\lambda = 1/3$",
            {
                "lhs": lambda x: locked(x, damped(x, of_outputs(x)), damped(x, of_inputs(x))),
                "rhs": lambda x: inserted(x, damped(x, x.B), damped(x, x.A)),
            },
        ),
        Mutant(
            "one_factor",
            "without the factor of the inputs",
            {
                "lhs": lambda x: locked(x, of_outputs(x), x.ops.identity(x.A)),
                "rhs": lambda x: inserted(x, x.B, x.ops.identity(x.A)),
            },
        ),
    ),
    recipes=(by_spectrum(DOMAIN, size=3, nonsingular=("A", "B", "S", "T")),),
)
