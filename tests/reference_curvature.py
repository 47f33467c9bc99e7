"""Slow definitions of the statements on curvature: finite differences of losses at 60 digits, and mpmath's spectra.

A mixed second derivative is the central difference of the loss itself, with a step so small that 20 digits and more
are right; nothing here knows of the product rule, of Kronecker products or of the library.
"""

from collections.abc import Callable
from typing import Any

import mpmath
from mpmath import mpf

from tests import reference
from tests.reference import sigma

STEP = mpf(10) ** -12


def mixed_difference(loss: Callable[[mpf, mpf], mpf]) -> mpf:
    """∂²/∂s∂t loss(s, t) at zero."""
    h = STEP
    return (loss(h, h) - loss(h, -h) - loss(-h, h) + loss(-h, -h)) / (4 * h * h)


def quadratic(matrix: Any, left: Any, right: Any) -> mpf:
    return (left.T * matrix * right)[0]


def layer_curvature(P: Any, R: Any, W: Any, h1: Any, h2: Any, S1: Any, N: Any, S2: Any) -> tuple[mpf, mpf]:
    def loss(s: mpf, t: mpf) -> mpf:
        z1, z2 = (W + s * P + t * R) * h1, (W + s * P + t * R) * h2
        return quadratic(S1, z1, z1) + quadratic(N, z1, z2) + quadratic(S2, z2, z2)

    difference = mixed_difference(loss)
    return difference, difference


def gauss_newton_split(J: Any, F: Any, v: Any, w: Any, f: Any, S: Any, b: Any) -> tuple[mpf, mpf]:
    def square(column: Any) -> Any:
        return mpmath.matrix([a * b for a in column for b in column])

    def loss(s: mpf, t: mpf) -> mpf:
        moved = s * v + t * w
        outputs = f + J * moved + F * square(moved)
        return quadratic(S, outputs, outputs) + (b.T * outputs)[0]

    difference = mixed_difference(loss)
    return difference, difference


def hessian_block(S: Any, P: Any, Q: Any) -> tuple[mpf, mpf]:
    M = S + S.T
    return sigma(M, 1), sigma(P.T * M * Q, 1)


def piecewise_linear_psd(W: Any, P: Any, h1: Any, h2: Any, A1: Any, A2: Any, g: Any, F: Any) -> tuple[mpf, mpf]:
    start = A1 * W * h1 + A2 * W * h2

    def loss(s: mpf, t: mpf) -> mpf:
        moved = A1 * (W + (s + t) * P) * h1 + A2 * (W + (s + t) * P) * h2 - start
        reached = F.T * moved
        return quadratic(mpmath.eye(reached.rows), reached, reached) / 2 + (g.T * moved)[0]

    return mixed_difference(loss), mpf(0)


def abc_mlp(P: Any, W: Any, h: Any, E: Any, V: Any, D: Any, R: Any, x: Any, g: Any, S: Any) -> tuple[mpf, mpf]:
    def loss(s: mpf, t: mpf) -> mpf:
        z = (W + s * P) * (h + E * V * D * (t * R) * x) - W * h
        return quadratic(S, z, z) + (g.T * z)[0]

    difference = mixed_difference(loss)
    return difference, difference


def _two_positions(x: dict[str, Any], inputs: Callable[[mpf], tuple[Any, Any]]) -> tuple[mpf, mpf]:
    starts = [x["W"] * h for h in inputs(mpf(0))]

    def loss(s: mpf, t: mpf) -> mpf:
        z1, z2 = ((x["W"] + s * x["P"]) * h - start for h, start in zip(inputs(t), starts, strict=True))
        curved = quadratic(x["S1"], z1, z1) + quadratic(x["N"], z1, z2) + quadratic(x["S2"], z2, z2)
        return curved + (x["g1"].T * z1)[0] + (x["g2"].T * z2)[0]

    difference = mixed_difference(loss)
    return difference, difference


