"""Top singular values, blocks and predictions against dense Hessians."""

import copy

import pytest
import torch
from torch import nn
from torch.nn.functional import cross_entropy, mse_loss
from torch.utils.data import DataLoader, TensorDataset

from specbound.core.errors import InvalidInput
from specbound.curvature import (
    NotConverged,
    Operator,
    block,
    compensator_curvature,
    gauss_newton,
    hessian,
    predicted_curvature,
    top_singular_value,
    top_singular_value_of,
)
from specbound.numeric.ops import NotAvailable
from tests.curvature.examples import DOUBLE, dense_hessian, labels, mlp, normal, seeded


def _cnn():
    model = seeded(
        lambda: nn.Sequential(nn.Conv2d(1, 3, 3, stride=2, padding=1), nn.GELU(), nn.Flatten(), nn.Linear(3 * 9, 4))
    )
    return model, cross_entropy, (normal(8, 1, 5, 5), labels(8, 4))


class _Encoder(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        layer = nn.TransformerEncoderLayer(6, 2, 8, dropout=0.0, activation="gelu", batch_first=True, norm_first=True)
        self.encoder, self.head = nn.TransformerEncoder(layer, 1, enable_nested_tensor=False), nn.Linear(6, 3)

    def forward(self, tokens):
        return self.head(self.encoder(tokens).mean(dim=1))


def _transformer():
    return seeded(_Encoder), cross_entropy, (normal(7, 4, 6), labels(7, 3))


PROBLEMS = {"mlp": mlp, "cnn": _cnn, "transformer": _transformer}


def _truth(problem) -> float:
    model, loss, (inputs, targets) = problem
    # The independent reference needs kernels that torch can differentiate twice.
    with torch.nn.attention.sdpa_kernel(torch.nn.attention.SDPBackend.MATH):
        model = copy.deepcopy(model)
        torch.backends.mha.set_fastpath_enabled(False)
        try:
            return float(torch.linalg.matrix_norm(dense_hessian(model, loss, inputs, targets), 2))
        finally:
            torch.backends.mha.set_fastpath_enabled(True)


@pytest.mark.parametrize("name", PROBLEMS)
@pytest.mark.parametrize("scale", [1.0, 1e-13, 1e13])
def test_it_is_accurate_whatever_the_scale_of_the_loss(name: str, scale: float) -> None:
    model, loss, data = PROBLEMS[name]()
    truth = _truth((model, loss, data))

    def scaled(outputs, targets):
        return scale * loss(outputs, targets)

    found = top_singular_value(model, scaled, data, tol=1e-11)
    assert abs(found.value / scale / truth - 1) <= 1e-10
    assert found.lower <= scale * truth * (1 + 1e-13)
    single = copy.deepcopy(model).float()
    narrow = top_singular_value(single, scaled, (data[0].float(), data[1]))
    assert abs(narrow.value / scale / truth - 1) <= 2e-6


def test_a_certified_upper_bound_is_one_and_close() -> None:
    problem = mlp()
    found = top_singular_value(*problem, certified_upper=True)
    assert found.upper is not None
    assert found.lower <= _truth(problem) <= found.upper <= found.value * (1 + 1e-6)
    big = nn.Linear(100, 100).double()
    with pytest.raises(NotAvailable, match="choose fewer parameters"):
        top_singular_value(big, mse_loss, (normal(2, 100), normal(2, 100)), certified_upper=True)


CUTS = (slice(0, 4), slice(4, 8), slice(8, 9))
"""Batches of 4, 4 and 1 of the 9 samples."""
OPERATORS = {
    "Hessian": hessian,
    "block": lambda *problem: block(*problem, "0.*", "2.weight"),
    "Gauss–Newton": gauss_newton,
    "predicted": lambda *problem: compensator_curvature(*problem, "2", 2),
}


@pytest.mark.parametrize("name", OPERATORS)
def test_ragged_batches_are_the_full_batch(name: str) -> None:
    operator = OPERATORS[name]
    model, loss, (inputs, targets) = mlp()
    full = operator(model, loss, (inputs, targets)).dense()
    cuts = [(inputs[cut], targets[cut]) for cut in CUTS]
    ragged = operator(model, loss, iter(cuts))
    torch.testing.assert_close(ragged.dense(), full, rtol=0, atol=1e-14)
    unweighted = sum(operator(model, loss, cut).dense() for cut in cuts) / 3
    assert float((unweighted - full).abs().max()) > 1e-3
    found = top_singular_value_of(ragged, tol=1e-10)
    assert found.value == pytest.approx(float(torch.linalg.matrix_norm(full, 2)), rel=1e-9)


def test_a_loader_with_a_ragged_last_batch_gives_the_full_batch() -> None:
    model, loss, (inputs, targets) = mlp()
    loader = DataLoader(TensorDataset(inputs, targets), batch_size=4)
    found = top_singular_value(model, loss, loader, tol=1e-10)
    assert found.value == pytest.approx(_truth((model, loss, (inputs, targets))), rel=1e-9)


@pytest.mark.parametrize("form", ["tuple", "mapping"])
def test_inputs_are_passed_on_as_arguments_or_keywords(form: str) -> None:
    class Sum(nn.Linear):
        def forward(self, first, second):
            return super().forward(first - 2 * second)

    model = seeded(lambda: Sum(3, 2))
    first, second, targets = normal(5, 3), normal(5, 3, seed=4), labels(5, 2)
    inputs = (first, second) if form == "tuple" else {"second": second, "first": first}
    plain = seeded(lambda: nn.Linear(3, 2))
    expected = top_singular_value(plain, cross_entropy, (first - 2 * second, targets), tol=1e-10).value
    assert top_singular_value(model, cross_entropy, (inputs, targets), tol=1e-10).value == pytest.approx(expected)


@pytest.mark.parametrize(
    ("params", "chosen"),
    [(None, range(6)), ("0.weight", [0]), ("*.bias", [1, 3, 5]), (["2.weight", "0.bias"], [1, 2])],
)
def test_chosen_parameters_are_those_rows_and_columns_of_the_dense_hessian(params, chosen) -> None:
    model, loss, (inputs, targets) = mlp()
    dense = dense_hessian(model, loss, inputs, targets)
    pieces = torch.arange(len(dense)).split([p.numel() for p in model.parameters()])
    index = torch.cat([pieces[n] for n in chosen])
    expected = dense[index][:, index]
    torch.testing.assert_close(hessian(model, loss, (inputs, targets), params).dense(), expected, rtol=0, atol=1e-13)
    found = top_singular_value(model, loss, (inputs, targets), params, tol=1e-10)
    assert found.value == pytest.approx(float(torch.linalg.matrix_norm(expected, 2)), rel=1e-9)


def test_the_largest_eigenvalue_of_a_network_may_be_negative() -> None:
    model, loss, (inputs, targets) = mlp()
    least, most = torch.linalg.eigvalsh(dense_hessian(model, loss, inputs, targets))[[0, -1]].tolist()
    assert -least < most
    found = top_singular_value(model, lambda *both: -loss(*both), (inputs, targets), tol=1e-10)
    assert found.value == pytest.approx(most, rel=1e-9)
    assert float(found.left @ found.right) == pytest.approx(-1, abs=1e-6)
    whole = top_singular_value(model, loss, (inputs, targets), tol=1e-10)
    assert float(whole.left @ whole.right) == pytest.approx(1, abs=1e-6)


def test_the_hessian_of_a_linear_loss_is_zero() -> None:
    model = seeded(lambda: nn.Linear(3, 2))
    found = top_singular_value(model, lambda o, t: o.mean(), (normal(5, 3), None), certified_upper=True)
    assert (found.value, found.residual, found.lower, found.upper) == (0, 0, 0, 0)


def _symmetric(values: list[float]) -> Operator:
    q, _ = torch.linalg.qr(normal(len(values), len(values)))
    matrix = q @ torch.diag(torch.tensor(values, dtype=DOUBLE)) @ q.T
    return Operator.of_matrix((matrix + matrix.T) / 2)


@pytest.mark.parametrize(
    ("values", "top"),
    [
        ([-3.0, 2.0, 1.0, 0.5, 0.1], 3.0),
        ([2.0, 2.0, 2.0, -1.0, 0.0], 2.0),
        ([1.0 + 1e-9, 1.0, -1.0, 0.3], 1.0 + 1e-9),
        ([0.0, 0.0, 0.0], 0.0),
        ([1e-100, -3e-100], 3e-100),
    ],
)
def test_both_ends_clusters_and_zero(values: list[float], top: float) -> None:
    assert top_singular_value_of(_symmetric(values), tol=1e-10).value == pytest.approx(top, rel=1e-8, abs=0)


def test_what_underflows_is_not_taken_for_zero() -> None:
    with pytest.raises(InvalidInput, match="scale the loss up"):
        top_singular_value_of(_symmetric([1e-200, -3e-200]))


def test_what_did_not_converge_is_never_returned() -> None:
    spread = _symmetric([1 - 1e-4 * n for n in range(60)])
    with pytest.raises(NotConverged, match="allow more products") as caught:
        top_singular_value_of(spread, tol=1e-9, max_products=5)
    assert 0 < caught.value.value <= 1
    assert caught.value.residual > 0


def test_blocks_and_gauss_newton_are_those_of_the_dense_hessian() -> None:
    model, loss, (inputs, targets) = mlp()
    dense = dense_hessian(model, loss, inputs, targets)
    names, sizes = zip(*((n, p.numel()) for n, p in model.named_parameters()), strict=True)
    starts = [sum(sizes[:n]) for n in range(len(sizes))]
    rows = slice(starts[0], starts[0] + sizes[0])
    columns = slice(starts[2], starts[2] + sizes[2])
    found = block(model, loss, (inputs, targets), names[0], names[2])
    torch.testing.assert_close(found.dense(), dense[rows, columns], rtol=0, atol=1e-13)
    torch.testing.assert_close(found.T.dense(), dense[columns, rows], rtol=0, atol=1e-13)
    top = float(torch.linalg.matrix_norm(dense[rows, columns], 2))
    assert top_singular_value_of(found, tol=1e-10).value == pytest.approx(top, rel=1e-9)

    parameters = list(model.parameters())
    outputs = model(inputs)
    jacobian = torch.stack(
        [
            torch.cat([g.reshape(-1) for g in torch.autograd.grad(entry, parameters, retain_graph=True)])
            for entry in outputs.reshape(-1)
        ]
    )
    probabilities = outputs.softmax(dim=1).detach()
    reference = torch.zeros_like(dense)
    for sample, p in enumerate(probabilities):
        j = jacobian[sample * len(p) : (sample + 1) * len(p)]
        reference += j.T @ (torch.diag(p) - torch.outer(p, p)) @ j / len(probabilities)
    torch.testing.assert_close(gauss_newton(model, loss, (inputs, targets)).dense(), reference, rtol=0, atol=1e-13)


def test_the_predicted_curvature_is_the_sum_over_pairs_of_tokens() -> None:
    """Σ_{s,t} ∇²_{z_s z_t}L ⊗ (U_kᵀ W h_s)(U_kᵀ W h_t)ᵀ, written out on a network whose tokens attend to each other."""

    class Mixing(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.inner, self.norm, self.head = nn.Linear(4, 3), nn.LayerNorm(3), nn.Linear(3, 2)

        def forward(self, tokens):
            z = self.inner(tokens)
            return self.head((torch.softmax(z @ z.mT, -1) @ self.norm(z)).mean(dim=1))

    model, tokens, targets = seeded(Mixing), normal(3, 2, 4), labels(3, 2)
    w = model.inner.weight.detach()
    u = torch.linalg.svd(w).U[:, :2]

    def loss_of(z):
        mixed = (torch.softmax(z @ z.mT, -1) @ model.norm(z)).mean(dim=1)
        return cross_entropy(model.head(mixed), targets)

    z = model.inner(tokens).detach()
    curvature = torch.autograd.functional.hessian(loss_of, z).reshape(z.numel(), z.numel())
    inputs = (tokens @ w.T @ u).reshape(-1, 2)
    k = torch.zeros(3 * 2, 3 * 2, dtype=DOUBLE)
    for s, a in enumerate(inputs):
        for t, b in enumerate(inputs):
            k += torch.kron(curvature[3 * s : 3 * s + 3, 3 * t : 3 * t + 3], torch.outer(a, b))
    found = predicted_curvature(model, cross_entropy, (tokens, targets), "inner", 2, tol=1e-10)
    assert found == pytest.approx(float(torch.linalg.matrix_norm(k, 2)), rel=1e-9)


@pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device")
def test_cuda_agrees_with_the_cpu() -> None:
    model, loss, (inputs, targets) = _transformer()
    there = top_singular_value(model.cuda(), loss, (inputs.cuda(), targets.cuda()), tol=1e-10).value
    assert there == pytest.approx(top_singular_value(model.cpu(), loss, (inputs, targets), tol=1e-10).value, rel=1e-9)
