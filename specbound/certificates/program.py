"""A statement's formula on one instance, recorded as a flat program.

A program is a list of nodes. A node is a list: the name of an operation, then its arguments. An argument is the number
of an earlier node, or a literal. Indices count from 0. In this table ``m`` is a node whose value is a matrix, ``s`` one
whose value is a number, ``t`` one that is certain or not; ``i`` is an integer and ``x`` a text, both literals; ``*``
stands for any number of what it follows.

=================================== ===== =============================================================================
node                                args  value
=================================== ===== =============================================================================
input                               x     the matrix or number of that name among the certificate's inputs
number                              x     the number: ``7``, ``-3/5``, or hexadecimal, ``0x1.8p-3``, of any length
``+``, ``-``, ``*``, ``/``          ss    arithmetic
``**``                              si    a power, with an exponent from 0 up
neg, abs, sqrt                      s     the negative, the absolute value, the nonnegative square root
largest                             is*   the i-th largest of several numbers
sum, difference, product            mm    of matrices
hadamard, kronecker                 mm    the product entry by entry, and ``⊗``
solve                               mm    the ``X`` with ``first · X = second``
transpose, absolute, vec, identity  m     ``Mᵀ``, ``|M|`` entry by entry, the rows as one column, as many rows as M has
leading                             mii   the first rows and columns
column                              mi    one column
scaled                              sm    a number times a matrix
left, right, truncated              mi    the top singular vectors, and the nearest matrix of that rank
entry                               m     the entry of a 1×1 matrix
singular_value, eigenvalue          mi    in descending order
frobenius_norm                      m     ``‖M‖_F``
cosine, sine                        mm    of the angle between a span and a unit vector
``<``, ``<=``                       ss    whether it certainly is
and, or                             tt    of such answers
orthonormal, contraction            m     whether the columns are orthonormal; whether ``σ₁ ≤ 1``
nonsingular, bounded                m     whether there is an inverse; whether all entries lie in ``[−1, 1]``
=================================== ===== =============================================================================

No node is recorded twice, so that ``x − x`` is seen to be a difference of one thing with itself. Sums, products and
maxima over indices are unrolled, and what formulas compute from shapes and indices stands in the program as the number
that it is.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, NoReturn

from specbound.certificates.exact_text import exact, text_of
from specbound.core.errors import InvalidInput
from specbound.core.instance import Instance
from specbound.core.statement import Statement
from specbound.numeric.ops import Counted, NotAvailable, Term, checked_index, terms

Node = list[Any]

LARGEST_EXPONENT = 1000


@dataclass(frozen=True)
class Premise:
    """An assumption: its name, and the node that says whether it holds, or True or False where shapes decide it."""

    name: str
    holds: int | bool


@dataclass(frozen=True)
class Program:
    """The nodes, and which of them are the two sides and the premises."""

    nodes: list[Node]
    lhs: int
    rhs: int
    premises: list[Premise]


def traced(statement: Statement, values: Mapping[str, Any]) -> Program:
    """What a statement's formulas do on one instance.

    **Parameters.** ``values``: matrices as arrays or nested lists of which only the shapes matter, indices, numbers.
    **Raises.** :class:`InvalidInput` for values that are not those of the statement, or whose shapes or indices are out
    of its domain; :class:`NotAvailable` where a formula does what cannot be recorded, such as branch on a number.
    """
    ops = TraceOps()
    domain = statement.domain
    shaped = {name: Shaped(name, values[name]) for name in domain.matrices if name in values}
    try:
        numbers = {name: exact(values[name]) for name in domain.numbers if name in values}
    except TypeError as error:
        raise InvalidInput(f"{statement.id}: {error}") from error
    checked = domain.converted({**values, **shaped, **numbers}, ops.input_matrix, lambda value: value, ops)
    named = {name: ops.number("input", name) for name in domain.numbers}
    instance = replace(checked, values={**checked.values, **named})
    premises = [_premise(statement, position, instance) for position in range(len(statement.assumptions))]
    lhs, rhs = (ops.scalar(side).node for side in statement.sides(instance))
    return Program(ops.nodes, lhs, rhs, premises)


def _premise(statement: Statement, position: int, instance: Instance) -> Premise:
    assumption = statement.assumptions[position]
    found = replace(statement, assumptions=(assumption,)).admits(instance)
    if isinstance(found, TracedTruth):
        return Premise(assumption.name, found.node)
    if isinstance(found, bool):
        return Premise(assumption.name, found)
    raise NotAvailable(f"{statement.id}: {assumption.name} gave {found!r}, which is no comparison that can be recorded")


class Shaped:
    """The name and the shape of a matrix that is given as an array or as nested lists."""

    def __init__(self, name: str, rows: Any) -> None:
        self.name = name
        shape = getattr(rows, "shape", None)
        if shape is None:
            if not (isinstance(rows, list | tuple) and all(isinstance(row, list | tuple) for row in rows)):
                raise InvalidInput(
                    f"{name} is a {type(rows).__name__}; required: a matrix, as an array or as rows of numbers"
                )
            lengths = {len(row) for row in rows}
            if len(lengths) != 1:
                raise InvalidInput(f"{name} has rows of lengths {sorted(lengths)}; required: rows of one length")
            shape = (len(rows), lengths.pop())
        self.shape = tuple(int(side) for side in shape)


class TracedTruth:
    """Whether something is certain: a node of a program."""

    def __init__(self, ops: TraceOps, node: int) -> None:
        self.ops, self.node = ops, node

    def __and__(self, other: Any) -> Any:
        return self._joined("and", other, self if other is True else False)

    def __or__(self, other: Any) -> Any:
        return self._joined("or", other, True if other is True else self)

    __rand__, __ror__ = __and__, __or__

    def _joined(self, op: str, other: Any, with_literal: Any) -> Any:
        if isinstance(other, bool):
            return with_literal
        if not isinstance(other, TracedTruth):
            raise NotAvailable(f"a premise joined with {other!r}")
        return self.ops.truth(op, self.node, other.node)

    def __bool__(self) -> NoReturn:
        raise NotAvailable("a formula branches on a comparison; write & and | between premises")


class TracedScalar:
    """A number: a node of a program."""

    __hash__ = None  # pyright: ignore[reportAssignmentType]

    def __init__(self, ops: TraceOps, node: int) -> None:
        self.ops, self.node = ops, node

    def __add__(self, other: Any) -> TracedScalar:
        # A Python sum starts with the integer 0.
        return self if type(other) is int and other == 0 else self.ops.binary("+", self, other)

    def __radd__(self, other: Any) -> TracedScalar:
        return self if type(other) is int and other == 0 else self.ops.binary("+", other, self)

    def __sub__(self, other: Any) -> TracedScalar:
        return self.ops.binary("-", self, other)

    def __rsub__(self, other: Any) -> TracedScalar:
        return self.ops.binary("-", other, self)

    def __mul__(self, other: Any) -> TracedScalar:
        return self if type(other) is int and other == 1 else self.ops.binary("*", self, other)

    def __rmul__(self, other: Any) -> TracedScalar:
        # A Python product starts with the integer 1.
        return self if type(other) is int and other == 1 else self.ops.binary("*", other, self)

    def __truediv__(self, other: Any) -> TracedScalar:
        return self.ops.binary("/", self, other)

    def __rtruediv__(self, other: Any) -> TracedScalar:
        return self.ops.binary("/", other, self)

    def __pow__(self, exponent: Any) -> TracedScalar:
        if type(exponent) is not int or not 0 <= exponent <= LARGEST_EXPONENT:
            raise NotAvailable(f"certificates have powers 0, 1, …, {LARGEST_EXPONENT}; {exponent!r} was asked for")
        return self.ops.number("**", self.node, exponent)

    def __neg__(self) -> TracedScalar:
        return self.ops.number("neg", self.node)

    def __abs__(self) -> TracedScalar:
        return self.ops.number("abs", self.node)

    def __lt__(self, other: Any) -> TracedTruth:
        return self.ops.compared("<", self, other)

    def __le__(self, other: Any) -> TracedTruth:
        return self.ops.compared("<=", self, other)

    def __gt__(self, other: Any) -> TracedTruth:
        return self.ops.compared("<", other, self)

    def __ge__(self, other: Any) -> TracedTruth:
        return self.ops.compared("<=", other, self)

    def __eq__(self, other: object) -> NoReturn:
        raise NotAvailable("a formula asks whether two numbers are equal, which no certificate decides")

    def __bool__(self) -> NoReturn:
        raise NotAvailable("a formula branches on a number")


class TracedMatrix:
    """A matrix: a node of a program, with its shape."""

    def __init__(self, ops: TraceOps, node: int, shape: tuple[int, int]) -> None:
        self.ops, self.node, self.shape = ops, node, shape

    @property
    def mT(self) -> TracedMatrix:  # noqa: N802 (the array API's name)
        return self.ops.transpose(self)


class TracedDecomposition:
    """Singular values and vectors of a matrix of a program."""

    def __init__(self, matrix: TracedMatrix) -> None:
        self._matrix, self._ops = matrix, matrix.ops

    @property
    def count(self) -> int:
        return min(self._matrix.shape)

    def value(self, index: int) -> TracedScalar:
        return self._ops.number("singular_value", self._matrix.node, checked_index(int(index)))

    def smallest(self) -> TracedScalar:
        return self.value(self.count - 1)

    def left(self, count: int) -> TracedMatrix:
        return self._vectors("left", count, (self._matrix.shape[0], count))

    def right(self, count: int) -> TracedMatrix:
        return self._vectors("right", count, (self._matrix.shape[1], count))

    def truncated(self, count: int) -> TracedMatrix:
        return self._vectors("truncated", count, self._matrix.shape)

    def _vectors(self, op: str, count: int, shape: tuple[int, int]) -> TracedMatrix:
        if not 1 <= count <= self.count:
            raise NotAvailable(f"{count} singular vectors were asked for; there are {self.count}")
        return self._ops.matrix(op, shape, self._matrix.node, int(count))


class TraceOps(Counted):
    """The number system that records what a formula does."""

    def __init__(self) -> None:
        self.nodes: list[Node] = []
        self._known: dict[tuple[Any, ...], int] = {}

    def record(self, *node: Any) -> int:
        """The number of this node, a new one where it has not occurred."""
        if node not in self._known:
            self._known[node] = len(self.nodes)
            self.nodes.append(list(node))
        return self._known[node]

    def number(self, *node: Any) -> TracedScalar:
        return TracedScalar(self, self.record(*node))

    def truth(self, *node: Any) -> TracedTruth:
        return TracedTruth(self, self.record(*node))

    def matrix(self, op: str, shape: tuple[int, int], *arguments: Any) -> TracedMatrix:
        return TracedMatrix(self, self.record(op, *arguments), shape)

    def input_matrix(self, given: Shaped) -> TracedMatrix:
        if len(given.shape) != 2:
            raise InvalidInput(f"{given.name} has shape {given.shape}; required: rows and columns")
        return self.matrix("input", given.shape, given.name)

    def scalar(self, value: Any) -> TracedScalar:
        """A number of the program, or a plain one, which becomes a literal."""
        if isinstance(value, TracedScalar):
            return value
        if isinstance(value, bool):
            raise InvalidInput(f"{value} stands where a number is required")
        try:
            return self.number("number", text_of(value))
        except TypeError as error:
            raise InvalidInput(f"in a formula, {error}") from error

    def binary(self, op: str, left: Any, right: Any) -> TracedScalar:
        return self.number(op, self.scalar(left).node, self.scalar(right).node)

    def compared(self, op: str, left: Any, right: Any) -> TracedTruth:
        return self.truth(op, self.scalar(left).node, self.scalar(right).node)

    def sum(self, *matrices: TracedMatrix) -> TracedMatrix:
        result = matrices[0]
        for matrix in matrices[1:]:
            result = self._of_one_shape("sum", result, matrix)
        return result

    def difference(self, left: TracedMatrix, right: TracedMatrix) -> TracedMatrix:
        return self._of_one_shape("difference", left, right)

    def hadamard(self, left: TracedMatrix, right: TracedMatrix) -> TracedMatrix:
        return self._of_one_shape("hadamard", left, right)

    def product(self, *factors: TracedMatrix) -> TracedMatrix:
        result = factors[0]
        for factor in factors[1:]:
            _required("product", result, factor, result.shape[1] == factor.shape[0])
            result = self.matrix("product", (result.shape[0], factor.shape[1]), result.node, factor.node)
        return result

    def compression(self, matrix: TracedMatrix, left: TracedMatrix, right: TracedMatrix) -> TracedMatrix:
        return self.product(left.mT, matrix, right)

    def leading(self, matrix: TracedMatrix, rows: int, columns: int) -> TracedMatrix:
        kept = (min(int(rows), matrix.shape[0]), min(int(columns), matrix.shape[1]))
        return self.matrix("leading", kept, matrix.node, *kept)

    def column(self, matrix: TracedMatrix, index: int) -> TracedMatrix:
        return self.matrix("column", (matrix.shape[0], 1), matrix.node, checked_index(int(index)))

    def kronecker(self, left: TracedMatrix, right: TracedMatrix) -> TracedMatrix:
        rows, columns = (a * b for a, b in zip(left.shape, right.shape, strict=True))
        return self.matrix("kronecker", (rows, columns), left.node, right.node)

    def transpose(self, matrix: TracedMatrix) -> TracedMatrix:
        rows, columns = matrix.shape
        op, *arguments = self.nodes[matrix.node]
        if op == "transpose":
            return TracedMatrix(self, arguments[0], (columns, rows))
        return self.matrix("transpose", (columns, rows), matrix.node)

    def scaled(self, number: Any, matrix: TracedMatrix) -> TracedMatrix:
        return self.matrix("scaled", matrix.shape, self.scalar(number).node, matrix.node)

    def absolute(self, matrix: TracedMatrix) -> TracedMatrix:
        return self.matrix("absolute", matrix.shape, matrix.node)

    def solve(self, matrix: TracedMatrix, columns: TracedMatrix) -> TracedMatrix:
        _required("solve", matrix, columns, matrix.shape == (columns.shape[0],) * 2)
        return self.matrix("solve", columns.shape, matrix.node, columns.node)

    def identity(self, like: TracedMatrix) -> TracedMatrix:
        return self.matrix("identity", (like.shape[0], like.shape[0]), like.node)

    def vec(self, matrix: TracedMatrix) -> TracedMatrix:
        return self.matrix("vec", (matrix.shape[0] * matrix.shape[1], 1), matrix.node)

    def entry(self, matrix: TracedMatrix) -> TracedScalar:
        _required("entry", matrix, matrix, matrix.shape == (1, 1))
        return self.number("entry", matrix.node)

    def eigenvalue(self, matrix: TracedMatrix, index: int) -> TracedScalar:
        return self.number("eigenvalue", matrix.node, checked_index(int(index)))

    def svd(self, matrix: TracedMatrix) -> TracedDecomposition:
        return TracedDecomposition(matrix)

    def singular_values(self, matrix: TracedMatrix) -> TracedDecomposition:
        return TracedDecomposition(matrix)

    def singular_value(self, matrix: TracedMatrix, index: int) -> TracedScalar:
        return TracedDecomposition(matrix).value(index)

    def frobenius_norm(self, matrix: TracedMatrix) -> TracedScalar:
        return self.number("frobenius_norm", matrix.node)

    def cosine(self, subspace: TracedMatrix, vector: TracedMatrix) -> TracedScalar:
        return self._angle("cosine", subspace, vector)

    def sine(self, subspace: TracedMatrix, vector: TracedMatrix) -> TracedScalar:
        return self._angle("sine", subspace, vector)

    def orthonormal(self, columns: TracedMatrix) -> TracedTruth:
        return self.truth("orthonormal", columns.node)

    def contraction(self, matrix: TracedMatrix) -> TracedTruth:
        return self.truth("contraction", matrix.node)

    def nonsingular(self, matrix: TracedMatrix) -> TracedTruth:
        return self.truth("nonsingular", matrix.node)

    def bounded(self, matrix: TracedMatrix) -> TracedTruth:
        return self.truth("bounded", matrix.node)

    def at_least(self, larger: Any, smaller: Any, size: Any) -> TracedTruth:
        # The size is for floats: a certificate says what is certain.
        return self.compared("<=", smaller, larger)

    def sqrt(self, value: Any) -> TracedScalar:
        return self.number("sqrt", self.scalar(value).node)

    def largest_over(self, term: Term, *counts: int, index: int = 0) -> TracedScalar:
        nodes = [self.scalar(value).node for value in terms(term, *counts)]
        if checked_index(int(index)) >= len(nodes):
            return self.scalar(0)
        return self.number("largest", int(index), *nodes)

    def _of_one_shape(self, op: str, left: TracedMatrix, right: TracedMatrix) -> TracedMatrix:
        _required(op, left, right, left.shape == right.shape)
        return self.matrix(op, left.shape, left.node, right.node)

    def _angle(self, op: str, subspace: TracedMatrix, vector: TracedMatrix) -> TracedScalar:
        _required(op, subspace, vector, subspace.shape[0] == vector.shape[0] and vector.shape[1] == 1)
        return self.number(op, subspace.node, vector.node)


def _required(op: str, left: TracedMatrix, right: TracedMatrix, fits: bool) -> None:
    if not fits:
        raise InvalidInput(f"{op} of matrices {left.shape} and {right.shape}, which do not fit together")
