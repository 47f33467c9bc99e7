"""Checkpoints in safetensors, one file or several: read a tensor at a time, written in a stream."""

from specbound.checkpoints.folder import Checkpoint, open_checkpoint

__all__ = ["Checkpoint", "open_checkpoint"]
