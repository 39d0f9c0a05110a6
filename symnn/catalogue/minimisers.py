"""Minimisers of the second order, by the conditions that fix them; ``symnn.minimise`` runs what is solved here.

Throughout g is the gradient and H the Hessian, known by its products with vectors; s is a step and y the change of
the gradient along it.
"""

from symnn.language import Eq, Label, Partial, T, axes, delta, statement, total, unknown

i = axes("i")
j = i.twin
k = j.twin
m = k.twin
alpha, beta, rho = unknown("alpha"), unknown("beta"), unknown("rho")


@statement
def newton(f, g: Label[i], H: Label[i, j], p: T[i]):
    """Newton's method: the step p at which the quadratic model of the function is stationary solves H p = −g."""
    f.assume(Eq(H[i, j], H[j, i]))
    f.model = total(g[i] * p[i], i) + total(p[i] * H[i, j] * p[j], i, j) / 2
    f.Hp[i] = total(H[i, j] * p[j], j)
    f.assume(Eq(Partial(f.model, p[i]), 0))
    return f.Hp


@statement
def conjugate_gradient(f, g: Label[i], H: Label[i, j], d: Label[i]):
    """Conjugate gradients (Hestenes & Stiefel 1952): the step length along d, and the next direction.

    At the length alpha the gradient r is orthogonal to d; the next direction e is conjugate to d.
    """
    f.assume(Eq(H[i, j], H[j, i]))
    f.Hd[i] = total(H[i, j] * d[j], j)
    f.r[i] = g[i] + alpha * f.Hd[i]
    f.assume(Eq(total(f.r[i] * d[i], i), 0))
    f.e[i] = beta * d[i] - f.r[i]
    f.assume(Eq(total(f.e[i] * f.Hd[i], i), 0))
    return f.e


@statement
def bfgs(f, B: Label[i, j], s: Label[i], y: Label[i]):
    """Broyden, Fletcher, Goldfarb & Shanno (1970): the approximate inverse Hessian B after a step s.

    B is changed on both sides along s and y, by as much as the secant equation for the next one says.
    """
    f.V[i, j] = delta(i, j) - rho * y[i] * s[j]
    f.C[i, j] = total(f.V[k, i] * B[k, m] * f.V[m, j], k, m) + rho * s[i] * s[j]
    f.assume(Eq(total(f.C[i, j] * y[j], j), s[i]))
    return f.C


@statement
def lbfgs(f, B: Label[i, j], s: Label[i], y: Label[i], q: Label[i]):
    """Limited-memory BFGS (Nocedal 1980): the product of BFGS's next matrix C with a vector q, without the matrix.

    Two loops over vectors: v on the way in, w from the pairs before, r on the way out.
    """
    f.C = bfgs(B, s, y)
    f.v[i] = q[i] - rho * total(s[j] * q[j], j) * y[i]
    f.w[i] = total(B[i, j] * f.v[j], j)
    f.r[i] = f.w[i] + rho * (total(s[j] * q[j], j) - total(y[j] * f.w[j], j)) * s[i]
    f.assume(Eq(f.r[i], total(f.C[i, j] * q[j], j)))
    return f.r
