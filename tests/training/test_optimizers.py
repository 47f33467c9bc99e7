"""Optimizers by name: what is built, that runs repeat, and each method against its formula."""

from __future__ import annotations

import inspect
import itertools
import sys
from copy import deepcopy
from typing import Any

import pytest
import pytorch_optimizer
import torch
from torch import nn
from torch.nn.functional import mse_loss
from torch.optim import AdamW, Optimizer

from specbound.core.errors import InvalidInput
from specbound.locking import lock
from specbound.numeric.ops import NotAvailable
from specbound.training.optimizers import KNOWN, build, known, needs_graph
from specbound.training.optimizers.hutchinson import AdaHessian, SophiaH
from specbound.training.optimizers.known import SUPPLIED
from specbound.training.optimizers.muon import hidden_matrices
from specbound.training.optimizers.shampoo import Shampoo
from tests.curvature.examples import dense_hessian, normal, seeded
from tests.training.problems import PROBLEMS, advance, apart, closure_of, locked, mlp, trajectory

DATA = PROBLEMS["mlp"][2]
GENTLE: dict[str, dict[str, Any]] = {"newton": {"lr": 1e-3}, "kfac": {"lr": 1e-2}, "kfac_damped": {"lr": 1e-2}}
"""Learning rates for methods that overshoot at the ones they are known with, far from a minimum."""


def flat(model: nn.Module) -> torch.Tensor:
    return torch.cat([p.detach().reshape(-1) for p in model.parameters()])


def slopes(model: nn.Module) -> list[torch.Tensor]:
    return list(torch.autograd.grad(mse_loss(model(DATA[0]), DATA[1]), list(model.parameters())))


# What is built


@pytest.mark.parametrize("name", KNOWN)
def test_runs_repeat_to_the_last_bit_and_leave_the_global_generator_alone(name: str) -> None:
    state = torch.get_rng_state()
    ends = []
    for _ in range(2):
        model = mlp()
        trajectory(name, "mlp", model, 4, **GENTLE.get(name, {}))
        ends.append(flat(model))
    assert torch.equal(*ends)
    assert not torch.equal(ends[0], flat(mlp()))
    assert bool(ends[0].isfinite().all())
    assert torch.equal(torch.get_rng_state(), state)


@pytest.mark.parametrize("name", KNOWN)
def test_every_method_descends(name: str) -> None:
    model = mlp()
    before = float(mse_loss(model(DATA[0]), DATA[1]).detach())
    # Newton's undamped step leads to a critical point, which may lie higher.
    outputs = trajectory(name, "mlp", model, 4, **GENTLE.get(name, {}))[-1]
    assert float(mse_loss(outputs, DATA[1])) < before or name == "newton"


@pytest.mark.parametrize("name", KNOWN)
def test_the_options_are_ones_that_the_constructor_names_and_none_is_left_to_it(name: str) -> None:
    entry = known(name)
    accepted = inspect.signature(entry.load()).parameters
    named = {n for n, one in accepted.items() if one.kind is not one.VAR_KEYWORD} - set(SUPPLIED)
    assert set(entry.options) <= named
    # What is left out says how to compute, not what.
    technical = {"foreach", "fused", "maximize", "capturable", "differentiable", "metric", "decoupled_weight_decay"}
    unused = {"weight_decouple", "fixed_decay", "data_format"}
    assert named - set(entry.options) <= technical | unused
    assert entry.title


@pytest.mark.parametrize("name", KNOWN)
def test_a_graph_is_asked_for_where_it_is_used(name: str) -> None:
    entry = known(name)
    optimizer = build(name, mlp(), mse_loss, DATA)
    assert needs_graph(name) == needs_graph(optimizer) == needs_graph(type(optimizer)) == entry.needs_graph
    model = mlp()
    optimizer = build(name, model, mse_loss, DATA, **GENTLE.get(name, {}))
    closure = closure_of(model, mse_loss, DATA, graph=False)
    if entry.needs_graph:
        with pytest.raises(InvalidInput, match="carries no graph"):
            optimizer.step(closure)
    else:
        optimizer.step(closure)


