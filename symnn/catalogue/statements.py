"""Statements of a textbook as checked derivations."""

from sympy import Rational

from symnn.language import (
    Between,
    Count,
    Eq,
    Label,
    Learned,
    NonNegative,
    Positive,
    T,
    Unit,
    axes,
    delta,
    exp,
    function,
    log,
    pi,
    sqrt,
    statement,
    total,
)

l, n, j, i, h, o, c, d, t = axes("l n j i h o c d t")
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


@statement
def residual_gradient(f, x: Label[n, j], W: Learned[l, j, k]):
    """The gradient through a stack of residual layers: beside each layer's own way there is one without it
    (He et al. 2016).

    What comes back to a layer is what came to the next, and what that layer's function makes of it.
    """
    h = f.later("h", l, n, j)
    f.below[l, n, j] = h[l - 1, n, j] + delta(l, 0) * x[n, j]
    f.z[l, n, j] = total(W[l, j, k] * f.below[l, n, k], k)
    f.h[l, n, j] = f.below[l, n, j] + phi(f.z[l, n, j])
    f.y[n, j] = f.h[l.extent - 1, n, j]


@statement
def bernoulli_mle(f, z: T[n], t: Label[n]):
    """The negative log-likelihood of a Bernoulli variable with the probability σ(z) is the binary cross-entropy, and
    its gradient the probability less the target (Bishop 2006, 4.3.2)."""
    f.p[n] = 1 / (1 + exp(-z[n]))
    f.likelihood[n] = f.p[n] ** t[n] * (1 - f.p[n]) ** (1 - t[n])
    f.L[n] = -log(f.likelihood[n])
    f.assume(Eq(f.L[n], -t[n] * log(f.p[n]) - (1 - t[n]) * log(1 - f.p[n])))
    return f.L


@statement
def gaussian_mle(f, pred: T[n], target: Label[n], sigma: Positive = 1.0):
    """The negative log-likelihood of a normal variable is the squared error over 2σ², and a constant
    (Bishop 2006, 1.2.5)."""
    f.likelihood[n] = exp(-((target[n] - pred[n]) ** 2) / (2 * sigma**2)) / (sigma * sqrt(2 * pi))
    f.L[n] = -log(f.likelihood[n])
    f.assume(Eq(f.L[n], (target[n] - pred[n]) ** 2 / (2 * sigma**2) + log(sigma) + log(2 * pi) / 2))
    return f.L


@statement
def sigmoid_bound(f, x: Label[n], layers: Count = 1):
    """σ′ is at most 1/4, by a square that it falls short of it: L layers shrink a gradient to 4^(−L) or less
    (Hochreiter 1991)."""
    f.s[n] = 1 / (1 + exp(-x[n]))
    f.slope[n] = f.s[n] * (1 - f.s[n])
    f.through[n] = f.slope[n] ** layers
    f.assume(Eq(f.slope[n], Rational(1, 4) - (f.s[n] - Rational(1, 2)) ** 2))
    f.assume(Eq(f.through[n], Rational(1, 4) ** layers * (1 - (2 * f.s[n] - 1) ** 2) ** layers))
    return f.s


@statement
def linear_collapse(f, x: Label[n, i], W1: Label[h, i], b1: Label[h], W2: Label[o, h], b2: Label[o]):
    """Two affine layers without a non-linear function between them are one affine layer."""
    f.hidden[n, h] = total(W1[h, i] * x[n, i], i) + b1[h]
    f.y[n, o] = total(W2[o, h] * f.hidden[n, h], h) + b2[o]
    f.W[o, i] = total(W2[o, h] * W1[h, i], h)
    f.b[o] = total(W2[o, h] * b1[h], h) + b2[o]
    f.assume(Eq(f.y[n, o], total(f.W[o, i] * x[n, i], i) + f.b[o]))


@statement
def softmax_shift(f, z: Label[n, c], k: Label[n]):
    """Softmax does not change where a number is added to all of a row: so the row's maximum may be taken off."""
    f.a[n, c] = exp(z[n, c]) / total(exp(z[n, c]), c)
    f.s[n, c] = exp(z[n, c] + k[n]) / total(exp(z[n, c] + k[n]), c)
    f.assume(Eq(f.s[n, c], f.a[n, c]))


@statement
def adam_bias_correction(f, g: Label[d], beta: Between(0, 1) = 0.9):
    """Where the gradient's expectation g stays, that of Adam's average of T gradients is (1 − β^T)·g: so it is
    divided by 1 − β^T (Kingma & Ba 2015, 3).

    The average from zero is (1 − β)·Σ_t β^t times the gradient t steps ago.
    """
    f.m[d] = (1 - beta) * total(beta**t * g[d], t)
    f.corrected[d] = f.m[d] / (1 - beta**t.extent)
    f.assume(Eq(f.m[d], (1 - beta**t.extent) * g[d]))
    f.assume(Eq(f.corrected[d], g[d]))


@statement
def label_smoothing_gradient(f, z: T[n, c], t: Label[n, c], eps: Unit = 0.1):
    """The gradient of the cross-entropy with smoothed targets is the probabilities less those targets
    (Szegedy et al. 2016)."""
    f.assume(Eq(total(t[n, c], c), 1))
    f.a[n, c] = exp(z[n, c]) / total(exp(z[n, c]), c)
    f.smooth[n, c] = (1 - eps) * t[n, c] + eps / c.extent
    f.assume(Eq(total(f.smooth[n, c], c), 1))
    f.L[n] = -total(f.smooth[n, c] * log(f.a[n, c]), c)


@statement
def logsumexp_gradient(f, z: T[n, c]):
    """The gradient of the logarithm of a sum of exponentials is softmax."""
    f.a[n, c] = exp(z[n, c]) / total(exp(z[n, c]), c)
    f.L[n] = log(total(exp(z[n, c]), c))
    return f.L


@statement
def nesterov_forms(f, phi: Label[d], g: Label[d], v: Label[d], lr: NonNegative = 0.01, beta: Unit = 0.9):
    """Nesterov's momentum, as it is defined and with the gradient where the parameter is (Sutskever et al. 2013, 7).

    As it is defined the gradient g is taken ahead, at φ = θ − βv; the points ahead move by the other form.
    """
    f.theta[d] = phi[d] + beta * v[d]
    f.v_next[d] = beta * v[d] + lr * g[d]
    f.theta_next[d] = f.theta[d] - f.v_next[d]
    f.phi_next[d] = f.theta_next[d] - beta * f.v_next[d]
    f.assume(Eq(f.phi_next[d], phi[d] - (beta * f.v_next[d] + lr * g[d])))
    return f.phi_next
