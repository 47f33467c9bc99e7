"""The optimizers that are known by name, and how any is built for a model."""

from __future__ import annotations

import inspect
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib import import_module
from types import MappingProxyType
from typing import Any

from torch import nn
from torch.optim import Optimizer

from specbound.core.errors import InvalidInput, unknown_name
from specbound.curvature.data import Loss
from specbound.numeric.ops import NotAvailable

HERE = "specbound.training.optimizers"
SUPPLIED = ("params", "model", "loss", "data")
"""Parameters of a constructor that are not options: they say what is trained on what."""


@dataclass(frozen=True)
class Known:
    """An optimizer: its title, the class by ``module:name``, imported when it is needed, and the options it is given.

    ``options``: every one that matters, the learning rate included, so that none is left to what a library takes as
    its default. ``needs_graph``: whether ``.grad`` has to carry its graph; ``needs_closure``: whether a step evaluates
    the loss itself. ``library``, ``extra``: what has to be installed beside torch, and the extra that does it.
    """

    title: str
    location: str
    options: Mapping[str, Any] = field(default_factory=dict)
    needs_graph: bool = False
    needs_closure: bool = False
    library: str | None = None
    extra: str | None = None

    def load(self) -> type[Optimizer]:
        """The class.

        **Raises.** :class:`~specbound.numeric.ops.NotAvailable` where its library is not installed.
        """
        module, name = self.location.split(":")
        try:
            return getattr(import_module(module), name)
        except ModuleNotFoundError as error:
            if self.library is None or (error.name or "").partition(".")[0].startswith("specbound"):
                raise
            raise NotAvailable(f"{self.title} needs {self.library}: pip install 'specbound[{self.extra}]'") from error


def _library(title: str, name: str, needs_graph: bool = False, **options: Any) -> Known:
    """One of pytorch-optimizer's, from the library itself or, with a dot, from the module here that wraps it."""
    location = f"{HERE}{name}" if name.startswith(".") else f"pytorch_optimizer:{name}"
    return Known(title, location, options, needs_graph, library="pytorch-optimizer", extra="optim")


def _exact(title: str, name: str, needs_graph: bool, **options: Any) -> Known:
    return Known(title, f"{HERE}.second_order:{name}", options, needs_graph)


_ADAM = {"betas": (0.9, 0.999), "eps": 1e-8, "amsgrad": False, "foreach": False, "fused": False}
_SGD = {"dampening": 0.0, "weight_decay": 0.0, "foreach": False, "fused": False}
_ADAHESSIAN = {
    "lr": 0.1,
    "betas": (0.9, 0.999),
    "weight_decay": 0.0,
    "hessian_power": 1.0,
    "update_period": 1,
    "num_samples": 1,
    "eps": 1e-16,
    "seed": 0,
}
_SOPHIA = {
    "lr": 6e-2,
    "betas": (0.96, 0.99),
    "weight_decay": 0.0,
    "p": 1e-2,
    "num_samples": 1,
    "eps": 1e-12,
    "seed": 0,
}

KNOWN: Mapping[str, Known] = MappingProxyType(
    {
        "sgd": Known("gradient descent", "torch.optim:SGD", {"lr": 0.1, "momentum": 0.0, "nesterov": False, **_SGD}),
        "momentum": Known("heavy ball", "torch.optim:SGD", {"lr": 0.1, "momentum": 0.9, "nesterov": False, **_SGD}),
        "nesterov": Known("Nesterov", "torch.optim:SGD", {"lr": 0.1, "momentum": 0.9, "nesterov": True, **_SGD}),
        "sign": _library("sign descent", "SignSGD", lr=1e-3, momentum=0.0, weight_decay=0.0, foreach=False),
        "adam": Known("Adam", "torch.optim:Adam", {"lr": 1e-3, "weight_decay": 0.0, **_ADAM}),
        "adamw": Known("AdamW", "torch.optim:AdamW", {"lr": 1e-3, "weight_decay": 0.01, **_ADAM}),
        "lion": _library("Lion", "Lion", lr=1e-4, betas=(0.9, 0.99), weight_decay=0.0, foreach=False),
        "muon": Known(
            "Muon, with AdamW",
            f"{HERE}.muon:Muon",
            {
                "lr": 1e-3,
                "momentum": 0.95,
                "nesterov": True,
                "ns_steps": 5,
                "adjust_lr_fn": "match_rms_adamw",
                "betas": (0.9, 0.999),
                "eps": 1e-8,
                "weight_decay": 0.0,
            },
        ),
        # Tolerances of 0: at its own ones torch stops in silence. One iteration: a step of the loop is one of L-BFGS.
        "lbfgs": Known(
            "L-BFGS",
            "torch.optim:LBFGS",
            {
                "lr": 1.0,
                "max_iter": 1,
                "max_eval": 1,
                "tolerance_grad": 0.0,
                "tolerance_change": 0.0,
                "history_size": 10,
                "line_search_fn": None,
            },
            needs_closure=True,
        ),
        "adahessian": _library("AdaHessian", ".hutchinson:AdaHessian", True, **_ADAHESSIAN, estimate="rademacher"),
        "adahessian_exact": _library(
            "AdaHessian, exact diagonal", ".hutchinson:AdaHessian", True, **_ADAHESSIAN, estimate="exact"
        ),
        "sophia": _library("Sophia", ".hutchinson:SophiaH", True, **_SOPHIA, update_period=10, estimate="gaussian"),
        "sophia_exact": _library(
            "Sophia, exact diagonal", ".hutchinson:SophiaH", True, **_SOPHIA, update_period=1, estimate="exact"
        ),
        "shampoo": _library(
            "Shampoo, exponent ¼",
            "Shampoo",
            lr=1e-3,
            momentum=0.0,
            weight_decay=0.0,
            preconditioning_compute_steps=1,
            matrix_eps=1e-6,
        ),
        "shampoo_half": Known(
            "Shampoo, exponent ½", f"{HERE}.shampoo:Shampoo", {"lr": 1e-3, "exponent": 0.5, "eps": 1e-6}
        ),
        # Its first step only sets up the basis and moves nothing.
        "soap": _library(
            "SOAP",
            "SOAP",
            lr=3e-3,
            betas=(0.95, 0.95),
            shampoo_beta=0.95,
            weight_decay=0.0,
            precondition_frequency=1,
            max_precondition_dim=10_000,
            merge_dims=False,
            precondition_1d=False,
            correct_bias=True,
            normalize_gradient=False,
            eps=1e-8,
        ),
        "newton": _exact("Newton", "Newton", True, lr=1.0, damping=0.0, metric=None),
        "newton_damped": _exact("Newton, damped by λ I", "Newton", True, lr=1.0, damping=1.0, metric=None),
        "newton_congruent": _exact("Newton, damped by λ DᵀD", "CongruentNewton", True, lr=1.0, damping=1.0),
        "levenberg_marquardt": _exact(
            "Levenberg–Marquardt", "LevenbergMarquardt", False, lr=1.0, damping=1.0, metric=None
        ),
        "levenberg_marquardt_congruent": _exact(
            "Levenberg–Marquardt, damped by λ DᵀD", "CongruentLevenbergMarquardt", False, lr=1.0, damping=1.0
        ),
        "kfac": Known(
            "K-FAC", f"{HERE}.kfac:KFAC", {"lr": 1.0, "damping": 0.0}, library="curvlinops-for-pytorch", extra="peers"
        ),
        "kfac_damped": Known(
            "K-FAC, damped by λ I",
            f"{HERE}.kfac:KFAC",
            {"lr": 1.0, "damping": 1e-3},
            library="curvlinops-for-pytorch",
            extra="peers",
        ),
    }
)
"""By name, in the order of the theory's table: first order, adaptive, matrices, second order."""