@pytest.mark.parametrize("name", [name for name, entry in KNOWN.items() if not entry.needs_closure])
def test_only_where_it_says_so_a_step_evaluates_the_loss_itself(name: str) -> None:
    ends = []
    for inside in (True, False):
        model = mlp()
        optimizer = build(name, model, mse_loss, DATA, **GENTLE.get(name, {}))
        closure = closure_of(model, mse_loss, DATA, known(name).needs_graph)
        if inside:
            assert float(optimizer.step(closure).detach()) > 0
        else:
            closure()
            optimizer.step()
        ends.append(flat(model))
    assert torch.equal(*ends)


def test_what_build_refuses() -> None:
    model = mlp()
    with pytest.raises(InvalidInput, match="unknown optimizer 'adamm'; the nearest known: adam"):
        build("adamm", model, mse_loss, DATA)
    # The library itself would drop it in silence.
    with pytest.raises(InvalidInput, match="unknown option of Lion 'weight_decy'; the nearest known: weight_decay"):
        build("lion", model, mse_loss, DATA, weight_decy=0.1)
    with pytest.raises(InvalidInput, match="unknown option of SGD 'params'"):
        build("sgd", model, mse_loss, DATA, params=[])
    for rate in (0.0, -1.0, float("inf"), float("nan"), True, "fast"):
        with pytest.raises(InvalidInput, match=r"lr = .*; required: a positive number"):
            build("sgd", model, mse_loss, DATA, lr=rate)
    with pytest.raises(InvalidInput, match="required: a name, or a subclass"):
        build(nn.Linear, model, mse_loss, DATA)  # pyright: ignore[reportArgumentType]
    with pytest.raises(InvalidInput, match="no parameter of Sequential is trainable"):
        build("sgd", model.requires_grad_(False), mse_loss, DATA)


def test_a_class_is_given_what_its_constructor_names() -> None:
    class Own(Optimizer):
        def __init__(self, params: Any, model: nn.Module, data: Any, lr: float = 1.0) -> None:
            super().__init__(params, {"lr": lr})
            self.given = (model, data)

    model = mlp()
    model.get_submodule("0").requires_grad_(False)
    built = build(Own, model, mse_loss, DATA, lr=0.5)
    assert isinstance(built, Own)
    assert built.given == (model, DATA)
    assert [id(p) for p in built.param_groups[0]["params"]] == [id(p) for p in list(model.parameters())[2:]]
    assert built.param_groups[0]["lr"] == 0.5
    assert isinstance(build(AdamW, model, mse_loss, DATA), AdamW)


def test_the_librarys_own_classes_are_known_to_need_a_graph() -> None:
    classes = (pytorch_optimizer.AdaHessian, pytorch_optimizer.SophiaH, torch.optim.Adam, pytorch_optimizer.Lion)
    assert [needs_graph(cls) for cls in classes] == [True, True, False, False]


