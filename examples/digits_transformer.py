"""Train a transformer block on handwritten digits, a row of pixels a token, with generated kernels alone.

    python examples/digits_transformer.py -o digits_transformer.png

The 8 rows of an image are 8 tokens: rows → linear, plus positional_encoding → transformer_block → layer_norm →
flatten → linear → softmax cross-entropy. The network is trained by AdamW under a cosine schedule on the 1,797 images of
8×8 pixels that scikit-learn carries; a fifth of them is held out. Exit status 1 where the held-out accuracy stays below
97%.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from examples.training import Array, Classifier, Task, run
from generated.cpu import (
    flatten,
    he_normal,
    layer_norm,
    linear,
    positional_encoding,
    transformer_block,
    xavier_uniform,
)

TOKENS, PIXELS, WIDTH, HEADS, INNER = 8, 8, 64, 4, 128
#: The weights of the block; its functions take them by name, and its gradients carry the same names.
BLOCK = (
    "gamma1", "beta1", "Wq", "Wk", "Wv", "Wo", "bq", "bk", "bv", "bo", "gamma2", "beta2", "W1", "b1", "W2", "b2",
)


class Network(Classifier):
    """Rows as tokens, one pre-norm encoder block, and a linear layer on all its normalised tokens."""

    decay = 1.0

    def __init__(self, rng: np.random.Generator, dtype: str = "float32") -> None:
        square = ("Wq", "Wk", "Wv", "Wo")
        weights = {name: xavier_uniform.sample((WIDTH, WIDTH), rng, dtype=dtype) for name in square}
        weights |= {
            "W1": he_normal.sample((INNER, WIDTH), rng, dtype=dtype),
            "b1": np.zeros(INNER, dtype),
            "W2": xavier_uniform.sample((WIDTH, INNER), rng, dtype=dtype),
            "W_in": xavier_uniform.sample((WIDTH, PIXELS), rng, dtype=dtype),
            "W_out": xavier_uniform.sample((10, TOKENS * WIDTH), rng, dtype=dtype),
            "b_out": np.zeros(10, dtype),
        }
        weights |= {name: np.ones(WIDTH, dtype) for name in ("gamma1", "gamma2", "gamma")}
        weights |= {name: np.zeros(WIDTH, dtype) for name in ("bq", "bk", "bv", "bo", "beta1", "beta2", "b2")}
        weights |= {name: np.zeros(WIDTH, dtype) for name in ("beta", "b_in")}
        super().__init__(weights)
        self.positions = positional_encoding.forward(np.arange(TOKENS, dtype=dtype), d_model=WIDTH)

    def forward_saving(self, x: Array) -> tuple[Array, Any]:
        """The logits of images [n, tokens, pixels], and what ``backward`` needs."""
        w, n = self.weights, len(x)
        rows, embedded = linear.forward_saving(x.reshape(n * TOKENS, PIXELS), w["W_in"], w["b_in"])
        x = rows.reshape(n, TOKENS, WIDTH) + self.positions
        see_all = np.ones((n, TOKENS, TOKENS), x.dtype)
        of_block = {name: w[name] for name in BLOCK}
        x, block = transformer_block.forward_saving(x, **of_block, mask=see_all, heads=HEADS)
        x, norm = layer_norm.forward_saving(x, w["gamma"], w["beta"])
        x, flat = flatten.forward_saving(x)
        logits, last = linear.forward_saving(x, w["W_out"], w["b_out"])
        return logits, (embedded, block, norm, flat, last)

    def backward(self, saved: Any, g: Array) -> dict[str, Array]:
        """The gradient of each weight, from the cotangent of the logits."""
        embedded, block, norm, flat, last = saved
        out = linear.backward(last, g)
        scale = layer_norm.backward(norm, flatten.backward(flat, out.x).x)
        inner = transformer_block.backward(block, scale.x)
        rows = linear.backward(embedded, inner.x.reshape(-1, WIDTH))
        grads = {name: getattr(inner, name) for name in BLOCK}
        grads |= {"gamma": scale.gamma, "beta": scale.beta}
        return grads | {"W_in": rows.W, "b_in": rows.b, "W_out": out.W, "b_out": out.b}


TASK = Task(
    name="digits_transformer",
    description="Train a transformer block on the rows of handwritten digits with generated kernels.",
    network=Network,
    shape=(TOKENS, PIXELS),
    epochs=40,
    rate=3e-3,
    wanted=0.97,
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Train, report and plot; 0 where the network is good enough, else 1."""
    return run(TASK, arguments)


if __name__ == "__main__":
    sys.exit(main())
