r"""Training a locked model is training the identity-inserted one with the gradient multiplied by D Dᵀ.

**Claim.** Let L_locked(θ) = L_inserted(Dθ) for all θ, as in `deformation_congruence`. A step in the locked model is
g = ∇L_locked(θ) + γθ, then v ← βv + g, then θ ← (1 − δ)θ − νg − μv: gradient descent for μ = 0, heavy ball for ν = 0,
Nesterov's method for μ = βν, with weight decay toward zero, coupled (γ) or decoupled (δ). Then Dθ runs through the very
points that these steps reach in the inserted model, begun at Dθ and Dv, with g = D Dᵀ ∇L_inserted(θ') + γθ'. Here: two
steps, compared along all y, for all D, all β, γ, δ, μ, ν, and the gradient fields ∇L_inserted(θ') = Mθ' − b with any M
and b. A step is linear in its gradient, and both models meet the same gradient before each: so the derivation holds
word for word for other fields, for more steps, and where the five numbers change from step to step.

For a lock, D Dᵀ is α² in the k inflated input directions of the compensator, C'U_k, 1/α² in the k output directions
U_kᵀW' of the weight in front of it, and 1 elsewhere: the learning rate η becomes α²η, η/α² and η.

**Assumes.** A step that is linear in the gradient: it neither clips by the global norm (mutant `clipped`) nor looks at
single entries (mutant `entrywise`). Decay toward zero, or toward points that D maps to one another (mutant
`decay_elsewhere`); and decay that is no part of the inserted model's loss, where D Dᵀ would multiply it as well (mutant
`decay_in_the_loss`).

**Tight when** always: it is an equality.

**Not claimed.** That training becomes slower. Adam and its kin, whose steps are not linear in the gradient.

**Degenerate cases.** The five numbers are positive here; both sides are polynomials in them, so 0 is as good. D may be
singular, but Dθ then leaves θ open.

**Source.** Ours; derivation in proofs/deformation/trajectory_equivalence.py.
"""

from collections.abc import Callable

from specbound.core.instance import Domain, Instance, Number
from specbound.core.statement import Mutant, Source, Statement
from specbound.core.verdict import Relation
from specbound.numeric.ops import Array, Scalar

STEPS = 2

THRESHOLD = 1 / 8
"""Where the mutant clips: most gradients that are drawn are longer."""

DOMAIN = Domain(
    {"D": ("n", "n"), "M": ("n", "n"), "b": ("n", "1"), "theta": ("n", "1"), "v": ("n", "1"), "y": ("n", "1")},
    numbers=dict.fromkeys(("nu", "mu", "beta", "gamma", "delta"), Number(low=0.0, searched=(0.01, 1.0))),
)

Map = Callable[[Array], Array]


def unchanged(column: Array) -> Array:
    return column


def gradient(x: Instance, point: Array) -> Array:
    """``∇L_inserted``."""
    return x.ops.difference(x.ops.product(x.M, point), x.b)


def trained(x: Instance, field: Map, point: Array, velocity: Array, decaying: Map) -> Array:
    """The point after all steps. ``field``: the gradient; ``decaying``: what decay takes a part of."""
    ops = x.ops
    for _ in range(STEPS):
        g = ops.sum(field(point), ops.scaled(x.gamma, decaying(point)))
        velocity = ops.sum(ops.scaled(x.beta, velocity), g)
        decayed = ops.difference(point, ops.scaled(x.delta, decaying(point)))
        point = ops.difference(decayed, ops.sum(ops.scaled(x.nu, g), ops.scaled(x.mu, velocity)))
    return point


def locked(x: Instance, processed: Map = unchanged, decaying: Map = unchanged) -> Scalar:
    """``yᵀDθ`` in the end; ``processed``: what is done to a gradient before the step."""
    ops = x.ops

    def field(point: Array) -> Array:
        return processed(ops.product(ops.transpose(x.D), gradient(x, ops.product(x.D, point))))

    return ops.entry(ops.product(ops.transpose(x.y), x.D, trained(x, field, x.theta, x.v, decaying)))


