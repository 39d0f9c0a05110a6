"""Initialisers: random weights whose variance keeps signals and gradients from growing or fading with depth.

For y = W x with independent entries of mean zero, Var y = fan_in · Var w · E[x²], and backwards
Var x̄ = fan_out · Var w · Var ȳ.
"""

from symnn.catalogue.activations import leaky_relu, relu
from symnn.language import Count, Eq, NonNegative, initialiser, normal, second_moment, uniform, unknown, variance

a, sigma = unknown("a"), unknown("sigma")


@initialiser
def xavier_uniform(f, fan_in: Count, fan_out: Count):
    """Uniform weights whose gain, forwards and backwards, is one on average (Glorot & Bengio 2010)."""
    f.w = uniform(-a, a)
    f.assume(Eq((fan_in * variance(f.w) + fan_out * variance(f.w)) / 2, 1))


@initialiser
def he_normal(f, fan_in: Count):
    """Normal weights that keep the variance of signals through rectifiers (He et al. 2015)."""
    f.w = normal(0, sigma)
    f.assume(Eq(fan_in * second_moment(relu) * variance(f.w), 1))


@initialiser
def xavier_normal(f, fan_in: Count, fan_out: Count):
    """Normal weights whose gain, forwards and backwards, is one on average (Glorot & Bengio 2010)."""
    f.w = normal(0, sigma)
    f.assume(Eq((fan_in * variance(f.w) + fan_out * variance(f.w)) / 2, 1))


@initialiser
def he_uniform(f, fan_in: Count):
    """Uniform weights that keep the variance of signals through rectifiers (He et al. 2015)."""
    f.w = uniform(-a, a)
    f.assume(Eq(fan_in * second_moment(relu) * variance(f.w), 1))


@initialiser
def he_leaky(f, fan_in: Count, alpha: NonNegative = 0.01):
    """Normal weights that keep the variance of signals through leaky rectifiers (He et al. 2015)."""
    f.w = normal(0, sigma)
    f.assume(Eq(fan_in * second_moment(leaky_relu, alpha=alpha) * variance(f.w), 1))
