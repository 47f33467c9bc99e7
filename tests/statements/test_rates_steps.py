"""The statements on single steps against steps that optimizers take: torch's, and those of pytorch_optimizer."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn

import specbound
from specbound.core.catalogue import catalog
from specbound.core.verdict import Verdict
from specbound.locking.deformation import Deformation, spectral_deformation
from specbound.statements.rates import scaled_step_limit, scaled_step_limit_lower

CATALOG = catalog()
K = 2
ALPHAS = (10.0, 1e3, 1e5)
FORMS = ("dense", "rotated")

Make = Callable[[Sequence[nn.Parameter]], Any]
"""An optimizer of these parameters, at a learning rate of 1."""

Step = Callable[[nn.Module, Any], None]


def network(seed: int = 0) -> nn.Sequential:
    """A network whose activation does not saturate upward, and whose gradients have full rank."""
    generator = torch.Generator().manual_seed(seed)
    model = nn.Sequential(nn.Linear(5, 4), nn.Softplus(), nn.Linear(4, 3)).double()
    for parameter in model.parameters():
        parameter.data = torch.randn(parameter.shape, generator=generator, dtype=torch.float64) / 2
    return model


def data() -> tuple[Tensor, Tensor]:
    generator = torch.Generator().manual_seed(1)
    inputs, targets = (torch.randn(12, size, generator=generator, dtype=torch.float64) for size in (5, 3))
    return inputs, targets


def loss_of(model: nn.Module) -> Tensor:
    inputs, targets = data()
    return (model(inputs) - targets).square().mean()


def locked(alpha: float, form: str) -> tuple[nn.Module, Deformation]:
    model = network()
    found = spectral_deformation(model[0].weight, alpha, K, "after", False)
    specbound.lock(model, "0", alpha, K, form=form)
    return model, found


def compensator(model: nn.Module) -> nn.Parameter:
    weight = model.get_parameter("0.compensator.weight")
    assert isinstance(weight, nn.Parameter)
    return weight


def to_inserted(change: Tensor, found: Deformation, form: str) -> Tensor:
    """A change of the stored compensator as one of C'."""
    if form == "dense":
        return change @ found.dense()
    return change @ torch.diag(found.scales()) @ found.rotation().T


def trained(model: nn.Module) -> list[nn.Parameter]:
    """Its matrices: some optimizers take no others."""
    return [parameter for parameter in model.parameters() if parameter.ndim == 2]


def plain(model: nn.Module, optimizer: Any) -> None:
    model.zero_grad()
    loss_of(model).backward()
    optimizer.step()


def by_closure(model: nn.Module, optimizer: Any) -> None:
    def closure() -> Tensor:
        model.zero_grad()
        loss = loss_of(model)
        loss.backward()
        return loss

    optimizer.step(closure)


def with_estimate(model: nn.Module, optimizer: Any) -> None:
    torch.manual_seed(0)
    parameters = trained(model)
    gradients = torch.autograd.grad(loss_of(model), parameters, create_graph=True)
    for parameter, gradient in zip(parameters, gradients, strict=True):
        parameter.grad = gradient
    optimizer.step()


def diagonals(model: nn.Module) -> list[Tensor]:
    """The exact diagonal of the Hessian for each matrix."""
    parameters = trained(model)
    found = []
    for parameter, gradient in zip(
        parameters, torch.autograd.grad(loss_of(model), parameters, create_graph=True), strict=True
    ):
        entries = gradient.flatten()
        second = [torch.autograd.grad(e, parameter, retain_graph=True)[0].flatten()[i] for i, e in enumerate(entries)]
        found.append(torch.stack(second).reshape(parameter.shape))
    return found


def with_diagonal(model: nn.Module, optimizer: Any, sign: float = 0.0) -> None:
    """``sign``: of all entries, by force; 0 leaves them as they are."""
    given = [diagonal if sign == 0 else sign * diagonal.abs() for diagonal in diagonals(model)]
    model.zero_grad()
    loss_of(model).backward()
    optimizer.step(hessian=given)


