"""What the examples share: the digits, the steps of AdamW, the batches, the report and the plot.

Nothing of symnn is imported here, only what it generated.
"""

from __future__ import annotations

import argparse
import sys
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from generated.cpu import adamw, cosine_annealing, sparse_softmax_ce

Array = np.ndarray[Any, Any]
Progress = Callable[[int, int, float], None]
BATCH, PIXELS = 64, 64


@dataclass(frozen=True)
class Digits:
    """Images of numbers in [0, 1] and their labels, split into a training and a held-out part."""

    x: Array
    label: Array
    held_x: Array
    held_label: Array

    @classmethod
    def load(cls, seed: int = 0, dtype: str = "float32", shape: tuple[int, ...] = (PIXELS,)) -> Digits:
        """The 1,797 images of 8×8 pixels that scikit-learn carries, each of this shape; a fifth is held out."""
        from sklearn.datasets import load_digits
        from sklearn.model_selection import train_test_split

        images, labels = load_digits(return_X_y=True)
        x, held_x, label, held_label = train_test_split(
            (images / 16).astype(dtype).reshape(-1, *shape),
            labels,
            test_size=0.2,
            stratify=labels,
            random_state=seed,
        )
        return cls(x, label, held_x, held_label)


class Classifier(ABC):
    """Named weights, a network that makes logits from them, and AdamW; it offers what a generated layer offers."""

    #: The weight decay of matrices and kernels; at zero AdamW is Adam. Biases and scales do not decay.
    decay = 0.0

    def __init__(self, weights: Mapping[str, Array]) -> None:
        self.weights = dict(weights)
        self.states = {name: adamw.init(weight) for name, weight in self.weights.items()}

    @abstractmethod
    def forward_saving(self, x: Array) -> tuple[Array, Any]:
        """The logits of each image, and what ``backward`` needs."""

    @abstractmethod
    def backward(self, saved: Any, g: Array) -> dict[str, Array]:
        """The gradient of each weight, from the cotangent of the logits."""

    def loss_and_grads(self, x: Array, label: Array) -> tuple[float, dict[str, Array]]:
        """The mean loss of a batch, and its gradient for each weight."""
        logits, saved = self.forward_saving(x)
        loss, of_loss = sparse_softmax_ce.value_and_grad(logits, label)
        return float(loss), self.backward(saved, of_loss.z)

    def step(self, grads: Mapping[str, Array], t: int, lr: float) -> None:
        """One step of AdamW on every weight, in place."""
        for name, weight in self.weights.items():
            decay = self.decay if weight.ndim > 1 else 0.0
            adamw.step(weight, grads[name], self.states[name], t, lr=lr, weight_decay=decay)

    def accuracy(self, x: Array, label: Array) -> float:
        """The part of the images whose largest logit is that of their label."""
        return float(np.mean(np.argmax(self.forward_saving(x)[0], axis=1) == label))


@dataclass(frozen=True)
class Task:
    """An example: its network, the shape of an image, how long and how fast it learns, and how well it must."""

    name: str
    description: str
    network: Callable[[np.random.Generator], Classifier]
    shape: tuple[int, ...]
    epochs: int
    rate: float
    wanted: float


def batches(count: int, epochs: int, rng: np.random.Generator) -> Iterator[Array]:
    """The rows of each batch: every epoch shuffles anew, and leaves out what does not fill a batch."""
    for _ in range(epochs):
        order = rng.permutation(count)
        for start in range(0, count - BATCH + 1, BATCH):
            yield order[start : start + BATCH]


def train(
    network: Classifier, data: Digits, epochs: int, rate: float, seed: int, progress: Progress
) -> list[float]:
    """The loss of each step, under a cosine schedule; the network is changed in place."""
    steps = epochs * (len(data.x) // BATCH)
    losses: list[float] = []
    for t, rows in enumerate(batches(len(data.x), epochs, np.random.default_rng(seed)), start=1):
        loss, grads = network.loss_and_grads(data.x[rows], data.label[rows])
        network.step(grads, t, cosine_annealing.value(t, eta_max=rate, T=steps))
        losses.append(loss)
        progress(t, steps, loss)
    return losses


def bar(t: int, steps: int, loss: float) -> None:
    """A progress bar on standard error, where that is a terminal."""
    if sys.stderr.isatty() and (t % 10 == 0 or t == steps):
        done = 40 * t // steps
        end = "\n" if t == steps else ""
        print(f"\r{'█' * done}{'░' * (40 - done)} step {t}/{steps}  loss {loss:.4f}", end=end, file=sys.stderr)


class EpochLines:
    """The mean loss of each epoch, a line for each on standard output."""

    def __init__(self, epochs: int) -> None:
        self.epochs = epochs
        self.losses: list[float] = []

    def __call__(self, t: int, steps: int, loss: float) -> None:
        self.losses.append(loss)
        each = steps // self.epochs
        if t % each == 0:
            print(f"epoch {t // each:2}/{self.epochs}  loss {np.mean(self.losses[-each:]):.4f}", flush=True)


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


def run(task: Task, arguments: Sequence[str] | None, progress: Progress | None = None) -> int:
    """Train, report and plot; 0 where the network is good enough, else 1. Without ``progress``: a line an epoch."""
    name, epochs = f"{task.name}.png", task.epochs
    parser = argparse.ArgumentParser(description=task.description)
    parser.add_argument("-o", "--output", type=Path, default=Path(name), help=f"the plot (default {name})")
    parser.add_argument("--epochs", type=int, default=epochs, help=f"passes over the data (default {epochs})")
    parser.add_argument("--seed", type=int, default=0, help="of the split, the weights and the batches (default 0)")
    chosen = parser.parse_args(arguments)
    if chosen.epochs < 1:
        parser.error(f"--epochs is {chosen.epochs}; expected 1 or more")
    try:
        from threadpoolctl import threadpool_limits  # scikit-learn needs it too

        data = Digits.load(chosen.seed, shape=task.shape)
    except ModuleNotFoundError as error:
        print(f"error: {error}; pip install '.[examples]' has what this example needs", file=sys.stderr)
        return 2
    network = task.network(np.random.default_rng(chosen.seed))
    progress = progress or EpochLines(chosen.epochs)
    # Products this small gain nothing from a second thread, and on one their sums are the same for any number of cores.
    with threadpool_limits(1, "blas"):
        losses = train(network, data, chosen.epochs, task.rate, chosen.seed, progress)
        accuracy = network.accuracy(data.held_x, data.held_label)
    plot(losses, accuracy, chosen.output)
    print(f"held-out accuracy {accuracy:.2%} on {len(data.held_x)} images, last loss {losses[-1]:.2e}")
    print(f"the loss of each step is drawn in {chosen.output}")
    if accuracy < task.wanted:
        print(f"error: the accuracy is below {task.wanted:.0%}", file=sys.stderr)
        return 1
    return 0
