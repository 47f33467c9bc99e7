import array_api_compat.numpy
import numpy as np
import pytest
import torch

from specbound.numeric.arrays import ArrayOps, MemoOps
from specbound.numeric.ops import NotAvailable

MATRIX = np.array([[3.0, 0.0, 0.0], [0.0, -2.0, 0.0]])


@pytest.mark.parametrize("convert", [np.asarray, torch.as_tensor], ids=["numpy", "torch"])
def test_numpy_and_torch_give_the_same_quantities(convert) -> None:
    matrix = convert(MATRIX)
    ops = ArrayOps.of(matrix)
    assert [float(ops.singular_value(matrix, index)) for index in range(4)] == pytest.approx([3, 2, 0, 0])
    svd = ops.svd(matrix)
    assert [float(svd.value(0)), float(svd.value(2)), float(svd.smallest())] == pytest.approx([3, 0, 2])
    assert tuple(svd.left(1).shape) == (2, 1)
    assert tuple(svd.right(2).shape) == (3, 2)
    np.testing.assert_allclose(np.abs(np.asarray(svd.right(1)))[:, 0], [1, 0, 0])
    assert float(ops.frobenius_norm(matrix)) == pytest.approx(13**0.5)
    assert float(ops.sqrt(ops.frobenius_norm(matrix) ** 2)) == pytest.approx(13**0.5)
    np.testing.assert_allclose(np.asarray(ops.product(matrix, matrix.T, matrix)), MATRIX @ MATRIX.T @ MATRIX)
    np.testing.assert_allclose(np.asarray(ops.sum(matrix, matrix, matrix)), 3 * MATRIX)
    diagonal = convert(np.array([[1.0], [1.0]]) / 2**0.5)
    axis = convert(np.array([[1.0], [0.0]]))
    assert float(ops.cosine(axis, diagonal)) == pytest.approx(2**-0.5)
    assert float(ops.sine(axis, diagonal)) == pytest.approx(2**-0.5)


def test_a_batch_gives_one_value_an_instance() -> None:
    batch = np.stack([MATRIX, 2 * MATRIX])
    ops = ArrayOps.of(batch)
    np.testing.assert_allclose(ops.singular_value(batch, 0), [3, 6])
    np.testing.assert_allclose(ops.singular_value(batch, 5), [0, 0])
    assert ops.svd(batch).right(2).shape == (2, 3, 2)


def test_a_small_angle_keeps_its_sine() -> None:
    angle = 1e-12
    tilted = np.array([[np.cos(angle)], [np.sin(angle)]])
    ops = ArrayOps.of(tilted)
    # The sine from 1 − cos² would be zero here.
    assert float(ops.sine(np.array([[1.0], [0.0]]), tilted)) == pytest.approx(angle, rel=1e-3)


@pytest.mark.parametrize("factor", [1e-200, 1e-160, 1.0, 1e150])
def test_the_norm_neither_vanishes_nor_overflows(factor: float) -> None:
    assert float(ArrayOps.of(MATRIX).frobenius_norm(factor * MATRIX)) == pytest.approx(factor * 13**0.5, rel=1e-14)
    assert float(ArrayOps.of(MATRIX).frobenius_norm(0 * MATRIX)) == 0


def test_more_vectors_than_there_are_raise() -> None:
    with pytest.raises(NotAvailable, match="3 singular vectors were asked for; there are 2"):
        ArrayOps.of(MATRIX).svd(MATRIX).right(3)


@pytest.mark.parametrize("index", [-1, 2, 5])
def test_an_eigenvalue_that_there_is_none_raises_instead_of_wrapping(index: int) -> None:
    square = np.diag([2.0, 1.0])
    assert float(ArrayOps.of(square).eigenvalue(square, 1)) == 1
    with pytest.raises(IndexError, match="counted from 0"):
        ArrayOps.of(square).eigenvalue(square, index)


def test_a_negative_index_raises_instead_of_wrapping() -> None:
    with pytest.raises(IndexError, match="counted from 0"):
        ArrayOps.of(MATRIX).singular_value(MATRIX, -1)


