"""Operations that the catalogue does not have, as a user would declare them: nothing in the engine knows them."""

from symnn.language import (
    Abs,
    Label,
    Learned,
    NonNegative,
    Positive,
    State,
    T,
    Unit,
    activation,
    axes,
    cos,
    exp,
    layer,
    log,
    loss,
    mean,
    optimizer,
    peak,
    regularizer,
    sign,
    sin,
    sqrt,
    total,
    where,
)

n, c, d, k = axes("n c d k")


@activation
def swish(f, x, beta: Learned[()]):
    """A sigmoid-weighted linear unit whose slope is learned (Ramachandran et al. 2017)."""
    f.y = x / (1 + exp(-beta * x))


@activation
def elu(f, x, alpha: Positive = 1):
    """An exponential linear unit (Clevert et al. 2016)."""
    f.y = where(x > 0, x, alpha * (exp(x) - 1))


@activation
def siren(f, x, omega: Positive = 30):
    """A sine, whose phase is lost where x is large (Sitzmann et al. 2020)."""
    f.y = sin(omega * x)


@activation
def snake(f, x, alpha: Positive = 1):
    """A line with a ripple (Ziyin et al. 2020)."""
    f.y = x + sin(alpha * x) ** 2 / alpha


@activation
def wave(f, x):
    """Of no limit and no bound."""
    f.y = x * cos(x)


@layer
def soft_maximum(f, x: T[n, d]):
    """The logarithm of the sum of the exponentials of all there is."""
    f.y = log(total(exp(x[n, d]), n, d))


@layer
def feature_maximum(f, x: T[n, d]):
    """The largest of each feature over the batch, whose place is that of one sample."""
    f.y[d] = peak(x[n, d], n)


@layer
def prelu(f, x: T[n, c], alpha: Learned[c]):
    """A rectifier with a learned slope for each channel (He et al. 2015)."""
    f.y[n, c] = where(x[n, c] > 0, x[n, c], alpha[c] * x[n, c])


@layer
def bilinear(f, x: T[n, d], A: Learned[d, k], y: T[n, k]):
    """A bilinear form of two inputs: a product for a BLAS, and a reduction after it."""
    f.h[n, k] = total(x[n, d] * A[d, k], d)
    f.s[n] = total(f.h[n, k] * y[n, k], k)


@layer
def standardise(f, x: T[n, d], eps: Positive = 1e-5):
    """Each feature normalised over the batch: statistics over the rows, used by the rows again."""
    f.mu[d] = mean(x[n, d], n)
    f.var[d] = mean((x[n, d] - f.mu[d]) ** 2, n)
    f.y[n, d] = (x[n, d] - f.mu[d]) / sqrt(f.var[d] + eps)


@loss
def absolute(f, p: T[n], t: Label[n]):
    """The absolute error of one number a sample."""
    f.L[n] = Abs(p[n] - t[n])


@regularizer
def l1(f, w: T[...], lam: NonNegative = 0.01):
    """The sum of magnitudes."""
    f.R = lam * total(Abs(w), *w.indices)


@optimizer
def lion(f, theta, grad, m: State, lr: NonNegative = 1e-4, beta1: Unit = 0.9, beta2: Unit = 0.99):
    """Steps by the sign of a momentum (Chen et al. 2023)."""
    f.theta = theta - lr * sign(beta1 * m + (1 - beta1) * grad)
    f.m = beta2 * m + (1 - beta2) * grad
