"""Operations that are timed and that the catalogue does not have."""

from __future__ import annotations

from symnn.catalogue.activations import gelu
from symnn.language import Learned, T, axes, layer, total

__all__ = ["linear_gelu"]

n, i, o = axes("n i o")


@layer
def linear_gelu(f, x: T[n, i], W: Learned[o, i], b: Learned[o]):
    """A linear layer and its activation, as a transformer has them."""
    f.z[n, o] = total(x[n, i] * W[o, i], i) + b[o]
    f.y[n, o] = gelu(f.z[n, o])
