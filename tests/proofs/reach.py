"""What each derivation rests on: a weaker one is a change that somebody has to see."""

SINGULAR = {
    "eckart_young": "rests on the dimension formula",
    "eckart_young_frobenius": "rests on Mirsky's theorem",
    "horn_johnson_triple": "derived",
    "horn_product": "cited: Horn's theorem",
    "horn_product_equality": "cited: isometries keep singular values, Horn's theorem for square factors",
    "interlacing": "rests on the dimension formula",
    "interlacing_isometry": "rests on the dimension formula",
    "kronecker_spectrum": "cited: the spectrum of a Kronecker product",
    "ky_fan_norm": "cited: Ky Fan's theorem",
    "mirsky": "cited: Mirsky's theorem",
    "triple_dominates_horn_johnson": "derived",
    "triple_gap": "derived",
    "triple_independent": "refuted",
    "triple_sequential": "derived",
    "triple_subspace": "derived",
    "weyl_product_lower": "rests on the dimension formula",
    "weyl_product_upper": "rests on the dimension formula",
    "weyl_sum": "rests on the dimension formula, Cauchy–Schwarz",
}

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

QUADRATICS: dict[str, str] = {
    "descent_lemma": "derived",
    "gd_descent": "derived",
    "gd_strongly_convex": "derived",
    "gd_optimal_step": "derived",
    "slowdown_distance": "rests on Cauchy–Schwarz",
    "edge_instability": "derived",
    "heavy_ball_limit": "derived",
    "nesterov_limit": "derived",
    "ema_momentum_limit": "derived",
    "momentum_beyond_limit": "derived",
    "heavy_ball_rate": "derived",
    "heavy_ball_best": "derived",
    "steepest_descent": "derived",
    "stagnation": "derived",
    "stagnation_toward_zero": "derived",
    "smallest_useful_step": "derived",
}

FUNCTIONS: dict[str, str] = {
    "cubic_newton": "derived",
    "cubic_newton_gradient": "derived",
    "first_order_lower": "derived",
    "gd_convex": "derived",
    "gd_nonconvex": "derived",
    "gd_nonconvex_long": "derived",
    "newton_local": "derived",
    "newton_radius": "derived",
}

STEPS = {
    "sign_step": "derived",
    "best_step": "derived",
    "adam_epsilon_descent": "derived",
    "adam_epsilon_sign": "derived",
    "muon_step": "derived",
    "muon_equivariance": "derived",
    "shampoo_quarter": "derived",
    "shampoo_half_invariance": "derived",
    "kfac_invariance": "derived",
    "diagonal_newton_invariance": "derived at sizes n = 1; n = 2; n = 3",
    "diagonal_newton_dense": "derived",
    "sophia_step": "derived",
    "sophia_limit": "derived",
    "scaled_step_limit": "derived",
    "scaled_step_limit_lower": "derived",
}

REACH: dict[str, str] = {
    **SINGULAR,
    **CURVATURE,
    **DEFORMATION,
    **TRAINING,
    **LIMITS,
    **FREEZING,
    **MERGING,
    **CHAINS,
    **MEMBERS,
    **QUADRATICS,
    **FUNCTIONS,
    **STEPS,
}
"""By id; `derived at sizes` stands for that with any sizes."""