def moves(make: Make, alpha: float, form: str, step: Step = plain, steps: int = 1) -> tuple[Tensor, Tensor]:
    """How the steps move ``C'U_k`` and the rest of C'."""
    model, found = locked(alpha, form)
    weight = compensator(model)
    before = weight.detach().clone()
    optimizer = make(trained(model))
    for _ in range(steps):
        step(model, optimizer)
    change = to_inserted(weight.detach() - before, found, form)
    u = found.directions[:, :K]
    along = change @ u
    return along, change - along @ u.T


def exponents(make: Make, form: str, step: Step = plain, steps: int = 1) -> tuple[float, float]:
    """The powers of α by which ``C'U_k`` and the rest move, between the two largest."""
    first, second = (
        [float(torch.linalg.norm(part)) for part in moves(make, alpha, form, step, steps)] for alpha in ALPHAS[1:]
    )
    along, beside = np.log(np.divide(second, first)) / np.log(ALPHAS[2] / ALPHAS[1])
    return along, beside


def library(name: str, **options: Any) -> Make:
    """An optimizer of pytorch_optimizer; the test is skipped where it is not installed."""
    module = pytest.importorskip("pytorch_optimizer")
    return lambda parameters: getattr(module, name)(parameters, lr=1.0, weight_decay=0.0, **options)


def shampoo(**options: Any) -> Make:
    """With exponents of ½ and preconditioners from the first step on; small matrices are not taken for vectors."""
    chosen = {
        "graft_type": 0,
        "shape_interpretation": False,
        "start_preconditioning_step": 1,
        "preconditioning_compute_steps": 1,
        "inverse_exponent_override": 2,
        "use_svd": True,
        "matrix_eps": 1e-16,
        "nesterov": False,
    }
    return library("ScalableShampoo", betas=(0.0, 0.999), **{**chosen, **options})


def of_torch(optimizer: type, **options: Any) -> Make:
    return lambda parameters: optimizer(parameters, lr=1.0, **options)


OF_TORCH: dict[str, tuple[Make, Step]] = {
    "sgd": (of_torch(torch.optim.SGD), plain),
    "nesterov": (of_torch(torch.optim.SGD, momentum=0.9, nesterov=True), plain),
    "adam": (of_torch(torch.optim.Adam), plain),
    "adamw": (of_torch(torch.optim.AdamW, weight_decay=0.0), plain),
    "adam, large epsilon": (of_torch(torch.optim.Adam, eps=1e9), plain),
    "lbfgs": (of_torch(torch.optim.LBFGS, max_iter=1), by_closure),
}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(
    ("name", "along", "beside"),
    [
        ("sgd", 2, 0),
        ("nesterov", 2, 0),
        ("adam", 1, 0),
        ("adamw", 1, 0),
        ("adam, large epsilon", 2, 0),
        ("lbfgs", 1, -1),
    ],
)
def test_how_far_torchs_optimizers_move_what_is_inflated(name: str, along: int, beside: int, form: str) -> None:
    make, step = OF_TORCH[name]
    assert exponents(make, form, step) == pytest.approx((along, beside), abs=0.1)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(
    ("name", "options", "steps", "along", "beside"),
    [
        ("Lion", {}, 1, 1, 0),
        ("Shampoo", {"matrix_eps": 1e-16}, 1, 1, 0),
        # Its first step only prepares the next.
        ("SOAP", {}, 2, 1, 0),
        # As it comes it takes small matrices for vectors, and the steps of SGD for the first 25.
        ("ScalableShampoo", {}, 1, 2, 0),
    ],
)
def test_how_far_a_librarys_optimizers_move_what_is_inflated(
    name: str, options: dict[str, Any], steps: int, along: int, beside: int, form: str
) -> None:
    assert exponents(library(name, **options), form, steps=steps) == pytest.approx((along, beside), abs=0.1)


@pytest.mark.parametrize("form", FORMS)
def test_exponents_of_a_half_make_shampoo_invariant_until_its_norm_is_grafted(form: str) -> None:
    first = moves(shampoo(), 1.0, form)
    for alpha in ALPHAS[:2]:
        for found, expected in zip(moves(shampoo(), alpha, form), first, strict=True):
            torch.testing.assert_close(found, expected, rtol=1e-5, atol=0)
    # With the length of a gradient for that of each step, the library's default, all of it is multiplied by α.
    assert exponents(shampoo(graft_type=1), form) == pytest.approx((1, 1), abs=0.1)
    assert exponents(shampoo(graft_type=1, inverse_exponent_override=4), form) == pytest.approx((2, 1), abs=0.1)


