"""Statements of a textbook as checked derivations."""

from symnn.language import Label, Learned, axes, delta, function, statement, total

l, n, j = axes("l n j")
k = j.twin
phi = function("φ")


@statement
def mlp_backprop(f, x: Label[n, j], W: Learned[l, j, k], b: Learned[l, j]):
    """Backpropagation through L layers: the recursion of δ = z̄ from the last layer to the first, for a batch.

    Layers count from 0; what is below the first is the batch x. g is the gradient of the cost by the network's output.
    """
    a = f.later("a", l, n, j)
    f.below[l, n, j] = a[l - 1, n, j] + delta(l, 0) * x[n, j]
    f.z[l, n, j] = total(W[l, j, k] * f.below[l, n, k], k) + b[l, j]
    f.a[l, n, j] = phi(f.z[l, n, j])
    f.y[n, j] = f.a[l.extent - 1, n, j]
