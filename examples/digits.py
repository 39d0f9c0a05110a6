"""Train a small network on handwritten digits, with generated kernels alone.

    python examples/digits.py -o digits.png

The network is x → linear → relu → linear → relu → linear → softmax cross-entropy, trained by Adam under a cosine
schedule on the 1,797 images of 8×8 pixels that scikit-learn carries; a fifth of them is held out. Nothing of symnn is
imported here, only what it generated. Exit status 1 where the held-out accuracy stays below 97%.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from generated.cpu import adam, cosine_annealing, he_normal, linear, relu, sparse_softmax_ce

Array = np.ndarray[Any, Any]
Progress = Callable[[int, int, float], None]
BATCH, EPOCHS, RATE, WANTED = 64, 60, 3e-3, 0.97


@dataclass(frozen=True)
class Digits:
    """Images as rows of 64 numbers in [0, 1] and their labels, split into a training and a held-out part."""

    x: Array
    label: Array
    held_x: Array
    held_label: Array

    @classmethod
    def load(cls, seed: int = 0, dtype: str = "float32") -> Digits:
        from sklearn.datasets import load_digits
        from sklearn.model_selection import train_test_split

        images, labels = load_digits(return_X_y=True)
        x, held_x, label, held_label = train_test_split(
            (images / 16).astype(dtype), labels, test_size=0.2, stratify=labels, random_state=seed
        )
        return cls(x, label, held_x, held_label)


class Network:
    """Linear layers with rectifiers between them; every function that is called here was generated."""

    def __init__(self, sizes: Sequence[int], rng: np.random.Generator, dtype: str = "float32") -> None:
        """``sizes``: of the input, the hidden layers and the output."""
        self.layers: list[tuple[Array, Array]] = [
            (he_normal.sample((o, i), rng, dtype=dtype), np.zeros(o, dtype))
            for i, o in pairwise(sizes)
        ]
        self.states = [(adam.init(W), adam.init(b)) for W, b in self.layers]

    def logits(self, x: Array) -> Array:
        """What the last layer says of each row."""
        for W, b in self.layers[:-1]:
            x = relu.forward(linear.forward(x, W, b))
        return linear.forward(x, *self.layers[-1])

    def loss_and_grads(self, x: Array, label: Array) -> tuple[float, list[Any]]:
        """The mean loss of a batch, and for each layer its gradients, as ``grads.W`` and ``grads.b``."""
        saved = []
        for k, (W, b) in enumerate(self.layers):
            x, of_linear = linear.forward_saving(x, W, b)
            of_relu = None
            if k < len(self.layers) - 1:
                x, of_relu = relu.forward_saving(x)
            saved.append((of_linear, of_relu))
        loss, of_loss = sparse_softmax_ce.value_and_grad(x, label)
        g = of_loss.z
        grads = []
        for of_linear, of_relu in reversed(saved):
            if of_relu is not None:
                g = relu.backward(of_relu, g).x
            grads.append(linear.backward(of_linear, g))
            g = grads[-1].x
        return float(loss), grads[::-1]

    def step(self, grads: Sequence[Any], t: int, lr: float) -> None:
        """One step of Adam on every weight, in place."""
        for (W, b), (state_W, state_b), grad in zip(self.layers, self.states, grads, strict=True):
            adam.step(W, grad.W, state_W, t, lr=lr)
            adam.step(b, grad.b, state_b, t, lr=lr)

    def accuracy(self, x: Array, label: Array) -> float:
        """The part of the rows whose largest logit is that of their label."""
        return float(np.mean(np.argmax(self.logits(x), axis=1) == label))


def batches(count: int, epochs: int, rng: np.random.Generator) -> Iterator[Array]:
    """The rows of each batch: every epoch shuffles anew, and leaves out what does not fill a batch."""
    for _ in range(epochs):
        order = rng.permutation(count)
        for start in range(0, count - BATCH + 1, BATCH):
            yield order[start : start + BATCH]


def train(network: Network, data: Digits, epochs: int, seed: int, progress: Progress) -> list[float]:
    """The loss of each step; the network is changed in place."""
    steps = epochs * (len(data.x) // BATCH)
    losses: list[float] = []
    for t, rows in enumerate(batches(len(data.x), epochs, np.random.default_rng(seed)), start=1):
        loss, grads = network.loss_and_grads(data.x[rows], data.label[rows])
        network.step(grads, t, cosine_annealing.value(t, eta_max=RATE, T=steps))
        losses.append(loss)
        progress(t, steps, loss)
    return losses


def bar(t: int, steps: int, loss: float) -> None:
    """A progress bar on standard error, where that is a terminal."""
    if sys.stderr.isatty() and (t % 10 == 0 or t == steps):
        done = 40 * t // steps
        end = "\n" if t == steps else ""
        print(f"\r{'█' * done}{'░' * (40 - done)} step {t}/{steps}  loss {loss:.4f}", end=end, file=sys.stderr)


def plot(losses: Sequence[float], accuracy: float, path: Path) -> None:
    """The loss of each step, and its mean over the last 22, written to a file."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(7, 4), layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.subplots()
    axes.semilogy(losses, linewidth=0.6, alpha=0.4, label="batch")
    window = min(22, len(losses))
    smooth = np.convolve(losses, np.ones(window) / window, mode="valid")
    axes.semilogy(np.arange(window - 1, len(losses)), smooth, label=f"mean of {window}")
    axes.set(xlabel="step", ylabel="cross-entropy", title=f"held-out accuracy {accuracy:.2%}")
    axes.grid(alpha=0.3)
    axes.legend()
    figure.savefig(path, dpi=150)


def main(arguments: Sequence[str] | None = None) -> int:
    """Train, report and plot; 0 where the network is good enough, else 1."""
    parser = argparse.ArgumentParser(description="Train a network on handwritten digits with generated kernels.")
    parser.add_argument("-o", "--output", type=Path, default=Path("digits.png"), help="the plot (default digits.png)")
    parser.add_argument("--epochs", type=int, default=EPOCHS, help=f"passes over the data (default {EPOCHS})")
    parser.add_argument("--seed", type=int, default=0, help="of the split, the weights and the batches (default 0)")
    chosen = parser.parse_args(arguments)
    if chosen.epochs < 1:
        parser.error(f"--epochs is {chosen.epochs}; expected 1 or more")
    try:
        data = Digits.load(chosen.seed)
    except ModuleNotFoundError as error:
        print(f"error: {error}; pip install '.[examples]' has what this example needs", file=sys.stderr)
        return 2
    network = Network((64, 128, 64, 10), np.random.default_rng(chosen.seed))
    losses = train(network, data, chosen.epochs, chosen.seed, bar)
    accuracy = network.accuracy(data.held_x, data.held_label)
    plot(losses, accuracy, chosen.output)
    print(f"held-out accuracy {accuracy:.2%} on {len(data.held_x)} images, last loss {losses[-1]:.2e}")
    print(f"the loss of each step is drawn in {chosen.output}")
    if accuracy < WANTED:
        print(f"error: the accuracy is below {WANTED:.0%}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