def test_an_exact_diagonal_is_invariant_in_the_rotated_form_and_slows_the_rest_in_the_dense_one() -> None:
    make = library("AdaHessian")
    first = moves(make, 1.0, "rotated", with_diagonal)
    for alpha in ALPHAS:
        for found, expected in zip(moves(make, alpha, "rotated", with_diagonal), first, strict=True):
            torch.testing.assert_close(found, expected, rtol=1e-6, atol=1e-9)
    assert exponents(make, "dense", with_diagonal) == pytest.approx((0, -1), abs=0.1)


@pytest.mark.parametrize("form", FORMS)
def test_the_noise_of_an_estimated_diagonal_slows_what_is_not_inflated(form: str) -> None:
    assert exponents(library("AdaHessian"), form, with_estimate) == pytest.approx((0, -1), abs=0.1)


def sophia(threshold: float) -> Make:
    return library("SophiaH", betas=(0.0, 0.0), p=threshold)


def test_sophia_moves_by_the_smaller_of_the_two_laws_on_positive_diagonals_and_like_signs_on_negative_ones() -> None:
    positive, negative = (partial(with_diagonal, sign=sign) for sign in (1.0, -1.0))
    (newton, _), free = moves(sophia(1e12), 1.0, "rotated", positive), sophia(1.0)
    for alpha in (1.0, *ALPHAS):
        along, _ = moves(free, alpha, "rotated", positive)
        # Columns as the rotated form has them, up to sign and one rotation: compared in length, entry by entry.
        assert float(along.norm()) <= min(alpha * len(along.flatten()) ** 0.5, float(newton.norm())) * (1 + 1e-9)
    torch.testing.assert_close(moves(free, 1e3, "rotated", positive)[0], newton, rtol=1e-6, atol=1e-9)
    assert exponents(free, "rotated", negative) == pytest.approx((1, 0), abs=0.01)


@pytest.mark.parametrize("alpha", ALPHAS)
@pytest.mark.parametrize("form", FORMS)
def test_adams_first_step_obeys_the_law_of_signs_which_the_rotated_form_attains(form: str, alpha: float) -> None:
    model, found = locked(alpha, form)
    weight = compensator(model)
    before, rate = weight.detach().clone(), 0.01
    optimizer = torch.optim.Adam(model.parameters(), lr=rate, eps=0.0)
    plain(model, optimizer)
    step = (weight.detach() - before) / rate
    size = len(step)
    inflated = found.directions[:, :K].contiguous() if form == "dense" else torch.eye(size, K, dtype=torch.float64)
    columns = torch.kron(torch.eye(size, dtype=torch.float64), inflated)
    values = {"s": (1 - 1e-12) * step.flatten()[:, None], "P": columns, "E": torch.eye(size**2)}
    statement = CATALOG["sign_step"]
    instance = statement.domain.instance(
        {**{name: np.asarray(value, dtype=float) for name, value in values.items()}, "alpha": alpha, "eta": rate}
    )
    assert statement.admits(instance)
    comparison = statement.compare(instance)
    assert comparison.verdict is Verdict.HOLDS
    moved = to_inserted(weight.detach() - before, found, form) @ found.directions[:, :K]
    assert comparison.lhs == pytest.approx(float(moved.square().sum()), rel=1e-6)
    if form == "rotated":
        assert comparison.lhs == pytest.approx((rate * alpha) ** 2 * size * K, rel=1e-6)


@pytest.mark.parametrize("epsilon", [1e-3, 1.0, 1e3])
def test_adams_epsilon_on_a_rotated_lock_obeys_both_laws(epsilon: float) -> None:
    alpha = 10.0
    model, _ = locked(alpha, "rotated")
    weight = compensator(model)
    before = weight.detach().clone()
    plain(model, torch.optim.Adam(model.parameters(), lr=1.0, eps=epsilon))
    assert weight.grad is not None
    gradient = (weight.grad[:, :K] / alpha).flatten()
    moved = -alpha * (weight.detach() - before)[:, :K].flatten()
    values = {
        "K": torch.diag(gradient.abs().sqrt()).numpy(),
        "g": gradient[:, None].numpy(),
        "alpha": alpha,
        "epsilon": epsilon,
        "eta": 1.0,
    }
    expected = {
        "adam_epsilon_descent": epsilon * float((epsilon * moved - alpha**2 * gradient).norm()),
        "adam_epsilon_sign": float((gradient.abs() * moved - alpha * gradient).norm()),
    }
    for name, difference in expected.items():
        comparison = CATALOG[name].compare(CATALOG[name].domain.instance(values))
        assert comparison.verdict is Verdict.HOLDS
        assert comparison.lhs == pytest.approx(difference, rel=1e-6)


