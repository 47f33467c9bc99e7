"""Real numbers as text that loses nothing."""

from __future__ import annotations

import re
from fractions import Fraction
from math import isfinite
from typing import Any

from specbound.core.errors import InvalidInput
from specbound.numeric.enclosures.reading import exact_fraction

PLAIN = 2**53
"""Integers below this in size are written as integers, not as floats."""


def exact(value: Any) -> Fraction:
    """An integer, a fraction or a float, of Python's or NumPy's types, as the fraction that it is.

    **Raises.** :class:`InvalidInput` for NaN and infinities, ``TypeError`` for what is no number.
    """
    try:
        return exact_fraction(value)
    except ValueError as error:
        raise InvalidInput(f"the number {value!r}; required: a finite number") from error


def text_of(value: Any) -> str:
    """The number as text: an integer, a hexadecimal float where a double holds it, else a fraction.

    >>> text_of(3), text_of(0.1), text_of(Fraction(1, 3))
    ('3', '0x1.999999999999ap-4', '1/3')
    """
    number = exact(value)
    if number.denominator == 1 and abs(number) < PLAIN:
        return str(number)
    try:
        double = float(number)
    except OverflowError:
        return str(number)
    return hexadecimal(double) if Fraction(double) == number else str(number)


def hexadecimal(number: float) -> str:
    """A finite float in hexadecimal, without zeros at its end.

    >>> hexadecimal(1.5)
    '0x1.8p+0'
    """
    return re.sub(r"\.?0*p", "p", number.hex())


def long_hexadecimal(number: Fraction) -> str:
    """A fraction whose denominator is a power of two, in hexadecimal, of as many digits as it takes.

    >>> long_hexadecimal(Fraction(-3, 2**70))
    '-0x3p-70'
    """
    exponent = number.denominator.bit_length() - 1
    return f"{'-' if number < 0 else ''}{abs(number.numerator):#x}p-{exponent}"


def outward(interval: tuple[float, float]) -> list[str | None]:
    """Both ends of an interval as text; None for an end that is not finite: the interval has no such bound."""
    return [hexadecimal(end) if isfinite(end) else None for end in interval]
