"""What a lock does to steps of an optimizer, read on a network."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import torch
from torch import Tensor

from specbound.checks.network.case import Case
from specbound.checks.network.congruence import norm
from specbound.checks.network.reading import Sides
from specbound.curvature import top_singular_value_of
from specbound.numeric.ops import NotAvailable

STEPS = 20
"""Steps of an optimizer after which trajectories are compared."""

LARGEST_SOLVED = 1e3
"""α up to which linear systems with the locked Hessian, of condition α⁴, are solved."""

LEARNING_RATE = 0.1

CLIPPED_TO = 0.5
"""The threshold at which a gradient is clipped, over its norm in the locked model."""


@dataclass(frozen=True)
class Method:
    """Gradient descent with momentum β, Nesterov's or Polyak's, and weight decay λ, coupled to the gradient or not."""

    momentum: float = 0.0
    nesterov: bool = False
    decay: float = 0.0
    coupled: bool = False


METHODS = (
    Method(),
    Method(momentum=0.9),
    Method(momentum=0.9, nesterov=True),
    Method(decay=0.1),
    Method(momentum=0.9, decay=0.1, coupled=True),
)


def descend(
    slope: Callable[[Tensor], Tensor], start: Tensor, rate: float, method: Method, stretch: Callable[[Tensor], Tensor]
) -> Tensor:
    """The parameters after some steps, where ``stretch`` acts on every gradient."""
    at, velocity = start, torch.zeros_like(start)
    for _ in range(STEPS):
        step = stretch(slope(at))
        if method.coupled:
            step = step + method.decay * at
        velocity = method.momentum * velocity + step
        move = step + method.momentum * velocity if method.nesterov else velocity
        if not method.coupled:
            move = move + method.decay * at
        at = at - rate * move
    return at


def trajectory_equivalence(case: Case) -> Iterator[Sides]:
    """Outputs after steps on the locked model against steps on the inserted one whose gradients D Dᵀ multiplies."""
    top = top_singular_value_of(case.hessian(case.inserted), tol=0.1, seed=case.seed).value
    # Well inside what is stable with the strongest momentum used here.
    rate = 0.1 / (top * float(case.scales.max()) ** 2)
    squared = case.scales**2
    for method in METHODS:
        locked = descend(case.slope(case.locked), case.flat(case.locked), rate, method, lambda g: g)
        inserted = descend(
            case.slope(case.inserted),
            case.flat(case.inserted),
            rate,
            method,
            lambda g: case.from_basis(squared * case.in_basis(g)),
        )
        one, other = case.outputs(case.locked, locked), case.outputs(case.inserted, inserted)
        weights = torch.linspace(-1, 1, len(one), dtype=one.dtype)
        size = float(torch.linalg.norm(weights) * torch.linalg.norm(other))
        yield Sides(float(weights @ one), float(weights @ other), STEPS * case.amplified * size)


@dataclass(frozen=True)
class Clipped:
    """One step clipped at ``threshold``: how far it moves C'U_k and the rest, and the gradient in them."""

    threshold: float
    moved: float
    moved_rest: float
    leading: float
    rest: float


def _clipped(case: Case) -> Clipped:
    """All but ``leading = ‖Pᵀg‖`` and ``rest = ‖Q Eᵀ Q g‖`` in the inserted model's coordinates."""
    if case.alpha < 1 or case.two_sided or case.side != "after":
        raise NotAvailable("it is about α of at least 1, with one side, and the compensator after the weight")
    inside = case.inflated
    before, after = case.in_basis(case.gradient(case.inserted)), case.in_basis(case.gradient(case.locked))
    threshold = CLIPPED_TO * float(torch.linalg.norm(after))
    step = LEARNING_RATE * CLIPPED_TO * case.scales * after
    parts = (step[inside], step[~inside], before[inside], (case.scales * before)[~inside])
    return Clipped(threshold, *(float(torch.linalg.norm(part)) for part in parts))


def clipping_law(case: Case) -> Iterator[Sides]:
    """How far a clipped step moves C'U_k against ``η τ α``."""
    found = _clipped(case)
    bound = LEARNING_RATE * found.threshold * case.alpha
    yield Sides(found.moved, bound, case.amplified * bound)


def clipping_law_lower(case: Case) -> Iterator[Sides]:
    """The same from below: times ``2α²p² + r²`` against ``2α²p² η τ α``."""
    found = _clipped(case)
    squared = 2 * (case.alpha * found.leading) ** 2
    bound = squared * LEARNING_RATE * found.threshold * case.alpha
    yield Sides((squared + found.rest**2) * found.moved, bound, case.amplified * bound)


def clipping_law_rest(case: Case) -> Iterator[Sides]:
    """How far it moves everything else, times ``α ‖Pᵀg‖``, against ``η τ`` times the rest of the gradient."""
    found = _clipped(case)
    bound = LEARNING_RATE * found.threshold * found.rest
    yield Sides(case.alpha * found.leading * found.moved_rest, bound, case.amplified * bound)


def newton_invariance(case: Case) -> Iterator[Sides]:
    """A Newton step of the locked model, damped by ``λ DᵀD``, mapped by D, against one damped by ``λ I``."""
    _solvable(case)
    damping = 2 * norm(case.dense_inserted)
    yield from _steps(case, damping * case.scales**2, torch.full_like(case.scales, damping))


def damping_favours_lock(case: Case) -> Iterator[Sides]:
    """A step of the locked model damped by ``λ I``, mapped by D, against one damped by ``λ D⁻ᵀD⁻¹``."""
    _solvable(case)
    damping = norm(case.dense_inserted)
    yield from _steps(case, torch.full_like(case.scales, damping), damping / case.scales**2)


def _solvable(case: Case) -> None:
    if max(case.alpha, 1 / case.alpha) > LARGEST_SOLVED:
        raise NotAvailable(f"systems of condition α⁴ are solved up to α = {LARGEST_SOLVED:g}")


def _steps(case: Case, of_locked: Tensor, of_inserted: Tensor) -> Iterator[Sides]:
    """Both steps along fixed weights, each with its diagonal damping."""
    gradients = [case.in_basis(case.gradient(model)) for model in (case.locked, case.inserted)]
    systems = [case.dense_locked + torch.diag(of_locked), case.dense_inserted + torch.diag(of_inserted)]
    locked, inserted = (torch.linalg.solve(a, b) for a, b in zip(systems, gradients, strict=True))
    mapped = case.scales * locked
    # Elimination does not mind how rows and columns are scaled, so the condition after scaling counts.
    diagonal = systems[1].diagonal().abs().sqrt()
    condition = float(torch.linalg.cond(systems[1] / diagonal / diagonal[:, None]))
    weights = torch.linspace(-1, 1, len(mapped), dtype=mapped.dtype)
    scale = case.amplified * condition * float(torch.linalg.norm(weights) * torch.linalg.norm(inserted))
    yield Sides(float(weights @ mapped), float(weights @ inserted), scale)