def polar(matrix: Tensor) -> Tensor:
    u, _, vt = torch.linalg.svd(matrix)
    return u @ vt


@pytest.mark.parametrize(("name", "options", "steps"), [("Shampoo", {"matrix_eps": 1e-16}, 1), ("SOAP", {}, 2)])
@pytest.mark.parametrize("form", FORMS)
def test_shampoo_and_soap_begin_with_the_polar_factor_of_the_gradient(
    name: str, options: dict[str, Any], steps: int, form: str
) -> None:
    make = library(name, **options)
    model, _ = locked(10.0, form)
    weight = compensator(model)
    loss_of(model).backward()
    assert weight.grad is not None
    before, gradient = weight.detach().clone(), weight.grad.clone()
    optimizer = make(trained(model))
    for _ in range(steps):
        plain(model, optimizer)
    torch.testing.assert_close(before - weight.detach(), polar(gradient), rtol=0, atol=1e-5)


def test_muon_moves_what_is_inflated_by_the_law_up_to_its_iteration_and_the_rest_less_and_less() -> None:
    make: Make = of_torch(torch.optim.Muon, weight_decay=0.0)
    for form in FORMS:
        for alpha in ALPHAS:
            along, _ = moves(make, alpha, form)
            spectrum = torch.linalg.svdvals(along) / alpha
            assert 0.6 < float(spectrum.min()) <= float(spectrum.max()) < 1.25
    # Five iterations raise a small singular value by 3.4445⁵, about 485, and no further.
    lengths = [float(moves(make, alpha, "rotated")[1].norm()) for alpha in ALPHAS]
    assert lengths[0] > 1
    assert lengths[2] < 2 * 485 / ALPHAS[2] * lengths[0]
    assert exponents(make, "rotated") == pytest.approx((1, -1), abs=0.01)
    # In the dense form the rounding of bfloat16 takes the place of what is lost.
    assert float(moves(make, ALPHAS[2], "dense")[1].norm()) > 0.1


def test_the_two_forms_are_alike_to_muon_and_not_to_adam() -> None:
    both = {
        name: [moves(make, 10.0, form)[0] for form in FORMS]
        for name, make in {
            "muon": of_torch(torch.optim.Muon, weight_decay=0.0),
            "adam": of_torch(torch.optim.Adam),
        }.items()
    }
    apart = {name: float((dense - rotated).norm() / dense.norm()) for name, (dense, rotated) in both.items()}
    assert apart["muon"] < 0.05
    assert apart["adam"] > 0.2


def first_harm(
    make: Callable[[Sequence[nn.Parameter], float], Any], alpha: float, form: str, by_diagonal: bool = False
) -> tuple[Any, ...]:
    """The learning rate at which one step on the compensator alone leaves the loss as it is, and the problem.

    A single layer under squared error, which is quadratic in C; the step is proportional to the rate.
    """
    model = nn.Sequential(network()[0])
    found = spectral_deformation(model[0].weight, alpha, K, "after", False)
    specbound.lock(model, "0", alpha, K, form=form)
    inputs, _ = data()
    targets = torch.randn(12, 4, generator=torch.Generator().manual_seed(2), dtype=torch.float64)
    weight, unit = compensator(model), 1e-6

    def loss() -> Tensor:
        return (model(inputs) - targets).square().mean()

    before = weight.detach().clone()
    optimizer = make([weight], unit)
    loss().backward()
    # Each row of C meets the same inputs; only some optimizers ask for the diagonal.
    squares = model[0].locked(inputs).detach().square().sum(dim=0) * 2 / targets.numel()
    optimizer.step(hessian=[squares.expand(4, 4).clone()]) if by_diagonal else optimizer.step()
    direction = (before - weight.detach()) / unit

    def rise(rate: float) -> float:
        with torch.no_grad():
            weight.copy_(before - rate * direction)
            after = float(loss())
            weight.copy_(before)
            return after - float(loss())

    low, high = 1e-14, 1e6
    assert rise(low) < 0 < rise(high)
    for _ in range(80):
        middle = (low * high) ** 0.5
        low, high = (low, middle) if rise(middle) > 0 else (middle, high)
    return low, to_inserted(direction, found, form), found, inputs, targets


