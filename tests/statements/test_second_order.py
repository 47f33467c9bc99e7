"""The two sides of statements on curvature, deformations, limits and rates against slow definitions at 60 digits."""

import numpy as np
import pytest

from specbound.core.catalogue import catalog
from specbound.core.statement import Expected, Statement
from specbound.core.verdict import Verdict
from specbound.statements.recipes import recipes_of
from tests import (
    reference_chains,
    reference_curvature,
    reference_deformation,
    reference_freezing,
    reference_functions,
    reference_limits,
    reference_members,
    reference_merging,
    reference_quadratics,
    reference_steps,
    reference_training,
)
from tests.reference import exact

AREAS = ("curvature", "deformation", "limits", "rates")
CATALOG = {name: statement for name, statement in catalog().items() if statement.area in AREAS}
REFERENCES = (
    reference_chains,
    reference_curvature,
    reference_deformation,
    reference_freezing,
    reference_functions,
    reference_limits,
    reference_merging,
    reference_members,
    reference_quadratics,
    reference_steps,
    reference_training,
)
SIDES = {name: sides for reference in REFERENCES for name, sides in reference.SIDES.items()}
DRAWN = 4


def _instances(statement):
    """A few drawn instances of every recipe that meet the assumptions, then the examples."""
    generator = np.random.default_rng(0)
    for recipe in recipes_of(statement):
        found = 0
        while found < DRAWN:
            integers = recipe.draw_integers(generator)
            instance = recipe.build({**integers, **recipe.draw_reals(generator, integers)}, None)
            if bool(statement.admits(instance)):
                found += 1
                yield instance
    for example in (*statement.attained, *statement.refuted_by):
        yield statement.example(example)


def test_every_statement_has_a_slow_definition() -> None:
    assert set(SIDES) == set(CATALOG)


@pytest.mark.parametrize("name", CATALOG)
def test_sides_agree_with_slow_definitions(name: str) -> None:
    statement = CATALOG[name]
    for instance in _instances(statement):
        matrices = {key: exact(instance.values[key]) for key in statement.domain.matrices}
        others = {key: instance.values[key] for key in statement.domain.parameters}
        width = float(statement.tolerance(instance))
        for side, reference in zip(statement.sides(instance), SIDES[name](**matrices, **others), strict=True):
            assert abs(float(side) - float(reference)) <= width, (float(side), float(reference))


@pytest.mark.parametrize("name", CATALOG)
def test_equality_is_attained_where_it_is_said_to_be(name: str) -> None:
    statement = CATALOG[name]
    for example in statement.attained:
        comparison = statement.compare(statement.example(example), equality=True)
        assert comparison.verdict is Verdict.CONSISTENT, example.why
    for example in statement.refuted_by:
        assert statement.expected is Expected.REFUTED
        assert statement.compare(statement.example(example)).verdict is Verdict.VIOLATED, example.why


EMBEDDED = [
    statement.mutate(mutant)
    for statement in CATALOG.values()
    for mutant in statement.mutants
    if "refuted_by" in mutant.replaced
]


@pytest.mark.parametrize("mutant", EMBEDDED, ids=lambda s: s.id)
def test_the_refuted_reading_fails_on_a_hessian_too(mutant: Statement) -> None:
    for example in mutant.refuted_by:
        assert mutant.compare(mutant.example(example)).verdict is Verdict.VIOLATED, example.why


def test_the_counterexample_stands_in_both_bounds_on_a_hessian() -> None:
    assert {mutant.id for mutant in EMBEDDED} == {
        "hessian_gap/second_term_dropped",
        "hessian_sequential/independent_angle",
    }
