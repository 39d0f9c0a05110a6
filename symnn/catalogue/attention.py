"""Attention: softmax of scaled products, masked; and in several heads."""

from symnn.catalogue.activations import softmax
from symnn.language import Between, Count, Learned, Mask, T, axes, layer, oo, peak, sqrt, total, where

b, h, t, u, d, e, n, m = axes("b h t u d e n m")


@layer
def attention(
    f, q: T[b, h, t, d], k: T[b, h, u, d], v: T[b, h, u, e], mask: Mask[b, t, u], causal: Between(0, 1) = 0,
):
    """Scaled dot-product attention (Vaswani et al. 2017).

    mask is 1 where a query may attend to a key, else 0; with causal = 1, to no later key. A query that may attend to
    nothing gets zeros.
    """
    f.open[b, t, u] = where((causal > 0) & (u > t), 0, mask[b, t, u])
    f.any[b, t] = peak(f.open[b, t, u], u)
    f.s[b, h, t, u] = total(q[b, h, t, d] * k[b, h, u, d], d) / sqrt(d.extent)
    f.z[b, h, t, u] = where(f.open[b, t, u] > 0, f.s[b, h, t, u], where(f.any[b, t] > 0, -oo, 0))
    f.a = softmax(f.z)
    f.y[b, h, t, e] = f.any[b, t] * total(f.a[b, h, t, u] * v[b, h, u, e], u)


@layer
def multi_head_attention(
    f, x: T[n, t, m], Wq: Learned[(h, e), m], Wk: Learned[(h, e), m], Wv: Learned[(h, e), m], Wo: Learned[m, (h, e)],
    bq: Learned[(h, e),], bk: Learned[(h, e),], bv: Learned[(h, e),], bo: Learned[m], mask: Mask[n, t, t.twin],
    heads: Count, causal: Between(0, 1) = 0,
):
    """Self-attention in several heads, side by side, then mixed (Vaswani et al. 2017)."""
    f.extent(h, heads)
    f.q[n, h, t, e] = total(Wq[(h, e), m] * x[n, t, m], m) + bq[(h, e)]
    f.k[n, h, t, e] = total(Wk[(h, e), m] * x[n, t, m], m) + bk[(h, e)]
    f.v[n, h, t, e] = total(Wv[(h, e), m] * x[n, t, m], m) + bv[(h, e)]
    f.o = attention(f.q, f.k, f.v, mask, causal=causal)
    f.y[n, t, m] = total(Wo[m, (h, e)] * f.o[n, h, t, e], h, e) + bo[m]
