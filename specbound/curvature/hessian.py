"""Hessian, Gauss–Newton and block operators of a model's loss."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, TypeAlias

import torch
from torch import Tensor, nn

from specbound.core.errors import InvalidInput
from specbound.curvature.data import Batch, Loss, batches
from specbound.curvature.flat import flattened, size, unflattened
from specbound.curvature.objective import Objective
from specbound.curvature.operator import Operator, Product
from specbound.curvature.parameters import Names, chosen_parameters

Tensors: TypeAlias = tuple[Tensor, ...]


@dataclass(frozen=True)
class Linearisation:
    """The products of one batch's matrix and of its transpose, around a graph that they share."""

    product: Product
    transposed: Product
    slope: Tensor | None = None
    """The gradient in the columns' parameters: it lies largely in the span of the Hessian's top eigenvectors."""


def hessian(model: nn.Module, loss: Loss, data: Any, params: Names = None) -> Operator:
    """The Hessian ``∇²L`` of the mean loss in the chosen parameters, a symmetric operator.

    Products are those of double backward: the graph of the gradient is differentiated along the vector. With one batch
    the graph is built once and serves all products, so memory is that of one gradient graph. With several batches
    each product builds the graph of one batch after the other, at about twice the time, in the memory of the largest.

    **Parameters.** ``model``: any module; dropout must be inactive, all else may be in training mode. Its parameters
    must not change while the operator is in use. ``loss``, ``data``: see :mod:`specbound.curvature.data`. ``params``:
    see :func:`~specbound.curvature.parameters.chosen_parameters`.
    **Returns.** An operator on flat vectors: the parameters in the order of ``named_parameters()``, each flattened as
    torch does; units of the loss over those of the parameters squared.
    **Accuracy.** That of automatic differentiation in the model's dtype; no step size.
    **Raises.** :class:`InvalidInput`, naming the module where one is at fault.
    """
    return block(model, loss, data, params, params)


def block(model: nn.Module, loss: Loss, data: Any, rows: Names, columns: Names) -> Operator:
    """The block ``∂²L/∂θ_rows ∂θ_columns`` of the Hessian, rectangular; symmetric where both choices are the same.

    **Parameters.** ``rows``, ``columns``: two choices as in :func:`hessian`, which may overlap. All else as there.
    """
    down, across = (tuple(chosen_parameters(model, names).values()) for names in (rows, columns))
    same = len(down) == len(across) and all(one is other for one, other in zip(down, across, strict=True))
    positions = {id(variable): variable for variable in (*down, *across)}
    objective = Objective(model, loss, batches(data), tuple(positions.values()))
    return second_derivative(objective, down, down if same else across)


def second_derivative(objective: Objective, rows: Tensors, columns: Tensors) -> Operator:
    """``∂²L/∂rows ∂columns`` of an objective, for tuples of its variables; symmetric where they are one tuple."""

    def linearised(batch: Batch) -> Linearisation:
        slopes = dict(zip(map(id, objective.variables), objective.gradient(batch), strict=True))

        def product(vector: Tensor, rows: Tensors, columns: Tensors) -> Tensor:
            of = tuple(slopes[id(variable)] for variable in columns)
            return flattened(objective.derivatives(batch, of, rows, unflattened(vector, columns)))

        return Linearisation(
            lambda vector: product(vector, rows, columns),
            lambda vector: product(vector, columns, rows),
            flattened(slopes[id(variable)] for variable in columns).detach(),
        )

    return _summed(objective, (size(rows), size(columns)), rows is columns, linearised)


def gauss_newton(model: nn.Module, loss: Loss, data: Any, params: Names = None) -> Operator:
    """The Gauss–Newton matrix ``Σ Jᵀ ∇²ℓ J`` of the mean loss, ``J`` the Jacobian of the outputs: symmetric.

    ``J v`` is the derivative of ``Jᵀ w`` in ``w`` along ``v``, so that no forward-mode formula is needed. Parameters,
    memory and errors as in :func:`hessian`; the model must return one tensor.
    """
    objective = Objective(model, loss, batches(data), tuple(chosen_parameters(model, params).values()))
    variables = objective.variables

    def linearised(batch: Batch) -> Linearisation:
        outputs = objective.outputs(batch)
        if not isinstance(outputs, Tensor):
            raise InvalidInput(
                f"the model returns a {type(outputs).__name__}; the Gauss–Newton matrix needs a model that returns one "
                "tensor: wrap it"
            )
        objective.refuse_independent(batch, outputs)
        weights = torch.zeros_like(outputs, requires_grad=True)
        pulled = objective.derivatives(batch, (outputs,), variables, (weights,), create_graph=True)
        free = outputs.detach().requires_grad_()
        value = objective.value(batch, free)
        (slope,) = objective.derivatives(batch, (value,), (free,), (torch.ones_like(value),), create_graph=True)

        def product(vector: Tensor) -> Tensor:
            (pushed,) = objective.derivatives(batch, pulled, (weights,), unflattened(vector, variables))
            (bent,) = objective.derivatives(batch, (slope,), (free,), (pushed,))
            return flattened(objective.derivatives(batch, (outputs,), variables, (bent,)))

        return Linearisation(product, product)

    return _summed(objective, (size(variables), size(variables)), True, linearised)


def _summed(
    objective: Objective, shape: tuple[int, int], symmetric: bool, linearised: Callable[[Batch], Linearisation]
) -> Operator:
    """The operator of the sum over batches, each weighted by its share."""
    kept: Linearisation | None = None
    if len(objective.batches) == 1:
        with objective.evaluating():
            kept = linearised(objective.batches[0])

    def linearisations() -> Iterator[tuple[float, Linearisation]]:
        """Each with its share; with several batches there is one graph at a time."""
        for batch in objective.batches:
            yield batch.share, kept or linearised(batch)

    def product(vector: Tensor) -> Tensor:
        with objective.evaluating():
            return _sum(share * one.product(vector) for share, one in linearisations())

    def transposed(vector: Tensor) -> Tensor:
        with objective.evaluating():
            return _sum(share * one.transposed(vector) for share, one in linearisations())

    return Operator(
        shape,
        objective.dtype,
        objective.device,
        product,
        product if symmetric else transposed,
        hint=kept.slope if kept else None,
    )


def _sum(terms: Iterator[Tensor]) -> Tensor:
    total = next(terms)
    for term in terms:
        total += term
    return total
