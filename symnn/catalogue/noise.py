"""Layers that draw at random: the noise is an argument, an array or the seed that it is drawn from."""

from sympy import Rational

from symnn.language import (
    And,
    Between,
    Count,
    Label,
    Learned,
    Mask,
    T,
    Unit,
    Whole,
    axes,
    bernoulli,
    exp,
    layer,
    log,
    normal,
    sqrt,
    total,
    where,
)

n, c, d, i, o, h, w = axes("n c d i o h w")


@layer
def dropout(f, x, mask: Mask, p: Unit = 0.5):
    """Each element zeroed with probability p, the others scaled up (Srivastava et al. 2014); mask is 1 with 1 − p."""
    f.draw(mask, bernoulli(1 - p))
    f.y = x * mask / (1 - p)


@layer
def gaussian_dropout(f, x, noise: Label, sigma: Learned[()]):
    """Additive normal noise of deviation sigma (Srivastava et al. 2014)."""
    f.draw(noise, normal(0, 1))
    f.y = x + sigma * noise


@layer
def variational_dropout(f, x: T[n, d], noise: Label[n, d], log_alpha: Learned[d]):
    """Multiplicative normal noise of learned variance, with its divergence.

    (Kingma et al. 2015; Molchanov et al. 2017.)
    """
    f.draw(noise, normal(0, 1))
    k1, k2, k3 = Rational("0.63576"), Rational("1.87320"), Rational("1.48695")
    f.y[n, d] = x[n, d] * (1 + sqrt(exp(log_alpha[d])) * noise[n, d])
    f.kl = -total(k1 / (1 + exp(-(k2 + k3 * log_alpha[d]))) - log(1 + exp(-log_alpha[d])) / 2 - k1, d)
    return f.y, f.kl


@layer
def spatial_dropout(f, x: T[n, c, ...], mask: Mask[n, c], p: Unit = 0.5):
    """Whole channels zeroed with probability p (Tompson et al. 2015)."""
    f.draw(mask, bernoulli(1 - p))
    f.y[n, c, ...] = x[n, c, ...] * mask[n, c] / (1 - p)


@layer
def drop_connect(f, x: T[n, i], W: Learned[o, i], b: Learned[o], mask: Mask[o, i], p: Unit = 0.5):
    """An affine map each of whose weights is zeroed with probability p (Wan et al. 2013)."""
    f.draw(mask, bernoulli(1 - p))
    f.kept[o, i] = W[o, i] * mask[o, i] / (1 - p)
    f.y[n, o] = total(f.kept[o, i] * x[n, i], i) + b[o]


@layer
def mixup(f, x: T[n, ...], perm: Label[n].below(n), lam: Between(0, 1) = 0.5):
    """Each sample mixed with another (Zhang et al. 2018)."""
    f.y[n, ...] = lam * x[n, ...] + (1 - lam) * x[perm[n], ...]


@layer
def cutmix(
    f, x: T[n, c, h, w], perm: Label[n].below(n), top: Whole = 0, left: Whole = 0, height: Count = 1, width: Count = 1
):
    """A box of each image replaced by that of another (Yun et al. 2019)."""
    inside = And(h >= top, h < top + height, w >= left, w < left + width)
    f.y[n, c, h, w] = where(inside, x[perm[n], c, h, w], x[n, c, h, w])
