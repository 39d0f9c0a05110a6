"""Recurrent layers: a cell's equations, once; the state before the first step is given."""

from symnn.catalogue.activations import sigmoid
from symnn.language import Learned, T, axes, delta, layer, tanh, total

t, n, i, o, k = axes("t n i o k")
o2 = o.twin


@layer
def rnn(f, x: T[t, n, i], h0: T[n, o], W_ih: Learned[o, i], W_hh: Learned[o, o2], b: Learned[o]):
    """The simple recurrent network with tanh (Elman 1990). x is [time, batch, inputs]; h is [time, batch, outputs]."""
    h = f.later("h", t, n, o)
    f.before[t, n, o] = h[t - 1, n, o] + delta(t, 0) * h0[n, o]
    f.z[t, n, o] = total(W_ih[o, i] * x[t, n, i], i) + total(W_hh[o, o2] * f.before[t, n, o2], o2) + b[o]
    f.h[t, n, o] = tanh(f.z[t, n, o])


@layer
def lstm(
    f, x: T[t, n, i], h0: T[n, o], c0: T[n, o], W: Learned[(k, o), i], U: Learned[(k, o), o2], b: Learned[(k, o),]
):
    """Long short-term memory (Hochreiter & Schmidhuber 1997; Gers et al. 2000).

    The rows of W, U and b are the forget, input, candidate and output gates, in that order.
    """
    h, c = f.later("h", t, n, o), f.later("c", t, n, o)
    f.extent(k, 4)
    f.h_before[t, n, o] = h[t - 1, n, o] + delta(t, 0) * h0[n, o]
    f.c_before[t, n, o] = c[t - 1, n, o] + delta(t, 0) * c0[n, o]
    own = total(U[(k, o), o2] * f.h_before[t, n, o2], o2)
    f.z[t, n, k, o] = total(W[(k, o), i] * x[t, n, i], i) + own + b[(k, o)]
    f.forget[t, n, o] = sigmoid(f.z[t, n, 0, o])
    f.input[t, n, o] = sigmoid(f.z[t, n, 1, o])
    f.candidate[t, n, o] = tanh(f.z[t, n, 2, o])
    f.output[t, n, o] = sigmoid(f.z[t, n, 3, o])
    f.c[t, n, o] = f.forget[t, n, o] * f.c_before[t, n, o] + f.input[t, n, o] * f.candidate[t, n, o]
    f.squashed[t, n, o] = tanh(f.c[t, n, o])
    f.h[t, n, o] = f.output[t, n, o] * f.squashed[t, n, o]
    return f.h, f.c


@layer
def gru(f, x: T[t, n, i], h0: T[n, o], W: Learned[(k, o), i], U: Learned[(k, o), o2], b: Learned[(k, o),]):
    """The gated recurrent unit (Cho et al. 2014), its reset gate after the product as in cuDNN.

    The rows of W, U and b are the reset gate, the update gate and the candidate, in that order.
    """
    h = f.later("h", t, n, o)
    f.extent(k, 3)
    f.before[t, n, o] = h[t - 1, n, o] + delta(t, 0) * h0[n, o]
    f.a[t, n, k, o] = total(W[(k, o), i] * x[t, n, i], i) + b[(k, o)]
    f.u[t, n, k, o] = total(U[(k, o), o2] * f.before[t, n, o2], o2)
    f.reset[t, n, o] = sigmoid(f.a[t, n, 0, o] + f.u[t, n, 0, o])
    f.update[t, n, o] = sigmoid(f.a[t, n, 1, o] + f.u[t, n, 1, o])
    f.candidate[t, n, o] = tanh(f.a[t, n, 2, o] + f.reset[t, n, o] * f.u[t, n, 2, o])
    f.h[t, n, o] = (1 - f.update[t, n, o]) * f.candidate[t, n, o] + f.update[t, n, o] * f.before[t, n, o]
