"""Layers with learned parameters."""

from symnn.language import Learned, Positive, T, axes, layer, mean, sqrt, total

n, i, o, d = axes("n i o d")


@layer
def linear(f, x: T[n, i], W: Learned[o, i], b: Learned[o]):
    """An affine map of each sample."""
    f.y[n, o] = total(W[o, i] * x[n, i], i) + b[o]


@layer
def layer_norm(f, x: T[n, d], gamma: Learned[d], beta: Learned[d], eps: Positive = 1e-5):
    """Each sample normalised over its features, then scaled and shifted (Ba et al. 2016)."""
    f.mu[n] = mean(x[n, d], d)
    f.var[n] = mean((x[n, d] - f.mu[n]) ** 2, d)
    f.r[n] = 1 / sqrt(f.var[n] + eps)
    f.xhat[n, d] = (x[n, d] - f.mu[n]) * f.r[n]
    f.y[n, d] = gamma[d] * f.xhat[n, d] + beta[d]


@layer
def rms_norm(f, x: T[n, d], gamma: Learned[d], eps: Positive = 1e-6):
    """Each sample divided by its root mean square, then scaled (Zhang & Sennrich 2019)."""
    f.r[n] = 1 / sqrt(mean(x[n, d] ** 2, d) + eps)
    f.xhat[n, d] = x[n, d] * f.r[n]
    f.y[n, d] = gamma[d] * f.xhat[n, d]
