"""What an attack costs: knowledge, and what it adds to the locked model's parameters, arithmetic and memory."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from torch import Tensor, nn

from specbound.curvature.linear_maps import is_linear_map

FORWARD, TO_INPUTS, TO_WEIGHT = 2, 2, 2
"""Floating-point operations per entry of a linear map and position: of its product, and of the two of its gradient."""


@dataclass(frozen=True)
class Cost:
    """What an attacker has to know, and what is more than in the locked model with all that it trains; may be negative.

    ``knowledge``: in words. ``parameters``: numbers that are stored. ``trainable``: those of them that are trained.
    ``flops``: operations of a step, forward and backward, for each position that passes each linear map, a
    multiplication and an addition counting as two; gradients for the inputs count at every map, at the first as well.
    ``update_flops``: those of a step whatever the data are. ``memory``: bytes of weights, of gradients, and of what an
    optimizer is given to multiply them by.
    """

    knowledge: str
    parameters: int
    trainable: int
    flops: int
    update_flops: int
    memory: int

    def to_json(self) -> dict[str, str | int]:
        """As plain data."""
        return asdict(self)


def cost_of(knowledge: str, before: nn.Module, after: nn.Module, update_flops: int = 0, held: int = 0) -> Cost:
    """The cost of turning one model into the other. ``held``: bytes beside weights and gradients."""
    old, new = _size(before), _size(after)
    parameters, trainable, flops, memory = (n - o for n, o in zip(new, old, strict=True))
    return Cost(knowledge, parameters, trainable, flops, update_flops, memory + held)


def _size(model: nn.Module) -> tuple[int, int, int, int]:
    """Parameters, those trained, operations a position, and bytes."""
    parameters = list(model.parameters())
    trained = [parameter for parameter in parameters if parameter.requires_grad]
    # Not by get_parameter: of a layer with a parametrization the weight is computed.
    found = (module.weight for module in model.modules() if is_linear_map(module))
    maps = [weight for weight in found if isinstance(weight, Tensor)]
    flops = sum(w.numel() * (FORWARD + TO_INPUTS + TO_WEIGHT * w.requires_grad) for w in maps)
    held = sum(parameter.numel() * parameter.element_size() for parameter in (*parameters, *trained))
    return sum(p.numel() for p in parameters), sum(p.numel() for p in trained), flops, held
