"""Operations that are timed or measured and that the catalogue does not have."""

from __future__ import annotations

from symnn.catalogue.activations import gelu
from symnn.language import Learned, T, axes, exp, layer, log, total

__all__ = ["linear_gelu", "logsumexp"]

n, i, o = axes("n i o")


@layer
def linear_gelu(f, x: T[n, i], W: Learned[o, i], b: Learned[o]):
    """A linear layer and its activation, as a transformer has them."""
    f.z[n, o] = total(x[n, i] * W[o, i], i) + b[o]
    f.y[n, o] = gelu(f.z[n, o])


@layer
def logsumexp(f, x: T[n, i]):
    """The logarithm of a sum of exponentials."""
    f.y[n] = log(total(exp(x[n, i]), i))
