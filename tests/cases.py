"""Named instances that have broken bounds and programs like these: rectangular, deficient, tiny, equal, graded."""

from typing import Any

import numpy as np

_rng = np.random.default_rng(7)
_graded = np.diag([1.0, 1e-4, 1e-9])
_rotation = np.linalg.qr(_rng.standard_normal((3, 3)))[0]

PAIRS: dict[str, dict[str, Any]] = {
    "scalars of opposite sign": {"A": [[2.0]], "B": [[-3.0]]},
    "zero": {"A": np.zeros((2, 3)), "B": np.zeros((2, 3))},
    "one of them zero": {"A": np.zeros((2, 3)), "B": _rng.standard_normal((2, 3))},
    "wide": {"A": _rng.standard_normal((2, 5)), "B": _rng.standard_normal((2, 5))},
    "tall": {"A": _rng.standard_normal((5, 2)), "B": _rng.standard_normal((5, 2))},
    "opposite": {"A": _rotation, "B": -_rotation},
    "all singular values equal": {"A": _rotation, "B": np.eye(3)},
    "rank one and rank one": {"A": np.outer([1, 2, 3], [1, 0, 1.0]), "B": np.outer([0, 1, 0], [2, 1, 0.0])},
    "graded": {"A": _rotation @ _graded, "B": _graded @ _rotation},
    "nearly cancelling": {"A": _rotation, "B": -_rotation * (1 + 1e-12)},
}

TRIPLES: dict[str, dict[str, Any]] = {
    "scalars": {"A": [[2.0]], "B": [[-3.0]], "C": [[0.5]]},
    "zero in the middle": {"A": np.eye(2), "B": np.zeros((2, 2)), "C": np.eye(2)},
    "a kernel that eats the image": {"A": [[1.0, 0.0]], "B": [[0.0, 0.0], [0.0, 1.0]], "C": np.eye(2)},
    "the counterexample of triple_independent": {"A": [[1.0, 1.0]], "B": np.diag([2.0, 1.0]), "C": [[1.0], [-1.0]]},
    "row, matrix, column": {
        "A": _rng.standard_normal((1, 4)),
        "B": _rng.standard_normal((4, 3)),
        "C": _rng.standard_normal((3, 1)),
    },
    "column, row, matrix": {
        "A": _rng.standard_normal((4, 1)),
        "B": _rng.standard_normal((1, 3)),
        "C": _rng.standard_normal((3, 2)),
    },
    "rank-deficient outside": {
        "A": np.outer([1, 1, 0], [1, 2, 2.0]),
        "B": _rng.standard_normal((3, 3)),
        "C": np.outer([2, 0, 1], [1, 0, 1.0]),
    },
    "graded inside": {"A": _rotation, "B": _rotation @ _graded @ _rotation.T, "C": np.eye(3)},
    "graded outside": {"A": _graded @ _rotation, "B": np.diag([3.0, 2.0, 1.0]), "C": _rotation.T @ _graded},
    "small numbers": {"A": 1e-60 * _rotation, "B": np.diag([3.0, 2.0, 1.0]), "C": 1e-60 * np.eye(3)},
    "large numbers": {"A": 1e60 * _rotation, "B": np.diag([3.0, 2.0, 1.0]), "C": 1e60 * np.eye(3)},
}

FACTORS: dict[str, dict[str, Any]] = {
    name: {"A": case["A"], "B": case["B"]} for name, case in TRIPLES.items() if "numbers" not in name
}

SINGLES: dict[str, dict[str, Any]] = {name: {"M": case["A"]} for name, case in PAIRS.items()}

_quarter_turn = np.array([[0.0, -1.0, 0.0], [1.0, 0.0, 0.0], [0.0, 0.0, 1.0]])

COMPRESSIONS: dict[str, dict[str, Any]] = {
    "whole": {"M": _rotation @ _graded, "P": _quarter_turn, "Q": np.eye(3)},
    "columns of a rotation": {"M": _graded, "P": _rotation[:, :2], "Q": _rotation[:, 1:]},
    "one vector each": {"M": _rng.standard_normal((3, 3)), "P": _rotation[:, :1], "Q": _rotation[:, :1]},
    "wide": {"M": _rng.standard_normal((2, 3)), "P": np.eye(2)[:, :1], "Q": _rotation[:, :2]},
    "tall": {"M": _rng.standard_normal((3, 2)), "P": _rotation[:, :2], "Q": np.eye(2)},
    "zero": {"M": np.zeros((3, 3)), "P": _rotation[:, :2], "Q": _rotation[:, :2]},
    "rank one": {"M": np.outer([1, 2, 3], [1, 0, 1.0]), "P": _rotation[:, :2], "Q": _rotation},
}

OF_MATRICES: dict[tuple[str, ...], dict[str, dict[str, Any]]] = {
    ("A", "B", "C"): TRIPLES,
    ("M",): SINGLES,
    ("M", "P", "Q"): COMPRESSIONS,
}


def cases_of(shapes: dict[str, tuple[str, str]]) -> dict[str, dict[str, Any]]:
    """The cases of a domain by the names of its matrices; two matrices are summands or factors, by their shapes."""
    if tuple(shapes) == ("A", "B"):
        return PAIRS if shapes["A"] == shapes["B"] else FACTORS
    return OF_MATRICES[tuple(shapes)]
