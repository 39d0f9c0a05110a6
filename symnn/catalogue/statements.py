"""Statements of a textbook as checked derivations."""

from symnn.language import Label, Learned, axes, function, statement, total

l, n, j = axes("l n j")
k = j.twin
phi = function("φ")


@statement
def mlp_backprop(f, x: Label[n, j], W: Learned[l, j, k], b: Learned[l, j]):
    """Backpropagation through L layers: the recursion of δ = z̄ from the last layer to the first, for a batch.

    Layers count from 1 to L; the batch enters as a[0] = x. g is the gradient of the cost by the network's output.
    """
    a = f.later("a", l, n, j)
    f.z[l, n, j] = total(W[l, j, k] * a[l - 1, n, k], k) + b[l, j]
    f.a[l, n, j] = phi(f.z[l, n, j])
    f.y[n, j] = f.a[l.extent, n, j]
