"""Top singular values of loss Hessians: seconds, products and errors, beside curvlinops with SciPy and PyHessian."""

from __future__ import annotations

import copy
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from importlib.util import find_spec
from statistics import median
from typing import Any

import numpy as np
import torch
from torch.nn.attention import SDPBackend, sdpa_kernel

from specbound.curvature import TopSingularValue, hessian, top_singular_value, top_singular_value_of
from verify.networks import Problem, digits_cnn, digits_mlp, digits_transformer

ROUNDS, TOL, REFERENCE_TOL = 5, 1e-6, 1e-12
PEERS = ("curvlinops", "pyhessian")
PEER_TOLS = tuple(10.0**-digits for digits in range(2, 10))
"""A peer gets the loosest of these that brings it to an error of 1e-6, or within 5 % of its error at the tightest."""
SCALES = (1.0, 1e-13, 1e13)
SMALL: dict[str, Callable[[torch.dtype], Problem]] = {
    "MLP": lambda dtype: digits_mlp((64, 24, 16, 10), 200, dtype),
    "CNN": lambda dtype: digits_cnn(4, 100, dtype),
    "transformer": lambda dtype: digits_transformer(12, 2, 16, 1, 60, dtype),
}
"""Networks of at most 2,200 parameters, whose dense Hessians are the reference."""


@dataclass(frozen=True)
class Run:
    """One search by one package."""

    seconds: float
    value: float
    products: int | None = None


def run() -> Iterator[str]:
    """A line a number, on one thread."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        for name, problem in (("MLP", digits_mlp()), ("transformer", digits_transformer())):
            yield from _side_by_side(name, problem)
        yield from _errors()
    finally:
        torch.set_num_threads(threads)


def _side_by_side(name: str, problem: Problem) -> Iterator[str]:
    reference = top_singular_value(*problem, tol=REFERENCE_TOL).value
    checked = _eigsh(_scipy(problem), REFERENCE_TOL)
    yield (
        f"{name}, {sum(p.numel() for p in problem[0].parameters()):,} parameters, float64: reference {reference:.12g}, "
        f"off SciPy's eigsh on the same products by {abs(checked / reference - 1):.0e}"
    )
    missing = [peer for peer in PEERS if find_spec(peer) is None]
    if missing:
        yield f"{name}: not compared with {', '.join(missing)}: not installed; run make setup"
        return
    packages: dict[str, Callable[[], Run]] = {"specbound": lambda: _ours(problem)}
    for package, search in (("curvlinops and eigsh", _curvlinops), ("PyHessian", _pyhessian)):
        tol = _loosest(search, problem, reference)
        packages[f"{package} to {tol:.0e}"] = partial(search, problem, tol)
    # Side by side: each round runs all of them, so that what else the machine does meets all alike.
    rounds = [{package: run() for package, run in packages.items()} for _ in range(ROUNDS)]
    for package in packages:
        runs = [found[package] for found in rounds]
        ratio = median(found[package].seconds / found["specbound"].seconds for found in rounds)
        seconds = sorted(one.seconds for one in runs)
        products = f", {runs[0].products} products" if runs[0].products else ""
        yield (
            f"{name}: {package}: median {median(seconds):.2f} s, {seconds[0]:.2f} to {seconds[-1]:.2f}{products}, "
            f"relative error {abs(runs[0].value / reference - 1):.1e}, {ratio:.1f} times specbound's time"
        )


def _ours(problem: Problem) -> Run:
    start = time.perf_counter()
    found = top_singular_value(*problem, tol=TOL)
    return Run(time.perf_counter() - start, found.value, found.products)


def _curvlinops(problem: Problem, tol: float) -> Run:
    """The operator as curvlinops makes it, and SciPy's Lanczos."""
    with _peer() as imported:
        operator = imported("curvlinops").HessianLinearOperator
        model, _, data = problem
        model = copy.deepcopy(model)
        products = 0

        class Counted(operator):
            def _matmat(self, *args: Any) -> Any:
                nonlocal products
                products += 1
                return super()._matmat(*args)

        start = time.perf_counter()
        made = Counted(model, torch.nn.CrossEntropyLoss(), list(model.parameters()), [data], check_deterministic=False)
        value = _eigsh(made.to_scipy(), tol)
        return Run(time.perf_counter() - start, value, products)


