"""What derivations on curvature, deformations and limits rest on: a weaker one is a change that somebody has to see."""

from specbound.checks.symbolic import check_symbolic
from specbound.core.catalogue import catalog

CURVATURE = {
    "abc_attention": "derived at sizes",
    "abc_conv": "derived at sizes",
    "abc_linear": "derived",
    "abc_mlp": "derived at sizes",
    "attention_jacobian": "derived",
    "gauss_newton_split": "derived",
    "hessian_block": "derived",
    "hessian_gap": "derived",
    "hessian_horn_johnson": "derived",
    "hessian_sequential": "derived",
    "hessian_subspace": "derived",
    "layer_curvature": "derived at sizes",
    "piecewise_linear_psd": "derived",
}

DEFORMATION = {
    "block_exponents": "derived",
    "block_exponents_rest": "derived",
    "compensator_before": "derived",
    "deformation_congruence": "derived",
    "gauge_nullity": "derived",
    "gradient_law": "derived",
    "inertia": "rests on the dimension formula",
    "low_rank_form": "derived",
    "rotated_form": "derived",
    "rotated_spectrum": "rests on the dimension formula",
    "two_sided_lock": "derived",
    "two_sided_lock_frozen": "derived",
    "uniform_scaling_is_no_lock": "derived",
    "multi_lock": "derived",
    "multi_lock_upper": "derived",
    "quadratic_law": "derived",
    "quadratic_law_crude": "derived",
    "quadratic_law_upper": "derived",
}

TRAINING = {
    "trajectory_equivalence": "derived",
    "clipping_law": "derived",
    "clipping_law_lower": "derived",
    "clipping_law_rest": "derived",
    "newton_invariance": "derived",
    "damping_favours_lock": "derived",
    "deformation_spectrum": "rests on the dimension formula",
    "deformation_spectrum_rest": "rests on the dimension formula",
    "compensator_spectrum": "rests on the dimension formula",
    "compensator_spectrum_contracted": "rests on the dimension formula",
    "precision_ceiling": "rests on |A| ≤ B implies ‖A‖ ≤ ‖B‖, |A| ≤ |B| implies ‖A‖_F ≤ ‖B‖_F, "
    "the triangle inequality, the norm of a product",
    "rotated_precision": "rests on |A| ≤ B implies ‖A‖ ≤ ‖B‖, |A| ≤ |B| implies ‖A‖_F ≤ ‖B‖_F, "
    "the triangle inequality, the norm of a product; partly at sizes d = 1, n = 1; d = 2, n = 1; d = 2, n = 3; "
    "d = 3, n = 2",
}

LIMITS = {
    "lock_detection": "rests on the dimension formula",
    "lock_detection_angle": "derived",
    "lock_detection_factor": "rests on the dimension formula",
    "lock_detection_gap": "rests on the dimension formula",
}

FREEZING = {
    "attack_freeze": "derived",
    "attack_inject": "derived",
    "attack_inject_inside": "derived",
    "attack_lora": "derived",
    "attack_lora_on_compensator": "derived",
    "attack_parallel": "derived",
}

MERGING = {
    "attack_merge": "derived",
    "attack_merge_level": "derived",
    "attack_rescale": "derived",
    "attack_balance": "rests on the theorem of Pythagoras",
    "attack_balance_level": "derived",
    "attack_precondition": "derived",
    "limit_general": "derived",
    "limit_general_hessian": "derived",
    "limit_general_level": "derived",
}

CHAINS = {
    "attack_factor_chain": "derived",
    "attack_factor_chain_lower": "derived",
}

MEMBERS = {
    "gain_shift": "derived",
    "neuron_rescaling": "derived",
    "normalised_curvature": "derived",
    "normalised_step": "derived",
    "query_key_rescaling": "derived",
    "value_output_rescaling": "derived",
}


def test_what_each_derivation_rests_on() -> None:
    statements = [s for s in catalog().values() if s.area in ("curvature", "deformation", "limits")]
    reach = {s.id: check_symbolic(s).details["reach"] for s in statements}
    sizes = "derived at sizes"
    assert {k: sizes if v.startswith(sizes) else v for k, v in reach.items()} == {
        **CURVATURE,
        **DEFORMATION,
        **TRAINING,
        **LIMITS,
        **FREEZING,
        **MERGING,
        **CHAINS,
        **MEMBERS,
    }
