"""Regularizers: a scalar that is added to a loss, of a learned tensor of any shape."""

from symnn.language import Abs, NonNegative, T, regularizer, total


@regularizer
def l1(f, w: T[...], lam: NonNegative = 0.01):
    """The sum of absolute values times lam (Tibshirani 1996)."""
    f.R = lam * total(Abs(w), ...)


@regularizer
def l2(f, w: T[...], lam: NonNegative = 0.01):
    """The squared Euclidean norm times lam."""
    f.R = lam * total(w**2, ...)


@regularizer
def weight_decay(f, w: T[...], lam: NonNegative = 0.01):
    """Half the squared Euclidean norm times lam, whose gradient is lam·w (Krogh & Hertz 1991)."""
    f.R = lam / 2 * total(w**2, ...)


@regularizer
def elastic_net(f, w: T[...], lam1: NonNegative = 0.01, lam2: NonNegative = 0.01):
    """Absolute values and squares together (Zou & Hastie 2005)."""
    f.R = lam1 * total(Abs(w), ...) + lam2 * total(w**2, ...)
