"""Where an unsound checker goes wrong: each probe tells what is untrue in what it derives, or confirms."""

from collections.abc import Iterator
from fractions import Fraction
from types import ModuleType
from typing import Any

from tests.certificates.made import claim, witness

F = Fraction
ONE = [[1, 0], [0, 1]]
ROTATION = [[F(99, 101), F(-20, 101)], [F(20, 101), F(99, 101)]]
"""By arctan(20/99), about 0.2."""
SLIGHT = [[F(39999, 40001), F(-400, 40001)], [F(400, 40001), F(39999, 40001)]]
"""By about 0.01."""


def failures(checker: ModuleType) -> list[str]:
    """What is untrue; nothing of a sound checker."""
    found = [*_outside(checker), *_confirmed(checker)]
    return [*found, *_rounding(checker)]


def _outside(checker: ModuleType) -> Iterator[str]:
    """Quantities whose enclosures do not hold what they are."""
    sigma = [["input", "A"], ["singular_value", 0, 0], ["singular_value", 0, 1]]
    angle = [["input", "A"], ["left", 0, 1], ["right", 0, 1], ["input", "e"], ["cosine", 1, 3], ["sine", 2, 3]]
    rank = [["input", "A"], ["truncated", 0, 1], ["difference", 0, 1], ["frobenius_norm", 2]]
    solved = [["input", "A"], ["input", "e"], ["solve", 0, 1], ["frobenius_norm", 2]]
    products = [
        ["input", "x"],
        ["input", "y"],
        ["-", 0, 1],
        ["*", 2, 0],
        ["**", 2, 2],
        ["neg", 2],
        ["abs", 2],
        ["/", 0, 1],
    ]
    square = [
        ["input", "A"],
        ["left", 0, 1],
        ["transpose", 1],
        ["product", 1, 2],
        ["difference", 3, 4],
        ["frobenius_norm", 5],
    ]
    square.insert(4, ["input", "P"])
    near = [[F(1, 1000), 0], [0, 0]]
    unit, two = [[1], [0]], [[2, 0], [0, 1]]
    # Its right singular vectors are those of SLIGHT; the witness has the unit vectors, and no residual.
    sheared = [[F(11, 10) * x for x in column] for column in [[SLIGHT[0][0], SLIGHT[1][0]]]]
    sheared.append([SLIGHT[0][1], SLIGHT[1][1]])
    shear = witness([[row[0] / F(11, 10), row[1]] for row in sheared], [F(11, 10), 1], ONE)
    wide, tall = [[3, 0, 0], [0, 1, 0]], [[3, 0], [0, 1], [0, 0]]
    cases: list[tuple[str, Any, dict[str, Any], dict[str, Any], dict[int, Any]]] = [
        ("s is off", sigma, {"A": [[1]]}, witness([[1]], [2], [[1]]), {1: 1, 2: 0}),
        ("s is off, below", sigma, {"A": [[1]]}, witness([[1]], [F(1, 2)], [[1]]), {1: 1}),
        ("U is long", sigma, {"A": [[1]]}, witness([[F(5, 4)]], [F(4, 5)], [[1]]), {1: 1}),
        ("V is short", sigma, {"A": [[1]]}, witness([[1]], [F(4, 3)], [[F(3, 4)]]), {1: 1}),
        ("V is long", sigma, {"A": [[1]]}, witness([[1]], [F(4, 5)], [[F(5, 4)]]), {1: 1}),
        (
            *("U and V are far from orthonormal", sigma, {"A": [[0, 0], [0, F(49, 25)]]}),
            *(witness([[0, 0], [0, F(7, 5)]], [10, 1], [[0, 0], [0, F(7, 5)]]), {1: F(49, 25)}),
        ),
        ("a value is missing", sigma, {"A": two}, witness([[1], [0]], [2], [[1], [0]]), {1: 2, 2: 1}),
        ("values ascend", sigma, {"A": two}, witness([[0, 1], [1, 0]], [1, 2], [[0, 1], [1, 0]]), {1: 2, 2: 1}),
        (
            "vectors are turned",
            angle,
            {"A": [[9, 0], [0, 1]], "e": unit},
            witness(ROTATION, [9, 1], ROTATION),
            {4: 1, 5: 0},
        ),
        ("rank one is turned", rank, {"A": [[9, 0], [0, 1]]}, witness(ROTATION, [9, 1], ROTATION), {3: 1}),
        ("rank one of few columns", rank, {"A": tall}, witness(tall_u(), [3, 1], ONE), {3: 1}),
        ("rank one of few rows", rank, {"A": wide}, witness(ONE, [3, 1], tall_u()), {3: 1}),
        (
            "a system's matrix is turned",
            solved,
            {"A": two, "e": [[2], [0]]},
            witness(ROTATION, [2, 1], ROTATION),
            {3: 1},
        ),
        ("vectors are long", square, {"A": [[9, 0], [0, 1]], "P": near}, _stretched(), {6: F(999, 1000)}),
        ("columns are sheared", angle, {"A": sheared, "e": [[F(39999, 40001)], [F(400, 40001)]]}, shear, {5: 0}),
        ("rank one of a cross", rank, {"A": [[0, 9], [1, 0]]}, witness(ONE, [9, 1], [[0, 1], [1, 0]]), {3: 1}),
        ("arithmetic", products, {"x": -2, "y": 3}, {}, {3: 10, 4: 25, 5: 5, 6: 5, 7: F(-2, 3)}),
    ]
    for name, program, inputs, factors, truths in cases:
        given = claim(program, 0, ">=", 0, inputs=inputs)["inputs"]
        read = {
            key: checker.Matrix.of(x["rows"]) if isinstance(x, dict) else checker.Interval(F(x), F(x))
            for key, x in given.items()
        }
        try:
            values = checker.evaluate(program, read, lambda *_, factors=factors: factors)[0]
        except checker.REFUSALS:
            # It may refuse what it cannot bound.
            continue
        yield from (
            f"{name}: node {node} is {truth}, not within {values[node]}"
            for node, truth in truths.items()
            if not values[node].low <= truth <= values[node].high
        )