def inserted(x: Instance, multiplied: Map, processed: Map = unchanged, decaying: Map = unchanged) -> Scalar:
    """``yᵀθ'`` in the end."""
    ops = x.ops
    start, velocity = ops.product(x.D, x.theta), ops.product(x.D, x.v)
    end = trained(x, lambda point: multiplied(processed(gradient(x, point))), start, velocity, decaying)
    return ops.entry(ops.product(ops.transpose(x.y), end))


def by_squared_change(x: Instance) -> Map:
    """Multiplies a gradient by ``D Dᵀ``."""
    return lambda column: x.ops.product(x.D, x.ops.transpose(x.D), column)


def lhs(x: Instance) -> Scalar:
    return locked(x)


def rhs(x: Instance) -> Scalar:
    return inserted(x, by_squared_change(x))


def clipping(x: Instance) -> Map:
    """Scales a gradient down to the threshold where it is longer: by ``τ / max(τ, ‖g‖)``."""

    def clipped(column: Array) -> Array:
        length = x.ops.frobenius_norm(column)
        return x.ops.scaled(2 * THRESHOLD / (THRESHOLD + length + abs(THRESHOLD - length)), column)

    return clipped


def by_entry(x: Instance) -> Map:
    return lambda column: x.ops.hadamard(x.ops.absolute(column), column)


def away_from_b(x: Instance) -> Map:
    return lambda point: x.ops.difference(point, x.b)


def decay_in_the_loss(x: Instance) -> Scalar:
    multiplied = by_squared_change(x)
    return inserted(x, multiplied, decaying=multiplied)


def scale(x: Instance) -> Scalar:
    """The same steps, taken by bounds on the norms of everything."""
    norm = x.ops.frobenius_norm
    change = norm(x.D)
    point, velocity = (1 + change) * norm(x.theta), (1 + change) * norm(x.v)
    for _ in range(STEPS):
        g = (change + change**2) * (norm(x.M) * (1 + change) * point + norm(x.b)) + x.gamma * point
        velocity = x.beta * velocity + g
        point = (1 + x.delta) * point + x.nu * g + x.mu * velocity
    return norm(x.y) * (1 + change) * point


statement = Statement(
    id="trajectory_equivalence",
    area="deformation",
    claim=r"\forall D, \theta_0, v_0,\ \beta, \gamma, \delta, \mu, \nu > 0:\ "
    r"\theta_{t+1} = (1 - \delta)\, \theta_t - \nu g_t - \mu v_{t+1},\ v_{t+1} = \beta v_t + g_t,\ "
    r"g_t = D^\top \nabla L(D\theta_t) + \gamma \theta_t\ \Rightarrow\ \theta'_t = D \theta_t,\ "
    r"\theta'_{t+1} = (1 - \delta)\, \theta'_t - \nu g'_t - \mu v'_{t+1},\ v'_{t+1} = \beta v'_t + g'_t,\ "
    r"g'_t = D D^\top \nabla L(\theta'_t) + \gamma \theta'_t",
    domain=DOMAIN,
    lhs=lhs,
    relation=Relation.EQ,
    rhs=rhs,
    scale=scale,
    source=Source("ours", place="proofs/deformation/trajectory_equivalence.py"),
    mutants=(
        Mutant("step_not_multiplied", r"without $D D^\top$", {"rhs": lambda x: inserted(x, unchanged)}),
        Mutant(
            "clipped",
            "each gradient clipped by its norm",
            {
                "lhs": lambda x: locked(x, clipping(x)),
                "rhs": lambda x: inserted(x, by_squared_change(x), clipping(x)),
            },
        ),
        Mutant(
            "entrywise",
            "each entry of a gradient multiplied by its size",
            {
                "lhs": lambda x: locked(x, by_entry(x)),
                "rhs": lambda x: inserted(x, by_squared_change(x), by_entry(x)),
            },
        ),
        Mutant(
            "decay_elsewhere",
            "decay toward b in both models",
            {
                "lhs": lambda x: locked(x, decaying=away_from_b(x)),
                "rhs": lambda x: inserted(x, by_squared_change(x), decaying=away_from_b(x)),
            },
        ),
        Mutant("decay_in_the_loss", r"decay multiplied by $D D^\top$ as well", {"rhs": decay_in_the_loss}),
    ),
)