def _pyhessian(problem: Problem, tol: float) -> Run:
    """Power iteration as PyHessian does it."""
    with _peer() as imported, torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        model = copy.deepcopy(problem[0])
        start = time.perf_counter()
        made = imported("pyhessian").hessian(model, torch.nn.CrossEntropyLoss(), data=problem[2], cuda=False)
        values, _ = made.eigenvalues(maxIter=1000, tol=tol)
        return Run(time.perf_counter() - start, abs(values[0]))


def _loosest(search: Callable[[Problem, float], Run], problem: Problem, reference: float) -> float:
    errors = [abs(search(problem, tol).value / reference - 1) for tol in PEER_TOLS]
    enough = max(TOL, 1.05 * errors[-1])
    return next(tol for tol, error in zip(PEER_TOLS, errors, strict=True) if error <= enough)


@contextmanager
def _peer() -> Iterator[Callable[[str], Any]]:
    """Peers raise on fused attention, so they get the math kernel; their warnings are theirs."""
    from importlib import import_module

    with warnings.catch_warnings(), sdpa_kernel(SDPBackend.MATH):
        warnings.simplefilter("ignore")
        yield import_module


def _scipy(problem: Problem) -> Any:
    from scipy.sparse.linalg import LinearOperator

    operator = hessian(*problem)

    class Products(LinearOperator):
        def _matvec(self, x: np.ndarray) -> np.ndarray:
            return (operator @ torch.from_numpy(x.ravel())).numpy()

    return Products(np.float64, operator.shape)


def _eigsh(operator: Any, tol: Any) -> float:
    from scipy.sparse.linalg import eigsh

    start = np.random.default_rng(0).standard_normal(operator.shape[0])
    return abs(float(eigsh(operator, k=1, which="LM", tol=tol, v0=start, return_eigenvectors=False)[0]))


def _errors() -> Iterator[str]:
    """Against dense Hessians in float64; the scaled losses must give the same relative error and products."""
    for name, build in SMALL.items():
        model, loss, data = build(torch.float64)
        dense = hessian(model, loss, data).dense()
        truth = float(torch.linalg.matrix_norm(dense, 2))
        for dtype, tol in ((torch.float64, REFERENCE_TOL), (torch.float32, TOL)):
            found = [_scaled(build(dtype), scale, tol) for scale in SCALES]
            errors = [abs(one.value / scale / truth - 1) for one, scale in zip(found, SCALES, strict=True)]
            products = [one.products for one in found]
            yield (
                f"{name}, {len(dense):,} parameters, {str(dtype).removeprefix('torch.')}: relative error "
                f"{errors[0]:.1e} in {products[0]} products; loss times 1e-13: {errors[1]:.1e} in {products[1]}; "
                f"times 1e13: {errors[2]:.1e} in {products[2]}"
            )


def on_device(device: str) -> Iterator[str]:
    """Top singular values on a device against the CPU's in float64, and how long the benchmark networks take there."""
    for name, build in SMALL.items():
        truth = top_singular_value(*build(torch.float64), tol=REFERENCE_TOL).value
        for dtype in (torch.float64, torch.float32):
            found = top_singular_value(*_moved(build(dtype), device), tol=TOL)
            kind = str(dtype).removeprefix("torch.")
            off = abs(found.value / truth - 1)
            yield f"{name}, {kind}, {device}: off the CPU's by {off:.1e}, {found.products} products"
    for name, problem in (("MLP", digits_mlp()), ("transformer", digits_transformer())):
        moved = _moved(problem, device)
        seconds = sorted(_ours(moved).seconds for _ in range(ROUNDS))
        spread = f"{seconds[0]:.2f} to {seconds[-1]:.2f}"
        yield f"{name}, float64, {device}: median {median(seconds):.2f} s of {ROUNDS} runs, {spread}"


def _moved(problem: Problem, device: str) -> Problem:
    model, loss, (inputs, targets) = problem
    return model.to(device), loss, (inputs.to(device), targets.to(device))


def _scaled(problem: Problem, scale: float, tol: float) -> TopSingularValue:
    model, loss, data = problem
    return top_singular_value_of(hessian(model, lambda *both: scale * loss(*both), data), tol)
