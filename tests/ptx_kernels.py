"""Kernels as a back end might write them, for Numba to compile; this imports numba.cuda."""

from __future__ import annotations

import math

import numpy as np
from llvmlite import ir
from numba import cuda, float32, float64, int32, types, uint32, void
from numba.cuda.extending import intrinsic
from numba.types import float16

BLOCK = 128
WARPS = BLOCK // 32
ONE, HALF = np.float32(1), np.float32(0.5)
ROOT = np.float32(0.7071067811865476)
LEAST = np.float32(-np.inf)


def _pointer(context, builder, type, array, index):
    data = context.make_array(type)(context, builder, array).data
    return builder.bitcast(builder.gep(data, [index]), ir.VectorType(ir.FloatType(), 4).as_pointer())


@intrinsic
def load4(typing, array, index):
    signature = types.UniTuple(types.float32, 4)(array, index)

    def made(context, builder, signature, arguments):
        value = builder.load(_pointer(context, builder, signature.args[0], *arguments))
        value.align = 16
        items = [builder.extract_element(value, ir.Constant(ir.IntType(32), k)) for k in range(4)]
        return context.make_tuple(builder, signature.return_type, items)

    return signature, made


@intrinsic
def store4(typing, array, index, a, b, c, d):
    signature = types.void(array, index, *[types.float32] * 4)

    def made(context, builder, signature, arguments):
        array, index, *items = arguments
        value = ir.Constant(ir.VectorType(ir.FloatType(), 4), ir.Undefined)
        for k, item in enumerate(items):
            value = builder.insert_element(value, item, ir.Constant(ir.IntType(32), k))
        builder.store(value, _pointer(context, builder, signature.args[0], array, index)).align = 16
        return context.get_dummy_value()

    return signature, made


@cuda.jit(device=True)
def normal_part(v):
    """How much of a normal distribution lies below."""
    return HALF * (ONE + math.erf(v * ROOT))


def gelu(x, y, n):
    i = cuda.grid(1)
    step = cuda.gridsize(1)
    while i < n:
        y[i] = x[i] * normal_part(x[i])
        i += step


def silu_four_wide(x, y, n4):
    i = uint32(cuda.blockIdx.x) * uint32(cuda.blockDim.x) + uint32(cuda.threadIdx.x)
    step = uint32(cuda.gridDim.x) * uint32(cuda.blockDim.x)
    while i < n4:
        at = i * uint32(4)
        a, b, c, d = load4(x, at)
        a = a / (ONE + math.exp(-a))
        b = b / (ONE + math.exp(-b))
        c = c / (ONE + math.exp(-c))
        d = d / (ONE + math.exp(-d))
        store4(y, at, a, b, c, d)
        i += step


def softmax_ce_tree(z, target, loss, dz, columns):
    """Losses and gradients: a row for each block, reduced by a tree in shared memory."""
    row = cuda.blockIdx.x
    me = cuda.threadIdx.x
    part = cuda.shared.array(BLOCK, float32)
    most = LEAST
    j = me
    while j < columns:
        most = max(most, z[row, j])
        j += BLOCK
    part[me] = most
    cuda.syncthreads()
    width = BLOCK // 2
    while width > 0:
        if me < width:
            part[me] = max(part[me], part[me + width])
        cuda.syncthreads()
        width //= 2
    most = part[0]
    cuda.syncthreads()
    total = np.float32(0)
    j = me
    while j < columns:
        total += math.exp(z[row, j] - most)
        j += BLOCK
    part[me] = total
    cuda.syncthreads()
    width = BLOCK // 2
    while width > 0:
        if me < width:
            part[me] += part[me + width]
        cuda.syncthreads()
        width //= 2
    total = part[0]
    t = target[row]
    if me == 0:
        loss[row] = math.log(total) + most - z[row, t]
    j = me
    while j < columns:
        p = math.exp(z[row, j] - most) / total
        if j == t:
            p -= ONE
        dz[row, j] = p
        j += BLOCK


