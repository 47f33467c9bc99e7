"""Checks certificates in exact rational arithmetic, with Python's standard library alone:  python checker.py FILE

A certificate claims ``lhs relation rhs`` for given matrices, with the formula as a program: a list of nodes, each an
operation with numbers of earlier nodes and literals. All is computed anew; on the witnesses rests no more than how
narrow intervals get. A number is an interval of fractions, a matrix all within a radius, in the Frobenius norm, of an
exact midpoint. For A, B within ρ_A, ρ_B of a, b: ``‖AB − ab‖ ≤ ‖a‖ρ_B + ρ_A‖B‖``, and so for ∘ and ⊗.

*Singular values.* Let M lie within ρ of its midpoint m, and let U (m×r), V (n×r), r = min(m, n), and s_1 ≥ … ≥ s_r ≥ 0
be any numbers, with F ≥ ‖I − UᵀU‖_F, G ≥ ‖I − VᵀV‖_F, both below 1, and E ≥ ‖m − U diag(s) Vᵀ‖_F + ρ. The squares of
U's singular values differ from 1 by at most F, and so for V. By Weyl's inequality (Miyajima, Japan J. Indust. Appl.
Math. 31, 2014, Theorem 7) ``s_i √((1 − F)(1 − G)) − E ≤ σ_i(M) ≤ s_i √((1 + F)(1 + G)) + E``; σ_i(M) = 0 for i > r.

*Singular vectors.* The polar factors U', V' of U, V have orthonormal columns; ‖U − U'‖_F ≤ F, as |1 − h| ≤ |1 − h²| for
h ≥ 0. So M is within E' = E + s_1 (F (1 + G) + G) of U' diag(s) V'ᵀ. Let X, Y be orthonormal bases of the complements
of M's top k left and right singular vectors: ``XᵀM = ΣYᵀ``, ‖Σ‖ = σ_{k+1}(M). From ``MV'_k = U'_k S_k + R``, ‖R‖_F ≤
E', and its mirror image, by Xᵀ and Yᵀ: ``s_k x ≤ σ_{k+1} y + E'`` and ``s_k y ≤ σ_{k+1} x + E'`` for the sines x =
‖XᵀU'_k‖_F and y = ‖YᵀV'_k‖_F of the angles between true and approximate spans. So x, y ≤ E'/δ with δ = s_k − σ_{k+1}(M)
> 0 (Wedin 1972). Some orthonormal basis of the true span is within ``√(2Σ(1 − cos θ_i)) ≤ √2 x`` of U'_k, so within F +
√2 E'/δ of U_k; of the whole space the identity is one. The formula's basis is that one times an orthogonal matrix, a
*turn*. A matrix knows the turns on its rows and columns, ``TᵀAT'``. They cancel in products; norms, singular values and
angles do not see them; whatever depends on one is refused.
"""

import json
import re
import sys
from decimal import Context, Decimal
from fractions import Fraction
from math import ceil, floor, isqrt, lcm
from typing import Any, NamedTuple

BITS = 256  # Ends of intervals, radii and midpoints that are not exact are rounded to so many bits, outward.
ZERO = Fraction(0)
REFUSALS = (ArithmeticError, AttributeError, LookupError, TypeError, ValueError)


def required(condition: Any, otherwise: str) -> None:
    if not condition:
        raise ValueError(otherwise)


def rounded(x: Fraction, up: bool) -> Fraction:
    scale = Fraction(2) ** (BITS - x.numerator.bit_length() + x.denominator.bit_length())
    return Fraction(ceil(x * scale) if up else floor(x * scale)) / scale