def tall_u() -> list[list[int]]:
    return [[1, 0], [0, 1], [0, 0]]


def _stretched() -> dict[str, Any]:
    """Vectors a little too long: the projector they give is off, by their length alone."""
    return witness([[F(101, 100), 0], [0, 1]], [9 * F(100, 101), 1], ONE)


def _confirmed(checker: ModuleType) -> Iterator[str]:
    """Claims that are untrue, or nobody's to decide, and yet are confirmed."""
    half, small = ["number", "1/2"], F(1, 1000)
    pair = {"A": [[2, 0], [0, 1]]}
    exact = {"0": witness(ONE, [2, 1], ONE)}
    equal = {"0": witness(ONE, [1 + small, 1 + small], ONE)}
    even = {"A": ONE, "e": [[1], [0]]}
    entry = [["input", "A"], ["left", 0, 1], ["leading", 1, 1, 1], ["entry", 2], half]
    absolute = [["input", "A"], ["left", 0, 1], ["absolute", 1], ["frobenius_norm", 2], half]
    summed = [["input", "A"], ["left", 0, 1], ["right", 0, 1], ["sum", 1, 2], ["frobenius_norm", 3], half]
    outer = [
        ["input", "A"],
        ["left", 0, 1],
        ["right", 0, 1],
        ["transpose", 2],
        ["product", 1, 3],
        ["frobenius_norm", 4],
        half,
    ]
    angle = [["input", "A"], ["left", 0, 1], ["input", "e"], ["cosine", 1, 2], half]
    numbers = [["number", "1"], ["number", "2"], ["<=", 1, 0], ["or", 2, 2]]
    beyond = [["input", "A"], ["singular_value", 0, 0], ["number", "3"]]
    stored = claim(beyond, 1, "<=", 2, inputs=pair, witnesses=exact)
    cases = {
        "an entry that a turn changes": claim(entry, 3, ">=", 4, inputs=pair, witnesses=exact),
        "entries that a turn changes": claim(absolute, 3, ">=", 4, inputs=pair, witnesses=exact),
        "a sum that turns change": claim(summed, 4, ">=", 5, inputs=pair, witnesses=exact),
        "a product that turns change": claim(outer, 5, ">=", 6, inputs=pair, witnesses=exact),
        "vectors without a gap": claim(angle, 3, ">=", 4, "VIOLATED", inputs=even, witnesses=equal),
        "a premise that fails": claim(numbers, 1, ">=", 0, premises=[("less", 2)]),
        "a premise of premises": claim(numbers, 1, ">=", 0, premises=[("less", 3)]),
        "a literal premise that fails": claim(numbers, 1, ">=", 0, premises=[("less", False)]),
        "the greater for the less": claim(numbers, 0, ">=", 1),
        "the less for the greater": claim(numbers, 1, "<=", 0),
        "equality of different numbers": claim(numbers, 0, "==", 1, "CONSISTENT"),
        "equality of different numbers, turned": claim(numbers, 1, "==", 0, "CONSISTENT"),
        "a violation that is none": claim(numbers, 0, "<=", 1, "VIOLATED"),
        "what is open": claim([["number", "2"], ["sqrt", 0], ["**", 1, 2]], 2, ">=", 0, "UNDECIDED"),
        "bounds that lie beside": {**stored, "bounds": {"lhs": ["3", None], "rhs": [None, None]}},
        "bounds that lie below": {**stored, "bounds": {"lhs": [None, None], "rhs": [None, "2"]}},
        "a division by what may be zero": claim(
            [["input", "x"], ["sqrt", 0], ["**", 1, 2], ["-", 2, 0], ["/", 0, 3], ["number", "0x1p+999"]],
            *(4, "<=", 5),
            inputs={"x": 2},
        ),
        "what says that it is none of its": {**stored, "independent": False},
    }
    for name, case in cases.items():
        try:
            checker.confirm(case)
        except checker.REFUSALS:
            continue
        yield f"confirmed: {name}"


