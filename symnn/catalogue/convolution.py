"""Layers on images: convolution by affine indices, pooling over windows."""

from symnn.language import Count, Learned, T, Whole, axes, layer, mean, peak, reach, total, window

n, g, c, o, h, w, r, s, p, q = axes("n g c o h w r s p q")
j = axes("j")


@layer
def conv2d(
    f, x: T[n, (g, c), h, w], W: Learned[(g, o), c, r, s], b: Learned[(g, o),],
    stride: Count = 1, padding: Whole = 0, dilation: Count = 1, groups: Count = 1,
):
    """The cross-correlation of images with learned kernels (LeCun et al. 1989; Dumoulin & Visin 2016).

    x is [n, channels, height, width], W [outputs, channels/groups, kernel height, kernel width], b [outputs].
    """
    f.extent(g, groups)
    f.extent(p, window(h, r, stride, padding, dilation))
    f.extent(q, window(w, s, stride, padding, dilation))
    seen = x[n, (g, c), stride * p + dilation * r - padding, stride * q + dilation * s - padding]
    f.y[n, (g, o), p, q] = total(W[(g, o), c, r, s] * seen, c, r, s) + b[(g, o)]


@layer
def max_pool2d(f, x: T[n, c, h, w], kernel: Count = 2, stride: Count = 2, padding: Whole = 0):
    """The greatest value in each window; where several are equal, the first takes the gradient."""
    f.assume(2 * padding <= kernel)
    f.extent(r, kernel)
    f.extent(s, kernel)
    f.extent(p, window(h, r, stride, padding))
    f.extent(q, window(w, s, stride, padding))
    f.y[n, c, p, q] = peak(x[n, c, stride * p + r - padding, stride * q + s - padding], r, s)


@layer
def avg_pool2d(f, x: T[n, c, h, w], kernel: Count = 2, stride: Count = 2, padding: Whole = 0):
    """The mean of each window, what lies outside the image counted as zero."""
    f.assume(2 * padding <= kernel)
    f.extent(r, kernel)
    f.extent(s, kernel)
    f.extent(p, window(h, r, stride, padding))
    f.extent(q, window(w, s, stride, padding))
    f.y[n, c, p, q] = mean(x[n, c, stride * p + r - padding, stride * q + s - padding], r, s)


@layer
def global_avg_pool2d(f, x: T[n, c, h, w]):
    """The mean of each channel over the image (Lin et al. 2014)."""
    f.y[n, c] = mean(x[n, c, h, w], h, w)


@layer
def flatten(f, x: T[n, ...]):
    """All that belongs to a sample side by side in one axis."""
    f.extent(j, x.axes[1].extent)
    f.y[n, j] = x[n, reach(j)]
