"""Trainable identity layers beside what is frozen: the expansion of the model, linear in its size."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import torch
from torch import Tensor, nn

from specbound.attacks.attacked import Attacked, attacked, pairs_of
from specbound.attacks.modules import Rewritten, Series, mixer, pair_frozen
from specbound.core.errors import InvalidInput, unknown_name
from specbound.core.names import matching_names
from specbound.curvature.linear_maps import CONVOLUTIONS, is_linear_map
from specbound.locking.lock import outputs_of
from specbound.locking.module import LockedLinear, Replacement

PLACES = ("narrow", "behind", "before", "between")


def inject(
    model: nn.Module,
    place: str = "narrow",
    layers: str | Iterable[str] = "*",
    inputs: Any = None,
    tolerance: float | None = None,
) -> Attacked:
    """Freezes each pair and inserts a trainable identity B behind it, ``B C W̃ h``, or before it, ``C W̃ B h``.

    The curvature in B does not depend on α (``attack_inject``); between the two, ``C B W̃ h``, it grows like α²
    (``attack_inject_inside``). What can be reached is what B can do, not what the base model could learn.

    **Parameters.** ``place``: narrow is behind or before, where the layer has fewer outputs or inputs. ``layers``: the
    locked layers at which to insert, by module path or glob; the others are frozen alone. Others as for
    :func:`~specbound.attacks.merge.merge`, and so **Returns** and **Raises**. On the narrow side
    ``min(d_in, d_out)²`` parameters are added for each pair: no more than the locked weights have.
    **Source.** Rosati et al., ICML 2026, Theorem 8: layer injection.

    >>> from specbound.locking import lock
    >>> model = nn.Sequential(nn.Linear(4, 3))
    >>> _ = lock(model, "0", alpha=100.0, k=1)
    >>> inject(model).trainable
    ('0.bias', '0.maps.behind.weight')
    """
    if place not in PLACES:
        raise unknown_name("place of an inserted layer", place, PLACES)

    def inserted(pair: LockedLinear, chosen: bool) -> nn.Module:
        held = pair_frozen(pair)
        if not chosen:
            return Rewritten(pair, held)
        outputs, read = pair.matrix().shape[0], _width_read(pair)
        where = ("behind" if outputs <= read else "before") if place == "narrow" else place
        size = {"behind": outputs, "before": read, "between": len(pair.matrices()[1])}[where]
        maps = dict(held.named_children())
        one = {where: mixer(pair, torch.eye(size, dtype=torch.float64))}
        first, second = ({name: module} for name, module in maps.items())
        order = {"behind": (first, second, one), "before": (one, first, second), "between": (first, one, second)}
        return Rewritten(pair, Series({name: m for part in order[where] for name, m in part.items()}))

    def change(copy: nn.Module) -> Mapping[str, nn.Module]:
        pairs = pairs_of("inject", copy)
        chosen = matching_names("locked layer", [layers] if isinstance(layers, str) else layers, pairs, pairs)
        return {path: inserted(pair, path in chosen) for path, pair in pairs.items()}

    return attacked("inject", "which pairs of layers are locks", model, change, inputs, tolerance)


def inject_blind(
    model: nn.Module, inputs: Any, sites: str | Iterable[str] | None = None, tolerance: float | None = None
) -> Attacked:
    """Freezes all of the model and inserts a trainable identity behind each block, without looking for locks.

    **Parameters.** ``inputs``: of the model, from which the widths are seen. ``sites``: module paths, or globs on them,
    whose outputs are mixed; without any, the members of ``nn.Sequential`` and ``nn.ModuleList`` that are no linear maps
    themselves and have outputs of more than one feature. A tensor of four dimensions has its features second, others
    last; of several outputs the first is mixed.
    **Returns.** As :func:`~specbound.attacks.merge.merge`; the square of each site's width is added.
    **Raises.** :class:`InvalidInput` for sites that match nothing, or where there is no block.

    >>> model = nn.Sequential(nn.Linear(4, 3), nn.Tanh(), nn.Linear(3, 2))
    >>> inject_blind(model, torch.ones(1, 4)).trainable
    ('1.inserted.weight',)
    """
    seen = _outputs_by_site(model, inputs)
    if sites is None:
        chosen = [path for path in _blocks(model) if path in seen and _features(seen[path]) > 1]
    else:
        patterns = [sites] if isinstance(sites, str) else sites
        found = matching_names("module with outputs", patterns, seen, seen)
        chosen = [path for path in seen if path in found]
    if not chosen:
        raise InvalidInput(
            "the model has no blocks behind which to insert; give sites, as module paths or globs on them"
        )

    def change(copy: nn.Module) -> Mapping[str, nn.Module]:
        copy.requires_grad_(False)
        return {path: Behind(copy.get_submodule(path), _identity(seen[path])) for path in chosen}

    return attacked("inject_blind", "nothing", model, change, inputs, tolerance)


class Behind(nn.Module):
    """A module with a map behind its outputs, or behind the first of several; whoever reads it finds its attributes."""

    def __init__(self, kept: nn.Module, inserted: nn.Module) -> None:
        super().__init__()
        self.kept, self.inserted = kept, inserted

    def forward(self, *arguments: Any, **keywords: Any) -> Any:
        outputs = self.kept(*arguments, **keywords)
        if isinstance(outputs, tuple):
            return (self.inserted(outputs[0]), *outputs[1:])
        return self.inserted(outputs)

    def __getattr__(self, name: str) -> Any:
        try:
            return super().__getattr__(name)
        except AttributeError:
            # What Python asks of an object itself, as copy does, is no business of the module inside.
            if name.startswith("__"):
                raise
            return getattr(super().__getattr__("kept"), name)


def _width_read(pair: LockedLinear) -> int:
    """Features that a layer reads at a position: of a convolution, its channels."""
    layer = pair.layer
    return layer.in_channels if isinstance(layer, CONVOLUTIONS) else pair.matrix().shape[1]


def _blocks(model: nn.Module) -> list[str]:
    """Members of containers that are neither linear maps nor in place of one, nor inside of another such member."""
    found: list[str] = []
    for path, module in model.named_modules():
        parent = model.get_submodule(path.rpartition(".")[0])
        if not path or any(path.startswith(f"{outer}.") for outer in found):
            continue
        contains = isinstance(module, nn.Sequential | nn.ModuleList)
        is_map = is_linear_map(module) or isinstance(module, Replacement)
        if isinstance(parent, nn.Sequential | nn.ModuleList) and not contains and not is_map:
            found.append(path)
    return found


def _outputs_by_site(model: nn.Module, inputs: Any) -> dict[str, Tensor]:
    """The last floating output of every module that has one, when the model is run on inputs in evaluation mode.

    Modules that are called more than once, with outputs of different widths, are left out: no one map fits them.
    """
    seen: dict[str, Tensor] = {}
    uneven: set[str] = set()

    def keep(path: str) -> Any:
        def hook(_: nn.Module, __: Any, outputs: Any) -> None:
            first = outputs[0] if isinstance(outputs, tuple) else outputs
            if isinstance(first, Tensor) and first.is_floating_point() and first.ndim > 1:
                if path in seen and _features(seen[path]) != _features(first):
                    uneven.add(path)
                seen[path] = first.detach()

        return hook

    hooks = [module.register_forward_hook(keep(path)) for path, module in model.named_modules() if path]
    try:
        outputs_of(model, inputs)
    finally:
        for hook in hooks:
            hook.remove()
    return {path: outputs for path, outputs in seen.items() if path not in uneven}


def _features(outputs: Tensor) -> int:
    return outputs.shape[1] if outputs.ndim == 4 else outputs.shape[-1]


def _identity(outputs: Tensor) -> nn.Module:
    """A trainable map that leaves such outputs as they are."""
    size = _features(outputs)
    # Without drawing initial weights from the generator that all share.
    with torch.device("meta"):
        made = nn.Conv2d(size, size, 1, bias=False) if outputs.ndim == 4 else nn.Linear(size, size, bias=False)
    made.weight = nn.Parameter(torch.eye(size).to(outputs).reshape(made.weight.shape))
    return made
