"""The statements on training against training itself: locked networks, torch's optimizers, and formats that round."""

import copy

import numpy as np
import pytest
import torch
from torch import nn

import specbound
from specbound.core.catalogue import catalog
from specbound.core.verdict import Verdict
from specbound.locking.deformation import spectral_deformation
from specbound.statements.deformation import damping_favours_lock, trajectory_equivalence

CATALOG = catalog()
ALPHA, K = 30.0, 2


def network(seed: int = 0) -> nn.Sequential:
    generator = torch.Generator().manual_seed(seed)
    model = nn.Sequential(nn.Linear(5, 4), nn.Tanh(), nn.Linear(4, 3)).double()
    for parameter in model.parameters():
        parameter.data = torch.randn(parameter.shape, generator=generator, dtype=torch.float64) / 2
    return model


def data() -> tuple[torch.Tensor, torch.Tensor]:
    generator = torch.Generator().manual_seed(1)
    inputs, targets = (torch.randn(12, size, generator=generator, dtype=torch.float64) for size in (5, 3))
    return inputs, targets


def gradients(model: nn.Module) -> None:
    inputs, targets = data()
    model.zero_grad()
    (model(inputs) - targets).square().mean().backward()


def deformation() -> torch.Tensor:
    return spectral_deformation(network()[0].weight, ALPHA, K, "after", False)


def pair_of_models() -> tuple[nn.Module, nn.Module]:
    """The locked and the identity-inserted model."""
    locked, inserted = network(), network()
    specbound.lock(locked, "0", ALPHA, K)
    specbound.lock(inserted, "0", 1.0, K)
    return locked, inserted


def multiply_by_squared_change(inserted: nn.Module) -> None:
    """``D Dᵀ`` on the gradient of the inserted pair: T⁻² on W', T² on C'."""
    t, inverse = deformation().dense(), deformation().dense(-1)
    pair = inserted[0]
    pair.locked.weight.grad = inverse @ inverse @ pair.locked.weight.grad
    pair.compensator.weight.grad = pair.compensator.weight.grad @ t @ t


def trained_apart(optimizer, clip: float | None = None, **options) -> float:
    """How far the outputs of the two models are apart after some steps, relative."""
    locked, inserted = pair_of_models()
    steppers = [optimizer(model.parameters(), lr=2e-5, **options) for model in (locked, inserted)]
    for _ in range(50):
        for model, stepper in zip((locked, inserted), steppers, strict=True):
            gradients(model)
            if clip is not None:
                nn.utils.clip_grad_norm_(model.parameters(), clip)
            if model is inserted:
                multiply_by_squared_change(inserted)
            stepper.step()
    inputs, _ = data()
    moved = float((locked(inputs) - network()(inputs)).detach().norm())
    return float((locked(inputs) - inserted(inputs)).detach().norm()) / moved


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"momentum": 0.9},
        {"momentum": 0.9, "nesterov": True},
        {"momentum": 0.9, "weight_decay": 1.0},
        {"momentum": 0.9, "nesterov": True, "weight_decay": 1.0},
    ],
    ids=lambda options: " ".join(options) or "plain",
)
def test_a_locked_network_is_trained_like_the_inserted_one_with_a_multiplied_gradient(options) -> None:
    assert trained_apart(torch.optim.SGD, **options) < 1e-9


def test_clipping_and_adam_tell_a_locked_network_from_the_inserted_one() -> None:
    assert trained_apart(torch.optim.SGD, clip=0.1) > 1e-2
    assert trained_apart(torch.optim.AdamW, weight_decay=0.0) > 1e-2


@pytest.mark.parametrize("nesterov", [False, True])
def test_the_five_numbers_are_those_of_an_optimizer(nesterov: bool) -> None:
    generator = np.random.default_rng(0)
    square = generator.standard_normal((4, 4))
    columns = {name: generator.standard_normal((4, 1)) for name in ("b", "theta", "y")}
    rate, momentum, decay = 0.05, 0.8, 0.3
    nu, mu = (rate, rate * momentum) if nesterov else (1e-300, rate)
    numbers = {"nu": nu, "mu": mu, "beta": momentum, "gamma": decay, "delta": 1e-300}
    values = {"D": np.eye(4), "M": square @ square.T, "v": np.zeros((4, 1)), **columns, **numbers}
    side, _ = CATALOG["trajectory_equivalence"].sides(CATALOG["trajectory_equivalence"].domain.instance(values))

    point = torch.tensor(columns["theta"], requires_grad=True)
    curvature, b = torch.tensor(values["M"]), torch.tensor(columns["b"])
    optimizer = torch.optim.SGD([point], lr=rate, momentum=momentum, nesterov=nesterov, weight_decay=decay)
    for _ in range(trajectory_equivalence.STEPS):
        optimizer.zero_grad()
        (point.T @ curvature @ point / 2 - b.T @ point).sum().backward()
        optimizer.step()
    assert float(side) == pytest.approx(float((columns["y"] * point.detach().numpy()).sum()), rel=1e-12)


