"""Contrastive losses: each sample against the others of its batch."""

from symnn.language import And, Eq, Positive, T, axes, exp, log, loss, mean, oo, sqrt, total, where

n, d = axes("n d")
m = n.twin


@loss
def info_nce(f, u: T[n, d], v: T[n, d], tau: Positive = 0.07):
    """The cross-entropy of finding each sample's partner by cosine similarity (van den Oord et al. 2018)."""
    f.un[n, d] = u[n, d] / sqrt(total(u[n, d] ** 2, d))
    f.vn[n, d] = v[n, d] / sqrt(total(v[n, d] ** 2, d))
    f.s[n, m] = total(f.un[n, d] * f.vn[m, d], d) / tau
    f.L[n] = log(total(exp(f.s[n, m]), m)) - f.s[n, n]


@loss
def nt_xent(f, u: T[n, d], v: T[n, d], tau: Positive = 0.5):
    """The same among all 2N views, each but itself a candidate (Chen et al. 2020)."""
    w = axes("w")
    f.extent(w, 2)
    f.z[w, n, d] = where(Eq(w, 0), u[n, d], v[n, d])
    f.zn[w, n, d] = f.z[w, n, d] / sqrt(total(f.z[w, n, d] ** 2, d))
    f.s[w, n, w.twin, m] = total(f.zn[w, n, d] * f.zn[w.twin, m, d], d) / tau
    f.other[w, n, w.twin, m] = where(And(Eq(w, w.twin), Eq(n, m)), -oo, f.s[w, n, w.twin, m])
    f.lse[w, n] = log(total(exp(f.other[w, n, w.twin, m]), w.twin, m))
    f.L[n] = mean(f.lse[w, n] - f.s[w, n, 1 - w, n], w)
