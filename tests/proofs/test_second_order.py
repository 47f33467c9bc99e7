"""What the derivations on curvature and deformations rest on: a weaker one is a change that somebody has to see."""

from specbound.checks.symbolic import check_symbolic
from specbound.core.catalogue import catalog

CURVATURE = {
    "layer_curvature": "derived at sizes",
}

DEFORMATION = {
    "block_exponents": "derived",
    "block_exponents_rest": "derived",
    "deformation_congruence": "derived",
    "multi_lock": "derived",
    "multi_lock_upper": "derived",
    "quadratic_law": "derived",
    "quadratic_law_crude": "derived",
    "quadratic_law_upper": "derived",
}


def test_what_each_derivation_rests_on() -> None:
    statements = [s for s in catalog().values() if s.area in ("curvature", "deformation")]
    reach = {s.id: check_symbolic(s).details["reach"] for s in statements}
    sizes = "derived at sizes"
    assert {k: sizes if v.startswith(sizes) else v for k, v in reach.items()} == {**CURVATURE, **DEFORMATION}
