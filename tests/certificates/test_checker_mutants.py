"""A checker that is wrong in one place confirms something untrue: each such place is seen to matter."""

from pathlib import Path
from types import ModuleType

import pytest

from specbound.certificates import checker
from tests.certificates.probes import failures

SOURCE = Path(checker.__file__).read_text(encoding="utf-8")

MUTANTS = {
    "E dropped": ("x * low - E), x * high + E)", "x * low), x * high)"),
    "E dropped below": ("x * low - E)", "x * low)"),
    "sign of E": ("x * low - E), x * high + E)", "x * low + E), x * high - E)"),
    "F dropped": (
        "root((1 - F) * (1 - G), False), root((1 + F) * (1 + G), True)",
        "root(1 - G, False), root(1 + G, True)",
    ),
    "G dropped": (
        "root((1 - F) * (1 - G), False), root((1 + F) * (1 + G), True)",
        "root(1 - F, False), root(1 + F, True)",
    ),
    "far from orthonormal": ("F < 1 and G < 1", "True"),
    "ascending values": ("descending and len", "len"),
    "missing values": ("descending and len(self.s) == min(len(m.rows), len(m.rows[0]))", "descending"),
    "E dropped from angles": ("self.apart = E + ", "self.apart = "),
    "F dropped from angles": ("self.s[0] * (F * (1 + G) + G)", "self.s[0] * G"),
    "√2 dropped": ("root(ZERO + 2, True) * self.apart / gap", "self.apart / 10 / gap"),
    "gap ignored": ('required(gap > 0, f"there', 'required(True, f"there'),
    "gap to the value after": ("(*self.values, NOTHING)[count].high", "(*self.values[1:], NOTHING)[count].high"),
    "projection from the other side": ("self.matrix.product(span) if side", "self.matrix.product(span) if not side"),
    "turns in products": ("required(self.right == other.left", "required(True"),
    "turns in sums": ("required((self.left, self.right) == (other.left, other.right)", "required(True"),
    "turns in entries": ("min(map(len, rows)) and turns == {None}", "rows"),
    "no fresh turn": ("value._replace(right=len(values)) if", "value if"),
    "radius of a product": (
        "self.radius * other.norm().high + self.norm().high * other.radius",
        "self.radius * other.norm().high",
    ),
    "radius of a product, left": (
        "self.radius * other.norm().high + self.norm().high * other.radius",
        "self.norm().high * other.radius",
    ),
    "radius of a sum": ("self.radius + other.radius, self.left", "self.radius, self.left"),
    "radius of a multiple": ("by.high - middle)", "ZERO)"),
    "radius rounded down": ("radius=rounded(self.radius, True)", "radius=rounded(self.radius, False)"),
    "radius of rounding": ("self.radius + moved * len(rows[0])", "self.radius"),
    "radius of a norm": ("root(square, False) - self.radius", "root(square, False)"),
    "radius of a norm, above": ("root(square, True) + self.radius", "root(square, True)"),
    "radius of an entry": (
        "Fraction(x, self.den) - self.radius, Fraction(x, self.den) + self.radius",
        "Fraction(x, self.den), Fraction(x, self.den)",
    ),
    "ends rounded inward": (
        "rounded(self.low, False), rounded(self.high, True)",
        "rounded(self.low, True), rounded(self.high, False)",
    ),
    "roots rounded down": ("// x.denominator) + up, 1", "// x.denominator), 1"),
    "rounding up forgotten": ("ceil(x * scale) if up else floor(x * scale)", "floor(x * scale)"),
    "products of ends": ("[x * y for x in self for y in other]", "[x * y for x, y in zip(self, other)]"),
    "division across zero": ('required(other.low > 0 or other.high < 0, "it div', 'required(True, "it div'),
    "even powers": ("self if exponent % 2 else self.size()", "self"),
    "sign of a difference": ("Interval(a.low - b.high, a.high - b.low)", "Interval(a.low - b.low, a.high - b.high)"),
    "error of a system": ("radius=rest.high / self.values[-1].low", "radius=ZERO"),
    "violations of an equality": ('(relation == "==" and small.high < large.low)', "False"),
    "verdict not compared": ('and verdict == claim["verdict"] != "UNDECIDED"', ""),
    "undecided confirmed": (' != "UNDECIDED", f', ", f"),
    "bounds from below": ("(low is None or number(low) <= side.high) and", ""),
    "bounds from above": (" and (high is None or side.low <= number(high))", ""),
    "relation turned": ('sides[::-1] if relation == "<="', 'sides[::-1] if relation == ">="'),
    "premises dropped": ("required(holds is True or", "required(True or"),
    "premises by their number": ("values[holds] is True", "values[holds] is not None"),
    "literal premises dropped": ("holds is True or", "type(holds) is bool or"),
    "the file's own word": ('witness or claim["independent"] is True', "True"),
}


def _mutant(name: str) -> ModuleType:
    old, new = MUTANTS[name]
    assert SOURCE.count(old) == 1, f"{name}: the checker has {SOURCE.count(old)} places of {old!r}"
    module = ModuleType("mutant")
    exec(compile(SOURCE.replace(old, new), name, "exec"), module.__dict__)
    return module


def test_the_checker_itself_passes_all_probes() -> None:
    assert failures(checker) == []


@pytest.mark.parametrize("name", MUTANTS)
def test_a_wrong_checker_is_found_out(name: str) -> None:
    assert failures(_mutant(name))
