"""The property test, the adversarial search and the shrinker: what they must find, and what they must not claim."""

import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
import torch

from specbound.checks.adversarial import ascend, check_adversarial, device_of, on_device
from specbound.checks.budget import BUDGETS, Budget, budget_of
from specbound.checks.falsify import falsify
from specbound.checks.margins import margins
from specbound.checks.property import check_property
from specbound.checks.shrink import shrink
from specbound.core.catalogue import catalog
from specbound.core.errors import InvalidInput
from specbound.core.instance import Domain, Index
from specbound.core.statement import Assumption, Example, Expected, Source, Statement
from specbound.core.status import surprises
from specbound.core.verdict import Relation, Verdict
from specbound.statements.recipes import entries
from tests.checks.rebuilding import rebuilt
from tests.conftest import ROOT

CATALOG = catalog()
SMALL = budget_of("quick", {"random_instances": 4000, "ascent_steps": 20})
SMALLEST = budget_of("quick", {"random_instances": 1500, "ascent_steps": 10, "property_examples": 20})
TRUE = [s for s in CATALOG.values() if s.expected is Expected.HOLDS]


@pytest.mark.parametrize("statement", TRUE, ids=lambda s: s.id)
@pytest.mark.parametrize(
    ("seed", "budget"),
    [(0, SMALLEST), *(pytest.param(seed, SMALL, marks=pytest.mark.slow) for seed in (0, 1))],
    ids=["smallest", "small", "other"],
)
def test_no_counterexample_to_what_holds(statement: Statement, seed: int, budget: Budget) -> None:
    drawn = check_property(statement, budget.property_examples, seed)
    searched = check_adversarial(statement, budget, seed)
    for found in (drawn, searched):
        assert found.verdict in (Verdict.HOLDS, Verdict.UNDECIDED, Verdict.CONSISTENT)
        assert found.recipe is None
        word = "CONSISTENT" if statement.relation is Relation.EQ else "HOLDS"
        assert found.counts[word] > found.examples / 4
    assert searched.margin is not None
    # A few draws need not come near to equality.
    assert budget is SMALLEST or abs(searched.margin) < 1e-3


@pytest.mark.slow
@pytest.mark.parametrize("statement", TRUE, ids=lambda s: s.id)
def test_no_counterexample_over_many_seeds(statement: Statement) -> None:
    for seed in range(2, 7):
        for found in (check_property(statement, 1000, seed), check_adversarial(statement, BUDGETS["quick"], seed)):
            assert found.verdict is not Verdict.VIOLATED


def test_the_property_test_refutes_and_rebuilds() -> None:
    statement = CATALOG["triple_independent"]
    found = check_property(statement, 300, seed=0)
    assert found.verdict is Verdict.VIOLATED
    assert found.counts["VIOLATED"] == 1
    rebuilt(statement, found)


def test_the_same_seed_gives_the_same_evidence() -> None:
    statement = CATALOG["triple_gap"]
    for check in (lambda: check_property(statement, 50, 7), lambda: check_adversarial(statement, SMALL, 7)):
        first, second = check(), check()
        assert replace(first, seconds=0) == replace(second, seconds=0)


def test_a_property_test_draws_the_same_whatever_is_imported() -> None:
    program = (
        "from specbound.checks.property import check_property; from specbound.core.catalogue import catalog\n"
        "for name in ('triple_independent', 'horn_product', 'mirsky'):\n"
        "    found = check_property(catalog()[name], 60, 0)\n"
        "    print(found.verdict, found.margin, found.tightness, found.counts, found.recipe)\n"
    )
    more = "import proofs.__main__, verify.bench.false_claims, verify.statements\n"
    told = [
        subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True).stdout
        for code in (program, more + program)
    ]
    assert told[0]
    assert told[0] == told[1]


def test_different_seeds_give_different_draws() -> None:
    statement = CATALOG["triple_gap"]
    assert check_adversarial(statement, SMALL, 1).margin != check_adversarial(statement, SMALL, 2).margin


def test_gradient_ascent_finds_what_random_search_does_not() -> None:
    """A claim that fails only next to equality, in one size where random instances are far from it."""
    weyl = CATALOG["weyl_sum"]
    close = replace(
        weyl,
        id="nearly_true",
        rhs=lambda x: weyl.rhs(x) * 0.999,
        recipes=(_fixed_size(entries(weyl.domain), m=4, n=4, i=0, j=0),),
    )
    without = replace(SMALL, ascents=1, ascent_steps=1, random_instances=4000)
    assert check_adversarial(close, without, 0).verdict is Verdict.HOLDS
    found = check_adversarial(close, replace(SMALL, ascents=2, ascent_steps=300), 0)
    assert found.verdict is Verdict.VIOLATED


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_ascent_is_not_drawn_to_sizes_where_the_bound_is_attained(seed: int) -> None:
    """False only for sides of at least three, by less than random search can see; attained at every smaller size."""
    weyl = CATALOG["weyl_sum"]

    def rhs(x):
        a, b = x.ops.singular_value(x.A, x.i), x.ops.singular_value(x.B, x.j)
        large = min(x.A.shape[-2:]) >= 3
        return a + b - 0.05 * large * a * b / (a + b + 1e-30)

    found = check_adversarial(replace(weyl, id="false_for_large", rhs=rhs), BUDGETS["quick"], seed)
    assert found.verdict is Verdict.VIOLATED


