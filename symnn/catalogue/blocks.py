"""Blocks of networks, composed of other operations."""

from symnn.catalogue.activations import relu, sigmoid
from symnn.catalogue.attention import multi_head_attention
from symnn.catalogue.convolution import conv2d
from symnn.catalogue.layers import linear
from symnn.catalogue.normalisation import layer_norm
from symnn.language import Between, Count, Learned, Mask, T, axes, layer, reach

n, i, o, d, k, c, h, w, m, e, t, a, r, s, q = axes("n i o d k c h w m e t a r s q")


@layer
def feed_forward(
    f, x: T[n, d], W1: Learned[k, d], b1: Learned[k], W2: Learned[o, k], b2: Learned[o],
):
    """Two affine maps with a rectifier between them, at each position (Vaswani et al. 2017)."""
    f.z = linear(x, W1, b1)
    f.h = relu(f.z)
    f.y = linear(f.h, W2, b2)


@layer
def transformer_block(
    f, x: T[n, t, m], gamma1: Learned[m], beta1: Learned[m], Wq: Learned[(h, e), m], Wk: Learned[(h, e), m],
    Wv: Learned[(h, e), m], Wo: Learned[m, (h, e)], bq: Learned[(h, e),], bk: Learned[(h, e),], bv: Learned[(h, e),],
    bo: Learned[m], gamma2: Learned[m], beta2: Learned[m], W1: Learned[k, m], b1: Learned[k], W2: Learned[m, k],
    b2: Learned[m], mask: Mask[n, t, t.twin], heads: Count, causal: Between(0, 1) = 0,
):
    """A pre-norm encoder block: attention and a feed-forward network, each on a normalised copy and added
    (Vaswani et al. 2017; Xiong et al. 2020)."""
    f.u = layer_norm(x, gamma1, beta1)
    f.a = multi_head_attention(f.u, Wq, Wk, Wv, Wo, bq, bk, bv, bo, mask, heads=heads, causal=causal)
    f.h[n, t, m] = x[n, t, m] + f.a[n, t, m]
    f.v = layer_norm(f.h, gamma2, beta2)
    f.b = feed_forward(f.v, W1, b1, W2, b2)
    f.y[n, t, m] = f.h[n, t, m] + f.b[n, t, m]


@layer
def residual_block(f, x: T[n, d], W1: Learned[k, d], b1: Learned[k], W2: Learned[d, k], b2: Learned[d]):
    """The input, and what two layers add to it (He et al. 2016)."""
    f.F = feed_forward(x, W1, b1, W2, b2)
    f.y[n, d] = x[n, d] + f.F[n, d]


@layer
def bottleneck_block(
    f, x: T[n, c, h, w], W1: Learned[k, c, a, a.twin], b1: Learned[k], W2: Learned[k, k.twin, r, s], b2: Learned[k],
    W3: Learned[c, k, a, a.twin], b3: Learned[c],
):
    """Few channels between two convolutions of one pixel, added to the input (He et al. 2016)."""
    f.extent(a, 1)
    f.extent(r, 3)
    f.extent(s, 3)
    f.u = conv2d(x, W1, b1)
    f.ru = relu(f.u)
    f.v = conv2d(f.ru, W2, b2, padding=1)
    f.rv = relu(f.v)
    f.F = conv2d(f.rv, W3, b3)
    f.y[n, c, h, w] = x[n, c, h, w] + f.F[n, c, h, w]


@layer
def dense_block(f, x: T[n, c], W: Learned[k, c], b: Learned[k]):
    """The input, and a layer's features beside it (Huang et al. 2017)."""
    f.extent(q, c.extent + k.extent)
    f.z = linear(x, W, b)
    f.h = relu(f.z)
    f.y[n, q] = x[n, reach(q)] + f.h[n, q - c.extent]


@layer
def highway(f, x: T[n, d], W: Learned[d, d.twin], b: Learned[d], W_t: Learned[d, d.twin], b_t: Learned[d]):
    """A layer that a gate mixes with its input (Srivastava et al. 2015)."""
    f.z = linear(x, W, b)
    f.H = relu(f.z)
    f.zt = linear(x, W_t, b_t)
    f.T = sigmoid(f.zt)
    f.y[n, d] = f.T[n, d] * f.H[n, d] + (1 - f.T[n, d]) * x[n, d]
