"""Layers that normalise: over the batch, over features, over groups of channels."""

from symnn.language import Count, Learned, Positive, State, T, Unit, axes, layer, mean, sqrt

n, c, d, k = axes("n c d k")


@layer
def batch_norm(
    f, x: T[n, c, ...], gamma: Learned[c], beta: Learned[c], running_mean: State[c], running_var: State[c],
    momentum: Unit = 0.1, eps: Positive = 1e-5,
):
    """Each channel normalised over the batch and the image, in training (Ioffe & Szegedy 2015).

    The running variance is estimated without bias. ``batch_norm_inference`` uses what has been accumulated.
    """
    f.mu[c] = mean(x[n, c, ...], n, ...)
    f.var[c] = mean((x[n, c, ...] - f.mu[c]) ** 2, n, ...)
    f.r[c] = 1 / sqrt(f.var[c] + eps)
    f.xhat[n, c, ...] = (x[n, c, ...] - f.mu[c]) * f.r[c]
    f.y[n, c, ...] = gamma[c] * f.xhat[n, c, ...] + beta[c]
    count = n.extent * x.axes[2].extent
    f.running_mean[c] = (1 - momentum) * running_mean[c] + momentum * f.mu[c]
    f.running_var[c] = (1 - momentum) * running_var[c] + momentum * f.var[c] * count / (count - 1)
    return f.y, f.running_mean, f.running_var


@layer
def batch_norm_inference(
    f, x: T[n, c, ...], gamma: Learned[c], beta: Learned[c], running_mean: State[c], running_var: State[c],
    eps: Positive = 1e-5,
):
    """Each channel normalised by the statistics accumulated in training (Ioffe & Szegedy 2015)."""
    f.r[c] = 1 / sqrt(running_var[c] + eps)
    f.xhat[n, c, ...] = (x[n, c, ...] - running_mean[c]) * f.r[c]
    f.y[n, c, ...] = gamma[c] * f.xhat[n, c, ...] + beta[c]


@layer
def layer_norm(f, x: T[..., d], gamma: Learned[d], beta: Learned[d], eps: Positive = 1e-5):
    """Each sample normalised over its features, then scaled and shifted (Ba et al. 2016)."""
    f.mu[...] = mean(x[..., d], d)
    f.var[...] = mean((x[..., d] - f.mu[...]) ** 2, d)
    f.r[...] = 1 / sqrt(f.var[...] + eps)
    f.xhat[..., d] = (x[..., d] - f.mu[...]) * f.r[...]
    f.y[..., d] = gamma[d] * f.xhat[..., d] + beta[d]


@layer
def group_norm(
    f, x: T[n, (k, c), ...], gamma: Learned[(k, c),], beta: Learned[(k, c),], groups: Count, eps: Positive = 1e-5
):
    """Each sample normalised over groups of channels (Wu & He 2018)."""
    f.extent(k, groups)
    f.mu[n, k] = mean(x[n, (k, c), ...], c, ...)
    f.var[n, k] = mean((x[n, (k, c), ...] - f.mu[n, k]) ** 2, c, ...)
    f.r[n, k] = 1 / sqrt(f.var[n, k] + eps)
    f.xhat[n, (k, c), ...] = (x[n, (k, c), ...] - f.mu[n, k]) * f.r[n, k]
    f.y[n, (k, c), ...] = gamma[(k, c)] * f.xhat[n, k, c, ...] + beta[(k, c)]


@layer
def rms_norm(f, x: T[..., d], gamma: Learned[d], eps: Positive = 1e-6):
    """Each sample divided by its root mean square, then scaled (Zhang & Sennrich 2019)."""
    f.r[...] = 1 / sqrt(mean(x[..., d] ** 2, d) + eps)
    f.xhat[..., d] = x[..., d] * f.r[...]
    f.y[..., d] = gamma[d] * f.xhat[..., d]
