"""Results in float32 beside their exact values: errors in ulps, and what came out false. Compiled: there are 2³² of them."""

import math

import numpy as np
from numba import njit

#: Rows of ``worst``: where the value is of ordinary size, and in tails and at zeros; columns: error, input, result, exact.
MAIN, TAIL = 0, 1
#: Entries of ``counts``: how many results were judged, and how many were a false zero, NaN, infinity or sign.
COUNT, ZERO, NAN, INFINITY, SIGN = range(5)

SMALLEST, SMALLEST_NORMAL, LARGEST = 2.0**-149, 2.0**-126, float(np.finfo(np.float32).max)
#: What is beyond the largest number is as good as one step beyond it.
TOP = LARGEST + 2.0**104
#: The bits of a double that hold its exponent.
EXPONENT = 0x7FF0_0000_0000_0000
#: So many results are judged at once: they stay in the nearest cache.
TILE = 256
#: Where the value is smaller than this, a result is in a tail or at a zero.
SCALE = 2.0**-10


@njit(nogil=True, error_model="numpy")
def _judge(x, got, exact, worst, counts, first):
    size = abs(exact)
    wide = np.float64(got)
    if x == 0.0 and math.isinf(exact) and math.isinf(wide):
        # A pole at zero: 1/0 and 1/−0 have the signs of their zeros.
        return
    false = -1
    if (got != got) != (exact != exact):
        false = NAN
    elif got == 0.0 and size >= SMALLEST:
        false = ZERO
    elif math.isinf(wide) and size <= LARGEST:
        false = INFINITY
    elif (wide > 0.0 and exact < 0.0) or (wide < 0.0 and exact > 0.0):
        false = SIGN
    if false >= 0:
        if counts[ZERO] + counts[NAN] + counts[INFINITY] + counts[SIGN] == 0:
            first[0], first[1], first[2] = x, got, exact
        counts[false] += 1
    off = abs(min(max(wide, -TOP), TOP) - min(max(exact, -TOP), TOP))
    k = TAIL if size < SCALE else MAIN
    # An ulp is between 2⁻²⁴ and 2⁻²³ of the value: most results need no closer look.
    if off * 2.0**24 > worst[k, 0] * max(size, SMALLEST_NORMAL):
        _, exponent = math.frexp(min(max(size, SMALLEST_NORMAL), LARGEST))
        ulps = math.ldexp(off, 24 - exponent)
        if ulps > worst[k, 0]:
            worst[k, 0], worst[k, 1], worst[k, 2], worst[k, 3] = ulps, x, got, exact


@njit(nogil=True, error_model="numpy")
def _judge_all(x, got, exact, worst, counts, first):
    """Each of a few results; a look without branches, in vector code, tells first which need one of their own."""
    main, tail = worst[MAIN, 0], worst[TAIL, 0]
    scale = np.empty(x.size)
    bits, scaled = exact.view(np.int64), scale.view(np.int64)
    odd = np.empty(x.size, np.bool_)
    found = 0
    for k in range(x.size):
        # The power of two that an ulp is 2⁻²³ of: the value without its sign and its mantissa.
        scaled[k] = bits[k] & EXPONENT
        wide, value = np.float64(got[k]), exact[k]
        size = abs(value)
        limit = tail if size < SCALE else main
        unit = min(max(scale[k], SMALLEST_NORMAL), 2.0**127)
        close = abs(wide - value) * 2.0**23 <= limit * unit
        lost = (wide == 0.0) & (size >= SMALLEST)
        turned = ((wide > 0.0) & (value < 0.0)) | ((wide < 0.0) & (value > 0.0))
        odd[k] = not ((close | (wide == value)) & (not lost) & (not turned))
        found += np.int64(odd[k])
    if found > 0:
        for k in range(x.size):
            if odd[k]:
                _judge(x[k], got[k], exact[k], worst, counts, first)


@njit(nogil=True, error_model="numpy")
def judge_polynomial(x, got, start, half, coefficients, worst, counts, first):
    """Results on a piece: ``start`` is the place of the first in it, ``half`` half its length."""
    counts[COUNT] += x.size
    degree = coefficients.size - 1
    exact, t = np.empty(TILE), np.empty(TILE)
    for lo in range(0, x.size, TILE):
        count = min(TILE, x.size - lo)
        for k in range(count):
            t[k] = (start + lo + k - half) / half
            exact[k] = coefficients[degree]
        for p in range(degree - 1, -1, -1):
            c = coefficients[p]
            for k in range(count):
                exact[k] = exact[k] * t[k] + c
        _judge_all(x[lo : lo + count], got[lo : lo + count], exact[:count], worst, counts, first)


@njit(nogil=True, error_model="numpy")
def judge_table(x, got, table, worst, counts, first):
    """Results beside a table of exact values."""
    counts[COUNT] += x.size
    for lo in range(0, x.size, TILE):
        part = slice(lo, min(lo + TILE, x.size))
        _judge_all(x[part], got[part], table[part], worst, counts, first)
