"""Layers on vectors: affine maps, look-up tables, positions."""

from symnn.catalogue.activations import sigmoid
from symnn.language import Count, Eq, Label, Learned, T, axes, cos, layer, sin, total, where

n, i, o, v, d, j, k = axes("n i o v d j k")


@layer
def linear(f, x: T[n, i], W: Learned[o, i], b: Learned[o]):
    """An affine map of each sample."""
    f.y[n, o] = total(W[o, i] * x[n, i], i) + b[o]


@layer
def neuron(f, x: T[n, i], w: Learned[i], b: Learned[()]):
    """One sigmoid unit: logistic regression."""
    f.z[n] = total(w[i] * x[n, i], i) + b
    f.y[n] = sigmoid(f.z[n])


@layer
def embedding(f, table: Learned[v, d], label: Label[...].below(v)):
    """The row of a table for each label."""
    f.y[..., d] = table[label, d]


@layer
def positional_encoding(f, positions: Label[n], d_model: Count):
    """Sines and cosines of positions, of wavelengths from 2π to 10000·2π (Vaswani et al. 2017); d_model is even."""
    f.extent(j, d_model // 2)
    f.extent(k, 2)
    f.angle[n, j] = positions[n] * 10000 ** (-2 * j / d_model)
    f.y[n, (j, k)] = where(Eq(k, 0), sin(f.angle[n, j]), cos(f.angle[n, j]))
