"""Regularizers: a scalar that is added to a loss, of a learned tensor of any shape."""

from symnn.language import NonNegative, T, regularizer, total


@regularizer
def l2(f, w: T[...], lam: NonNegative = 0.01):
    """The squared Euclidean norm times lam."""
    f.R = lam * total(w ** 2, *w.indices)
