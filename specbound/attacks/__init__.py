"""What undoes a lock, an attack in a file, each with what it costs: section 5 of the theory.

Every attack takes a model, which it leaves as it is, and gives an :class:`~specbound.attacks.attacked.Attacked`.
"""

from collections.abc import Callable, Mapping
from functools import partial
from types import MappingProxyType
from typing import Any

from torch import nn

from specbound.attacks.attacked import Attacked
from specbound.attacks.balance import balance
from specbound.attacks.cost import Cost
from specbound.attacks.factor_chain import factor_chain
from specbound.attacks.freeze import freeze
from specbound.attacks.inject import inject, inject_blind
from specbound.attacks.lora import lora
from specbound.attacks.merge import merge
from specbound.attacks.optimizer_only import optimizer_only
from specbound.attacks.parallel import parallel
from specbound.attacks.precondition import precondition
from specbound.attacks.rescale import rescale
from specbound.core.errors import unknown_name

Attack = Callable[[nn.Module, Any], Attacked]
"""A locked model, and inputs on which the function is compared."""


def _given(function: Callable[..., Attacked], **options: Any) -> Attack:
    return partial(_on_inputs, function, options)


def _on_inputs(
    function: Callable[..., Attacked], options: Mapping[str, Any], model: nn.Module, inputs: Any
) -> Attacked:
    return function(model, inputs=inputs, **options)


ATTACKS: Mapping[str, Attack] = MappingProxyType(
    {
        "optimizer_only": _given(optimizer_only),
        "lora": _given(lora),
        "inject_blind": _given(inject_blind),
        "lora_output": _given(lora, place="output"),
        "factor_chain": _given(factor_chain, count=2),
        "inject": _given(inject),
        "parallel": _given(parallel),
        "merge_and_factor": _given(factor_chain, count=2, merge_first=True),
        "freeze": _given(freeze),
        "precondition": _given(precondition),
        "balance": _given(balance),
        "rescale": _given(rescale),
        "merge": _given(merge),
    }
)
"""Attacks by name, from one that knows nothing to those that know the locks."""


def attack(name: str) -> Attack:
    """The attack of that name; raises :class:`~specbound.core.errors.InvalidInput` for another, with the nearest."""
    if name not in ATTACKS:
        raise unknown_name("attacker", name, ATTACKS)
    return ATTACKS[name]


__all__ = [
    "ATTACKS",
    "Attack",
    "Attacked",
    "Cost",
    "attack",
    "balance",
    "factor_chain",
    "freeze",
    "inject",
    "inject_blind",
    "lora",
    "merge",
    "optimizer_only",
    "parallel",
    "precondition",
    "rescale",
]
