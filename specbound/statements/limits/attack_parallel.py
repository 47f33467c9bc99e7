r"""What is trained beside a frozen pair of layers is trained as in the model without a lock.

**Claim.** The pair is frozen and Δ added beside it: z = (C W̃ + Δ) h. For all C, W̃ and Δ, however Δ and whatever else
moves along two directions, Δ by P, P2 and, where it is a nonlinear function of what is trained, by P12 along both:
∂²L_attacked = ∂²L_base, the second derivative in W at W = C W̃ + Δ along the same directions. The pair enters by its
product alone. So for a lock, where C W̃ = W, the Hessian in Δ = 0 is H_base,WW for every lock and α; and since both
losses agree as functions of Δ, every gradient method without decay goes through the models of base training. With
Δ = B A this is a low-rank adapter on the pair's output: base LoRA.

**Assumes.** That the pair is frozen (mutant `trained`) and that Δ lies beside both of its layers: inside, beside W̃
alone, the compensator acts on it as well (mutant `inside`).

**Tight when** always: it is an equality.

**Not claimed.** That weight decay on Δ is that of base training: it pulls toward C W̃, not toward zero. Anything on Δ
beside C or W̃ alone: see `attack_lora` and `attack_lora_on_compensator`.

**Degenerate cases.** Any pair will do, one whose product is not W too; the base model then is another.

**Source.** Ours; derivation in proofs/limits/attack_parallel.py.
"""

from specbound.core.instance import Domain, Instance
from specbound.core.statement import Mutant, Source, Statement
from specbound.core.verdict import Relation
from specbound.numeric.ops import Scalar
from specbound.statements.deformations import REST, behind, inputs, size_behind, sizes
from specbound.statements.jets import Jet, product
from specbound.statements.recipes import entries

DOMAIN = Domain(
    {
        "C": ("d", "d"),
        "W": ("d", "n"),
        "Delta": ("d", "n"),
        "P": ("d", "n"),
        "P2": ("d", "n"),
        "P12": ("d", "n"),
        **REST,
    }
)


def added(x: Instance) -> Jet:
    """``Δ``, as it moves."""
    return Jet(x.ops, x.Delta, x.P, x.P2, x.P12)


def lhs(x: Instance) -> Scalar:
    pair = product(Jet(x.ops, x.C), Jet(x.ops, x.W))
    return behind(x, product(pair + added(x), inputs(x)))


def trained(x: Instance) -> Scalar:
    """The same where W̃ moves along P."""
    pair = product(Jet(x.ops, x.C), Jet(x.ops, x.W, x.P))
    return behind(x, product(pair + added(x), inputs(x)))


def inside(x: Instance) -> Scalar:
    """``z = C (W̃ + Δ) h``."""
    return behind(x, product(Jet(x.ops, x.C), Jet(x.ops, x.W) + added(x), inputs(x)))


def rhs(x: Instance) -> Scalar:
    """The model without a lock at ``C W̃ + Δ``."""
    ops = x.ops
    weight = Jet(ops, ops.sum(ops.product(x.C, x.W), x.Delta), x.P, x.P2, x.P12)
    return behind(x, product(weight, inputs(x)))


def scale(x: Instance) -> Scalar:
    changes = sizes(x, x.Delta, x.P, x.P2, x.P12)
    return size_behind(x, (1 + sizes(x, x.C)) * (sizes(x, x.W) + changes))


statement = Statement(
    id="attack_parallel",
    area="limits",
    claim=r"\forall C, \tilde W, \Delta:\ z = (C \tilde W + \Delta)\, h \ \Rightarrow\ "
    r"\partial^2_{\Delta, \ldots} L_{\text{attacked}}(\Delta) = "
    r"\partial^2_{W, \ldots} L_{\text{base}}(C \tilde W + \Delta)",
    domain=DOMAIN,
    lhs=lhs,
    relation=Relation.EQ,
    rhs=rhs,
    scale=scale,
    source=Source("ours", place="proofs/limits/attack_parallel.py"),
    mutants=(
        Mutant("inside", r"$z = C (\tilde W + \Delta) h$", {"lhs": inside}),
        Mutant("trained", "W̃ moves with Δ", {"lhs": trained}),
    ),
    recipes=(entries(DOMAIN, size=3),),
)
