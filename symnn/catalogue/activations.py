"""Activations: functions of one array of any shape, and softmax over the last axis."""

from symnn.language import (
    Positive,
    T,
    activation,
    axes,
    erf,
    exp,
    log,
    maximum,
    sqrt,
    total,
    where,
)

c = axes("c")


@activation
def identity(f, x):
    """The identity."""
    f.y = x


@activation
def relu(f, x):
    """The rectified linear unit (Nair & Hinton 2010)."""
    f.y = maximum(0, x)


@activation
def leaky_relu(f, x, alpha=0.01):
    """A rectifier that lets a fraction alpha of negative values through (Maas et al. 2013)."""
    f.y = where(x > 0, x, alpha * x)


@activation(symbol="σ")
def sigmoid(f, x):
    """The logistic function."""
    f.y = 1 / (1 + exp(-x))


@activation(symbol="tanh")
def tanh(f, x):
    """The hyperbolic tangent."""
    f.y = (exp(x) - exp(-x)) / (exp(x) + exp(-x))


@activation
def softplus(f, x, beta: Positive = 1):
    """A smooth rectifier of sharpness beta (Dugas et al. 2001)."""
    f.y = log(1 + exp(beta * x)) / beta


@activation
def silu(f, x):
    """The sigmoid linear unit, swish with beta = 1 (Elfwing et al. 2018)."""
    f.s = sigmoid(x)
    f.y = x * f.s


@activation
def gelu(f, x):
    """The Gaussian error linear unit: x times the normal distribution function (Hendrycks & Gimpel 2016)."""
    f.Phi = (1 + erf(x / sqrt(2))) / 2
    f.y = x * f.Phi


@activation(symbol="softmax")
def softmax(f, z: T[..., c], T: Positive = 1):
    """The softmax over the last axis, at temperature T (Bridle 1990)."""
    f.a[..., c] = exp(z[..., c] / T) / total(exp(z[..., c] / T), c)


@activation
def log_softmax(f, z: T[..., c], T: Positive = 1):
    """The logarithm of the softmax over the last axis, at temperature T."""
    f.a = softmax(z, T=T)
    f.y[..., c] = log(f.a[..., c])