QUADRATIC_LIMITS = {
    "sgd": (lambda parameters, rate: torch.optim.SGD(parameters, lr=rate), 2),
    "adam": (lambda parameters, rate: torch.optim.Adam(parameters, lr=rate, eps=0.0), 1),
    "muon": (lambda parameters, rate: torch.optim.Muon(parameters, lr=rate, weight_decay=0.0), 1),
}


@pytest.mark.parametrize("name", QUADRATIC_LIMITS)
@pytest.mark.parametrize("form", FORMS)
def test_the_largest_harmless_rate_on_a_quadratic_has_the_exponent_and_the_constant_of_the_law(
    name: str, form: str
) -> None:
    make, power = QUADRATIC_LIMITS[name]
    alphas = (1e2, 1e3, 1e4)
    limits = []
    for alpha in alphas:
        limit, direction, found, inputs, targets = first_harm(make, alpha, form)
        limits.append(limit)
        u = found.directions[:, :K]
        hidden = inputs @ network()[0].weight.detach().T
        residual = hidden + network()[0].bias.detach() - targets
        count = residual.numel()
        gradient = 2 / count * residual.T @ hidden
        root = torch.kron(torch.eye(4, dtype=torch.float64), hidden) * (2 / count) ** 0.5
        along = direction @ u @ u.T
        values = {
            "J": root,
            "g": gradient.flatten()[:, None],
            "p": along.flatten()[:, None] / alpha**power,
            "q": (direction - along).flatten()[:, None],
        }
        plain_numbers = {key: value.numpy() for key, value in values.items()}
        x = scaled_step_limit.DOMAIN.instance({**plain_numbers, "sigma": alpha**power, "eta": 1.0})
        gain = float(scaled_step_limit.rhs(x))
        assert gain / float(scaled_step_limit_lower.largest_curvature(x)) <= limit * (1 + 1e-6)
        assert limit <= gain / float(scaled_step_limit.lhs(x)) * (1 + 1e-6)
        p = values["p"]
        constant = 2 * float((values["g"].T @ p).item()) / float((root @ p).square().sum())
        assert limit * alpha**power == pytest.approx(constant, rel=10 / alpha ** min(power, 1))
    assert np.polyfit(np.log(alphas), np.log(limits), 1)[0] == pytest.approx(-power, abs=0.05)


def test_no_rotated_lock_makes_sophia_do_harm_below_a_rate_that_the_inserted_model_tells() -> None:
    module = pytest.importorskip("pytorch_optimizer")
    found = spectral_deformation(network()[0].weight, 10.0, K, "after", False)
    hidden = data()[0] @ network()[0].weight.detach().T @ found.rotation()
    gram = hidden.T @ hidden
    relative = gram / torch.sqrt(gram.diagonal()[:, None] * gram.diagonal())
    bound = 2 / float(torch.linalg.eigvalsh(relative)[-1])

    def make(parameters: Sequence[nn.Parameter], rate: float) -> Any:
        return module.SophiaH(parameters, lr=rate, betas=(0.0, 0.0), p=1.0, weight_decay=0.0)

    limits = [first_harm(make, alpha, "rotated", by_diagonal=True)[0] for alpha in (1.0, 10.0, 1e3, 1e5)]
    assert min(limits) >= bound * (1 - 1e-6)
    assert limits[3] == pytest.approx(limits[2], rel=1e-6)


@pytest.mark.parametrize("form", FORMS)
def test_the_first_step_of_lbfgs_is_a_clipped_one(form: str) -> None:
    """Its length is 1 by the sum of magnitudes: between 1/√n and 1, and so is the threshold of the law."""
    make, step = OF_TORCH["lbfgs"]
    alpha = 1e4
    count = sum(parameter.numel() for parameter in trained(locked(alpha, form)[0]))
    moved = float(moves(make, alpha, form, step)[0].norm())
    assert 0.99 * alpha / count**0.5 < moved < alpha
