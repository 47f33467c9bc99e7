"""What an optimizer does with the closure that its step is given."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch


def evaluated(closure: Callable[[], Any] | None) -> Any:
    """What the closure gives, evaluated with gradients on, as torch's own optimizers do; None where there is none."""
    if closure is None:
        return None
    with torch.enable_grad():
        return closure()