_DIFFERENTIATING = ("pytorch_optimizer.optimizer.adahessian.AdaHessian", "pytorch_optimizer.optimizer.sophia.SophiaH")


def known(name: str) -> Known:
    """The optimizer of that name; raises :class:`InvalidInput` with the nearest names for another.

    >>> known("adam").title
    'Adam'
    """
    if name not in KNOWN:
        raise unknown_name("optimizer", name, KNOWN)
    return KNOWN[name]


def needs_graph(optimizer: str | Optimizer | type[Optimizer]) -> bool:
    """Whether a closure has to fill ``.grad`` with gradients that can be differentiated again.

    A class says so by an attribute ``needs_graph``; the library's own that differentiate are known.

    >>> needs_graph("adam"), needs_graph("newton")
    (False, True)
    """
    if isinstance(optimizer, str):
        return known(optimizer).needs_graph
    found = optimizer if isinstance(optimizer, type) else type(optimizer)
    names = {f"{base.__module__}.{base.__qualname__}" for base in found.__mro__}
    return bool(getattr(found, "needs_graph", False)) or not names.isdisjoint(_DIFFERENTIATING)


def build(optimizer: str | type[Optimizer], model: nn.Module, loss: Loss, data: Any, **options: Any) -> Optimizer:
    """The optimizer of that name, or of that class, on the trainable parameters of a model in its order.

    **Parameters.** ``optimizer``: a name in :data:`KNOWN`, whose options stand unless others are given; or a class,
    whose own defaults stand. A constructor that has parameters named ``model``, ``loss`` or ``data`` is given these.
    ``loss``, ``data``: as in :func:`specbound.top_singular_value`. ``options``: of the constructor, ``lr`` among them.
    **Raises.** :class:`InvalidInput` for an unknown name or option, a learning rate that is no positive number, and a
    model without trainable parameters; :class:`~specbound.numeric.ops.NotAvailable` without the library.

    >>> model = nn.Linear(2, 1)
    >>> type(build("momentum", model, nn.functional.mse_loss, None, lr=0.5)).__name__
    'SGD'
    """
    if isinstance(optimizer, str):
        entry = known(optimizer)
        cls, options = entry.load(), {**entry.options, **options}
    elif isinstance(optimizer, type) and issubclass(optimizer, Optimizer):
        cls = optimizer
    else:
        raise InvalidInput(f"the optimizer is {optimizer!r}; required: a name, or a subclass of torch.optim.Optimizer")
    rate = options.get("lr", 1.0)
    if isinstance(rate, bool) or not isinstance(rate, int | float) or not 0 < rate < math.inf:
        raise InvalidInput(f"lr = {rate!r}; required: a positive number")
    accepted = inspect.signature(cls).parameters
    # Constructors of pytorch-optimizer take any keyword and drop it in silence.
    named = [name for name, one in accepted.items() if one.kind is not one.VAR_KEYWORD and name not in SUPPLIED]
    for name in options:
        if name not in named:
            raise unknown_name(f"option of {cls.__name__}", name, named)
    parameters = [p for p in model.parameters() if p.requires_grad]
    if not parameters:
        raise InvalidInput(f"no parameter of {type(model).__name__} is trainable: all have requires_grad=False")
    supplied = {"model": model, "loss": loss, "data": data}
    return cls(parameters, **{name: value for name, value in supplied.items() if name in accepted}, **options)
