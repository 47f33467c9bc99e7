"""The kernels under which every stock module can be differentiated twice, in full precision."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import torch
from torch import Tensor, nn
from torch.nn.attention import SDPBackend, sdpa_kernel
from torch.nn.utils.parametrizations import _WeightNorm  # pyright: ignore[reportPrivateUsage]


@contextmanager
def twice_differentiable(model: nn.Module) -> Iterator[None]:
    """Within it, ``model`` runs on kernels that have a double backward; all settings are as before afterwards.

    Fused attention and the fast path of ``nn.TransformerEncoder`` have none, nor do cuDNN's recurrent layers.
    That of ``torch._weight_norm`` is wrong in silence (torch 2.13), so weight normalisation is written out.
    TF32 and autocast are off, gradients on, whatever the caller's setting.
    """
    fast_path = torch.backends.mha.get_fastpath_enabled()
    precision = torch.get_float32_matmul_precision()
    recurrent = any(isinstance(module, nn.RNNBase) for module in model.modules())
    cudnn = torch.backends.cudnn
    with ExitStack() as stack:
        stack.callback(torch.backends.mha.set_fastpath_enabled, fast_path)
        stack.callback(torch.set_float32_matmul_precision, precision)
        torch.backends.mha.set_fastpath_enabled(False)
        torch.set_float32_matmul_precision("highest")
        stack.enter_context(sdpa_kernel(SDPBackend.MATH))
        stack.enter_context(cudnn.flags(cudnn.enabled and not recurrent, deterministic=True, allow_tf32=False))
        for device in ("cpu", "cuda"):
            stack.enter_context(torch.autocast(device, enabled=False))
        for module in model.modules():
            if isinstance(module, _WeightNorm):
                stack.callback(module.register_forward_hook(_weight_normalised).remove)
        stack.enter_context(torch.inference_mode(False))
        stack.enter_context(torch.enable_grad())
        yield


def _weight_normalised(module: _WeightNorm, args: tuple[Tensor, Tensor], output: Tensor) -> Tensor:
    """``g v / ‖v‖``, the norm over all dimensions but one."""
    gain, direction = args
    others = [axis for axis in range(direction.ndim) if module.dim < 0 or axis != module.dim]
    return gain * direction / torch.linalg.vector_norm(direction, dim=others, keepdim=True)