def _fixed_size(recipe, **fixed: int):
    integers = tuple(replace(i, low=fixed[i.name], high=_constant(fixed[i.name])) for i in recipe.integers)
    return replace(recipe, integers=integers)


def _constant(value: int) -> Callable[[object], int]:
    return lambda _: value


def test_ascent_lowers_the_margin_and_keeps_the_bounds() -> None:
    statement = CATALOG["triple_sequential"]
    recipe = entries(statement.domain)
    integers = {"m": 3, "n": 3, "p": 3, "q": 3, "r1": 1, "r2": 1}
    start = on_device(
        {**integers, **recipe.draw_reals(np.random.default_rng(0), integers, (8,))}, recipe, torch.device("cpu")
    )
    path = list(ascend(statement, recipe, start, 40))
    assert float(path[-1][1].relative.mean()) < 0.8 * float(path[0][1].relative.mean())
    for values, _ in path:
        assert all(float(values[name].abs().max()) <= 1 for name in "ABC")


def test_ascent_survives_equal_singular_values() -> None:
    statement = CATALOG["triple_sequential"]
    recipe = entries(statement.domain)
    equal = torch.eye(2, dtype=torch.float64).expand(3, 2, 2)
    start = {"m": 2, "n": 2, "p": 2, "q": 2, "r1": 1, "r2": 1, "A": equal, "B": equal, "C": equal}
    for values, batch in ascend(statement, recipe, start, 5):
        assert bool(torch.isfinite(batch.relative).all())
        assert all(bool(torch.isfinite(values[name]).all()) for name in "ABC")


def test_instances_outside_the_assumptions_are_not_counted() -> None:
    statement = CATALOG["triple_independent"]
    recipe = entries(statement.domain)
    equal = torch.eye(2, dtype=torch.float64).expand(3, 2, 2)
    start = {"m": 2, "n": 2, "p": 2, "q": 2, "r1": 1, "r2": 1, "A": equal, "B": equal, "C": equal}
    batch = margins(statement, recipe, start)
    assert not bool(batch.admitted.any() | batch.violated.any() | batch.decided.any())
    assert bool(torch.isinf(batch.relative).all())


def test_a_side_that_is_not_finite_raises() -> None:
    broken = replace(CATALOG["weyl_sum"], id="broken", rhs=lambda x: x.ops.singular_value(x.A, x.i) * float("nan"))
    with pytest.raises(InvalidInput, match="not finite"):
        check_adversarial(broken, SMALL, 0)
    with pytest.raises(InvalidInput, match="broken: the sides are"):
        check_property(broken, 10, 0)


@pytest.mark.parametrize("seed", range(20))
def test_falsify_finds_a_readable_counterexample(seed: int) -> None:
    statement = CATALOG["triple_independent"]
    found = falsify(statement, seconds=2, seed=seed)
    assert found.verdict is Verdict.VIOLATED
    rebuilt(statement, found)
    assert found.recipe is not None
    sizes = [found.recipe[name] for name in ("m", "n", "p", "q")]
    numbers = [n for key, value in found.recipe.items() if isinstance(value, list) for n in np.ravel(value)]
    assert max(sizes) <= 2
    assert len(numbers) <= 10
    assert all(round(number, 2) == number for number in numbers)


def test_falsify_stops_in_time_where_there_is_nothing() -> None:
    start = time.monotonic()
    found = falsify(CATALOG["triple_gap"], seconds=0.5, seed=0)
    assert found.verdict is not Verdict.VIOLATED
    assert time.monotonic() - start < 30


def test_shrinking_keeps_a_good_part_of_the_violation() -> None:
    statement = CATALOG["triple_independent"]
    recipe = entries(statement.domain)
    generator = np.random.default_rng(0)
    while True:
        integers = recipe.draw_integers(generator)
        values = {**integers, **recipe.draw_reals(generator, integers)}
        instance = recipe.build(values, None)
        if statement.is_violated_on(instance) and bool(statement.admits(instance)):
            break
    first = statement.relative(statement.compare(instance).margin, instance)
    smaller = shrink(statement, recipe, values)
    shrunk = recipe.build(smaller, None)
    assert statement.relative(statement.compare(shrunk).margin, shrunk) <= 0.1 * first < 0
    assert sum(smaller[k] for k in "mnpq") < sum(values[k] for k in "mnpq")


