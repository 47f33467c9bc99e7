"""Slow definitions of the statements on rescalings that keep a function: differences of losses at 60 digits."""

from collections.abc import Callable
from typing import Any

import mpmath
from mpmath import mp, mpf

from tests.reference_curvature import STEP, mixed_difference, quadratic

Output = Callable[[mpf, mpf], Any]


def of_loss(x: dict[str, Any], output: Output) -> mpf:
    """∂²/∂s∂t of a loss with gradient g and Hessian S + Sᵀ, whose gradient moves by a with s and by b with t."""
    start = output(mpf(0), mpf(0))

    def loss(s: mpf, t: mpf) -> mpf:
        moved = output(s, t) - start
        return quadratic(x["S"], moved, moved) + ((x["g"] + s * x["a"] + t * x["b"]).T * moved)[0]

    return mixed_difference(loss)


def received(x: dict[str, Any], s: mpf, t: mpf) -> Any:
    return x["h"] + s * x["h_s"] + t * x["h_t"] + s * t * x["h_st"]


def neuron_rescaling(**x: Any) -> tuple[mpf, mpf]:
    D, inverse, one = x["D"], x["D"] ** -1, mpmath.eye(x["D"].rows)

    def output(before: Any, after: Any) -> Output:
        def at(s: mpf, t: mpf) -> Any:
            first = before * x["W1"] + s * before * x["P"] + t * before * x["P2"]
            last = x["W2"] * after + s * x["R"] * after + t * x["R2"] * after
            return last * (x["N"] * (first * received(x, s, t)))

        return at

    return of_loss(x, output(D, inverse)), of_loss(x, output(one, one))


def query_key_rescaling(**x: Any) -> tuple[mpf, mpf]:
    A, inverse, one = x["A"], x["A"] ** -1, mpmath.eye(x["A"].rows)

    def output(of_queries: Any, of_keys: Any) -> Output:
        def at(s: mpf, t: mpf) -> Any:
            query = of_queries * (x["Q"] + s * x["P"] + t * x["P2"]) * received(x, s, t)
            tokens = x["H"] + s * x["H_s"] + t * x["H_t"]
            keys = of_keys * (x["K"] + s * x["R"] + t * x["R2"]) * tokens
            return mpmath.matrix([(keys[:, i].T * x["M"] * query)[0] for i in range(keys.cols)])

        return at

    return of_loss(x, output(A, inverse.T)), of_loss(x, output(one, one))


def value_output_rescaling(**x: Any) -> tuple[mpf, mpf]:
    A, inverse, one = x["A"], x["A"] ** -1, mpmath.eye(x["A"].rows)

    def output(before: Any, after: Any) -> Output:
        def at(s: mpf, t: mpf) -> Any:
            values = before * (x["V"] + s * x["P"] + t * x["P2"])
            last = (x["O"] + s * x["R"] + t * x["R2"]) * after
            first = received(x, s, t) + x["y"] + s * x["y_s"] + t * x["y_t"]
            return last * x["E"] * values * first + last * (one - x["E"]) * values * received(x, s, t)

        return at

    return of_loss(x, output(A, inverse)), of_loss(x, output(one, one))


def gain_shift(**x: Any) -> tuple[mpf, mpf]:
    D, inverse, one = x["D"], x["D"] ** -1, mpmath.eye(x["D"].rows)

    def output(gain: Any, after: Any) -> Output:
        def at(s: mpf, t: mpf) -> Any:
            given = gain * (x["G"] + s * x["P"] + t * x["P2"]) * received(x, s, t)
            first = (x["W_a"] + s * x["R"] + t * x["R2"]) * after
            other = (x["W_b"] + s * x["B"] + t * x["B2"]) * after
            return first * given + x["E"] * (other * given)

        return at

    return of_loss(x, output(D, inverse)), of_loss(x, output(one, one))


def normalised_curvature(z: Any, u: Any, v: Any, g: Any, S: Any, factor: Any) -> tuple[mpf, mpf]:
    def unit(column: Any) -> Any:
        return column / mp.sqrt((column.T * column)[0])

    def curvature(at: Any) -> mpf:
        def loss(s: mpf, t: mpf) -> mpf:
            moved = unit(at + s * u + t * v) - unit(at)
            return quadratic(S, moved, moved) + (g.T * moved)[0]

        return mixed_difference(loss)

    c = mpf(float(factor))
    return curvature(c * z), curvature(z) / c**2


def normalised_step(z: Any, g: Any, factor: Any, eta: Any) -> tuple[mpf, mpf]:
    def square(column: Any) -> mpf:
        return (column.T * column)[0]

    def slope(at: Any) -> Any:
        def loss(coordinate: int, move: mpf) -> mpf:
            moved = at.copy()
            moved[coordinate] += move
            return (g.T * moved)[0] / mp.sqrt(square(moved))

        return mpmath.matrix([(loss(i, STEP) - loss(i, -STEP)) / (2 * STEP) for i in range(at.rows)])

    c, rate = mpf(float(factor)), mpf(float(eta))
    return square(c * z - rate * slope(c * z)), c**2 * square(z) + rate**2 * square(slope(z)) / c**2


SIDES: dict[str, Callable[..., tuple[mpf, mpf]]] = {
    function.__name__: function
    for function in (
        gain_shift,
        neuron_rescaling,
        normalised_curvature,
        normalised_step,
        query_key_rescaling,
        value_output_rescaling,
    )
}
