"""Activations: functions of one array of any shape, and softmax over the last axis."""

from sympy import Rational

from symnn.language import (
    Abs,
    Learned,
    Positive,
    T,
    activation,
    axes,
    erf,
    exp,
    log,
    maximum,
    minimum,
    pi,
    sqrt,
    total,
    where,
)
from symnn.language import (
    tanh as _tanh,
)

n, c = axes("n c")


@activation
def identity(f, x):
    """The identity."""
    f.y = x


@activation
def step(f, x, theta=0):
    """The threshold unit (McCulloch & Pitts 1943). Its derivative is zero: no useful gradient."""
    f.y = where(x >= theta, 1, 0)


@activation
def relu(f, x):
    """The rectified linear unit (Nair & Hinton 2010)."""
    f.y = maximum(0, x)


@activation
def leaky_relu(f, x, alpha=0.01):
    """A rectifier that lets a fraction alpha of negative values through (Maas et al. 2013)."""
    f.y = where(x > 0, x, alpha * x)


@activation
def prelu(f, x: T[n, c, ...], alpha: Learned[c]):
    """A leaky rectifier with a learned slope for each channel (He et al. 2015)."""
    f.y[n, c, ...] = where(x[n, c, ...] > 0, x[n, c, ...], alpha[c] * x[n, c, ...])


@activation
def elu(f, x, alpha: Positive = 1):
    """The exponential linear unit (Clevert et al. 2016)."""
    f.y = where(x > 0, x, alpha * (exp(x) - 1))


@activation
def selu(f, x):
    """An exponential linear unit that keeps mean 0 and variance 1 (Klambauer et al. 2017)."""
    scale, alpha = Rational("1.0507009873554804934193349852946"), Rational("1.6732632423543772848170429916717")
    f.y = scale * where(x > 0, x, alpha * (exp(x) - 1))


@activation(symbol="σ")
def sigmoid(f, x):
    """The logistic function."""
    f.y = 1 / (1 + exp(-x))


@activation(symbol="tanh")
def tanh(f, x):
    """The hyperbolic tangent."""
    f.y = (exp(x) - exp(-x)) / (exp(x) + exp(-x))


@activation
def log_sigmoid(f, x):
    """The logarithm of the logistic function."""
    f.y = log(sigmoid(x))


@activation
def softplus(f, x, beta: Positive = 1):
    """A smooth rectifier of sharpness beta (Dugas et al. 2001)."""
    f.y = log(1 + exp(beta * x)) / beta


@activation
def softsign(f, x):
    """A sigmoid with polynomial tails (Turian et al. 2009)."""
    f.y = x / (1 + Abs(x))


@activation
def swish(f, x, beta: Learned[()]):
    """The input times its sigmoid, of learned sharpness beta (Ramachandran et al. 2017)."""
    f.s = sigmoid(beta * x)
    f.y = x * f.s


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


@activation
def gelu_tanh(f, x):
    """The approximation of the Gaussian error linear unit by tanh (Hendrycks & Gimpel 2016)."""
    f.y = x / 2 * (1 + _tanh(sqrt(2 / pi) * (x + Rational("0.044715") * x**3)))


@activation
def mish(f, x):
    """The input times tanh of its softplus (Misra 2020)."""
    f.y = x * tanh(softplus(x))


@activation
def hard_sigmoid(f, x):
    """The logistic function in three straight pieces (Courbariaux et al. 2015; slope 1/6 as in Howard et al. 2019)."""
    f.y = maximum(0, minimum(1, x / 6 + Rational(1, 2)))


@activation
def hard_swish(f, x):
    """The input times its hard sigmoid (Howard et al. 2019)."""
    f.y = x * maximum(0, minimum(1, x / 6 + Rational(1, 2)))


@activation
def glu(f, a, b):
    """A gated linear unit: a, let through by the sigmoid of b (Dauphin et al. 2017)."""
    f.y = a * sigmoid(b)


@activation
def swiglu(f, a, b):
    """A gated unit with silu (Shazeer 2020)."""
    f.y = silu(a) * b


@activation
def geglu(f, a, b):
    """A gated unit with gelu (Shazeer 2020)."""
    f.y = gelu(a) * b


@activation(symbol="softmax")
def softmax(f, z: T[..., c], T: Positive = 1):
    """The softmax over the last axis, at temperature T (Bridle 1990)."""
    f.a[..., c] = exp(z[..., c] / T) / total(exp(z[..., c] / T), c)


@activation
def log_softmax(f, z: T[..., c], T: Positive = 1):
    """The logarithm of the softmax over the last axis, at temperature T."""
    f.a = softmax(z, T=T)
    f.y[..., c] = log(f.a[..., c])
