"""Newton, Levenberg–Marquardt and what they do, or do not, make of a lock."""

from __future__ import annotations

import pytest
import torch
from torch import nn
from torch.nn.functional import mse_loss

from specbound.core.errors import InvalidInput
from specbound.curvature.kernels import twice_differentiable
from specbound.locking.congruence import congruence_metric
from specbound.training.optimizers import LevenbergMarquardt, Newton, SingularCurvature, build
from specbound.training.optimizers.double_backward import flat_gradient, hessian_rows
from specbound.training.optimizers.equilibration import equilibrating_scales, solved
from tests.curvature.examples import dense_hessian, normal, seeded
from tests.training.problems import PROBLEMS, advance, apart, closure_of, locked, trajectory

ALPHA = 1e4
SAME = {"rotated": 1e-12, "dense": 1e-6}
"""How far the outputs of a locked model and of that of α = 1 may be apart after steps of an invariant method."""


def symmetric(size: int, seed: int = 0) -> torch.Tensor:
    drawn = normal(size, size, seed=seed)
    return drawn + drawn.T


# Solving


def test_a_solution_does_not_depend_on_how_a_system_is_scaled() -> None:
    matrix, right = symmetric(12), normal(12, seed=3)
    plain = torch.linalg.solve(matrix, right)
    for exponents in (torch.linspace(-40, 40, 12).round(), torch.arange(12) % 3 * 60.0):
        spread = torch.exp2(exponents.double())
        found = spread * solved(spread[:, None] * matrix * spread, spread * right, "the matrix")
        assert torch.equal(found, solved(matrix, right, "the matrix"))
        assert torch.allclose(found, plain, rtol=1e-11, atol=1e-11)
    spread = torch.logspace(-9, 9, 12, dtype=torch.float64)
    found = spread * solved(spread[:, None] * matrix * spread, spread * right, "the matrix")
    assert torch.allclose(found, plain, rtol=1e-11, atol=1e-11)


def test_scales_are_powers_of_two_and_leave_rows_of_about_one() -> None:
    spread = torch.logspace(-8, 8, 9, dtype=torch.float64)
    matrix = spread[:, None] * symmetric(9) * spread
    scales = equilibrating_scales(matrix)
    assert torch.equal(torch.frexp(scales).mantissa, torch.full_like(scales, 0.5))
    norms = torch.linalg.vector_norm(scales[:, None] * matrix * scales, dim=1)
    assert float(norms.min()) > 0.5
    assert float(norms.max()) < 2


@pytest.mark.parametrize("rank", [5, 0])
def test_a_singular_matrix_is_refused_and_never_inverted_in_part(rank: int) -> None:
    drawn = normal(6, rank)
    with pytest.raises(SingularCurvature, match="the matrix is singular at this point") as caught:
        solved(drawn @ drawn.T, normal(6), "the matrix")
    assert isinstance(caught.value, ValueError)


def test_the_reciprocal_condition_is_told_after_equilibration() -> None:
    with pytest.raises(SingularCurvature, match=r"reciprocal condition number after equilibration is \d\.\de-1[5-9]"):
        solved(torch.tensor([[1.0, 1.0], [1.0, 1.0 + 2.0**-52]], dtype=torch.float64), normal(2), "it")
    diagonal = torch.tensor([1e150, 1e-150], dtype=torch.float64)
    assert torch.allclose(solved(torch.diag(diagonal), diagonal, "it"), torch.ones(2, dtype=torch.float64))


def test_what_is_not_finite_is_refused() -> None:
    with pytest.raises(InvalidInput, match="not finite"):
        solved(torch.eye(2), torch.tensor([1.0, torch.inf]), "it")


# Newton


@pytest.mark.parametrize("kind", PROBLEMS)
def test_the_hessian_is_that_of_torchs_own_double_backward(kind: str) -> None:
    make, _, data = PROBLEMS[kind]
    model = make()
    closure_of(model, mse_loss, data, graph=True)()
    parameters = tuple(model.parameters())
    found = torch.cat(list(hessian_rows(flat_gradient(parameters), parameters)))
    with twice_differentiable(model):
        reference = dense_hessian(model, mse_loss, *data)
    assert torch.allclose(found, reference, rtol=0, atol=1e-14 * float(reference.abs().max()) * len(found))