def _rounding(checker: ModuleType) -> Iterator[str]:
    """Ends and radii that are rounded inward."""
    for x in (F(2), F(1, 3), F(10**40 + 1, 7)):
        if not checker.root(x, False) ** 2 <= x <= checker.root(x, True) ** 2:
            yield f"√{x} is not within its bounds"
    third = F(1, 3)
    for x in (third, -third, 10**90 * third):
        if not checker.rounded(x, False) <= x <= checker.rounded(x, True):
            yield f"{x} is not within its bounds"
    small = F(1, 3 * 10**9)
    kept = checker.Matrix([[1]], 1, small).outward()
    if kept.radius < small:
        yield "a radius shrinks"
    rounded = checker.Matrix([[2**400 + 2**144]], 2**400, small).outward()
    moved = abs(F(rounded.rows[0][0], rounded.den) - F(2**400 + 2**144, 2**400))
    if rounded.radius < small + moved:
        yield "a midpoint is moved and its radius does not grow"
    narrow = checker.Interval(third, 2 * third).outward()
    if not narrow.low <= third < 2 * third <= narrow.high:
        yield "an interval shrinks"
    for one, other in (((F(-1), F(2)), (F(-3), F(1))), ((F(1), F(2)), (F(-3), F(-1)))):
        ends = [x * y for x in one for y in other]
        product = checker.Interval(*one).times(checker.Interval(*other))
        if not product.low <= min(ends) <= max(ends) <= product.high:
            yield f"{one} times {other} is not within {product}"
    unit = checker.Interval(F(0), F(1))
    if checker.OPERATIONS["-"][2](unit, unit) != (-1, 1) or checker.OPERATIONS["+"][2](unit, unit) != (0, 2):
        yield "a sum or a difference of intervals is too narrow"
    across = checker.Interval(F(-2), F(1))
    if across.power(2) != (0, 4) or across.power(3) != (-8, 1) or across.size() != (0, 2):
        yield "powers of an interval across zero"
    fuzzy, other = checker.Matrix([[3]], 1, F(1, 2)), checker.Matrix([[2]], 1, F(1, 4))
    worst = (3 + F(1, 2)) * (2 + F(1, 4)) - 6
    if fuzzy.product(other).radius < worst or fuzzy.scaled(checker.Interval(F(7, 4), F(9, 4))).radius < worst:
        yield "a product's radius is too small"
    if fuzzy.plus(other).radius < F(3, 4) or fuzzy.plus(other, -1).radius < F(3, 4):
        yield "a sum's radius is too small"
    if fuzzy.norm().high < F(7, 2) or fuzzy.norm().low > F(5, 2) or fuzzy.entry() != (F(5, 2), F(7, 2)):
        yield "a norm does not know of the radius"
