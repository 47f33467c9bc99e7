"""Stored pairs against the bound on what unlocking gives back, in every form, side and format."""

import numpy as np
import pytest
import torch

from specbound.core.errors import InvalidInput
from specbound.locking.deformation import FORMS, SIDES, spectral_deformation
from specbound.locking.pair import Spec, make_pair

DTYPES = (torch.float64, torch.float32, torch.bfloat16, torch.float16)
ANYTHING = 1e300


def _weight(rows: int, columns: int, dtype: torch.dtype) -> torch.Tensor:
    return torch.randn(rows, columns, generator=torch.Generator().manual_seed(0), dtype=torch.float64).to(dtype)


def _longdouble(matrix: torch.Tensor) -> np.ndarray:
    return matrix.double().numpy().astype(np.longdouble)


@pytest.mark.parametrize("shape", [(30, 20), (20, 30), (25, 25)])
@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("side", SIDES)
@pytest.mark.parametrize("two_sided", [False, True])
def test_what_is_stored_stays_within_the_bound(shape, dtype, form: str, side: str, two_sided: bool) -> None:
    weight = _weight(*shape, dtype)
    for alpha in (0.5, 3.0, 300.0) if dtype == torch.float16 else (0.5, 3.0, 1000.0, 2.0**30):
        if alpha > 1000 and two_sided and form == "dense":
            continue
        pair = make_pair(weight, Spec(alpha, 3, form, side, two_sided, ANYTHING), dtype)
        parts = pair.compensator, pair.deformed
        first, second = (_longdouble(part) for part in (parts if side == "after" else parts[::-1]))
        exact = _longdouble(weight)
        off = float(np.linalg.norm((first @ second - exact).astype(float)) / np.linalg.norm(exact.astype(float)))
        assert off <= pair.ceiling
        # Narrow enough to say something.
        largest = max(alpha, 1 / alpha)
        grown = 1.0 if form == "rotated" else largest**2 if two_sided else largest
        assert pair.ceiling <= 600 * grown * torch.finfo(dtype).eps * (1 if dtype != torch.float64 else 4)


@pytest.mark.parametrize(("dtype", "size"), [(torch.float16, 1e-6), (torch.float32, 1e-42)])
@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("alpha", [0.1, 10.0, 100.0])
def test_what_underflows_stays_within_the_bound(dtype, size: float, form: str, alpha: float) -> None:
    weight = (size * _weight(40, 30, torch.float64)).to(dtype)
    pair = make_pair(weight, Spec(alpha, 3, form, tolerance=ANYTHING), dtype)
    off = (pair.compensator.double() @ pair.deformed.double()).to(dtype).double() - weight.double()
    assert off.norm() / weight.double().norm() <= pair.ceiling < 2


@pytest.mark.parametrize("dtype", [torch.float64, torch.float32, torch.bfloat16])
def test_rotated_pairs_are_bitwise_the_same_for_powers_of_two(dtype) -> None:
    weight = _weight(20, 30, dtype)
    pairs = [make_pair(weight, Spec(2.0**power, 3, "rotated"), dtype) for power in (0, 10, 20, 30)]
    outputs = [pair.outputs(_weight(8, 30, dtype)) for pair in pairs]
    assert all(torch.equal(outputs[0], other) for other in outputs[1:])
    assert all(pair.error == pairs[0].error <= 10 * torch.finfo(dtype).eps for pair in pairs)


@pytest.mark.parametrize("side", SIDES)
@pytest.mark.parametrize("k", [1, 7, 20])
def test_forms_have_the_same_spectra_up_to_full_rank(side: str, k: int) -> None:
    weight = _weight(20, 30, torch.float64)
    pairs = [make_pair(weight, Spec(50.0, k, form, side), torch.float64) for form in FORMS]
    for part in ("deformed", "compensator"):
        dense, rotated = (torch.linalg.svdvals(getattr(pair, part)) for pair in pairs)
        torch.testing.assert_close(dense, rotated, rtol=1e-11, atol=1e-11)
    before, after = torch.linalg.svdvals(weight), torch.linalg.svdvals(pairs[0].deformed)
    torch.testing.assert_close(after[:k], 50 * before[:k], rtol=1e-11, atol=0)


def test_the_rotation_is_orthogonal_and_begins_with_the_directions() -> None:
    for weight in (_weight(20, 30, torch.float64), torch.diag(torch.arange(5.0, 0.0, -1.0)).double()):
        deformation = spectral_deformation(weight, 10.0, 3, "after", False)
        q, u = deformation.rotation(), deformation.directions
        torch.testing.assert_close(q @ q.T, torch.eye(len(q), dtype=torch.float64), rtol=0, atol=1e-14)
        torch.testing.assert_close((q[:, :3].T @ u).abs(), torch.eye(3, dtype=torch.float64), rtol=0, atol=1e-14)
        torch.testing.assert_close(q[:, :3] @ q[:, :3].T, u @ u.T, rtol=0, atol=1e-14)
        assert deformation.defect("rotated") < 1e-14


def test_weights_that_cannot_be_locked_are_refused() -> None:
    bad = _weight(4, 4, torch.float64)
    bad[0, 0] = torch.nan
    with pytest.raises(InvalidInput, match="NaN or infinite"):
        make_pair(bad, Spec(10.0, 1), torch.float64)
    with pytest.raises(InvalidInput, match="above the rank of the weight, 0"):
        make_pair(torch.zeros(4, 4), Spec(10.0, 1), torch.float32)


def test_float16_is_refused_where_inputs_of_variance_1_can_overflow_though_those_drawn_do_not() -> None:
    row = torch.ones(64, dtype=torch.float64) / 8
    weight = torch.outer(torch.tensor([1.0, 0.0], dtype=torch.float64), row).half()
    # The drawn inputs reach about 3 of the row's norm, others of root mean square 1 the square root of 64.
    for alpha, holds in ((8_000.0, True), (12_000.0, False)):
        spec = Spec(alpha, 1, "rotated")
        if holds:
            assert make_pair(weight, spec, torch.float16).error < 0.01
        else:
            with pytest.raises(InvalidInput, match="outputs would overflow"):
                make_pair(weight, spec, torch.float16)
    drawn = torch.randn(16, 64, generator=torch.Generator().manual_seed(0)).double() @ row
    assert 12_000 * float(drawn.abs().max()) < 65_504
