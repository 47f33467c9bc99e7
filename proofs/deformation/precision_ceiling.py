"""``‖fl(C) fl(V) − CV‖_F``: the error is ``u C (Y∘|V|) + u (X∘|C|) (V + u Y∘|V|)``, and norms are monotone."""

from specbound.checks.symbolic import Derivation
from specbound.statements.deformation.precision_ceiling import difference, error, stored

HIGHAM = "Higham, Accuracy and Stability of Numerical Algorithms, 2nd ed. 2002, Lemma 6.6"


def derive(d: Derivation) -> None:
    x = d.instance
    norm, top = x.ops.frobenius_norm, lambda matrix: x.ops.singular_value(matrix, 0)
    of_c, of_v, v = error(x, x.C, x.X), error(x, x.V, x.Y), stored(x, x.V, x.Y)
    d.assume("bounded")
    smaller_c = d.cite("|A| ≤ B implies ‖A‖ ≤ ‖B‖", HIGHAM, top(x.ops.absolute(x.C)) - top(of_c))
    smaller_v = d.cite("|A| ≤ |B| implies ‖A‖_F ≤ ‖B‖_F", HIGHAM, norm(x.V) - norm(of_v))
    parts = (x.u, x.ops.product(x.C, of_v)), (x.u, x.ops.product(of_c, v))
    split = d.triangle(difference(x), *parts)
    first, second = d.product_norm(x.C, of_v), d.product_norm(of_c, v)
    of_stored = d.triangle(v, (1, x.V), (x.u, of_v))
    d.conclude(
        {
            split: 1,
            first: x.u,
            second: x.u,
            of_stored: x.u * top(of_c),
            smaller_v: x.u * top(x.C) + x.u**2 * top(of_c),
            smaller_c: x.u * (1 + x.u) * norm(x.V),
        }
    )
