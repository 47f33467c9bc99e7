"""What second derivatives are made of: functions of two parameters up to their mixed derivative, in any number system.

The Hessian of a loss, as a bilinear form, takes two directions v and w and gives ``∂²/∂s∂t L(θ + s v + t w)`` at zero.
A jet carries a matrix-valued function of s and t that far: its value, its two first derivatives and the mixed one. Sums
and products of jets follow the product rule, so a model that is written down once, as products of its parameters,
yields its own Hessian: in floats, in balls and on symbols of any size.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce

from specbound.core.errors import InvalidInput
from specbound.numeric.ops import Array, Ops, Scalar


@dataclass(frozen=True)
class Jet:
    """``value + s · ds + t · dt + s t · mixed``; a derivative that is None vanishes."""

    ops: Ops
    value: Array
    ds: Array | None = None
    dt: Array | None = None
    mixed: Array | None = None

    def __matmul__(self, other: Jet) -> Jet:
        """The product, by the product rule."""
        return Jet(
            self.ops,
            self.ops.product(self.value, other.value),
            self._added((self.ds, other.value), (self.value, other.ds)),
            self._added((self.dt, other.value), (self.value, other.dt)),
            self._added((self.mixed, other.value), (self.ds, other.dt), (self.dt, other.ds), (self.value, other.mixed)),
        )

    def transposed(self) -> Jet:
        """The transpose."""
        parts = (self.ds, self.dt, self.mixed)
        turned = (None if part is None else self.ops.transpose(part) for part in parts)
        return Jet(self.ops, self.ops.transpose(self.value), *turned)

    def scaled(self, number: Scalar) -> Jet:
        """A multiple."""
        parts = (self.ds, self.dt, self.mixed)
        multiples = (None if part is None else self.ops.scaled(number, part) for part in parts)
        return Jet(self.ops, self.ops.scaled(number, self.value), *multiples)

    def __add__(self, other: Jet) -> Jet:
        """The sum."""
        parts = ((self.ds, other.ds), (self.dt, other.dt), (self.mixed, other.mixed))
        return Jet(self.ops, self.ops.sum(self.value, other.value), *(self._sum(*part) for part in parts))

    def _sum(self, *terms: Array | None) -> Array | None:
        known = [term for term in terms if term is not None]
        return self.ops.sum(*known) if known else None

    def _added(self, *pairs: tuple[Array | None, Array | None]) -> Array | None:
        return self._sum(*(self.ops.product(a, b) for a, b in pairs if a is not None and b is not None))


def product(*factors: Jet) -> Jet:
    """The product of jets from left to right: what a chain of linear maps does."""
    return reduce(lambda left, right: left @ right, factors)


def through(z: Jet, value: Array, jacobian: Array) -> Jet:
    """``φ(z(s, t))`` for any φ, by its value and its Jacobian there, where z moves with one of s and t alone.

    **Raises.** :class:`InvalidInput` for a z that moves with both: the mixed derivative needs more of φ.
    """
    if z.ds is not None and z.dt is not None:
        raise InvalidInput("a map given by its Jacobian was applied to what moves with s and with t; required: one")
    moved = (None if part is None else z.ops.product(jacobian, part) for part in (z.ds, z.dt))
    return Jet(z.ops, value, *moved)


def mixed_derivative(z: Jet, gradient: Array, hessian: Array) -> Scalar:
    """``∂²/∂s∂t φ(z(s, t))`` at zero: the chain rule ``z_sᵀ ∇²φ z_t + ∇φᵀ z_st``.

    **Parameters.** ``z``: columns ``(..., d, 1)``; ``gradient``: ``(..., d, 1)``; ``hessian``: ``(..., d, d)``.
    """
    ops = z.ops
    terms = []
    if z.ds is not None and z.dt is not None:
        terms.append(ops.product(ops.transpose(z.ds), hessian, z.dt))
    if z.mixed is not None:
        terms.append(ops.product(ops.transpose(gradient), z.mixed))
    return ops.entry(ops.sum(*terms))


def derivative(z: Jet, gradient: Array) -> Scalar:
    """``∂/∂s φ(z(s, 0))`` at zero: ``∇φᵀ z_s``. **Parameters.** As for :func:`mixed_derivative`."""
    return z.ops.entry(z.ops.product(z.ops.transpose(gradient), z.ds))
