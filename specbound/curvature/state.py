"""Lends a model's tensors to a computation and gives everything back as it was."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from torch import Tensor, nn


@contextmanager
def lent(model: nn.Module, variables: Iterable[Tensor]) -> Iterator[None]:
    """Within it, of the model's parameters only ``variables`` take part in gradients, and buffers are copies.

    Substituting parameters (``torch.func.functional_call``) would miss recurrent layers, which hold a second list of
    their weights; so the parameters stay in place and their flags are restored, and whatever training mode writes to
    buffers goes to the copies.
    """
    flags = [(parameter, parameter.requires_grad) for parameter in model.parameters()]
    buffers = [
        (module, name, buffer)
        for module in model.modules()
        for name, buffer in module._buffers.items()
        if buffer is not None
    ]
    copies = {id(buffer): buffer.clone() for _, _, buffer in buffers}
    try:
        for module, name, buffer in buffers:
            module._buffers[name] = copies[id(buffer)]
        for parameter, _ in flags:
            parameter.requires_grad_(False)
        for variable in variables:
            variable.requires_grad_(True)
        yield
    finally:
        for parameter, flag in flags:
            parameter.requires_grad_(flag)
        for module, name, buffer in buffers:
            module._buffers[name] = buffer