def test_a_violation_that_numpy_does_not_confirm_does_not_count() -> None:
    weyl = CATALOG["weyl_sum"]

    def only_in_batches(x):
        # False for batches of torch, true for one NumPy instance.
        return weyl.rhs(x) * (0.5 if isinstance(x.A, torch.Tensor) else 1.0)

    found = check_adversarial(replace(weyl, id="fickle", rhs=only_in_batches), SMALL, 0)
    assert found.verdict is not Verdict.VIOLATED
    assert found.recipe is None
    assert found.counts["UNDECIDED"] > 100
    assert "VIOLATED" not in found.counts


@pytest.mark.parametrize("seed", range(3))
def test_rounding_noise_refutes_nothing_even_where_the_scale_is_too_small(seed: int) -> None:
    """True, and zero against zero beyond the rank, where a scale of the sides' own size covers no rounding."""

    def lhs(x):
        return x.ops.singular_value(x.ops.product(x.A, x.B), x.k)

    def rhs(x):
        return x.ops.singular_value(x.A, 0) * x.ops.singular_value(x.B, x.k)

    domain = Domain({"A": ("m", "n"), "B": ("n", "p")}, {"k": Index(0, lambda s: min(s.values()) - 1)})
    true = Statement("upper", "own", "", domain, lhs, Relation.LE, rhs, scale=rhs, source=Source("textbook"))
    for found in (check_property(true, 100, seed), check_adversarial(true, SMALL, seed)):
        assert found.verdict is not Verdict.VIOLATED


def test_equality_that_is_not_attained_is_a_surprise() -> None:
    example = Example("not here", {"A": [[1]], "B": [[-1]], "i": 0, "j": 0})
    statement = replace(CATALOG["weyl_sum"], attained=(example,))
    found = check_property(statement, 20, 0)
    assert found.details["not attained"] == ["not here"]
    assert surprises(statement, [found]) == ["weyl_sum: equality is not attained at not here"]
    assert check_property(CATALOG["weyl_sum"], 20, 0).counts["CONSISTENT"] == 4


def test_an_equality_is_consistent_until_it_is_violated() -> None:
    def frobenius_squared(x):
        return x.ops.frobenius_norm(x.A) ** 2

    def parallelogram(x):
        norm, minus = x.ops.frobenius_norm, -x.B
        return (norm(x.ops.sum(x.A, x.B)) ** 2 + norm(x.ops.sum(x.A, minus)) ** 2) / 2 - norm(x.B) ** 2

    weyl = CATALOG["weyl_sum"]
    scale = lambda x: x.ops.frobenius_norm(x.A) ** 2 + x.ops.frobenius_norm(x.B) ** 2  # noqa: E731
    true = replace(weyl, id="law", lhs=frobenius_squared, rhs=parallelogram, scale=scale, relation=Relation.EQ)
    for found in (check_property(true, 100, 0), check_adversarial(true, SMALL, 0)):
        assert found.verdict is Verdict.CONSISTENT
        assert set(found.counts) == {"CONSISTENT"}
    false = replace(true, rhs=lambda x: parallelogram(x) * (1 + 1e-9))
    for found in (check_property(false, 100, 0), check_adversarial(false, SMALL, 0)):
        assert found.verdict is Verdict.VIOLATED


def test_assumptions_that_nothing_meets_leave_nothing_counted() -> None:
    never = Assumption("never", "to see what happens", lambda x: x.ops.frobenius_norm(x.A) < 0)
    impossible = replace(CATALOG["weyl_sum"], id="vacuous", assumptions=(never,))
    for found in (check_property(impossible, 5, 0), check_adversarial(impossible, SMALLEST, 0)):
        assert found.verdict is Verdict.UNDECIDED
        assert found.examples == 0
        assert found.margin is None


@pytest.mark.parametrize("name", ["tpu", "cuda:99", "nonsense"])
def test_a_device_that_is_not_here_is_refused(name: str) -> None:
    with pytest.raises(InvalidInput, match="cannot be used here"):
        device_of(name)


def test_a_counterexample_is_decided_beyond_rounding() -> None:
    refuted = catalog()["triple_independent"]
    assert check_adversarial(refuted, BUDGETS["quick"], 0).details["beyond rounding"] == "VIOLATED"
    holds = check_adversarial(catalog()["weyl_sum"], budget_of("quick", {"random_instances": 500, "ascents": 1}), 0)
    assert "beyond rounding" not in holds.details
    turned = catalog()["rotated_form"]
    mutant = turned.mutate(next(mutant for mutant in turned.mutants if mutant.name == "not_turned"))
    told = check_adversarial(mutant, BUDGETS["quick"], 0).details["beyond rounding"]
    assert told == "these very numbers miss the assumptions"
