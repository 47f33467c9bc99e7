r"""An update beyond u|w| moves a weight w that is rounded to nearest, and one below ½u|w| does not.

**Claim.** Let w = 2^(p−1) + j be a number of a format with p digits, its unit in the last place 1, j from 0 to 2^(p−1)
− 1, and u = 2^−p. An update δ ≥ uw comes at least as near to w + 1, the next number, as to w: |w + δ − (w + 1)| ≤ |δ|;
strictly where δ > uw. Here δ = uw(1 + s²), any such update. By `stagnation` and `stagnation_toward_zero` every update
below ½uw is lost. So the threshold of a weight lies between ½u|w| and u|w|, and the smallest learning rate that moves
a weight w along a gradient g is u|w|/|g| up to a factor of 2: u is 2^−8 in bfloat16, 2^−11 in float16, 2^−24 in
float32.

**Assumes.** A normal w: subnormal numbers have fewer digits. Their threshold is half of the smallest of them, for all.

**Tight when** w is a power of two and δ = uw, half a unit.

**Not claimed.** That an update which moves the weight moves it by δ: it may be by up to twice as much.

**Degenerate cases.** An update toward zero moves w as well: numbers there are at least as dense.

**Source.** Ours; derivation in proofs/rates/smallest_useful_step.py.
"""

from specbound.core.instance import Domain, Instance
from specbound.core.statement import Example, Mutant, Source, Statement
from specbound.core.verdict import Relation
from specbound.numeric.ops import Scalar
from specbound.statements.rates.stagnation_toward_zero import BEYOND_POWER, DIGITS, weight
from specbound.statements.recipes import entries

DOMAIN = Domain({"s": ("1", "1")}, {"p": DIGITS, "j": BEYOND_POWER})


def update(x: Instance) -> Scalar:
    """``δ = uw(1 + s²)``."""
    return weight(x) * (1 + x.ops.entry(x.s) ** 2) / 2**x.p


def lhs(x: Instance) -> Scalar:
    return abs(update(x) - 1)


def rhs(x: Instance) -> Scalar:
    return abs(update(x))


def scale(x: Instance) -> Scalar:
    return 1 + update(x)


statement = Statement(
    id="smallest_useful_step",
    area="rates",
    claim=r"\forall p,\ 0 \le j < 2^{p-1},\ w = 2^{p-1} + j,\ u = 2^{-p},\ \delta \ge u w:\ "
    r"|w + \delta - (w + 1)| \le |\delta|",
    domain=DOMAIN,
    lhs=lhs,
    relation=Relation.LE,
    rhs=rhs,
    scale=scale,
    source=Source("ours", place="proofs/rates/smallest_useful_step.py"),
    attained=(Example("half a unit on a power of two", {"s": [[0]], "p": 3, "j": 0}),),
    mutants=(
        Mutant(
            "shorter",
            r"$\delta \ge \tfrac34 u w$",
            {"lhs": lambda x: abs(3 * update(x) / 4 - 1), "rhs": lambda x: 3 * update(x) / 4},
        ),
        Mutant("two_units", r"$w + 2$ in place of $w + 1$", {"lhs": lambda x: abs(update(x) - 2)}),
    ),
    recipes=(entries(DOMAIN),),
)
