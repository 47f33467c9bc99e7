"""A statement: a claim, the two sides that it compares, and what is known to be tight or false around it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, replace
from enum import Enum
from math import isfinite
from pathlib import Path
from typing import Any

import array_api_compat.numpy
import numpy as np
from array_api_compat import array_namespace

from specbound.core.errors import InvalidInput, unknown_name
from specbound.core.instance import Domain, Instance
from specbound.core.recipe import Recipe
from specbound.core.verdict import Comparison, Relation, Verdict, judge
from specbound.numeric.arrays import ArrayOps
from specbound.numeric.ops import NotAvailable, Scalar
from specbound.numeric.rounding import tolerance, unit_roundoff

PERTURBATIONS = 5
"""How many perturbed instances a violation must outlast; a heuristic."""

Side = Callable[[Instance], Scalar]


class Expected(Enum):
    """What the project expects of a claim. It never enters a status; it only decides what counts as a surprise."""

    HOLDS = "holds"
    REFUTED = "refuted"


@dataclass(frozen=True)
class Source:
    """Where a claim comes from: a publication with its place, or ``Source("ours")``."""

    author: str
    title: str = ""
    year: int | None = None
    place: str = ""

    def __str__(self) -> str:
        return ", ".join(str(part) for part in (self.author, self.title, self.year, self.place) if part)


@dataclass(frozen=True)
class Assumption:
    """A premise beyond the domain, why it is made, and a check of it that does not rely on how an instance was built.

    ``holds(instance)`` gives one truth value for each instance of the batch.
    """

    name: str
    why: str
    holds: Callable[[Instance], Any]


@dataclass(frozen=True)
class Example:
    """Matrices and indices, as plain numbers (a fraction as a ``Fraction``), that say something about a claim."""

    why: str
    values: Mapping[str, Any]


@dataclass(frozen=True)
class Mutant:
    """A false neighbour of a statement: what is changed, and the fields that change."""

    name: str
    change: str
    replaced: Mapping[str, Any]


@dataclass(frozen=True)
class Statement:
    """A claim ``lhs(instance) relation rhs(instance)`` for every instance of a domain.

    ``claim`` is LaTeX with its quantifiers. ``scale(instance)`` bounds the size of the quantities that rounding acts
    on, in the units of the sides: the product of the factors' norms for a product, the sum of norms for a sum.
    ``attained`` are instances of equality, ``refuted_by`` known counterexamples of a claim that is expected to be
    false, ``mutants`` false neighbours that a search must refute, with formulas between dollar signs, ``recipes`` ways
    to build instances (the standard ones of its domain where none are given), ``equal_where`` on which instances of an
    inequality the sides are equal by structure, with which intervals can only be consistent, ``document`` the docstring
    of the defining module, ``file`` its path, filled in by whoever loads it.
    """

    id: str
    area: str
    claim: str
    domain: Domain
    lhs: Side
    relation: Relation
    rhs: Side
    scale: Side
    source: Source
    expected: Expected = Expected.HOLDS
    assumptions: tuple[Assumption, ...] = ()
    attained: tuple[Example, ...] = ()
    refuted_by: tuple[Example, ...] = ()
    mutants: tuple[Mutant, ...] = ()
    recipes: tuple[Recipe, ...] = ()
    equal_where: Callable[[Instance], bool] | None = None
    document: str = ""
    file: Path | None = None

    def __post_init__(self) -> None:
        if not re.fullmatch(r"[a-z][a-z0-9_]*(/[a-z][a-z0-9_]*)?", self.id):
            raise InvalidInput(f"statement id {self.id!r}; required: lower-case words joined by underscores")
        kinds = {"domain": Domain, "relation": Relation, "source": Source, "expected": Expected}
        for name, kind in kinds.items():
            if not isinstance(getattr(self, name), kind):
                raise InvalidInput(f"{self.id}: {name} {getattr(self, name)!r}; required: a specbound.{kind.__name__}")
        parts = {
            "assumptions": Assumption,
            "attained": Example,
            "refuted_by": Example,
            "mutants": Mutant,
            "recipes": Recipe,
        }
        for name, kind in parts.items():
            given: Any = getattr(self, name)
            if type(given) is not tuple or not all(isinstance(item, kind) for item in getattr(self, name)):
                required = f"a tuple of specbound.{kind.__name__}, with a comma after a single one"
                raise InvalidInput(f"{self.id}: {name} {given!r}; required: {required}")
        names = [mutant.name for mutant in self.mutants]
        if len(set(names)) != len(names):
            raise InvalidInput(f"{self.id}: two mutants share a name in {names}; give each its own")
        known = [item.name for item in fields(self)]
        for mutant in self.mutants:
            if not isinstance(mutant.replaced, Mapping):  # pyright: ignore[reportUnnecessaryIsInstance]
                raise InvalidInput(f"{self.id}: {mutant.name} replaces {mutant.replaced!r}; required: a dict of fields")
            for name in mutant.replaced:
                if name not in known:
                    raise unknown_name(f"field replaced by the mutant {mutant.name}", name, known)

    @property
    def summary(self) -> str:
        """The first sentence of the document."""
        return self.document.strip().split("\n\n")[0].replace("\n", " ")

    def mutate(self, mutant: Mutant) -> Statement:
        """The mutant as a statement of its own, ``id/mutant``, expected to be refuted."""
        changes: dict[str, Any] = {
            "id": f"{self.id}/{mutant.name}",
            "claim": rf"{self.claim}\quad\text{{(mutant: {mutant.change})}}",
            "document": f"A false neighbour of {self.id}: {mutant.change}.\n\nThe statement itself: {self.document}",
            "expected": Expected.REFUTED,
            "attained": (),
            "refuted_by": (),
            "mutants": (),
            "equal_where": None,
            **mutant.replaced,
        }
        return replace(self, **changes)

    def example(self, example: Example) -> Instance:
        """An example as an instance in float64."""
        indices = self.domain.indices
        values = {
            name: value if name in indices else np.array(value, dtype=float)[()]
            for name, value in example.values.items()
        }
        return self.domain.instance(values)

    def admits(self, instance: Instance) -> Any:
        """Whether all assumptions hold, one truth value for each instance of the batch."""
        admitted: Any = True
        for assumption in self.assumptions:
            admitted = self._called(assumption.name, assumption.holds, instance) & admitted
        return admitted

    def equal_on(self, instance: Instance) -> bool:
        """Whether the sides are equal by structure on this one instance."""
        return self.equal_where is not None and bool(self._called("equal_where", self.equal_where, instance))

    def sides(self, instance: Instance) -> tuple[Scalar, Scalar]:
        """Left and right side, one value for each instance of the batch."""
        return self._evaluated("lhs", instance), self._evaluated("rhs", instance)

    def magnitude(self, instance: Instance) -> Scalar:
        """The scale, one value for each instance of the batch."""
        return self._evaluated("scale", instance)

    def tolerance(self, instance: Instance) -> Scalar:
        """What rounding leaves open on each instance of the batch, in the units of the sides.

        **Raises.** :class:`InvalidInput` where the scale is negative.
        """
        matrices = [instance.values[name] for name in self.domain.matrices]
        scale = self.magnitude(instance)
        xp: Any = array_namespace(matrices[0])
        if not bool(xp.all(scale >= 0)):
            raise InvalidInput(f"{self.id}: scale is negative or NaN on an instance; required: a bound on sizes")
        growth: Any = 1.0
        for matrix in matrices:
            norm = instance.ops.frobenius_norm(matrix)
            growth = growth * xp.where(norm > 1, norm, xp.ones_like(norm))
        dimensions = sum(sum(matrix.shape[-2:]) for matrix in matrices)
        return tolerance(matrices[0].dtype, dimensions, scale, growth)

    def compare(self, instance: Instance, equality: bool = False) -> Comparison:
        """Both sides on one NumPy instance and the verdict that floats allow.

        A violation must also outlast perturbations of the size of rounding, four times over: where a scale is too
        small, or a formula is worthless in floats, it is left undecided.

        **Parameters.** ``equality``: whether this instance is one on which the sides are equal by structure.
        **Raises.** :class:`InvalidInput` where a side is not finite.
        """
        lhs, rhs = (float(side) for side in self.sides(instance))
        margin, width = float(self.relation.margin(lhs, rhs)), float(self.tolerance(instance))
        if not (isfinite(margin) and isfinite(width)):
            raise InvalidInput(
                f"{self.id}: the sides are {lhs:g} and {rhs:g} with tolerance {width:g}; required: finite numbers. "
                "Rescale the matrices, or mend the formula where it divides by zero"
            )
        verdict = judge(margin, width, equality or self.relation is Relation.EQ)
        if verdict is Verdict.VIOLATED and abs(margin) <= width + 4 * self._rounding_spread(instance, margin):
            verdict = Verdict.UNDECIDED
        small, large = self.relation.ordered(lhs, rhs)
        return Comparison(verdict, lhs, rhs, margin, width, small / large if large > width else float("nan"))

    def _evaluated(self, name: str, instance: Instance) -> Scalar:
        value: Any = self._called(name, getattr(self, name), instance)
        first: Any = instance.values[next(iter(self.domain.matrices))]
        if not hasattr(first, "ndim"):
            # Symbols and exact numbers have no batch.
            return value
        xp: Any = array_namespace(first)
        if type(value) in (int, float):
            # A side may be a plain number, such as 1; it is the same for the whole batch.
            value = value + xp.zeros_like(first[..., 0, 0])
        if not hasattr(value, "dtype") or not xp.isdtype(value.dtype, "real floating"):
            raise InvalidInput(f"{self.id}: {name} gave {value!r}; required: a real number for each instance")
        if tuple(value.shape) != tuple(first.shape[:-2]):
            shapes = f"{tuple(value.shape)}; required: {tuple(first.shape[:-2])}, one number for each instance"
            raise InvalidInput(f"{self.id}: {name} gave shape {shapes}")
        return value

    def _called(self, name: str, function: Side, instance: Instance) -> Any:
        try:
            # What is not finite is refused afterwards, with the statement's name.
            with np.errstate(all="ignore"):
                return function(instance)
        except (InvalidInput, NotAvailable):
            raise
        except (Exception, SystemExit) as error:
            raise InvalidInput(f"{self.id}: {name} raised {type(error).__name__}: {error}") from error

    def relative(self, margin: float, instance: Instance) -> float:
        """A margin in units of the statement's scale, dimensionless; zero where the scale is."""
        scale = float(self.magnitude(instance))
        return margin / scale if scale else 0.0

    def is_violated_on(self, instance: Instance) -> bool:
        """Whether floats show this one NumPy instance to violate the claim, whatever rounding did."""
        return self.compare(instance).verdict is Verdict.VIOLATED

    def _rounding_spread(self, instance: Instance, margin: float) -> float:
        """How far the margin moves when every matrix is perturbed by a few units of roundoff of its largest entry."""
        generator = np.random.default_rng(0)
        spread = 0.0
        for _ in range(PERTURBATIONS):
            moved = dict(instance.values)
            for name in self.domain.matrices:
                matrix = instance.values[name]
                size = 4 * unit_roundoff(matrix.dtype) * np.max(np.abs(matrix))
                moved[name] = matrix + size * generator.uniform(-1, 1, matrix.shape)
            sides = (float(side) for side in self.sides(Instance(ArrayOps(array_api_compat.numpy), moved)))
            spread = max(spread, abs(float(self.relation.margin(*sides)) - margin))
        return spread
