r"""Beyond 2/λ gradient descent moves away from a critical point along the eigenvector of λ, step by step.

**Claim.** Let H be the Hessian at a critical point 0, u a unit eigenvector with eigenvalue λ, and let curvature differ
from H by at most δ between the point x and 0. A step leads to x₊ = x − ηMx with the averaged Hessian M = H + δE of
specbound/statements/descent.py. Then for every x, every H with Hu = λu, every E with ‖E‖ ≤ 1 and η, λ, δ > 0: |uᵀx₊| ≥
(ηλ − 1) |uᵀx| − ηδ ‖x‖. On a quadratic (δ = 0) the first term is exact: |uᵀx_N| = |1 − ηλ|^N |uᵀx₀|, so that for ηλ >
2 every start with uᵀx₀ ≠ 0 leaves every bounded set. Near a critical point of another function, a start with |uᵀx| ≥ c
‖x‖ moves on along u by a factor of at least ηλ − 1 − ηδ/c.

**Assumes.** ‖E‖ ≤ 1 (`contraction`; mutant `any_curvature`), and a unit eigenvector u: H is λ uuᵀ + (I − uuᵀ) S (I −
uuᵀ) here with any S, and u a column of length 1 (`orthonormal_columns`; mutant `any_length`).

**Tight when** x is along u and curvature on the way is flatter by δ.

**Not claimed.** That all starts leave: with H = diag(1, 100) and η = ½, the start e₁ converges. That the starts that
never leave some neighbourhood have measure zero, where I − ηH is nonsingular, is the centre-stable manifold theorem
(Shub, *Global Stability of Dynamical Systems*, 1987, Theorem III.7; used for gradient descent by Panageas & Piliouras,
ITCS 2017, and Lee et al., *Mathematical Programming* 176, 2019). It is cited here, and neither stated nor derived. Nor
is it claimed that training fails: what leaves a minimum may find a flatter one.

**Degenerate cases.** uᵀx = 0: nothing is claimed. At ηλ = 2, δ = 0, the component along u keeps its size.

**Source.** Ours; derivation in proofs/rates/edge_instability.py.
"""

from specbound.core.instance import Domain, Instance, Number
from specbound.core.statement import Example, Mutant, Source, Statement
from specbound.core.verdict import Relation
from specbound.numeric.ops import Array, Scalar
from specbound.statements.deformations import orthonormal
from specbound.statements.descent import CURVATURE, RATE, WITHIN_BOUNDS, inner, size_with_eigenvector, with_eigenvector
from specbound.statements.recipes import by_spectrum

DOMAIN = Domain(
    {"S": ("n", "n"), "u": ("n", "1"), "E": ("n", "n"), "x": ("n", "1")},
    numbers={"eta": RATE, "lam": CURVATURE, "delta": Number(low=0.0, searched=(0.001, 1.0))},
)


def stepped(x: Instance) -> Array:
    """``x₊ = x − η (H + δE) x``."""
    ops = x.ops
    averaged = ops.sum(with_eigenvector(x), ops.scaled(x.delta, x.E))
    return ops.difference(x.x, ops.scaled(x.eta, ops.product(averaged, x.x)))


def along(x: Instance, column: Array) -> Scalar:
    """``|uᵀ column|``."""
    return abs(inner(x, x.u, column))


def lhs(x: Instance) -> Scalar:
    return along(x, stepped(x))


def bound(x: Instance, factor: Scalar) -> Scalar:
    """``factor |uᵀx| − ηδ ‖x‖``."""
    return factor * along(x, x.x) - x.eta * x.delta * x.ops.frobenius_norm(x.x)


def rhs(x: Instance) -> Scalar:
    return bound(x, x.eta * x.lam - 1)


def scale(x: Instance) -> Scalar:
    norm = x.ops.frobenius_norm
    curvature = size_with_eigenvector(x) + x.delta * (1 + norm(x.E))
    return (1 + norm(x.u)) * (1 + x.eta * curvature) * norm(x.x)


statement = Statement(
    id="edge_instability",
    area="rates",
    claim=r"\forall x, \|u\| = 1,\ H u = \lambda u,\ \|E\| \le 1,\ \eta, \lambda, \delta > 0:\ "
    r"|u^\top (x - \eta (H + \delta E) x)| \ge (\eta\lambda - 1)\, |u^\top x| - \eta\delta\, \|x\|",
    domain=DOMAIN,
    lhs=lhs,
    relation=Relation.GE,
    rhs=rhs,
    scale=scale,
    source=Source("ours", place="proofs/rates/edge_instability.py"),
    assumptions=(orthonormal("u"), WITHIN_BOUNDS),
    attained=(
        Example(
            "along the eigenvector, flatter by δ on the way",
            {
                "S": [[0, 0], [0, 1]],
                "u": [[1], [0]],
                "E": [[-1, 0], [0, 1]],
                "x": [[2], [0]],
                "eta": 0.5,
                "lam": 8,
                "delta": 0.5,
            },
        ),
    ),
    mutants=(
        Mutant(
            "any_curvature",
            "E of any norm",
            {
                "assumptions": (orthonormal("u"),),
                "lhs": lambda x: lhs(Instance(x.ops, {**x.values, "E": x.ops.scaled(4, x.E)})),
            },
        ),
        Mutant(
            "any_length",
            "u of any length",
            {"assumptions": (WITHIN_BOUNDS,), "recipes": (by_spectrum(DOMAIN, size=3),)},
        ),
        Mutant(
            "quadratic_everywhere",
            r"without $\eta\delta\,\|x\|$",
            {"rhs": lambda x: (x.eta * x.lam - 1) * along(x, x.x)},
        ),
        Mutant(
            "whole_step", r"$\eta\lambda$ in place of $\eta\lambda - 1$", {"rhs": lambda x: bound(x, x.eta * x.lam)}
        ),
    ),
    recipes=(by_spectrum(DOMAIN, orthonormal=("u",)),),
)