def test_a_memo_gives_the_same_and_forgets_beyond_its_limit() -> None:
    plain, memo = ArrayOps.of(MATRIX), MemoOps(array_api_compat.numpy, limit=20 * MATRIX.nbytes)
    assert memo.svd(MATRIX) is memo.svd(MATRIX)
    other = MATRIX.copy()
    assert memo.svd(other) is not memo.svd(MATRIX)
    for index in range(3):
        assert memo.singular_value(MATRIX, index) == plain.singular_value(MATRIX, index)
    mirrored = MATRIX.T
    assert memo.product(MATRIX, mirrored) is memo.product(MATRIX, mirrored)
    np.testing.assert_array_equal(memo.sum(MATRIX, other), 2 * MATRIX)
    first = memo.svd(MATRIX)
    memo.product(np.ones((50, 1)), np.ones((1, 50)))
    assert memo.svd(MATRIX) is not first
    assert memo.leading(MATRIX, 1, 2).shape == (1, 2)
    assert memo.leading(MATRIX, 2, 1).shape == (2, 1)


@pytest.mark.parametrize("convert", [np.asarray, torch.as_tensor], ids=["numpy", "torch"])
def test_entries_and_equations(convert) -> None:
    matrix = convert(np.array([[[2.0, -1.0], [0.0, 4.0]], [[0.5, 0.0], [0.0, -1.0]]]))
    columns = convert(np.array([[[3.0], [8.0]], [[1.0], [1.0]]]))
    ops = ArrayOps.of(matrix)
    np.testing.assert_array_equal(ops.absolute(matrix)[0], [[2, 1], [0, 4]])
    np.testing.assert_array_equal(ops.hadamard(matrix, ops.absolute(matrix))[0], [[4, -1], [0, 16]])
    np.testing.assert_allclose(ops.solve(matrix, columns), [[[2.5], [2]], [[2], [-1]]])
    np.testing.assert_allclose(ops.product(matrix, ops.solve(matrix, ops.identity(matrix)))[1], np.eye(2), atol=1e-15)
    np.testing.assert_array_equal(ops.bounded(matrix), [False, True])
    np.testing.assert_array_equal(ops.nonsingular(matrix), [True, True])
    ranked = convert(np.array([[[1.0, 2.0], [2.0, 4.0]], [[0.0, 0.0], [0.0, 0.0]], [[1.0, 0.0], [0.0, 1e-9]]]))
    np.testing.assert_array_equal(ops.nonsingular(ranked), [False, False, True])


@pytest.mark.parametrize("convert", [np.asarray, torch.as_tensor], ids=["numpy", "torch"])
def test_columns_and_comparisons_up_to_rounding(convert) -> None:
    matrix = convert(np.stack([MATRIX, 2 * MATRIX]))
    ops = ArrayOps.of(matrix)
    np.testing.assert_array_equal(ops.column(matrix, 1), [[[0], [-2]], [[0], [-4]]])
    with pytest.raises(IndexError, match="counted from 0"):
        ops.column(matrix, -1)
    larger = convert(np.array([1.0, 1.0, 1.0]))
    smaller = convert(np.array([0.5, 1 + 2.0**-52, 1 + 2.0**-40]))
    np.testing.assert_array_equal(ops.at_least(larger, smaller, larger), [True, True, False])


def test_a_memo_knows_the_vectors_of_a_decomposition_again() -> None:
    plain, memo = ArrayOps.of(MATRIX), MemoOps(array_api_compat.numpy)

    def built(ops: ArrayOps) -> np.ndarray:
        top = ops.svd(MATRIX).left(1)
        return ops.sum(MATRIX, ops.scaled(2.0, ops.product(top, ops.product(ops.transpose(top), MATRIX))))

    assert built(memo) is built(memo)
    np.testing.assert_array_equal(built(memo), built(plain))
    assert memo.scaled(3.0, MATRIX) is not memo.scaled(2.0, MATRIX)
    np.testing.assert_array_equal(memo.scaled(np.array(2.0), MATRIX), 2 * MATRIX)


@pytest.mark.parametrize("convert", [np.asarray, torch.as_tensor], ids=["numpy", "torch"])
def test_a_kronecker_product_of_a_batch_and_an_identity_is_a_batch(convert) -> None:
    batch = convert(np.arange(12.0).reshape(2, 3, 2))
    ops = ArrayOps.of(batch)
    one = ops.identity(batch)
    for found, pair in (
        (ops.kronecker(batch, one), lambda m: (m, np.eye(3))),
        (ops.kronecker(one, batch), lambda m: (np.eye(3), m)),
    ):
        assert tuple(found.shape) == (2, 9, 6)
        for which in range(2):
            np.testing.assert_array_equal(np.asarray(found[which]), np.kron(*pair(np.asarray(batch[which]))))