@pytest.mark.parametrize("alpha", [10.0, 1000.0])
def test_a_clipped_step_of_a_locked_network_obeys_the_law(alpha: float) -> None:
    model, rate, threshold = network(), 0.1, 0.01
    found = spectral_deformation(model[0].weight, alpha, K, "after", False)
    specbound.lock(model, "0", alpha, K)
    before = copy.deepcopy(model)
    gradients(model)
    nn.utils.clip_grad_norm_(model.parameters(), threshold)
    torch.optim.SGD(model.parameters(), lr=rate).step()
    along = (model[0].compensator.weight - before[0].compensator.weight) @ found.dense() @ found.directions
    moved = float(along.detach().norm())
    assert moved <= rate * threshold * alpha
    assert moved >= rate * threshold * alpha * (1 - 10 / alpha)
    others = float((model[2].weight - before[2].weight).detach().norm())
    assert others <= 10 * rate * threshold / alpha


@pytest.mark.parametrize(("alpha", "expected"), [(1, 0.694), (2, 0.604), (30, 0.5006)])
def test_a_damped_method_is_faster_on_a_locked_model(alpha: int, expected: float) -> None:
    """``½(cw − ½)²`` from c = w = 1: the Jacobian is (1, 1), the gradient half of it."""
    jacobian = np.array([[1.0, 1.0]])
    values = {"J": jacobian, "D": np.diag([alpha, 1 / alpha]), "g": jacobian.T / 2, "damping": 1.0}
    domain = damping_favours_lock.DOMAIN
    for side in (damping_favours_lock.lhs, damping_favours_lock.rhs):
        c, w = (1 - float(side(domain.instance({**values, "y": y[:, None]}))) for y in np.eye(2))
        assert c * w == pytest.approx(expected, abs=5e-4 if alpha < 30 else 5e-5)
    # The same step, taken on the locked model itself.
    c, w = 1 / alpha, float(alpha)
    step = (c * w - 0.5) / (c**2 + w**2 + 1)
    assert (c - step * w) * (w - step * c) == pytest.approx(expected, abs=5e-4 if alpha < 30 else 5e-5)


def rounded_pair(size: int, alpha: float, dtype: torch.dtype) -> tuple[specbound.Instance, float]:
    """A locked Gaussian weight in a format, as an instance of ``precision_ceiling``, and the error of the product."""
    generator = torch.Generator().manual_seed(size)
    weight = torch.randn(size, size, generator=generator, dtype=torch.float64)
    found = spectral_deformation(weight, alpha, size // 8, "after", False)
    unit = torch.finfo(dtype).eps / 2
    exact = {"C": found.dense(-1), "V": found.dense() @ weight}
    stored = {name: matrix.to(dtype).double() for name, matrix in exact.items()}
    parts = {new: (stored[old] - exact[old]) / (unit * exact[old].abs()) for old, new in (("C", "X"), ("V", "Y"))}
    values = {name: matrix.numpy() for name, matrix in {**exact, **parts}.items()}
    error = float((stored["C"] @ stored["V"] - exact["C"] @ exact["V"]).norm())
    return CATALOG["precision_ceiling"].domain.instance({**values, "u": unit}), error


@pytest.mark.parametrize("alpha", [10.0, 1000.0])
@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float32], ids=str)
def test_formats_obey_the_precision_ceiling_which_is_loose_by_the_root_of_the_size(dtype, alpha: float) -> None:
    statement = CATALOG["precision_ceiling"]
    looseness: dict[int, float] = {}
    for size in (64, 256):
        instance, error = rounded_pair(size, alpha, dtype)
        assert statement.admits(instance)
        comparison = statement.compare(instance)
        assert comparison.verdict is Verdict.HOLDS
        assert comparison.lhs == pytest.approx(error, rel=1e-6)
        looseness[size] = comparison.rhs / comparison.lhs
    # From 16 to 1024 it was found to be 3.5 + √d/2.
    assert 0.4 < (looseness[256] - looseness[64]) / (256**0.5 - 64**0.5) < 0.6


def test_a_small_format_underflows_which_is_no_relative_rounding() -> None:
    instance, _ = rounded_pair(64, 10.0, torch.float16)
    assert not CATALOG["precision_ceiling"].admits(instance)
    coarse = np.abs(instance.X) > 1
    assert coarse.any()
    assert (np.abs(instance.C[coarse]) < torch.finfo(torch.float16).tiny).all()
