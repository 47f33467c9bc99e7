r"""What softmax attention lets through between tokens: values by their weights, and the weights' own derivative.

**Claim.** One head with two tokens y_1, y_2: the score of key t for query s is y_sᵀ K y_t plus anything that does not
move, o_s = V (a_s1 y_1 + a_s2 y_2), with (a_s1, a_s2) the softmax of the two scores, a_s2 = w_s, a_s1 = 1 − w_s. Along
any directions r_1, r_2 of the tokens, Σ_s c_sᵀ ∂o_s = Σ_{s,t} c_sᵀ B_st r_t with
B_st = V (a_st I + (y_2 − y_1) w_s (1 − w_s) (±Kᵀ y_s + [s = t] K (y_2 − y_1))ᵀ), + for t = 2 and − for t = 1. That is
the B of `abc_attention` where the earlier layer feeds queries, keys and values. For more tokens
B_st = V (a_st I + Σ_r y_r ∂a_sr/∂y_t).

**Assumes.** Nothing but the derivative w (1 − w) of the softmax. Held attention weights (mutant `weights_held`) leave
a_st V alone; a token acts on the others (mutant `own_tokens_only`), and as a query as well (mutant `query_held`).

**Tight when** always: it is an equality.

**Not claimed.** Anything on heads together, which add up, on masks, which drop terms, on normalised queries and keys.

**Degenerate cases.** Equal tokens, or w_s = 1, leave the values' part only.

**Source.** Ours; derivation in proofs/curvature/attention_jacobian.py.
"""

from specbound.core.instance import Domain, Instance, Number
from specbound.core.statement import Mutant, Source, Statement
from specbound.core.verdict import Relation
from specbound.numeric.ops import Array, Scalar
from specbound.statements.jets import Jet, product, through
from specbound.statements.recipes import by_spectrum, entries

WEIGHT = Number(low=0.0, searched=(0.01, 1.0))
"""The weight of the second token; a softmax gives less than 1, and the claim holds for any."""

DOMAIN = Domain(
    {
        "V": ("k", "n"),
        "K": ("n", "n"),
        "y1": ("n", "1"),
        "y2": ("n", "1"),
        "r1": ("n", "1"),
        "r2": ("n", "1"),
        "c1": ("k", "1"),
        "c2": ("k", "1"),
    },
    numbers={"w1": WEIGHT, "w2": WEIGHT},
)


def lhs(x: Instance) -> Scalar:
    """The tokens move along r with t: by the product rule, and the softmax by its value and derivative."""
    ops = x.ops
    first, second = Jet(ops, x.y1, None, x.r1), Jet(ops, x.y2, None, x.r2)
    apart = second + first.scaled(-1)

    def moved(query: Jet, weight: Scalar) -> Array:
        score = product(query.transposed(), Jet(ops, x.K), apart)
        one = ops.identity(score.value)
        attention = through(score, ops.scaled(weight, one), ops.scaled(weight * (1 - weight), one))
        return (Jet(ops, x.V) @ (first + apart @ attention)).dt

    parts = ((x.c1, moved(first, x.w1)), (x.c2, moved(second, x.w2)))
    return ops.entry(ops.sum(*(ops.product(ops.transpose(c), of_o) for c, of_o in parts)))


def rhs(x: Instance) -> Scalar:
    return _total(x, slope=1)


def weights_held(x: Instance) -> Scalar:
    return _total(x, slope=0)


def own_tokens_only(x: Instance) -> Scalar:
    return _total(x, across=0)


def query_held(x: Instance) -> Scalar:
    return _total(x, query=0)


def _total(x: Instance, slope: int = 1, across: int = 1, query: int = 1) -> Scalar:
    """``Σ_{s,t} c_sᵀ B_st r_t``, with parts of it taken or left."""
    ops = x.ops
    tokens, directions = (x.y1, x.y2), (x.r1, x.r2)
    total: Scalar = 0
    for s, (c, w) in enumerate(((x.c1, x.w1), (x.c2, x.w2))):
        for t in range(2):
            share, sign = (w, 1) if t == 1 else (1 - w, -1)
            part = _between(x, tokens[s], share, slope * w * (1 - w), sign, query * int(s == t))
            term = ops.entry(ops.product(ops.transpose(c), part, directions[t]))
            total = total + (1 if s == t else across) * term
    return total


def _between(x: Instance, token: Array, share: Scalar, slope: Scalar, sign: int, as_query: int) -> Array:
    """``B_st = V (share · I + (y_2 − y_1) slope (sign · Kᵀ y_s + as_query · K (y_2 − y_1))ᵀ)``."""
    ops = x.ops
    apart = ops.difference(x.y2, x.y1)
    as_key = ops.scaled(sign, ops.product(ops.transpose(x.K), token))
    score = ops.sum(as_key, ops.scaled(as_query, ops.product(x.K, apart)))
    of_weights = ops.scaled(slope, ops.product(apart, ops.transpose(score)))
    return ops.product(x.V, ops.sum(ops.scaled(share, ops.identity(x.K)), of_weights))


def scale(x: Instance) -> Scalar:
    norm = x.ops.frobenius_norm
    tokens, moved = norm(x.y1) + norm(x.y2), norm(x.r1) + norm(x.r2)
    slopes = (1 + x.w1) ** 2 + (1 + x.w2) ** 2
    return (norm(x.c1) + norm(x.c2)) * norm(x.V) * moved * slopes * (1 + 3 * tokens**2 * norm(x.K))


statement = Statement(
    id="attention_jacobian",
    area="curvature",
    claim=r"\forall r:\ \sum_s c_s^\top \partial o_s[r] = \sum_{s,t} c_s^\top B_{st} r_t,\ "
    r"B_{st} = V \big(a_{st} I + (y_2 - y_1)\, w_s (1 - w_s) "
    r"(\pm K^\top y_s + [s = t]\, K (y_2 - y_1))^\top\big)",
    domain=DOMAIN,
    lhs=lhs,
    relation=Relation.EQ,
    rhs=rhs,
    scale=scale,
    source=Source("ours", place="proofs/curvature/attention_jacobian.py"),
    mutants=(
        Mutant("weights_held", "attention weights that do not move", {"rhs": weights_held}),
        Mutant("own_tokens_only", r"without the terms $s \ne t$", {"rhs": own_tokens_only}),
        Mutant("query_held", "a token moves as key and value only", {"rhs": query_held}),
    ),
    recipes=(by_spectrum(DOMAIN, size=3), entries(DOMAIN, size=3)),
)
