"""Searches that outgrow their memory are restarted, and find the same."""

import pytest
import torch

from specbound.curvature import Operator, basis, top_singular_value_of
from tests.curvature.examples import DOUBLE, normal

SIZE = 120


def _matrix(values: torch.Tensor, rows: int) -> torch.Tensor:
    left, _ = torch.linalg.qr(normal(rows, SIZE))
    right, _ = torch.linalg.qr(normal(SIZE, SIZE, seed=2))
    return left @ torch.diag(values) @ right.T


@pytest.mark.parametrize("sign", [1, -1])
@pytest.mark.parametrize("shape", ["symmetric", "tall", "wide"])
def test_a_search_that_is_restarted_finds_the_same(shape: str, sign: int, monkeypatch: pytest.MonkeyPatch) -> None:
    values = sign * torch.linspace(1, -0.9, SIZE, dtype=DOUBLE)
    matrix = _matrix(values, SIZE + 30)
    if shape == "symmetric":
        vectors, _ = torch.linalg.qr(normal(SIZE, SIZE, seed=2))
        matrix = vectors @ torch.diag(values) @ vectors.T
        matrix = (matrix + matrix.T) / 2
    operator = Operator.of_matrix(matrix.T.contiguous() if shape == "wide" else matrix)
    unrestarted = top_singular_value_of(operator, tol=1e-10)
    monkeypatch.setattr(basis, "MEMORY", 0)
    monkeypatch.setattr(basis, "CHUNK", 50)
    assert basis.capacity(operator, SIZE) == basis.FEWEST
    found = top_singular_value_of(operator, tol=1e-10)
    assert found.products > unrestarted.products > 2 * basis.FEWEST
    assert found.value == pytest.approx(1, rel=1e-10)
    assert found.residual <= 1e-5
    torch.testing.assert_close(operator @ found.right, found.value * found.left, rtol=0, atol=1e-9)