def test_one_step_solves_a_quadratic_and_a_damped_one_is_what_its_formula_says() -> None:
    data = (normal(20, 4), normal(20, 2, seed=2))
    model = seeded(lambda: nn.Linear(4, 2, bias=False))
    start = model.weight.detach().clone()
    advance(build("newton", model, mse_loss, data), model, data, 1)
    exact = torch.linalg.lstsq(*data).solution.T
    assert torch.allclose(model.weight, exact, atol=1e-13)
    with torch.no_grad():
        model.weight.copy_(start)
    advance(build("newton_damped", model, mse_loss, data, lr=0.5, damping=3.0), model, data, 1)
    # Two outputs share the mean, so each row has the Hessian XᵀX/20.
    system = data[0].T @ data[0] / 20
    step = torch.linalg.solve(system + 3.0 * torch.eye(4), system @ (start - exact).T).T
    assert torch.allclose(model.weight, start - 0.5 * step, atol=1e-13)


def test_a_diagonal_metric_is_the_dense_one_of_that_diagonal() -> None:
    _, _, data = PROBLEMS["mlp"]
    diagonal = 1 + normal(67).abs()
    ends = []
    for metric in (diagonal, torch.diag(diagonal)):
        model = PROBLEMS["mlp"][0]()
        advance(Newton(model.parameters(), damping=2.0, metric=metric), model, data, 2)
        ends.append(torch.cat([p.detach().reshape(-1) for p in model.parameters()]))
    assert torch.equal(*ends)


def test_what_newton_refuses() -> None:
    model = seeded(lambda: nn.Linear(4, 2))
    data = (normal(5, 4), normal(5, 2))
    with pytest.raises(InvalidInput, match=r"3,001 parameters; Newton .* at most 3,000"):
        Newton([nn.Parameter(torch.zeros(3_001))])
    with pytest.raises(InvalidInput, match=r"metric of shape \(3,\) for 10 parameters"):
        Newton(model.parameters(), metric=torch.ones(3))
    with pytest.raises(InvalidInput, match="damping = -1"):
        Newton(model.parameters(), damping=-1.0)
    with pytest.raises(InvalidInput, match="one, they are solved jointly"):
        Newton([{"params": [model.weight]}, {"params": [model.bias]}])
    with pytest.raises(InvalidInput, match="not the 2 trainable ones"):
        LevenbergMarquardt([model.bias], model, mse_loss, data)
    with pytest.raises(InvalidInput, match="carries no graph"):
        Newton(model.parameters()).step(closure_of(model, mse_loss, data, graph=False))


def test_gradients_do_not_keep_their_graph_after_a_step() -> None:
    model = seeded(lambda: nn.Linear(4, 2))
    data = (normal(9, 4), normal(9, 2))
    advance(build("newton", model, mse_loss, data), model, data, 1)
    assert not any(p.grad is None or p.grad.requires_grad for p in model.parameters())


# On locked models


@pytest.mark.parametrize("form", SAME)
@pytest.mark.parametrize("kind", PROBLEMS)
@pytest.mark.parametrize(
    ("name", "steps"), [("newton_congruent", 10), ("levenberg_marquardt_congruent", 10)], ids=["newton", "lm"]
)
def test_damped_by_the_metric_of_the_lock_the_functions_are_the_same(
    name: str, steps: int, kind: str, form: str
) -> None:
    if name.startswith("levenberg") and kind == "block":
        steps = 3
    ends = [trajectory(name, kind, locked(kind, alpha, form), steps) for alpha in (ALPHA, 1.0)]
    assert apart(*ends) <= SAME[form]
    # They have moved.
    assert apart(ends[1], [PROBLEMS[kind][0]()(PROBLEMS[kind][2][0]).detach()] * steps) > 0.1


@pytest.mark.parametrize("kind", PROBLEMS)
def test_for_a_power_of_two_they_are_the_same_to_the_last_bit_rotated(kind: str) -> None:
    ends = [trajectory("newton_congruent", kind, locked(kind, alpha), 10) for alpha in (2.0**13, 1.0)]
    assert apart(*ends) == 0


@pytest.mark.parametrize("side", ["after", "before"])
@pytest.mark.parametrize("form", SAME)
def test_they_are_the_same_on_either_side(side: str, form: str) -> None:
    ends = [trajectory("newton_congruent", "mlp", locked("mlp", alpha, form, side), 3) for alpha in (ALPHA, 1.0)]
    assert apart(*ends) <= SAME[form]


@pytest.mark.parametrize("name", ["newton_damped", "levenberg_marquardt"])
def test_damped_by_the_identity_they_are_not(name: str) -> None:
    ends = [trajectory(name, "mlp", locked("mlp", alpha), 3) for alpha in (ALPHA, 1.0)]
    assert apart(*ends) > 0.1