@pytest.mark.parametrize(
    ("name", "library", "extra"),
    [
        ("sign", "pytorch_optimizer", "optim"),
        ("adahessian", "pytorch_optimizer", "optim"),
        ("kfac", "curvlinops", "peers"),
    ],
)
def test_without_the_library_it_says_what_to_install(
    name: str, library: str, extra: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in ("hutchinson", "kfac"):
        monkeypatch.delitem(sys.modules, f"specbound.training.optimizers.{module}", raising=False)
    monkeypatch.setitem(sys.modules, library, None)
    with pytest.raises(NotAvailable, match=rf"pip install 'specbound\[{extra}\]'"):
        build(name, mlp(), mse_loss, DATA)


# Each against its formula


@pytest.mark.parametrize(("name", "change"), [("sign", torch.sign), ("lion", torch.sign), ("sgd", lambda g: g)])
def test_first_steps(name: str, change: Any) -> None:
    model, reference = mlp(), mlp()
    trajectory(name, "mlp", model, 1, lr=0.125)
    for found, start, slope in zip(model.parameters(), reference.parameters(), slopes(reference), strict=True):
        assert torch.allclose(found, start - 0.125 * change(slope), atol=1e-15)


def test_heavy_ball_and_nesterov_follow_their_recursions() -> None:
    for name, nesterov in (("momentum", False), ("nesterov", True)):
        model, reference = mlp(), mlp()
        trajectory(name, "mlp", model, 3, lr=0.05)
        velocity = [torch.zeros_like(p) for p in reference.parameters()]
        for _ in range(3):
            gradients = slopes(reference)
            velocity = [0.9 * v + g for v, g in zip(velocity, gradients, strict=True)]
            moves = [g + 0.9 * v if nesterov else v for v, g in zip(velocity, gradients, strict=True)]
            with torch.no_grad():
                for parameter, move in zip(reference.parameters(), moves, strict=True):
                    parameter -= 0.05 * move
        assert torch.allclose(flat(model), flat(reference), atol=1e-14)


def test_shampoo_with_a_quarter_is_the_librarys() -> None:
    one, other = mlp(), mlp()
    advance(Shampoo(one.parameters(), lr=0.01), one, DATA, 4)
    trajectory("shampoo", "mlp", other, 4, lr=0.01)
    assert torch.allclose(flat(one), flat(other), atol=1e-11)


@pytest.mark.parametrize(("exponent", "power"), [(0.25, 0), (0.5, -1)])
def test_how_a_step_of_shampoo_depends_on_the_scale_of_the_loss(exponent: float, power: int) -> None:
    moves = []
    for scale in (1.0, 100.0):
        model = seeded(lambda: nn.Sequential(nn.Linear(4, 4, bias=False), nn.Tanh(), nn.Linear(4, 4, bias=False)))
        start, targets = flat(model), normal(20, 4, seed=2)
        optimizer = Shampoo(model.parameters(), lr=1e-3, exponent=exponent, eps=1e-14)
        advance(optimizer, model, (DATA[0], targets), 1, lambda f, y, scale=scale: scale * mse_loss(f, y))
        moves.append(flat(model) - start)
    assert torch.allclose(moves[1], 100.0**power * moves[0], rtol=1e-5, atol=1e-9)


def test_soap_moves_nothing_at_its_first_step() -> None:
    model = mlp()
    outputs = trajectory("soap", "mlp", model, 2)
    with torch.no_grad():
        assert torch.equal(outputs[0], mlp()(DATA[0]))
    assert not torch.equal(outputs[1], outputs[0])


def test_lbfgs_takes_one_step_at_a_time_and_never_stops_by_itself() -> None:
    model = mlp()
    optimizer = build("lbfgs", model, mse_loss, DATA)
    closure = closure_of(model, mse_loss, DATA, graph=False)
    calls = 0

    def counted() -> torch.Tensor:
        nonlocal calls
        calls += 1
        return 1e-12 * closure()

    for _ in range(3):
        optimizer.step(counted)
    assert calls == 3
    assert not torch.equal(flat(model), flat(mlp()))


# Estimates of the diagonal


def diagonal() -> torch.Tensor:
    return dense_hessian(mlp(), mse_loss, *DATA).diagonal()


def estimated(cls: Any, **options: Any) -> torch.Tensor:
    """The diagonal that one step of an optimizer was handed."""
    model = mlp()
    optimizer = cls(model.parameters(), lr=1e-9, **options)
    advance(optimizer, model, DATA, 1)
    return torch.cat([optimizer.state[p]["hessian"].reshape(-1) for p in model.parameters()])


@pytest.mark.parametrize("cls", [AdaHessian, SophiaH])
def test_the_exact_diagonal(cls: Any) -> None:
    assert torch.allclose(estimated(cls, estimate="exact"), diagonal(), atol=1e-14)


@pytest.mark.parametrize("estimate", ["rademacher", "gaussian"])
def test_estimates_of_the_diagonal_have_it_as_their_mean_and_repeat_with_their_seed(estimate: str) -> None:
    def drawn(**options: Any) -> torch.Tensor:
        return estimated(AdaHessian, estimate=estimate, **options)

    exact = diagonal()
    size = dense_hessian(mlp(), mse_loss, *DATA).norm(dim=1)
    # Of standard deviation at most √2 of a row's norm for one sample, and 400 were drawn.
    assert bool(((drawn(num_samples=400) - exact).abs() < 5 * 2**0.5 / 20 * size).all())
    assert torch.equal(drawn(seed=3), drawn(seed=3))
    assert not torch.equal(drawn(seed=3), drawn(seed=4))


def test_what_the_estimate_refuses() -> None:
    with pytest.raises(InvalidInput, match="unknown estimate of a diagonal 'hutchinson'"):
        build("adahessian", mlp(), mse_loss, DATA, estimate="hutchinson")
    with pytest.raises(InvalidInput, match="num_samples = 0"):
        build("sophia", mlp(), mse_loss, DATA, num_samples=0)


def test_sophia_estimates_only_when_it_is_due() -> None:
    model = mlp()
    optimizer = build("sophia", model, mse_loss, DATA, update_period=3)
    first = next(model.parameters())
    seen = []
    for _ in range(5):
        advance(optimizer, model, DATA, 1)
        seen.append(optimizer.state[first]["hessian"].clone())
    changed = [not torch.equal(one, other) for one, other in itertools.pairwise(seen)]
    assert changed == [False, False, True, False]


def test_with_the_exact_diagonal_adahessian_does_not_see_a_rotated_lock() -> None:
    ends = [trajectory("adahessian_exact", "mlp", locked("mlp", alpha), 4) for alpha in (1e3, 1.0)]
    assert apart(*ends) < 1e-6
    dense = [trajectory("adahessian_exact", "mlp", locked("mlp", alpha, "dense"), 4) for alpha in (1e3, 1.0)]
    assert apart(*dense) > 0.1


# Muon


def test_hidden_matrices_are_all_but_embeddings_and_the_output_layer() -> None:
    model = nn.ModuleDict(
        {
            "words": nn.Embedding(5, 4),
            "blk": nn.TransformerEncoderLayer(4, 2, 8),
            "mid": nn.Linear(4, 4),
            "norm": nn.LayerNorm(4),
            "head": nn.Linear(4, 3),
        }
    ).double()
    lock(model, ["mid", "head"], alpha=10.0, k=1)
    names = {id(p): name for name, p in model.named_parameters()}
    assert [names[id(p)].removesuffix("weight") for p in hidden_matrices(model)] == [
        "blk.self_attn.in_proj_",
        "blk.self_attn.out_proj.",
        "blk.linear1.",
        "blk.linear2.",
        "mid.locked.",
        "mid.compensator.",
    ]


def test_muon_makes_matrices_orthogonal_and_leaves_the_rest_to_adamw() -> None:
    model, reference = mlp(), mlp()
    trajectory("muon", "mlp", model, 1, lr=1e-3)
    trajectory("adamw", "mlp", reference, 1, lr=1e-3, weight_decay=0.0)
    start = dict(mlp().named_parameters())
    for (name, found), other in zip(model.named_parameters(), reference.parameters(), strict=True):
        if name in ("0.weight", "2.weight"):
            # The scale is that of AdamW's usual step, 0.2 in each entry.
            values = torch.linalg.svdvals(found - start[name]) / (1e-3 * 0.2 * 5**0.5)
            assert float(values.detach().min()) > 0.5
            assert float(values.detach().max()) < 1.5
        else:
            assert torch.equal(found, other)


def test_muon_goes_on_from_a_state_that_was_saved() -> None:
    model = mlp()
    optimizer = build("muon", model, mse_loss, DATA)
    advance(optimizer, model, DATA, 2)
    saved, copy = deepcopy(optimizer.state_dict()), deepcopy(model)
    advance(optimizer, model, DATA, 2)
    again = build("muon", copy, mse_loss, DATA)
    again.load_state_dict(saved)
    advance(again, copy, DATA, 2)
    assert torch.equal(flat(copy), flat(model))


def test_a_learning_rate_in_the_groups_counts() -> None:
    for name in ("muon", "newton_damped", "adahessian", "shampoo_half"):
        ends = []
        for lr, factor in ((1e-3, 2.0), (2e-3, 1.0)):
            model = mlp()
            optimizer = build(name, model, mse_loss, DATA, lr=lr)
            for group in optimizer.param_groups:
                group["lr"] *= factor
            advance(optimizer, model, DATA, 2)
            ends.append(flat(model))
        assert torch.equal(*ends)
