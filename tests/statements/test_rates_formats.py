"""The statements on updates that rounding loses against torch's formats, all or many of their numbers."""

import pytest
import torch

DIGITS = {torch.float16: 11, torch.bfloat16: 8, torch.float32: 24}
WIDER = {torch.float16: torch.float32, torch.bfloat16: torch.float32, torch.float32: torch.float64}
SMALL = (torch.float16, torch.bfloat16)


def positive_numbers(dtype: torch.dtype) -> torch.Tensor:
    """Every finite positive number of a format of 16 bits; of a larger one a part, with all its powers of two."""
    top = torch.tensor(torch.finfo(dtype).max, dtype=dtype)
    if dtype in SMALL:
        return torch.arange(1, int(top.view(torch.int16)), dtype=torch.int16).view(dtype)
    last = int(top.view(torch.int32))
    generator = torch.Generator().manual_seed(0)
    drawn = torch.randint(1, last, (200_000,), generator=generator)
    powers = torch.arange(1, 255) << 23
    near = torch.cat([powers + offset for offset in (-1, 0, 1)])
    return torch.cat([drawn, near, 1 << torch.arange(23)]).to(torch.int32).view(dtype)


def units(weights: torch.Tensor) -> torch.Tensor:
    """The unit in the last place of each, in float64: that of the subnormal numbers is the smallest of them."""
    least = torch.finfo(weights.dtype).tiny * 2.0 ** (1 - DIGITS[weights.dtype])
    _, exponents = torch.frexp(weights.double())
    return torch.exp2(exponents.double() - DIGITS[weights.dtype]).clamp(min=least)


def half_way_down(weights: torch.Tensor) -> torch.Tensor:
    """Half of the distance to the next number toward zero, in units: a quarter at powers of two, but the smallest."""
    mantissas, _ = torch.frexp(weights.double())
    finer = (mantissas == 0.5) & (weights.double() > torch.finfo(weights.dtype).tiny)
    return torch.where(finer, 0.25, 0.5)


def moved(weights: torch.Tensor, updates: torch.Tensor) -> torch.Tensor:
    """Whether rounding the exact sum gives another number; both summands are few digits of a wider format."""
    wider = WIDER[weights.dtype]
    sums = weights.to(wider) + updates.to(wider)
    assert torch.equal(sums.double(), weights.double() + updates.double())
    return sums.to(weights.dtype) != weights


@pytest.mark.parametrize("dtype", DIGITS, ids=str)
def test_updates_below_half_a_unit_are_lost_and_longer_ones_are_not(dtype: torch.dtype) -> None:
    weights = positive_numbers(dtype)
    unit, down = units(weights), half_way_down(weights)
    assert bool(
        (weights.double() + unit == torch.nextafter(weights, torch.full_like(weights, torch.inf)).double()).all()
    )
    assert {float(value) for value in down.unique()} == {0.25, 0.5}
    assert not moved(weights, unit * 7 / 16).any()
    assert moved(weights, unit * 9 / 16).all()
    assert not moved(weights, -unit * down * 7 / 8).any()
    assert moved(weights, -unit * down * 9 / 8).all()
    assert not moved(-weights, unit * down * 7 / 8).any()
    assert moved(-weights, unit * down * 9 / 8).all()


@pytest.mark.parametrize("dtype", DIGITS, ids=str)
def test_a_useful_update_is_known_up_to_a_factor_of_two(dtype: torch.dtype) -> None:
    everything = positive_numbers(dtype)
    weights = everything[everything.double() >= torch.finfo(dtype).tiny]
    relative = weights.double() * 2.0 ** -DIGITS[dtype]
    assert bool((units(weights) / 2 <= relative).all())
    assert bool((relative / 2 <= units(weights) * half_way_down(weights)).all())
    # A number with as few digits as the wider format takes, just below and just above.
    below, above = units(weights) * 7 / 16, units(weights) * 9 / 16
    assert not moved(weights, torch.where(below < relative / 2, below, 0 * below)).any()
    assert moved(weights, torch.where(above > relative, above, units(weights))).all()
    # Of subnormal weights the threshold is no part of their own size.
    subnormal = everything[everything.double() < torch.finfo(dtype).tiny]
    smallest = torch.finfo(dtype).tiny * 2.0 ** (1 - DIGITS[dtype])
    assert len(subnormal) > 20
    assert bool((units(subnormal) == smallest).all())


@pytest.mark.parametrize("dtype", DIGITS, ids=str)
def test_a_weight_without_a_master_copy_stands_still_however_many_steps_are_taken(dtype: torch.dtype) -> None:
    u = 2.0 ** -DIGITS[dtype]
    for gradient, rate, moves in ((1.0, 0.49 * u, False), (-1.0, 0.49 * u, False), (-1.0, 1.01 * u, True)):
        weight = torch.ones(1, dtype=dtype, requires_grad=True)
        optimizer = torch.optim.SGD([weight], lr=rate)
        for _ in range(50):
            weight.grad = torch.full_like(weight, gradient)
            optimizer.step()
        assert (float(weight.detach()) != 1) is moves


@pytest.mark.parametrize("dtype", SMALL, ids=str)
def test_additions_in_the_format_itself_obey_it_too(dtype: torch.dtype) -> None:
    weights = positive_numbers(dtype)
    threshold = (units(weights) / 2).to(dtype)
    known = (threshold.double() == units(weights) / 2) & (threshold.double() >= torch.finfo(dtype).tiny)
    weights, threshold = weights[known], threshold[known]
    shorter = torch.nextafter(threshold, torch.zeros_like(threshold))
    longer = torch.nextafter(threshold, torch.full_like(threshold, torch.inf))
    assert len(weights) > 10_000
    assert torch.equal(weights + shorter, weights)
    assert bool((weights + longer != weights).all())