def root(x: Fraction, up: bool) -> Fraction:
    top, bottom = isqrt(x.numerator), isqrt(x.denominator)
    if top * top == x.numerator and bottom * bottom == x.denominator:
        return Fraction(top, bottom)
    shift = max(0, BITS + (x.denominator.bit_length() - x.numerator.bit_length()) // 2)
    return Fraction(isqrt((x.numerator << 2 * shift) // x.denominator) + up, 1 << shift)


def number(text: str) -> Fraction:  # an integer, a fraction, or a hexadecimal float of any length
    if found := re.fullmatch(r"(-?)0x([0-9a-f]+)\.?([0-9a-f]*)p([+-]?[0-9]{1,4})", text):
        sign, whole, part, exponent = found.groups()
        return int(sign + whole + part, 16) * Fraction(2) ** (int(exponent) - 4 * len(part))
    required(re.fullmatch(r"-?[0-9]+(/[0-9]+)?", text), f"{text[:40]!r} is no number")
    return Fraction(text)


class Interval(NamedTuple):
    low: Fraction
    high: Fraction

    def outward(self) -> "Interval":
        return self if self.low == self.high else Interval(rounded(self.low, False), rounded(self.high, True))

    def times(self, other: "Interval") -> "Interval":
        ends = [x * y for x in self for y in other]
        return Interval(min(ends), max(ends)).outward()

    def over(self, other: "Interval") -> "Interval":
        required(other.low > 0 or other.high < 0, "it divides by a number that may be zero")
        return self.times(Interval(1 / other.high, 1 / other.low))

    def size(self) -> "Interval":
        return Interval(max(self.low, -self.high, ZERO), max(-self.low, self.high))

    def power(self, exponent: int) -> "Interval":
        base = self if exponent % 2 else self.size()
        return Interval(base.low**exponent, base.high**exponent).outward()


class Matrix(NamedTuple):
    rows: list[list[int]]  # to be divided by den
    den: int
    radius: Fraction = ZERO
    left: int | None = None  # Turns on rows and on columns, by the nodes that they come from.
    right: int | None = None

    @classmethod
    def of(cls, texts: list[list[str]]) -> "Matrix":
        rows = [[number(text) for text in row] for row in texts]
        den = lcm(*(x.denominator for row in rows for x in row))
        return cls([[int(x * den) for x in row] for row in rows], den)

    def outward(self) -> "Matrix":  # a midpoint of BITS bits, if it is not exact, and a radius for what that moves it
        excess = max(abs(x) for row in self.rows for x in row).bit_length() - BITS
        if not self.radius or excess <= 0:
            return self._replace(radius=rounded(self.radius, True))
        unit = Fraction(1 << excess, self.den)
        rows, moved = [[(x >> excess) * unit.numerator for x in row] for row in self.rows], unit * len(self.rows)
        return self._replace(rows=rows, den=unit.denominator, radius=rounded(self.radius + moved * len(rows[0]), True))

    def norm(self) -> Interval:
        square = Fraction(sum(x * x for row in self.rows for x in row), self.den**2)
        return Interval(max(ZERO, root(square, False) - self.radius), root(square, True) + self.radius).outward()

    def bilinear(self, other: "Matrix", rows: list[list[int]], left: int | None, right: int | None) -> "Matrix":
        radius = self.radius * other.norm().high + self.norm().high * other.radius
        return Matrix(rows, self.den * other.den, radius, left, right).outward()

    def product(self, other: "Matrix") -> "Matrix":
        required(self.right == other.left, "it multiplies matrices whose turns differ")
        columns = list(zip(*other.rows, strict=True))
        rows = [[sum(x * y for x, y in zip(row, c, strict=True)) for c in columns] for row in self.rows]
        return self.bilinear(other, rows, self.left, other.right)

    def plus(self, other: "Matrix", sign: int = 1) -> "Matrix":
        required((self.left, self.right) == (other.left, other.right), "it adds matrices whose turns differ")
        den = lcm(self.den, other.den)
        p, q = den // self.den, sign * den // other.den
        rows = [[p * x + q * y for x, y in zip(*pair, strict=True)] for pair in zip(self.rows, other.rows, strict=True)]
        return Matrix(rows, den, self.radius + other.radius, self.left, self.right).outward()

    def scaled(self, by: Interval) -> "Matrix":
        middle = (by.low + by.high) / 2
        one = Matrix([[middle.numerator]], middle.denominator, by.high - middle)
        return one.bilinear(self, [[middle.numerator * x for x in row] for row in self.rows], self.left, self.right)

    def transpose(self) -> "Matrix":
        return Matrix([list(c) for c in zip(*self.rows, strict=True)], self.den, self.radius, self.right, self.left)

    def identity(self) -> "Matrix":
        size = range(len(self.rows))
        return Matrix([[int(i == j) for j in size] for i in size], 1, ZERO, self.left, self.left)

    def defect(self) -> "Matrix":
        gram = self.transpose().product(self)
        return gram.identity().plus(gram, -1)

    def entries(self, rows: list[list[int]], other: "Matrix | None" = None) -> "Matrix":
        turns = {x for m in (self, other or self) for x in (m.left, m.right)}
        required(min(map(len, rows)) and turns == {None}, "it looks beyond all entries, or at some that turns change")
        return self.bilinear(other, rows, None, None) if other else self._replace(rows=rows)

    def entry(self) -> Interval:
        ((x,),) = self.entries(self.rows).rows
        return Interval(Fraction(x, self.den) - self.radius, Fraction(x, self.den) + self.radius)


class Svd:
    def __init__(self, m: Matrix, witness: Any) -> None:
        U, V, S = (Matrix.of(rows) for rows in (witness["U"], witness["V"], [witness["s"]]))
        self.matrix, self.factors, self.s = m, (U, V), [Fraction(x, S.den) for x in S.rows[0]]
        descending = self.s == sorted(self.s, reverse=True) and self.s[-1] >= 0
        required(descending and len(self.s) == min(len(m.rows), len(m.rows[0])), "a witness does not fit")
        F, G = self.off = U.defect().norm().high, V.defect().norm().high
        required(F < 1 and G < 1, "the columns of a witness are not nearly orthonormal")
        US = Matrix([[x * y for x, y in zip(row, S.rows[0], strict=True)] for row in U.rows], U.den * S.den)
        E = m._replace(left=None, right=None).plus(US.product(V.transpose()), -1).norm().high
        low, high = root((1 - F) * (1 - G), False), root((1 + F) * (1 + G), True)
        self.values = [Interval(max(ZERO, x * low - E), x * high + E).outward() for x in self.s]
        self.apart = E + self.s[0] * (F * (1 + G) + G)

    def vectors(self, count: int, side: int) -> Matrix:
        known, turn = self.factors[side], (self.matrix.left, self.matrix.right)[side]
        if count == len(known.rows):
            return known.identity()._replace(left=turn)
        gap = self.s[count - 1] - (*self.values, NOTHING)[count].high
        required(gap > 0, f"there is no certified gap between the singular values {count} and {count + 1}")
        radius = self.off[side] + root(ZERO + 2, True) * self.apart / gap
        return Matrix([row[:count] for row in known.rows], known.den, radius, turn).outward()

    def truncated(self, count: int) -> Matrix:  # the identity spans one of the spaces where nothing is cut off
        side = int(len(self.factors[1].rows) < len(self.factors[0].rows))
        span = self.vectors(count, side).product(self.vectors(count, side).transpose())
        return self.matrix.product(span) if side else span.product(self.matrix)

    def solve(self, b: Matrix) -> Matrix:  # for any guess at X = M⁻¹B: ‖X − guess‖_F ≤ ‖B − M·guess‖_F / σ_min(M)
        required(len(self.factors[0].rows) == len(self.factors[1].rows), "it solves what is no square system")
        part = self.factors[0].transpose().product(b._replace(radius=ZERO, left=None))
        rows = [[floor(x / s * 2**BITS) for x in row] for row, s in zip(part.rows, self.s, strict=True)]
        guess = self.factors[1].product(part._replace(rows=rows, den=part.den << BITS))._replace(left=self.matrix.right)
        rest = b.plus(self.matrix.product(guess), -1).norm()
        return guess._replace(radius=rest.high / self.values[-1].low).outward()


NOTHING = Interval(ZERO, ZERO)
TYPES = {"m": Matrix, "d": Matrix, "s": Interval, "t": bool}
# fmt: off
OPERATIONS: dict[str, tuple[str, str, Any]] = {  # arguments by TYPES, i: count, j: index, x: text
    "input": ("x", "{}", None), "number": ("x", "{}", lambda x: Interval(number(x), number(x))),
    "+": ("ss", "({} + {})", lambda a, b: Interval(a.low + b.low, a.high + b.high).outward()),
    "-": ("ss", "({} − {})", lambda a, b: Interval(a.low - b.high, a.high - b.low).outward()),
    "*": ("ss", "{}·{}", Interval.times), "/": ("ss", "{}/({})", Interval.over), "abs": ("s", "|{}|", Interval.size),
    "**": ("si", "({})^{}", Interval.power), "neg": ("s", "(−{})", lambda a: Interval(-a.high, -a.low)),
    "sqrt": ("s", "√({})", lambda a: Interval(root(max(a.low, ZERO), False), root(a.high, True)).outward()),
    "largest": ("js", "max_{0}({2})", lambda j, *a: Interval(*(sorted(ends)[~j] for ends in zip(*a, strict=True)))),
    "sum": ("mm", "({} + {})", Matrix.plus), "difference": ("mm", "({} − {})", lambda a, b: a.plus(b, -1)),
    "product": ("mm", "{} {}", Matrix.product), "scaled": ("sm", "{}·{}", lambda by, a: a.scaled(by)),
    "hadamard": ("mm", "({} ∘ {})", lambda a, b: a.entries(
        [[x * y for x, y in zip(*pair, strict=True)] for pair in zip(a.rows, b.rows, strict=True)], b)),
    "kronecker": ("mm", "({} ⊗ {})", lambda a, b: a.entries(
        [[x * y for x in row for y in other] for row in a.rows for other in b.rows], b)),
    "transpose": ("m", "{}ᵀ", Matrix.transpose), "frobenius_norm": ("m", "‖{}‖_F", Matrix.norm),
    "identity": ("m", "I", Matrix.identity), "orthonormal": ("m", "{0}ᵀ{0}=I", lambda a: a.defect().norm() == NOTHING),
    "absolute": ("m", "|{}|", lambda a: a.entries([[abs(x) for x in row] for row in a.rows])),
    "leading": ("mii", "({0})[:{2}]", lambda a, m, n: a.entries([row[:n] for row in a.rows[:m]])),
    "column": ("mj", "{}[:, {}]", lambda a, j: a.entries([[row[j]] for row in a.rows])),
    "vec": ("m", "vec {}", lambda a: a.entries([[x] for row in a.rows for x in row])),
    "left": ("di", "U_{1}({0})", lambda d, k: d.vectors(k, 0)), "truncated": ("di", "({})_{}", Svd.truncated),
    "right": ("di", "V_{1}({0})", lambda d, k: d.vectors(k, 1)), "solve": ("dm", "{}⁻¹ {}", Svd.solve),
    "singular_value": ("dj", "σ_{1}({0})", lambda d, j: d.values[j] if j < len(d.values) else NOTHING),
    "cosine": ("mm", "cos∠({}, {})", lambda a, b: a.transpose().product(b).norm()), "entry": ("m", "{}", Matrix.entry),
    "sine": ("mm", "sin∠({}, {})", lambda a, b: b.plus(a.product(a.transpose().product(b)), -1).norm()),
    "<": ("ss", "{} < {}", lambda a, b: a.high < b.low), "<=": ("ss", "{} ≤ {}", lambda a, b: a.high <= b.low),
    "and": ("tt", "({} and {})", lambda a, b: a and b), "or": ("tt", "({} or {})", lambda a, b: a or b),
    "contraction": ("d", "‖{}‖ ≤ 1", lambda d: d.values[0].high <= 1),
    "nonsingular": ("d", "det {} ≠ 0", lambda d: d.values[-1].low > 0 and len(d.matrix.rows) == len(d.matrix.rows[0])),
    "bounded": ("m", "|{}| ≤ 1", lambda a: all(abs(x) <= a.den * (1 - a.radius) for row in a.rows for x in row)),
}
# fmt: on


def evaluate(program: Any, inputs: Any, witness: Any) -> tuple[list[Any], list[str], list[str]]:
    """The value of each node, how it reads, and what its text abbreviates; ``witness(node, matrix)`` is asked once."""
    values, texts, terms, decomposed = [], [], [], {}
    for op, *arguments in program:
        required(op in OPERATIONS, f"this checker has no {op!r}")
        (kinds, template, compute), found, read = OPERATIONS[op], [], []
        for kind, x in zip(kinds.ljust(len(arguments), "s") if op == "largest" else kinds, arguments, strict=True):
            required(type(x) is str if kind == "x" else type(x) is int and 0 <= x < 10000, "a node is malformed")
            value: Any = x if kind in "ijx" else values[x]
            required(kind in "ijx" or type(value) is TYPES[kind], "a node is used as what it is not")
            if kind == "d":
                decomposed[x] = value = decomposed.get(x) or Svd(value, witness(x, value))
            found.append(value)
            read.append(str(x + (kind == "j")) if kind in "ij" else x if kind == "x" else texts[x])
        value = inputs[found[0]] if op == "input" else compute(*found)
        if op in ("-", "difference") and arguments[0] == arguments[1]:  # one thing less itself
            value = value.scaled(NOTHING) if op == "difference" else NOTHING
        values.append(value._replace(right=len(values)) if op in ("left", "right") else value)
        text = template.format(*read[:2], ", ".join(read[1:]))
        terms += [f"t{len(terms) + 1} = {text}"] * (len(text) > 60)
        texts.append(f"t{len(terms)}" if len(text) > 60 else text)
    return values, texts, terms


def confirm(claim: Any, witness: Any = None) -> list[str]:
    """How a certificate reads, and its two sides; an error unless its verdict and its bounds are right."""
    required(witness or claim["independent"] is True, "not small: use specbound verify-certificate")
    relation, given, left, right = claim["relation"], claim["inputs"].items(), claim["lhs"], claim["rhs"]
    inputs = {k: Matrix.of(x["rows"]) if isinstance(x, dict) else Interval(*[number(str(x))] * 2) for k, x in given}
    values, texts, terms = evaluate(claim["program"], inputs, witness or (lambda x, _: claim["witnesses"][str(x)]))
    for name, holds in [(premise["name"], premise["holds"]) for premise in claim["premises"]]:
        required(holds is True or (type(holds) is int and values[holds] is True), f"{name} is not certain")
    sides = values[left], values[right]
    large, small = sides[::-1] if relation == "<=" else sides
    equal = relation == "==" or claim["verdict"] == "CONSISTENT"
    violated = large.high < small.low or (relation == "==" and small.high < large.low)
    tied = large.low == small.high or left == right
    holds = relation != "==" and (large.low > small.high or (tied and not equal))
    verdict = "VIOLATED" if violated else "HOLDS" if holds else "CONSISTENT" if equal else "UNDECIDED"
    required(relation in ("<=", ">=", "==") and verdict == claim["verdict"] != "UNDECIDED", f"it is {verdict}")
    for (low, high), side in zip((claim["bounds"]["lhs"], claim["bounds"]["rhs"]), sides, strict=True):
        meets = (low is None or number(low) <= side.high) and (high is None or side.low <= number(high))
        required(meets, f"a side is {shown(side)}, and the certificate's bounds are {low}, {high}")
    return [f"{texts[left]} {relation} {texts[right]}", *terms, f"{' against '.join(map(shown, sides))}: {verdict}"]


def shown(side: Interval) -> str:
    halves = ((side.high + side.low) / 2, 17), ((side.high - side.low) / 2, 2)
    return " ± ".join(str(Context(n).divide(*map(Decimal, x.as_integer_ratio()))) for x, n in halves)


def main(arguments: list[str]) -> int:
    try:
        with open(arguments[0], encoding="utf-8") as stream:
            file = json.load(stream)
        required((file["format"], file["version"]) == ("specbound certificate", 1), "another format or version")
        certificates = {f"{place}. {claim['statement']}": claim for place, claim in enumerate(file["certificates"], 1)}
    except (OSError, RecursionError, *REFUSALS) as error:
        print(f"cannot read a file of certificates: {type(error).__name__}: {error}", file=sys.stderr)
        return 2
    confirmed = 0
    for name, claim in certificates.items():
        try:
            print(name, *confirm(claim), sep="\n    ", end=", confirmed\n")
            confirmed += 1
        except REFUSALS as error:
            print(f"{name}\n    not confirmed: {type(error).__name__}: {error}")
    print(f"{confirmed} of {len(certificates)} confirmed")
    return 0 if confirmed == len(certificates) > 0 else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