def abc_linear(a: Any, B: Any, x: Any) -> tuple[mpf, mpf]:
    """The block entry by entry, from differences of aᵀ W_j B W_i x at W_j = W_i = 0, where it is bilinear."""

    def unit(rows: int, columns: int, place: int) -> Any:
        return mpmath.matrix([[mpf(i * columns + j == place) for j in range(columns)] for i in range(rows)])

    later = [unit(a.rows, B.rows, place) for place in range(a.rows * B.rows)]
    earlier = [unit(B.cols, x.rows, place) for place in range(B.cols * x.rows)]
    block = [
        [mixed_difference(lambda s, t, P=P, R=R: (a.T * (s * P) * B * (t * R) * x)[0]) for R in earlier] for P in later
    ]
    return sigma(mpmath.matrix(block), 1), mpmath.norm(a) * sigma(B, 1) * mpmath.norm(x)


def attention_jacobian(w1: Any, w2: Any, **x: Any) -> tuple[mpf, mpf]:
    """A difference of the outputs of an attention whose scores have constants added that make its weights these."""

    def outputs(t: mpf) -> mpf:
        y1, y2 = x["y1"] + t * x["r1"], x["y2"] + t * x["r2"]
        total = mpf(0)
        for c, w, token, start in ((x["c1"], w1, y1, x["y1"]), (x["c2"], w2, y2, x["y2"])):
            weight = mpf(float(w))
            moved = quadratic(x["K"], token, y2 - y1) - quadratic(x["K"], start, x["y2"] - x["y1"])
            # The logistic function of a score whose value at t = 0 gives this weight; at 1 it is flat.
            held = weight if weight == 1 else 1 / (1 + mpmath.exp(-moved) * (1 - weight) / weight)
            total += (c.T * x["V"] * ((1 - held) * y1 + held * y2))[0]
        return total

    difference = (outputs(STEP) - outputs(-STEP)) / (2 * STEP)
    return difference, difference


def abc_attention(**x: Any) -> tuple[mpf, mpf]:
    def inputs(t: mpf) -> tuple[Any, Any]:
        first, second = x["D1"] * (t * x["R"]) * x["x1"], x["D2"] * (t * x["R"]) * x["x2"]
        return x["h1"] + x["B11"] * first + x["B12"] * second, x["h2"] + x["B21"] * first + x["B22"] * second

    return _two_positions(x, inputs)


def abc_conv(**x: Any) -> tuple[mpf, mpf]:
    def inputs(t: mpf) -> tuple[Any, Any]:
        first, second = x["D1"] * (t * x["R"]) * x["x1"], x["D2"] * (t * x["R"]) * x["x2"]
        feature_map = x["h"] + x["B1"] * first + x["B2"] * second
        return x["E1"] * feature_map, x["E2"] * feature_map

    return _two_positions(x, inputs)


def _hessian_bound(triple: Callable[..., tuple[mpf, mpf]]) -> Callable[..., tuple[mpf, mpf]]:
    def sides(A: Any, B: Any, C: Any, M: Any, P: Any, Q: Any, **indices: int) -> tuple[mpf, mpf]:
        whole = M + P * (A * B * C - P.T * M * Q) * Q.T
        return sigma(whole, 1), triple(A, B, C, **indices)[1]

    return sides


SIDES: dict[str, Callable[..., tuple[mpf, mpf]]] = {
    "abc_attention": abc_attention,
    "abc_conv": abc_conv,
    "abc_linear": abc_linear,
    "abc_mlp": abc_mlp,
    "attention_jacobian": attention_jacobian,
    "gauss_newton_split": gauss_newton_split,
    "hessian_block": hessian_block,
    "hessian_gap": _hessian_bound(reference.SIDES["triple_gap"]),
    "hessian_horn_johnson": _hessian_bound(reference.SIDES["horn_johnson_triple"]),
    "hessian_sequential": _hessian_bound(reference.SIDES["triple_sequential"]),
    "hessian_subspace": _hessian_bound(reference.SIDES["triple_subspace"]),
    "layer_curvature": layer_curvature,
    "piecewise_linear_psd": piecewise_linear_psd,
}
