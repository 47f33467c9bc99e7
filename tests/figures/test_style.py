"""Colours as readers see them who lack one kind of cone."""

from itertools import combinations

import numpy as np
import pytest

from figures.style import GREY, PALETTE

APART = 15.0
"""Of any two colours in CIELAB; what is just noticeable is about 2.3 (Mahy, Van Eycken & Oosterlinck, 1994)."""

SEEN = {
    "all cones": [[1, 0, 0], [0, 1, 0], [0, 0, 1]],
    "protanopia": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "deuteranopia": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.01182, 0.04294, 0.968881]],
}
"""On linear RGB: Machado, Oliveira & Fernandes, IEEE TVCG 15 (2009), severity 1."""

XYZ = np.array([[0.41246, 0.35758, 0.18044], [0.21267, 0.71515, 0.07218], [0.01933, 0.11919, 0.95030]])
"""Of linear sRGB."""


def _lab(colour: str, seen: str) -> np.ndarray:
    parts = np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)]) / 255
    linear = np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)
    relative = XYZ @ np.clip(np.array(SEEN[seen]) @ linear, 0, 1) / XYZ.sum(axis=1)
    x, y, z = np.where(relative > 216 / 24389, np.cbrt(relative), (24389 / 27 * relative + 16) / 116)
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


def _closest(colours: tuple[str, ...], seen: str) -> float:
    pairs = combinations(colours, 2)
    return min(float(np.linalg.norm(_lab(one, seen) - _lab(other, seen))) for one, other in pairs)


def test_the_scale_is_that_of_cielab() -> None:
    np.testing.assert_allclose(_lab("#FFFFFF", "all cones"), [100, 0, 0], atol=0.01)
    np.testing.assert_allclose(_lab("#FF0000", "all cones"), [53.24, 80.09, 67.20], atol=0.01)


@pytest.mark.parametrize("seen", SEEN)
def test_any_two_colours_stay_apart(seen: str) -> None:
    assert _closest(PALETTE, seen) > APART


def test_a_grey_that_deuteranopes_take_for_the_green_is_found() -> None:
    planted = tuple("#888888" if colour == GREY else colour for colour in PALETTE)
    assert _closest(planted, "all cones") > APART > _closest(planted, "deuteranopia")