def softmax_ce_lanes(z, target, loss, dz, columns):
    """The same by shuffles, and one word of shared memory for each warp."""
    row = cuda.blockIdx.x
    me = cuda.threadIdx.x
    tops = cuda.shared.array(WARPS, float32)
    sums = cuda.shared.array(WARPS, float32)
    most = LEAST
    j = me
    while j < columns:
        most = max(most, z[row, j])
        j += BLOCK
    by = 16
    while by > 0:
        most = max(most, cuda.shfl_xor_sync(0xFFFFFFFF, most, by))
        by >>= 1
    if me & 31 == 0:
        tops[me >> 5] = most
    cuda.syncthreads()
    for k in range(WARPS):
        most = max(most, tops[k])
    total = np.float32(0)
    j = me
    while j < columns:
        total += math.exp(z[row, j] - most)
        j += BLOCK
    by = 16
    while by > 0:
        total += cuda.shfl_xor_sync(0xFFFFFFFF, total, by)
        by >>= 1
    if me & 31 == 0:
        sums[me >> 5] = total
    cuda.syncthreads()
    total = np.float32(0)
    for k in range(WARPS):
        total += sums[k]
    t = target[row]
    if me == 0:
        loss[row] = math.log(total) + most - z[row, t]
    j = me
    while j < columns:
        p = math.exp(z[row, j] - most) / total
        if j == t:
            p -= ONE
        dz[row, j] = p
        j += BLOCK


def column_parts(x, parts, rows, columns):
    """Sums over a block's share of the rows."""
    j = cuda.blockIdx.y * cuda.blockDim.x + cuda.threadIdx.x
    if j < columns:
        total = np.float32(0)
        i = cuda.blockIdx.x
        while i < rows:
            total += x[i, j]
            i += cuda.gridDim.x
        parts[cuda.blockIdx.x, j] = total


def column_sums(parts, sums, columns):
    """What the blocks have, added up in their order."""
    j = cuda.grid(1)
    if j < columns:
        total = np.float32(0)
        for k in range(parts.shape[0]):
            total += parts[k, j]
        sums[j] = total


def functions64(x, y, n):
    i = cuda.grid(1)
    if i < n:
        v = x[i]
        y[0, i] = math.exp(v)
        y[1, i] = math.log(abs(v))
        y[2, i] = math.tanh(v)
        y[3, i] = math.erf(v)
        y[4, i] = math.sin(v)
        y[5, i] = math.cos(v)
        y[6, i] = math.sqrt(abs(v))
        y[7, i] = math.expm1(v)
        y[8, i] = math.log1p(abs(v))
        y[9, i] = math.pow(abs(v), v)
        y[10, i] = v / (v + 3)


def warp_news(x, y):
    """What lanes and threads of a block say to each other: a number for each thread and question."""
    t = cuda.threadIdx.x
    v = x[t]
    positive = v > 0
    y[0, t] = cuda.syncthreads_count(int32(positive))
    y[1, t] = cuda.syncthreads_and(int32(positive))
    y[2, t] = cuda.syncthreads_or(int32(positive))
    y[3, t] = cuda.ballot_sync(0xFFFFFFFF, positive) & 0xFFFF
    y[4, t] = cuda.match_any_sync(0xFFFFFFFF, int32(t % 3)) & 0xFFFF
    y[5, t] = cuda.all_sync(0xFFFFFFFF, positive)
    y[6, t] = cuda.any_sync(0xFFFFFFFF, positive)
    y[7, t] = cuda.shfl_down_sync(0xFFFFFFFF, v, 1)
    y[8, t] = cuda.shfl_up_sync(0xFFFFFFFF, v, 2)
    y[9, t] = cuda.shfl_sync(0xFFFFFFFF, v, 3)


def memories(x, y):
    """Strided arrays of two axes in halves, an array of the thread's own, shared memory that the launch sizes."""
    i, j = cuda.grid(2)
    t = cuda.threadIdx.y * cuda.blockDim.x + cuda.threadIdx.x
    own = cuda.local.array(4, float32)
    shared = cuda.shared.array(0, float32)
    inside = i < x.shape[0] and j < x.shape[1]
    for k in range(4):
        own[k] = float32(x[i, j]) * np.float32(k) if inside else np.float32(0)
    shared[t] = own[t % 4]
    cuda.syncthreads()
    if inside:
        y[i, j] = float16(shared[t ^ 1] + np.float32(1))


#: The same text: what type it is of, its arguments say.
functions32 = functions64

single, matrix, labels = float32[::1], float32[:, ::1], int32[::1]
SIGNATURES = {
    "gelu": void(single, single, int32),
    "silu_four_wide": void(single, single, uint32),
    "softmax_ce_tree": void(matrix, labels, single, matrix, int32),
    "softmax_ce_lanes": void(matrix, labels, single, matrix, int32),
    "column_parts": void(matrix, matrix, int32, int32),
    "column_sums": void(matrix, single, int32),
    "functions64": void(float64[::1], float64[:, ::1], int32),
    "functions32": void(single, matrix, int32),
    "warp_news": void(single, matrix),
    "memories": void(float16[:, :], float16[:, :]),
}
