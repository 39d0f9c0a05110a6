"""Losses: one value per sample of a batch; their mean over the batch is the module's default."""

from symnn.catalogue.activations import sigmoid, softmax
from symnn.language import Abs, Eq, Label, Positive, T, axes, log, loss, mean, total, where

n, c, d = axes("n c d")


@loss
def mse(f, pred: T[n, d], target: Label[n, d]):
    """The mean squared error."""
    f.L[n] = mean((pred[n, d] - target[n, d]) ** 2, d)


@loss
def huber(f, pred: T[n, d], target: Label[n, d], delta: Positive = 1):
    """Quadratic up to delta, linear beyond (Huber 1964)."""
    f.r[n, d] = pred[n, d] - target[n, d]
    f.L[n] = mean(where(Abs(f.r[n, d]) <= delta, f.r[n, d] ** 2 / 2, delta * (Abs(f.r[n, d]) - delta / 2)), d)


@loss
def bce(f, p: T[n, d], t: Label[n, d]):
    """The binary cross-entropy of probabilities p against targets t in [0, 1]."""
    f.assume(p[n, d] > 0, p[n, d] < 1, t[n, d] >= 0, t[n, d] <= 1)
    f.L[n] = mean(-t[n, d] * log(p[n, d]) - (1 - t[n, d]) * log(1 - p[n, d]), d)


@loss
def bce_logits(f, z: T[n, d], t: Label[n, d]):
    """The binary cross-entropy of σ(z) against targets t in [0, 1]."""
    f.L = bce(sigmoid(z), t)


@loss
def ce(f, p: T[n, c], t: Label[n, c]):
    """The cross-entropy of a distribution p against a distribution t."""
    f.assume(p[n, c] > 0, Eq(total(t[n, c], c), 1), t[n, c] >= 0)
    f.L[n] = -total(t[n, c] * log(p[n, c]), c)


@loss
def softmax_ce(f, z: T[n, c], t: Label[n, c]):
    """The cross-entropy of softmax(z) against a distribution t."""
    f.a = softmax(z)
    f.L = ce(f.a, t)


@loss
def sparse_softmax_ce(f, z: T[n, c], label: Label[n].below(c)):
    """The cross-entropy of softmax(z) against the class with the given label."""
    f.a = softmax(z)
    f.L[n] = -log(f.a[n, label[n]])
