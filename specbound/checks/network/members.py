"""Rescalings other than a lock's that keep a network's function, read on a network."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from copy import deepcopy
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.functional import normalize

from specbound.checks.network.case import Case
from specbound.checks.network.congruence import PAIRS
from specbound.checks.network.reading import Sides
from specbound.curvature import hessian
from specbound.curvature.data import batches
from specbound.curvature.kernels import twice_differentiable
from specbound.numeric.ops import NotAvailable

Factors = Mapping[str, Tensor]
"""By what each of the named parameters is multiplied, entry by entry or by broadcasting."""


def rescaled(model: nn.Module, factors: Factors) -> nn.Module:
    """A copy whose named parameters are multiplied."""
    copy = deepcopy(model)
    with torch.no_grad():
        for name, factor in factors.items():
            copy.get_parameter(name).mul_(factor)
    return copy


def flat_factors(model: nn.Module, factors: Factors) -> Tensor:
    """The same for every entry of the flat parameters of a model."""
    ones = ((name, torch.ones_like(parameter)) for name, parameter in model.named_parameters())
    return torch.cat([(one * factors[name] if name in factors else one).detach().flatten() for name, one in ones])


def neuron_rescaling(case: Case) -> Iterator[Sides]:
    """``vᵀ H w`` of the network whose first k neurons behind the layer are multiplied by α, and along ``D⁻¹v``."""
    yield from _compared(case, neurons(case))


def neurons(case: Case) -> Factors:
    """What multiplies k neurons by α, between a layer, its ReLU and the linear layer behind that."""
    for sequence in case.model.modules():
        if isinstance(sequence, nn.Sequential):
            layers = list(sequence)
            for first, active, last in zip(layers, layers[1:], layers[2:], strict=False):
                here = first is case.model.get_submodule(case.layer)
                if here and isinstance(active, nn.ReLU | nn.LeakyReLU) and isinstance(last, nn.Linear):
                    scales = _scales(case, len(case.weight))
                    return {
                        **_on_rows(case.model, case.layer, scales),
                        f"{_name(case.model, last)}.weight": 1 / scales,
                    }
    raise NotAvailable(f"{case.layer} is not followed by a ReLU and a linear layer")


def query_key_rescaling(case: Case) -> Iterator[Sides]:
    """The same where k coordinates of the queries are multiplied, and those of the keys divided."""
    yield from _compared(case, queries(case))


def queries(case: Case) -> Factors:
    """What multiplies k coordinates of queries by α: plain attention, with projections called query and key."""
    for name, module in case.model.named_modules():
        path, _, last = name.rpartition(".")
        key = f"{path}.key" if path else "key"
        if last == "query" and isinstance(module, nn.Linear) and isinstance(_module(case.model, key), nn.Linear):
            scales = _scales(case, len(module.weight))
            return {**_on_rows(case.model, name, scales), **_on_rows(case.model, key, 1 / scales)}
    raise NotAvailable("it has no linear layers called query and key")


def value_output_rescaling(case: Case) -> Iterator[Sides]:
    """The same where k coordinates of the values are multiplied."""
    yield from _compared(case, values(case))


def values(case: Case) -> Factors:
    """What multiplies k coordinates of the values by α, between the two layers of a route through attention."""
    route = case.route
    if route is None or route.kind != "attention":
        raise NotAvailable("it has no route from the values of attention to what reads them")
    scales = _scales(case, len(case.model.get_submodule(route.first).get_parameter("weight")))
    return {**_on_rows(case.model, route.first, scales), f"{route.second}.weight": 1 / scales}


def gain_shift(case: Case) -> Iterator[Sides]:
    """The same where k gains of a layer norm are multiplied, and what reads them is divided."""
    yield from _compared(case, gains(case))


def gains(case: Case) -> Factors:
    """What multiplies k gains, and shifts, of the first layer norm that linear layers alone read."""
    for name, module in case.model.named_modules():
        if isinstance(module, nn.LayerNorm) and module.elementwise_affine:
            readers = _readers(case, module)
            if readers:
                scales = _scales(case, module.weight.shape[-1])
                of_readers = {f"{reader}.weight": 1 / scales for reader in readers}
                return {**_on_rows(case.model, name, scales), **of_readers}
    raise NotAvailable("it has no layer norm with a gain that linear layers alone read")


def _readers(case: Case, norm: nn.Module) -> list[str]:
    """The linear layers that read what a layer norm gives; none where anything else reads it too."""
    given: list[Tensor] = []
    readers: list[str] = []

    def kept(_: nn.Module, __: Any, output: Tensor) -> None:
        given.append(output)

    def noticed(name: str) -> Any:
        return lambda _, args: readers.append(name) if given and args[0] is given[-1] else None

    hooks = [norm.register_forward_hook(kept)]
    for name, module in case.model.named_modules():
        if isinstance(module, nn.Linear):
            hooks.append(module.register_forward_pre_hook(noticed(name)))
    try:
        with twice_differentiable(case.model):
            outputs = batches(case.data)[0].outputs(case.model)
    finally:
        for hook in hooks:
            hook.remove()
    node = given[-1].grad_fn if given else None
    return readers if node is not None and _uses(outputs.grad_fn, node) == len(readers) else []


def _uses(end: Any, node: Any) -> int:
    """In how many places of a graph the output of a node is used."""
    seen: set[Any] = set()
    found, open_ = 0, [end]
    while open_:
        at = open_.pop()
        if at in seen:
            continue
        seen.add(at)
        following = [child for child, _ in at.next_functions if child is not None]
        found += sum(child is node for child in following)
        open_ += following
    return found


def normalised_curvature(case: Case) -> Iterator[Sides]:
    """The Hessian in the layer, its outputs normalised, at α times its parameters, times α², against that before."""
    model, names = _with_normalised_layer(case)
    larger = rescaled(model, dict.fromkeys(names, _number(case, case.alpha)))
    before, after = (hessian(one, case.loss, case.data, names) for one in (model, larger))
    columns = _directions(case, before.shape[0])
    for n in range(PAIRS):
        v, w = columns[:, n].contiguous(), columns[:, PAIRS + n].contiguous()
        image = before @ w
        yield Sides(case.alpha**2 * float(v @ (after @ w)), float(v @ image), float(image.norm() * v.norm()))


def normalised_step(case: Case) -> Iterator[Sides]:
    """How long the same parameters are after a step from ``1/α`` times them, squared, against the two squares."""
    model, names = _with_normalised_layer(case)
    smaller = rescaled(model, dict.fromkeys(names, _number(case, 1 / case.alpha)))
    lengths: list[Tensor] = []
    gradients: list[Tensor] = []
    for one in (model, smaller):
        inside = [torch.full_like(p, float(name in names)) for name, p in one.named_parameters()]
        mask = torch.cat([part.flatten() for part in inside]) > 0
        lengths.append(case.flat(one)[mask])
        gradients.append(case.gradient(one)[mask])
    for rate in (0.01, 1.0):
        found = (lengths[1] - rate * gradients[1]).square().sum()
        squares = lengths[0].square().sum() / case.alpha**2, (rate * case.alpha * gradients[0]).square().sum()
        yield Sides(float(found), float(sum(squares)), 2 * float(sum(squares)))


def _with_normalised_layer(case: Case) -> tuple[nn.Module, list[str]]:
    """A copy that normalises what the layer gives, and the names of the layer's parameters."""
    model = deepcopy(case.model)
    layer = model.get_submodule(case.layer)
    layer.register_forward_hook(_normalised)
    return model, [f"{case.layer}.{name}" for name, _ in layer.named_parameters()]


