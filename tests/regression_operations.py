"""Small operations that public bug reports are about and that the catalogue does not have."""

from symnn.language import (
    Eq,
    Positive,
    T,
    activation,
    axes,
    exp,
    layer,
    log,
    maximum,
    peak,
    sqrt,
    total,
    where,
)

n, c, d, e = axes("n c d e")


@activation
def exp_or_line(f, x):
    """An exponential up to zero, a line beyond, where the exponential overflows."""
    f.y = where(x <= 0, exp(x), 1 + x)


@activation
def root_or_line(f, x):
    """A square root above zero, a line below, where the root has no value."""
    f.y = where(x > 0, sqrt(x), x)


@activation
def log_or_line(f, x):
    """A logarithm above two, a line below."""
    f.y = where(x > 2, log(x), 2 * x)


@activation
def xlogx(f, x):
    """x·log x, 0 at 0."""
    f.y = where(x > 0, x * log(x), 0)


@activation
def xlogy(f, x, y):
    """x·log y, 0 where x is, whatever y is."""
    f.z = where(Eq(x, 0), 0, x * log(y))


@activation
def larger_of(f, a, b):
    """The larger of two numbers."""
    f.y = maximum(a, b)


@layer
def norm(f, x: T[n, d]):
    """The Euclidean norm of each row."""
    f.y[n] = sqrt(total(x[n, d] ** 2, d))


@layer
def distance(f, x: T[n, d], y: T[n, d]):
    """The Euclidean distance of each pair of rows."""
    f.r[n] = sqrt(total((x[n, d] - y[n, d]) ** 2, d))


@layer
def norm_of_rank_three(f, x: T[n, c, d, e]):
    """The Euclidean norm of each sample, an array of three axes."""
    f.y[n] = sqrt(total(x[n, c, d, e] ** 2, c, d, e))


@layer
def logsumexp(f, z: T[n, c]):
    """The logarithm of a sum of exponentials."""
    f.y[n] = log(total(exp(z[n, c]), c))


@layer
def greatest(f, x: T[n, d]):
    """The greatest of each row."""
    f.y[n] = peak(x[n, d], d)


@layer
def cosine(f, u: T[n, d], v: T[n, d], eps: Positive = 1e-8):
    """The cosine of two vectors, each divided by its norm or by eps, whichever is larger."""
    f.a[n] = maximum(sqrt(total(u[n, d] ** 2, d)), eps)
    f.b[n] = maximum(sqrt(total(v[n, d] ** 2, d)), eps)
    f.y[n] = total(u[n, d] * v[n, d], d) / (f.a[n] * f.b[n])
