"""Losses: one value per sample of a batch; their mean over the batch is the module's default."""

from symnn.catalogue.activations import log_softmax, sigmoid, softmax
from symnn.language import (
    Abs,
    Between,
    Eq,
    Label,
    Mask,
    NonNegative,
    Positive,
    T,
    Unit,
    axes,
    delta,
    exp,
    log,
    loss,
    maximum,
    mean,
    total,
    where,
)

n, c = axes("n c")


@loss
def mse(f, pred: T[n, ...], target: Label[n, ...]):
    """The mean squared error."""
    f.L[n] = mean((pred[n, ...] - target[n, ...]) ** 2, ...)


@loss
def mae(f, pred: T[n, ...], target: Label[n, ...]):
    """The mean absolute error; where prediction and target agree, the derivative is 0."""
    f.L[n] = mean(Abs(pred[n, ...] - target[n, ...]), ...)


@loss
def log_cosh(f, pred: T[n, ...], target: Label[n, ...]):
    """The mean of log cosh of the error."""
    f.r[n, ...] = pred[n, ...] - target[n, ...]
    f.L[n] = mean(log((exp(f.r[n, ...]) + exp(-f.r[n, ...])) / 2), ...)


@loss
def huber(f, pred: T[n, ...], target: Label[n, ...], delta: Positive = 1):
    """Quadratic up to delta, linear beyond (Huber 1964)."""
    f.r[n, ...] = pred[n, ...] - target[n, ...]
    f.L[n] = mean(where(Abs(f.r[n, ...]) <= delta, f.r[n, ...] ** 2 / 2, delta * (Abs(f.r[n, ...]) - delta / 2)), ...)


@loss
def bce(f, p: T[n, ...], t: Label[n, ...]):
    """The binary cross-entropy of probabilities p against targets t in [0, 1]."""
    f.assume(p[n, ...] > 0, p[n, ...] < 1, t[n, ...] >= 0, t[n, ...] <= 1)
    f.L[n] = mean(-t[n, ...] * log(p[n, ...]) - (1 - t[n, ...]) * log(1 - p[n, ...]), ...)


@loss
def bce_logits(f, z: T[n, ...], t: Label[n, ...]):
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


@loss
def label_smoothing_ce(f, z: T[n, c], label: Label[n].below(c), smoothing: Unit = 0.1):
    """The cross-entropy against a label that is trusted up to a fraction smoothing (Szegedy et al. 2016)."""
    f.t[n, c] = (1 - smoothing) * delta(c, label[n]) + smoothing / c.extent
    f.a = softmax(z)
    f.L = ce(f.a, f.t)


@loss
def masked_softmax_ce(f, z: T[n, c], label: Label[n].below(c), mask: Mask[n]):
    """The mean of the cross-entropy over the positions that the mask holds (Devlin et al. 2019)."""
    f.a = softmax(z)
    f.count = total(mask[n], n)
    f.L = -total(mask[n] * log(f.a[n, label[n]]), n) / f.count


@loss
def focal(f, z: T[n, ...], t: Label[n, ...], alpha: Between(0, 1) = 0.25, gamma: NonNegative = 2):
    """The cross-entropy that weighs well classified examples down (Lin et al. 2017); t is 0 or 1.

    q = 1 − pₜ is the probability that is given to the wrong class.
    """
    f.assume(Eq(t[n, ...] * (1 - t[n, ...]), 0))
    f.weight[n, ...] = alpha * t[n, ...] + (1 - alpha) * (1 - t[n, ...])
    f.q[n, ...] = sigmoid((1 - 2 * t[n, ...]) * z[n, ...])
    f.L[n] = -mean(f.weight[n, ...] * f.q[n, ...] ** gamma * log(1 - f.q[n, ...]), ...)


@loss
def kl_div(f, p: T[n, c], q: T[n, c]):
    """The relative entropy of p with respect to q (Kullback & Leibler 1951); 0·log 0 is 0."""
    f.assume(p[n, c] >= 0, q[n, c] > 0)
    f.L[n] = total(where(p[n, c] > 0, p[n, c] * log(p[n, c] / q[n, c]), 0), c)


@loss
def gaussian_nll(f, mu: T[n, ...], logvar: T[n, ...], target: Label[n, ...]):
    """The negative log-likelihood of normal distributions, up to a constant (Nix & Weigend 1994)."""
    f.L[n] = mean((logvar[n, ...] + (target[n, ...] - mu[n, ...]) ** 2 * exp(-logvar[n, ...])) / 2, ...)


@loss
def hinge(f, z: T[n, ...], t: Label[n, ...]):
    """The margin loss of support vector machines (Cortes & Vapnik 1995); t is −1 or 1."""
    f.assume(Eq(t[n, ...] ** 2, 1))
    f.L[n] = mean(maximum(0, 1 - t[n, ...] * z[n, ...]), ...)


@loss
def perceptron(f, z: T[n, ...], t: Label[n, ...]):
    """The loss of the perceptron (Rosenblatt 1958); t is −1 or 1."""
    f.assume(Eq(t[n, ...] ** 2, 1))
    f.L[n] = mean(maximum(0, -t[n, ...] * z[n, ...]), ...)


@loss
def distillation(
    f, z_student: T[n, c], z_teacher: Label[n, c], label: Label[n].below(c), T: Positive = 4,
    alpha: Between(0, 1) = 0.5,
):
    """The label's cross-entropy, and the divergence from a teacher at temperature T (Hinton et al. 2015)."""
    f.a = softmax(z_student)
    f.s = log_softmax(z_student, T=T)
    f.t = log_softmax(z_teacher, T=T)
    f.kl[n] = total(exp(f.t[n, c]) * (f.t[n, c] - f.s[n, c]), c)
    f.L[n] = -alpha * log(f.a[n, label[n]]) + (1 - alpha) * T**2 * f.kl[n]