@pytest.mark.parametrize(("form", "bound"), [("rotated", 1e-11), ("dense", 1e-4)])
def test_an_undamped_step_is_the_same_where_the_hessian_is_regular(form: str, bound: float) -> None:
    ends = [trajectory("newton", "mlp", locked("mlp", alpha, form), 1, lr=0.1) for alpha in (ALPHA, 1.0)]
    assert apart(*ends) <= bound


@pytest.mark.parametrize("alpha", [1.0, ALPHA])
def test_at_a_critical_point_an_inserted_layer_makes_the_hessian_singular(alpha: float) -> None:
    model = locked("mlp", alpha)
    inputs = normal(60, 4)
    data = (inputs, model(inputs).detach())
    with pytest.raises(SingularCurvature, match="the Hessian is singular at this point"):
        advance(build("newton", model, mse_loss, data), model, data, 1)


def test_the_gauss_newton_matrix_of_an_inserted_layer_is_singular_everywhere_and_nothing_moves() -> None:
    model, data = locked("mlp", 1.0), (normal(60, 4), normal(60, 2, seed=2))
    before = [p.detach().clone() for p in model.parameters()]
    with pytest.raises(SingularCurvature, match="the Gauss–Newton matrix is singular"):
        advance(build("levenberg_marquardt", model, mse_loss, data, damping=0.0), model, data, 1)
    assert all(torch.equal(p, q) for p, q in zip(model.parameters(), before, strict=True))


# The metric


def change_of_variable(model: nn.Module, alpha: float, form: str, side: str, two_sided: bool) -> torch.Tensor:
    """D for the layer "2" of the unlocked model, from its singular vectors."""
    weight = model.get_submodule("2").get_parameter("weight").detach()
    left, _, right = torch.linalg.svd(weight)
    basis = left if side == "after" else right.T
    factors = torch.ones(5, dtype=torch.float64)
    factors[:2] = alpha
    if two_sided:
        factors[2 : 4 if form == "rotated" else 5] = 1 / alpha
        if form == "dense":
            factors[2] = 1.0
    t = torch.diag(factors) if form == "rotated" else basis @ torch.diag(factors) @ basis.T
    one = torch.eye(5, dtype=torch.float64)
    of_weight, of_compensator = torch.linalg.inv(t).contiguous(), t.contiguous()
    if side == "after":
        blocks = [torch.kron(of_weight, one), torch.kron(one, of_compensator)]
    else:
        blocks = [torch.kron(one, of_weight), torch.kron(of_compensator, one)]
    around = [torch.eye(n, dtype=torch.float64) for n in (20 + 5, 10 + 2)]
    # The bias of the locked layer comes before its two weights.
    return torch.block_diag(around[0], one, *blocks, around[1])


@pytest.mark.parametrize("two_sided", [False, True])
@pytest.mark.parametrize("side", ["after", "before"])
@pytest.mark.parametrize("form", SAME)
def test_the_metric_is_that_of_the_congruence_of_hessians(form: str, side: str, two_sided: bool) -> None:
    make, _, data = PROBLEMS["mlp"]
    model, changed = make(), locked("mlp", 30.0, form, side, two_sided)
    d = change_of_variable(model, 30.0, form, side, two_sided)
    metric = congruence_metric(changed)
    assert metric.ndim == (1 if form == "rotated" else 2)
    dense = torch.diag(metric) if metric.ndim == 1 else metric
    assert torch.allclose(dense, d.T @ d, rtol=1e-10, atol=1e-8)
    inserted = dense_hessian(locked("mlp", 1.0, form, side, two_sided), mse_loss, *data)
    found = dense_hessian(changed, mse_loss, *data)
    assert torch.allclose(found, d.T @ inserted @ d, rtol=1e-9, atol=1e-9)


def test_the_metric_of_other_models() -> None:
    plain = PROBLEMS["mlp"][0]()
    assert torch.equal(congruence_metric(plain), torch.ones(67, dtype=torch.float64))
    assert torch.allclose(congruence_metric(locked("mlp", 1.0)), torch.ones(92, dtype=torch.float64), atol=1e-14)
    frozen = locked("mlp", 10.0)
    frozen.get_submodule("2.locked").requires_grad_(False)
    assert len(congruence_metric(frozen)) == 67


def test_after_training_there_is_no_metric_to_read() -> None:
    model = locked("mlp", 10.0)
    trajectory("sgd", "mlp", model, 2, lr=1e-3)
    with pytest.raises(InvalidInput, match="the compensator of 2 is no lock's, as after training"):
        congruence_metric(model)
