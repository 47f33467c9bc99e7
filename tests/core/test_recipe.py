import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from specbound.core.catalogue import catalog
from specbound.core.errors import InvalidInput
from specbound.core.instance import Domain, Index
from specbound.core.recipe import Recipe, Values
from specbound.statements.recipes import entries, recipes_of
from specbound.testing import values_of

RECIPES = {f"{s.id}-{r.name}": (s, r) for s in catalog().values() for r in recipes_of(s)}


@pytest.mark.parametrize("name", RECIPES)
@settings(max_examples=6)
@given(data=st.data())
def test_a_drawn_instance_meets_its_domain_and_survives_json(name: str, data: st.DataObject) -> None:
    statement, recipe = RECIPES[name]
    values = data.draw(values_of(recipe))
    instance = recipe.build(values, None)
    # The domain's own check, which knows nothing of recipes.
    statement.domain.instance(instance.values)
    again = recipe.from_json(json.loads(json.dumps(recipe.to_json(values))))
    rebuilt = recipe.build(again, None)
    assert all(np.array_equal(rebuilt.values[name], instance.values[name]) for name in instance.values)


@pytest.mark.parametrize("name", RECIPES)
def test_random_draws_meet_their_domain(name: str) -> None:
    statement, recipe = RECIPES[name]
    generator = np.random.default_rng(3)
    for _ in range(50):
        integers = recipe.draw_integers(generator)
        statement.domain.instance(recipe.build({**integers, **recipe.draw_reals(generator, integers)}, None).values)


def _drawn(recipe: Recipe) -> Values:
    generator = np.random.default_rng(5)
    integers = recipe.draw_integers(generator)
    return {**integers, **recipe.draw_reals(generator, integers)}


def _recipe() -> Recipe:
    return next(r for r in recipes_of(catalog()["triple_gap"]) if r.name == "by_spectrum")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"recipe": "entries"}, "required by recipe 'by_spectrum'"),
        ({"surplus": 1}, "required by recipe"),
        ({"m": 99}, "m = 99; required: an integer from 1 to 4"),
        ({"m": 1.5}, "an integer"),
        ({"r1": 5}, "r1 = 5"),
        ({"spectrum_B": []}, "spectrum_B"),
        ({"spectrum_B": [2.0, 0.0, 0.0, 0.0]}, "spectrum_B"),
    ],
)
def test_recipes_refuse_numbers_that_are_not_theirs(change: dict[str, object], message: str) -> None:
    recipe = _recipe()
    with pytest.raises(InvalidInput, match=message):
        recipe.from_json({**recipe.to_json(_drawn(recipe)), **change})


def test_sizes_that_leave_an_index_without_values_are_drawn_again() -> None:
    inner = Domain({"A": ("m", "n")}, {"r": Index(0, lambda sizes: min(sizes["m"], sizes["n"]) - 3)})
    recipe = entries(inner)
    generator = np.random.default_rng(0)
    assert all(min(values["m"], values["n"]) >= 3 for values in (recipe.draw_integers(generator) for _ in range(50)))
    assert all(
        min(v["m"], v["n"]) >= 3
        for v in recipe.smaller_integers(recipe.draw_integers(generator) | {"A": np.ones((8, 8))})
    )
    never = entries(Domain({"A": ("m", "n")}, {"r": Index(5, lambda _: 4)}))
    with pytest.raises(InvalidInput, match="no sizes were found"):
        never.draw_integers(generator)


def test_lowered_integers_still_build() -> None:
    recipe = _recipe()
    values = _drawn(recipe)
    neighbours = list(recipe.smaller_integers(values))
    assert neighbours
    for neighbour in neighbours:
        recipe.from_json(recipe.to_json(neighbour))
