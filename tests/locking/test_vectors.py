"""The search for top singular vectors against full decompositions."""

import pytest
import torch

from specbound.locking import vectors
from specbound.locking.vectors import RESIDUAL, top_singular_vectors


def _decaying(rows: int, columns: int, values: torch.Tensor) -> torch.Tensor:
    generator = torch.Generator().manual_seed(0)
    count = len(values)
    left, right = (
        torch.linalg.qr(torch.randn(size, count, generator=generator, dtype=torch.float64)).Q
        for size in (rows, columns)
    )
    return (left * values) @ right.T


SPECTRA = {
    "power": torch.arange(1, 601, dtype=torch.float64) ** -0.4,
    "repeated": torch.tensor([3.0] * 10 + [2.0] * 20 + [1.0] * 570, dtype=torch.float64),
    "low rank": torch.arange(30, 0, -1, dtype=torch.float64),
    "geometric": 0.5 ** torch.arange(600, dtype=torch.float64),
    "many copies": torch.tensor([3.0] * 40 + [1.0] * 560, dtype=torch.float64),
    "step": torch.tensor([1.0] * 25 + [1e-3] * 575, dtype=torch.float64),
    "rank 25": torch.arange(25, 0, -1, dtype=torch.float64),
}


@pytest.mark.parametrize("shape", [(600, 700), (700, 600)])
@pytest.mark.parametrize("dtype", [torch.float64, torch.float32, torch.bfloat16])
@pytest.mark.parametrize("spectrum", SPECTRA)
def test_the_search_finds_the_top(shape, dtype, spectrum: str) -> None:
    weight = _decaying(*shape, SPECTRA[spectrum]).to(dtype)
    found, values = top_singular_vectors(weight, 25)
    exact = torch.linalg.svdvals(weight.double())[:25]
    top = float(exact[0])
    precision = 1e-13 if dtype == torch.float64 else 1e-6
    torch.testing.assert_close(found.T @ found, torch.eye(25, dtype=torch.float64), rtol=0, atol=1e-13)
    # Values are accurate to the square of the residual; small ones only as far as that lets them be.
    torch.testing.assert_close(values**2, exact**2, rtol=0, atol=(10 * RESIDUAL**2 + precision) * top**2 * 20)
    inflated = torch.linalg.svdvals(found.T @ weight.double())
    torch.testing.assert_close(inflated, exact, rtol=0, atol=(10 * RESIDUAL**2 + precision) ** 0.5 * top)


def test_flat_spectra_and_zero_are_decomposed_in_full_where_the_search_gives_up() -> None:
    flat = torch.linalg.qr(torch.randn(520, 520, generator=torch.Generator().manual_seed(0))).Q
    flat = flat + torch.diag(1e-3 * torch.linspace(0, 1, 520))
    values = top_singular_vectors(flat, 5)[1]
    torch.testing.assert_close(values, torch.linalg.svdvals(flat.double())[:5], rtol=0, atol=1e-6)
    assert float(top_singular_vectors(torch.zeros(600, 600), 3)[1].max()) == 0


def test_a_search_whose_vectors_are_wrong_is_not_believed(monkeypatch) -> None:
    weight = _decaying(600, 600, SPECTRA["power"])
    exact = torch.linalg.svd(weight).U[:, :6]
    tilted = exact[:, :5].clone()
    # The last of five is mixed with the sixth, which is smaller: nothing larger is left beside them.
    tilted[:, 4] = (exact[:, 4] + 0.2 * exact[:, 5]) / 1.04**0.5
    for wrong in (torch.eye(600, dtype=torch.float64)[:, :5], tilted):
        monkeypatch.setattr(vectors, "_search", lambda weight, k, wrong=wrong: wrong)
        found, values = top_singular_vectors(weight, 5)
        torch.testing.assert_close(values, SPECTRA["power"][:5], rtol=0, atol=1e-12)
        torch.testing.assert_close((found.T @ exact[:, :5]).abs(), torch.eye(5).double(), rtol=0, atol=1e-9)


def test_the_search_is_the_same_every_time() -> None:
    weight = _decaying(600, 600, SPECTRA["power"])
    assert torch.equal(top_singular_vectors(weight, 10)[0], top_singular_vectors(weight, 10)[0])


@pytest.mark.parametrize("spectrum", ["low rank", "rank 25"])
def test_a_space_that_is_used_up_ends_the_search_and_does_not_break_it(spectrum: str) -> None:
    weight = _decaying(600, 700, SPECTRA[spectrum])
    found = vectors._search(weight, 25)
    assert found is not None
    torch.testing.assert_close(found.T @ found, torch.eye(25, dtype=torch.float64), rtol=0, atol=1e-13)
