"""Train a small network on handwritten digits, with generated kernels alone.

    python examples/digits.py -o digits.png

The network is x → linear → relu → linear → relu → linear → softmax cross-entropy, trained by Adam under a cosine
schedule on the 1,797 images of 8×8 pixels that scikit-learn carries; a fifth of them is held out. Nothing of symnn is
imported here, only what it generated. Exit status 1 where the held-out accuracy stays below 97%.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from examples.training import PIXELS, Array, Classifier, Task, bar, run
from generated.cpu import he_normal, linear, relu

SIZES = (PIXELS, 128, 64, 10)


class Network(Classifier):
    """Linear layers with rectifiers between them; every function that is called here was generated."""

    def __init__(self, sizes: Sequence[int], rng: np.random.Generator, dtype: str = "float32") -> None:
        """``sizes``: of the input, the hidden layers and the output."""
        self.layers: list[tuple[Array, Array]] = [
            (he_normal.sample((o, i), rng, dtype=dtype), np.zeros(o, dtype))
            for i, o in pairwise(sizes)
        ]
        weights = {f"W{k}": W for k, (W, _) in enumerate(self.layers)}
        super().__init__(weights | {f"b{k}": b for k, (_, b) in enumerate(self.layers)})

    def forward_saving(self, x: Array) -> tuple[Array, Any]:
        """What the last layer says of each image, and what ``backward`` needs."""
        saved = []
        for k, (W, b) in enumerate(self.layers):
            x, of_linear = linear.forward_saving(x, W, b)
            of_relu = None
            if k < len(self.layers) - 1:
                x, of_relu = relu.forward_saving(x)
            saved.append((of_linear, of_relu))
        return x, saved

    def backward(self, saved: Any, g: Array) -> dict[str, Array]:
        """The gradient of each weight, from the cotangent of the logits."""
        grads: dict[str, Array] = {}
        for k, (of_linear, of_relu) in reversed(list(enumerate(saved))):
            if of_relu is not None:
                g = relu.backward(of_relu, g).x
            layer = linear.backward(of_linear, g)
            grads |= {f"W{k}": layer.W, f"b{k}": layer.b}
            g = layer.x
        return grads


TASK = Task(
    name="digits",
    description="Train a network on handwritten digits with generated kernels.",
    network=lambda rng: Network(SIZES, rng),
    shape=(PIXELS,),
    epochs=60,
    rate=3e-3,
    wanted=0.97,
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Train, report and plot; 0 where the network is good enough, else 1."""
    return run(TASK, arguments, progress=bar)


if __name__ == "__main__":
    sys.exit(main())
