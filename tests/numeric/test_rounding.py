"""The tolerance is held against 60-digit references on hard instances: it must cover the error, and not by miles."""

from dataclasses import replace

import numpy as np
import pytest

from specbound.checks.margins import margins
from specbound.core.catalogue import catalog
from specbound.core.errors import InvalidInput
from specbound.numeric.rounding import tolerance, unit_roundoff
from specbound.statements.recipes import recipes_of
from tests.reference import SIDES, exact


@pytest.mark.parametrize(
    ("dtype", "expected"), [("float64", 2.0**-53), ("float32", 2.0**-24), ("torch.float32", 2.0**-24)]
)
def test_unit_roundoff(dtype: str, expected: float) -> None:
    assert unit_roundoff(dtype) == expected


def test_tolerance_grows_with_scale_and_dimensions_and_never_vanishes() -> None:
    assert tolerance("float64", 10, 2.0) == pytest.approx(2 * tolerance("float64", 10, 1.0))
    assert tolerance("float64", 20, 1.0) == pytest.approx(2 * tolerance("float64", 10, 1.0))
    assert tolerance("float64", 1, 0.0) > 0


@pytest.mark.parametrize("name", [name for name in SIDES if name != "triple_independent"])
def test_the_tolerance_covers_the_error_of_a_margin(name: str) -> None:
    statement = catalog()[name]
    generator = np.random.default_rng(11)
    worst = 0.0
    for recipe in recipes_of(statement):
        for _ in range(6):
            integers = recipe.draw_integers(generator)
            instance = recipe.build({**integers, **recipe.draw_reals(generator, integers)}, None)
            matrices = {key: exact(instance.values[key]) for key in statement.domain.matrices}
            indices = {key: instance.values[key] for key in statement.domain.indices}
            true = statement.relation.margin(*SIDES[name](**matrices, **indices))
            comparison = statement.compare(instance)
            # Where singular vectors are a free choice the reference may make another one, and gets another margin;
            # what must agree then is that neither lies below zero by more than the tolerance.
            error = abs(float(true - comparison.margin))
            if error > 1e-6 * float(statement.scale(instance)):
                assert min(float(true), comparison.margin) >= -comparison.tolerance
                continue
            worst = max(worst, error / comparison.tolerance)
    assert 0 < worst < 1


def test_zero_tolerance_would_call_a_true_inequality_false() -> None:
    # The reason for a tolerance: Weyl's inequality with equality, in floats.
    statement = catalog()["weyl_sum"]
    generator = np.random.default_rng(0)
    below = 0
    for _ in range(2000):
        matrix = generator.standard_normal((4, 4))
        instance = statement.domain.instance({"A": matrix, "B": matrix * generator.random(), "i": 0, "j": 0})
        comparison = statement.compare(instance)
        below += comparison.margin < 0
        assert comparison.margin >= -comparison.tolerance
    assert below > 0


@pytest.mark.parametrize("factor", [1.0, 1e-100, 1e-163, 1e-170, 1e-250, 1e-300, 1e100])
def test_equality_is_not_violated_at_any_scale(factor: float) -> None:
    statement = catalog()["weyl_sum"]
    for part in range(1, 200):
        a = factor * np.array([[1.0, 2.0], [3.0, 4.0]])
        instance = statement.domain.instance({"A": a, "B": a * part / 7, "i": 0, "j": 0})
        assert not statement.is_violated_on(instance)


@pytest.mark.parametrize("scales", [(1e-161, 1e-161, 1e150), (1e-150, 1e-165, 1e150), (1e-160, 1e-160, 1e153)])
def test_products_that_underflow_on_the_way_are_left_undecided(scales: tuple[float, float, float]) -> None:
    statement = catalog()["triple_gap"]
    q = np.array([[0.6, -0.8], [0.8, 0.6]])
    a, b, c = scales
    matrices = {"A": a * q, "B": b * np.diag([2.0, 1.0]), "C": c * q}
    assert not statement.is_violated_on(statement.domain.instance({**matrices, "r1": 2, "r2": 2}))


def test_a_ratio_of_rounding_noise_is_no_tightness() -> None:
    statement = catalog()["weyl_sum"]
    one = np.outer(np.arange(1.0, 7.0), np.ones(6))
    instance = statement.domain.instance({"A": one, "B": one / 3, "i": 3, "j": 1})
    comparison = statement.compare(instance)
    assert np.isnan(comparison.tightness)


def test_a_negative_scale_is_refused() -> None:
    statement = replace(catalog()["weyl_sum"], scale=lambda x: -x.ops.frobenius_norm(x.A))
    with pytest.raises(InvalidInput, match="scale is negative"):
        statement.compare(statement.domain.instance({"A": np.eye(2), "B": np.eye(2), "i": 0, "j": 0}))


def test_batches_and_single_instances_agree() -> None:
    import torch

    statement = catalog()["triple_gap"]
    recipe = recipes_of(statement)[1]
    generator = np.random.default_rng(2)
    integers = recipe.draw_integers(generator)
    reals = recipe.draw_reals(generator, integers, (6,))
    batch = margins(statement, recipe, {**integers, **{k: torch.as_tensor(v) for k, v in reals.items()}})
    for index in range(6):
        instance = recipe.build({**integers, **{k: v[index] for k, v in reals.items()}}, None)
        single = statement.relative(statement.compare(instance).margin, instance)
        assert float(batch.relative[index]) == pytest.approx(single, abs=1e-13)