def _normalised(_: nn.Module, __: Any, output: Tensor) -> Tensor:
    return normalize(output, dim=-1)


def _compared(case: Case, factors: Factors) -> Iterator[Sides]:
    """``vᵀ H̃ w`` of the rescaled network against ``(Dv)ᵀ H (Dw)``, D dividing by the factors."""
    scales = flat_factors(case.model, factors)
    before, after = case.hessian(case.model), case.hessian(rescaled(case.model, factors))
    mapped = _directions(case, len(scales))
    for n in range(PAIRS):
        v, w = mapped[:, n].contiguous(), mapped[:, PAIRS + n].contiguous()
        image = before @ w
        found = float((scales * v) @ (after @ (scales * w)))
        yield Sides(found, float(v @ image), float(image.norm() * v.norm()))


def _directions(case: Case, size: int) -> Tensor:
    generator = torch.Generator().manual_seed(case.seed)
    return torch.randn(size, 2 * PAIRS, generator=generator, dtype=torch.float64).to(case.weight)


def _number(case: Case, value: float) -> Tensor:
    return torch.tensor(value, dtype=case.weight.dtype, device=case.weight.device)


def _scales(case: Case, size: int) -> Tensor:
    """α in the first k places, else 1."""
    scales = torch.ones(size, dtype=case.weight.dtype, device=case.weight.device)
    scales[: case.k] = case.alpha
    return scales


def _on_rows(model: nn.Module, layer: str, scales: Tensor) -> dict[str, Tensor]:
    """On the rows of a layer's weight, or the entries of a gain, and on its bias."""
    parameters = model.get_submodule(layer).named_parameters()
    return {f"{layer}.{name}": scales.reshape(-1, *[1] * (p.ndim - 1)) for name, p in parameters}


def _module(model: nn.Module, path: str) -> nn.Module | None:
    return dict(model.named_modules()).get(path)


def _name(model: nn.Module, module: nn.Module) -> str:
    return next(name for name, other in model.named_modules() if other is module)
