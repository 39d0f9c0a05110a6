"""What the generated CPU modules share: elementary functions, checks of arguments, sums in a fixed order.

Made by symnn 0.1.0. Do not edit: run `symnn build`.
"""

# ruff: noqa
import math
import os
from collections import namedtuple

import numpy as np
from llvmlite import ir
from numba import njit, prange, types
from numba.core.compiler import Compiler
from numba.extending import intrinsic, overload


def _share_cores():
    """Idle threads of kernels fall asleep at once: a product of matrices, which has threads of its own, needs the cores.

    GNU's OpenMP, which Numba takes where it can, has them wait at full speed for milliseconds unless it is told
    otherwise while it is loaded. What the environment says already is left as it is.
    """
    if "GOMP_SPINCOUNT" in os.environ or "OMP_WAIT_POLICY" in os.environ:
        return
    os.environ["GOMP_SPINCOUNT"] = "1000"
    try:
        from numba.np.ufunc import omppool  # noqa: F401
    except ImportError:
        pass
    finally:
        del os.environ["GOMP_SPINCOUNT"]


_share_cores()


class Apart(Compiler):
    """Numba's compiler, told two things more about kernels.

    Their arrays share no memory, as the checks of the arguments see to. Without that, a loop asks where its arrays lie:
    small ones that lie side by side go another way than others, which may round differently in the last bit.
    And loops may use the widest vectors that the processor has; where those have 512 bits, LLVM takes half of them.
    """

    def __init__(self, typingctx, targetctx, library, args, return_type, flags, locals):
        flags.noalias = True
        targetctx = targetctx.subtarget(apply_target_attributes=_widest)
        super().__init__(typingctx, targetctx, library, args, return_type, flags, locals)


def _widest(function, *of_its_types):
    """Numba's hook for attributes of a function; llvmlite's own method refuses those that it does not know."""
    set.add(function.attributes, '"prefer-vector-width"="512"')


#: Every kernel is compiled with these: a division by zero gives an infinity, a product and a sum may round once.
OPTIONS = {
    "cache": True, "error_model": "numpy", "nogil": True, "fastmath": {"contract", "nsz"}, "pipeline_class": Apart,
}

# --- what callers hand in ---------------------------------------------------------------------------------

_FLOATS = (np.dtype(np.float32), np.dtype(np.float64))
#: For so many kinds of arrays, by type and shape, it is remembered what was found.
_MOST_FOUND = 64


class Arguments(tuple):
    """What ``check`` expects of the arrays of a function: for each its name, its axes, and what bounds labels.

    What it found for arrays of some types and shapes is kept here, since it is the same for all such arrays.
    """

    def __init__(self, rows):
        self.found = {}


def check(arguments, values, sizes=None):
    """Check arrays against their declared axes; returns them contiguous, an axis of its own for each, with the extents.

    ``arguments`` has, for each value, its name, its axes and, for integer labels, the axis whose extent bounds them.
    ``...`` stands for any axes, which become one; a tuple of axes for one axis of the caller's that holds them all.
    ``sizes`` are extents that are known already. Returns the arrays, the extents by axis, the shape that ``...``
    stands for and the scalar type. Raises TypeError or ValueError that names the argument; nothing is written.
    """
    key = None
    if sizes is None:
        key = tuple([
            (v.shape, v.dtype) if type(v) is np.ndarray and v.flags.c_contiguous else None for v in values
        ])
        found = arguments.found.get(key)
        if found is not None:
            shapes, labels, sizes, lead, real = found
            arrays = [v if shape is None else v.reshape(shape) for v, shape in zip(values, shapes)]
            for k, name, count, below in labels:
                _check_labels(name, arrays[k], count, below)
            return arrays, dict(sizes), lead, real
        sizes = {}
    real = lead = None
    arrays = []
    seeds = False
    for (name, axes, below), value in zip(arguments, values):
        if type(value) is Draw:
            arrays.append(value)
            seeds = True
            continue
        if not axes:
            found = _one_number(name, value)
            arrays.append(found if below is None else int(found))
            continue
        if type(value) is not np.ndarray:
            value = _as_array(name, value, axes)
        if below is None:
            real = _same_type(name, value.dtype, real)
        elif value.dtype.kind not in "iu":
            raise TypeError(f"{name} holds {value.dtype}; labels must be integers")
        shape = flat = value.shape
        if "..." in axes:
            lead, flat = _flattened(name, axes, shape, lead)
        elif len(shape) != len(axes):
            raise ValueError(f"{name} has shape {shape}; expected {len(axes)} axes ({_shown(axes)})")
        for axis, extent in zip(axes, flat):
            if type(axis) is tuple:
                flat = _apart(name, axes, shape, flat, sizes)
                break
            known = sizes.setdefault(axis, extent)
            if known != extent:
                raise ValueError(f"{name} has shape {shape}, so {axis} = {extent}; expected {axis} = {known}")
        if not value.flags.c_contiguous:
            value = np.ascontiguousarray(value)
        if flat != shape:
            value = value.reshape(flat)
        arrays.append(value)
    if seeds:
        arrays = _with_drawn(arguments, arrays, sizes, real)
    bounds = [(k, name, below) for k, (name, axes, below) in enumerate(arguments) if axes and below is not None]
    labels = [(k, name, sizes.get(below), below) for k, name, below in bounds]
    for k, name, count, below in labels:
        _check_labels(name, arrays[k], count, below)
    if key is not None and None not in key and all(axes for _, axes, _ in arguments):
        if len(arguments.found) >= _MOST_FOUND:
            arguments.found.clear()
        shapes = [None if a.shape == v.shape else a.shape for a, v in zip(arrays, values)]
        arguments.found[key] = shapes, labels, dict(sizes), lead, real
    return arrays, sizes, lead, real


def _with_drawn(arguments, arrays, sizes, real):
    """The arrays, with what a seed stands for drawn now that the extents are known."""
    made = []
    for (name, axes, _), value in zip(arguments, arrays):
        if type(value) is Draw:
            unknown = [axis for axis in axes if axis not in sizes]
            if unknown:
                raise ValueError(f"{name} is a seed, and nothing tells the extent of {_shown(unknown)}; give an array")
            value = drawn(value, tuple(sizes[axis] for axis in axes), real)
        made.append(value)
    return made


def _shown(axes):
    """Axes as they stand in a message: n, g·c, h, w."""
    return ", ".join("·".join(axis) if type(axis) is tuple else axis for axis in axes)


def _flattened(name, axes, shape, lead):
    """The axes that ... stands for, and the shape with one axis in their place."""
    at, fixed = axes.index("..."), len(axes) - 1
    if len(shape) < fixed:
        raise ValueError(f"{name} has shape {shape}; expected at least {fixed} axes ({_shown(axes)})")
    end = len(shape) - fixed + at
    here = shape[at:end]
    if lead is not None and lead != here:
        where = "leading" if at == 0 else "trailing"
        raise ValueError(f"{name} has shape {shape}; expected {where} axes {lead}, as the arguments before it")
    return here, (*shape[:at], math.prod(here), *shape[end:])


def _apart(name, axes, shape, flat, sizes):
    """The shape with an axis for each that the caller's axes hold; the one extent that is not known follows."""
    made = []
    for axis, extent in zip(axes, flat):
        group = axis if type(axis) is tuple else (axis,)
        unknown = [part for part in group if part not in sizes]
        known = math.prod(sizes[part] for part in group if part in sizes)
        if len(unknown) == 1 and extent % known == 0:
            sizes[unknown[0]] = extent // known
        elif unknown or known != extent:
            parts = ", ".join(f"{part} = {sizes[part]}" for part in group if part in sizes)
            wanted = f"a multiple of {known}" if unknown else f"{known}"
            raise ValueError(f"{name} has shape {shape}, so {'·'.join(group)} = {extent}; expected {wanted} ({parts})")
        made += [sizes[part] for part in group]
    return tuple(made)


def require(holds, what, **given):
    """What an operation assumes of its parameters."""
    if not holds:
        told = ", ".join(f"{name} = {number:g}" for name, number in given.items())
        raise ValueError(f"{told}; expected {what}")


def extent_of(axis, value, **given):
    """The extent of an axis of a result, at least one position, from what is given."""
    if value < 1:
        told = ", ".join(f"{name} = {number}" for name, number in given.items())
        raise ValueError(f"{told} leave no room for {axis}: its extent would be {value}")
    return value


def _as_array(name, value, axes):
    """A subclass of array as a plain one, a NumPy scalar as an array of no axes; anything else is refused."""
    if isinstance(value, np.ndarray):
        return value.view(np.ndarray)
    if isinstance(value, np.generic) and axes == ("...",):
        return np.asarray(value)
    raise TypeError(f"{name} is a {type(value).__name__}; expected a NumPy array of float32 or float64")


def _one_number(name, value):
    """A number, or an array that holds just one, as a float."""
    if isinstance(value, (int, float, np.floating, np.integer)) and not isinstance(value, bool):
        return float(value)
    if isinstance(value, np.ndarray) and value.dtype.kind in "iuf":
        if value.size != 1:
            raise ValueError(f"{name} has shape {value.shape}; expected one number")
        return float(value.reshape(()))
    raise TypeError(f"{name} is a {type(value).__name__}; expected a number")


def _same_type(name, dtype, real):
    if dtype not in _FLOATS:
        raise TypeError(f"{name} holds {dtype}; expected float32 or float64")
    if real is not None and dtype != real:
        raise TypeError(f"{name} holds {dtype}; expected {np.dtype(real)}, as the arguments before it")
    return dtype.type


def _check_labels(name, labels, count, axis):
    if labels.size and count is not None:
        low, high = labels.min(), labels.max()
        if low < 0 or high >= count:
            worst = low if low < 0 else high
            raise ValueError(f"{name} has the label {worst}; expected integers in [0, {count}), the extent of {axis}")


def number(name, value, low, high, interval, whole=False):
    """A parameter in its range, as a float; ``interval`` shows the range, open at a parenthesis."""
    if type(value) is not float:
        if isinstance(value, (bool, np.bool_)) or not isinstance(value, (int, float, np.integer, np.floating)):
            raise TypeError(f"{name} is a {type(value).__name__}; expected a number in {interval}")
        value = float(value)
    above = value > low if interval[0] == "(" else value >= low
    below = value < high if interval[-1] == ")" else value <= high
    if not (above and (below or value == high == math.inf)) or (whole and value != math.floor(value)):
        kind = "a whole number" if whole else "a number"
        raise ValueError(f"{name} = {value:g}; expected {kind} in {interval}")
    return value


def output(name, given, shape, real, inputs):
    """An array for results: the one given, if it fits and shares no memory with the inputs, else a new one."""
    if given is None:
        return np.empty(shape, real)
    if isinstance(given, tuple) and len(given) == 1:
        given = given[0]
    if not isinstance(given, np.ndarray):
        raise TypeError(f"{name} is a {type(given).__name__}; expected a NumPy array")
    if given.dtype != real:
        raise TypeError(f"{name} holds {given.dtype}; expected {np.dtype(real)}")
    if given.shape != tuple(shape):
        raise ValueError(f"{name} has shape {given.shape}; expected {tuple(shape)}")
    if not (given.flags.c_contiguous and given.flags.writeable):
        raise ValueError(f"{name} must be contiguous and writeable")
    if any(np.may_share_memory(given, array) for array in inputs):
        raise ValueError(f"{name} shares memory with an input; give it memory of its own")
    return given


def per_sample(out, reduction):
    """``out=`` is for the values of the samples; a mean or a sum is one number."""
    if out is not None and reduction != "none":
        raise ValueError(f"out is for reduction='none'; with reduction={reduction!r} the result is one number")
    return out


def outputs(given, count):
    """The arrays of ``out=``: none, one, or one for each result."""
    if given is None:
        return (None,) * count
    if isinstance(given, np.ndarray):
        given = (given,)
    if not isinstance(given, tuple) or len(given) != count:
        raise TypeError(f"out must be {'an array' if count == 1 else f'a tuple of {count} arrays'}")
    arrays = [a for a in given if isinstance(a, np.ndarray)]
    if any(np.may_share_memory(a, b) for k, a in enumerate(arrays) for b in arrays[:k]):
        raise ValueError("out has arrays that share memory; give each memory of its own")
    return given


def reduce(values, reduction, real):
    """One number from the values of the samples, summed in double precision; a mean over no sample is NaN."""
    if reduction == "none":
        return values
    total = np.add.reduce(values, 0, _FLOATS[1])
    if reduction == "sum":
        return real(total)
    return real(total / values.size) if values.size else real(math.nan)


def reduction_of(reduction):
    """The name of a reduction, checked."""
    if reduction not in ("mean", "sum", "none"):
        raise ValueError(f"reduction = {reduction!r}; expected 'mean', 'sum' or 'none'")
    return reduction


def cotangent(g, reduction, count, real):
    """Each sample's cotangent, from one number for a mean or a sum."""
    if reduction == "none":
        if not isinstance(g, np.ndarray) or g.dtype != real:
            kind = g.dtype if isinstance(g, np.ndarray) else type(g).__name__
            raise TypeError(f"g is {kind}; expected an array of {np.dtype(real)}, for reduction='none'")
        if g.shape != (count,):
            raise ValueError(f"g has shape {g.shape}; expected ({count},), one number for each sample")
        return np.ascontiguousarray(g)
    if not isinstance(g, (int, float, np.number, np.ndarray)):
        raise TypeError(f"g is a {type(g).__name__}; expected a number")
    if isinstance(g, np.ndarray) and g.ndim:
        raise ValueError(f"g has shape {g.shape}; expected one number, for reduction={reduction!r}")
    each = float(g) / max(count, 1) if reduction == "mean" else float(g)
    return np.full(count, each, real)


def chunk_rows(columns, summing=False):
    """How many rows a chunk has: as many elements as stay in cache, whatever the number of threads.

    Where rows are added up column by column, a chunk has more elements, so that there are few partial sums to
    combine, but no more than 512 rows, so that a sum is as accurate as a pairwise one.
    """
    if summing:
        return max(1, min(512, 131072 // max(1, columns)))
    return max(1, 32768 // max(1, columns))


def pairs(inputs, count, tangents, moving, kind="tangents"):
    """The arrays of a directional derivative: tuples of the right lengths."""
    inputs = inputs if isinstance(inputs, (tuple, list)) else (inputs,)
    tangents = tangents if isinstance(tangents, (tuple, list)) else (tangents,)
    for name, given, expected in (("inputs", inputs, count), (kind, tangents, moving)):
        if len(given) != expected:
            raise ValueError(f"{name} has {len(given)} arrays; expected {expected}")
    return inputs, tangents


def updated(name, array):
    """An array that a step may change in place."""
    if not isinstance(array, np.ndarray):
        raise TypeError(f"{name} is a {type(array).__name__}; expected a NumPy array, which is updated in place")
    if not array.flags.writeable:
        raise ValueError(f"{name} is read-only; expected an array that can be updated in place")


def write_back(array, flat):
    """Bring a result home where the array was not contiguous and a copy was worked on."""
    if not np.may_share_memory(array, flat):
        array[...] = flat.reshape(array.shape)


def shape_of(shape):
    """A shape of at least two axes, for weights (outputs, inputs, ...)."""
    try:
        made = tuple(int(extent) for extent in shape)
    except TypeError:
        raise TypeError(f"shape is a {type(shape).__name__}; expected a tuple (outputs, inputs, ...)") from None
    if len(made) < 2 or min(made) < 1:
        raise ValueError(f"shape = {made}; expected at least two positive extents (outputs, inputs, ...)")
    return made


# --- products of matrices ---------------------------------------------------------------------------------


def _products_of(path):
    """The products of a library with the interface of CBLAS, by type: a function, and its type of whole numbers.

    Names are as the library's builders chose them; 64 in them says that whole numbers have so many bits.
    """
    import ctypes

    try:
        library = ctypes.CDLL(path)
    except OSError as error:
        raise ImportError(f"SYMNN_BLAS = {path!r}: {error}\n  give the path of a BLAS library, or unset it") from None
    for before, after, whole in (
        ("cblas_", "", ctypes.c_int32), ("scipy_cblas_", "", ctypes.c_int32),
        ("cblas_", "64_", ctypes.c_int64), ("scipy_cblas_", "64_", ctypes.c_int64),
    ):
        if not hasattr(library, f"{before}sgemm{after}"):
            continue
        made = {}
        for real, letter, kind in ((np.float32, "s", ctypes.c_float), (np.float64, "d", ctypes.c_double)):
            gemm = getattr(library, f"{before}{letter}gemm{after}")
            place, choice = ctypes.c_void_p, ctypes.c_int
            gemm.argtypes = [
                *[choice] * 3, *[whole] * 3, kind, place, whole, place, whole, kind, place, whole,
            ]
            gemm.restype = None
            made[np.dtype(real)] = gemm, 2 ** (8 * ctypes.sizeof(whole) - 1)
        return made
    raise ImportError(f"SYMNN_BLAS = {path!r}: the library has no function cblas_sgemm, by whichever usual name")


#: Of another library than NumPy's, where the user has named one.
_PRODUCTS = _products_of(os.environ["SYMNN_BLAS"]) if os.environ.get("SYMNN_BLAS") else {}
_BY_ROWS, _AS_IT_IS, _TRANSPOSED = 101, 111, 112


def multiply(left, right, out, real=None):
    """Products of matrices, or of stacks of them, into ``out``; worked out in the type ``real``, if there is one.

    By NumPy's BLAS, or by the library that the environment names in ``SYMNN_BLAS`` where it can. Infinities and NaN
    come through, without a warning.
    """
    if _PRODUCTS and real is None and left.ndim > 1 < right.ndim and _by_library(left, right, out):
        return
    with np.errstate(over="ignore", invalid="ignore"):
        np.matmul(left, right, out=out, dtype=real, casting="same_kind")


def _by_library(left, right, out):
    """A product by the user's library; whether it can: numbers of one type, side by side in rows or in columns."""
    gemm, most = _PRODUCTS.get(out.dtype, (None, 0))
    if gemm is None or not left.dtype == right.dtype == out.dtype or max(*left.shape, *right.shape) >= most:
        return False
    lead = out.shape[:-2]
    pairs = [(left, right, out)]
    if lead:
        left, right = (np.broadcast_to(a, (*lead, *a.shape[-2:])) for a in (left, right))
        pairs = [(left[k], right[k], out[k]) for k in np.ndindex(lead)]
    laid = [(_laid(a), _laid(b), _laid(c)) for a, b, c in pairs[:1]]
    if not out.size or not left.shape[-1] or None in laid[0]:
        return False
    (of_left, by_left), (of_right, by_right), (of_out, by_out) = laid[0]
    if max(by_left, by_right, by_out) >= most:
        return False
    rows, inner, columns = *left.shape[-2:], right.shape[-1]
    for a, b, c in pairs:
        if of_out == _AS_IT_IS:
            gemm(
                _BY_ROWS, of_left, of_right, rows, columns, inner,
                1.0, a.ctypes.data, by_left, b.ctypes.data, by_right, 0.0, c.ctypes.data, by_out,
            )
        else:
            # By columns: the product of what is transposed, the other way round.
            turned = {_AS_IT_IS: _TRANSPOSED, _TRANSPOSED: _AS_IT_IS}
            gemm(
                _BY_ROWS, turned[of_right], turned[of_left], columns, rows, inner,
                1.0, b.ctypes.data, by_right, a.ctypes.data, by_left, 0.0, c.ctypes.data, by_out,
            )
    return True


def _laid(matrix):
    """How the matrices of a stack lie: by rows or by columns, and how far apart those are; None where neither."""
    rows, columns = matrix.shape[-2:]
    across, along = (step // matrix.itemsize for step in matrix.strides[-2:])
    if (along == 1 or columns == 1) and (across >= columns or rows == 1):
        return _AS_IT_IS, max(across, columns) if rows > 1 else columns
    if (across == 1 or rows == 1) and (along >= rows or columns == 1):
        return _TRANSPOSED, max(along, rows) if columns > 1 else rows
    return None


# --- what is worked on at a time, so that it stays in cache -------------------------------------------------------


def block_rows(rows, columns):
    """How many rows are worked on at a time, so that what is laid out for them stays in cache."""
    return max(1, min(rows, 524288 // max(1, columns)))


def tiles(sizes, columns, most=None):
    """Slices of some axes that go through all their positions, so many at a time as stay in cache, or ``most``.

    Each position has ``columns`` numbers. A tile has all of an axis where it has more than one position of the axis
    before it, so that it is one piece of an array that these axes lead in; and 64 rows, where there are so many.
    """
    room = most or max(64, 1048576 // max(1, columns))
    steps = []
    for size in reversed(sizes):
        # In tiles of one size, but for the last.
        pieces = -(-size // room) or 1
        steps.insert(0, max(1, -(-size // pieces)))
        room = max(1, room // size) if pieces == 1 and size else 1
    for place in np.ndindex(*(-(-size // step) for size, step in zip(sizes, steps))):
        yield tuple(slice(k * step, min((k + 1) * step, size)) for k, step, size in zip(place, steps, sizes))


def room(space, name, shape, kind):
    """Memory for an array of a tile, the same for one tile after the other; ``space`` is what they have had so far."""
    count = math.prod(shape)
    if name not in space or space[name].size < count:
        space[name] = np.empty(count, kind)
    return space[name][:count].reshape(shape)


# --- windows of arrays, laid out for products of matrices -------------------------------------------------------


def lay_out(array, out, moves, starts, spread):
    """Fill ``out`` with what lies in ``array`` at (start + Σ step·index) / spread along each of its axes, else zero.

    ``moves`` has, for each axis of ``out``, the axis of ``array`` that its index moves along, and the step; ``starts``
    and ``spread`` have a whole number for each axis of ``array``.
    """
    low, high = list(starts), list(starts)
    for extent, (axis, step) in zip(out.shape, moves):
        reach = step * (extent - 1)
        low[axis], high[axis] = low[axis] + min(reach, 0), high[axis] + max(reach, 0)
    ends = [apart * (extent - 1) for apart, extent in zip(spread, array.shape)]
    if any(at < 0 for at in low) or any(at > end for at, end in zip(high, ends)) or any(s != 1 for s in spread):
        before = [max(0, -at) for at in low]
        room = np.zeros([b + max(at, end) + 1 for b, at, end in zip(before, high, ends)], array.dtype)
        room[tuple(slice(b, b + end + 1, apart) for b, end, apart in zip(before, ends, spread))] = array
        array, starts = room, [b + start for b, start in zip(before, starts)]
    strides = [step * array.strides[axis] for axis, step in moves]
    first = array[tuple(slice(start, None) for start in starts)]
    np.copyto(out, np.lib.stride_tricks.as_strided(first, out.shape, strides))


# --- masks and noise from a seed: a number depends on the seed and on its position, and on nothing else -----------

#: What stands for an array that is drawn where it is needed: forward and backward draw the same one.
Draw = namedtuple("Draw", ["name", "seed", "stream", "distribution", "first", "second"])
_DISTRIBUTIONS = ("bernoulli", "uniform", "normal")


def seeded(name, value, stream, distribution, first, second=0.0):
    """An argument that is an array as it is, or a whole number, the seed that the array is drawn from."""
    if isinstance(value, (bool, np.bool_)) or not isinstance(value, (int, np.integer)):
        return value
    if not 0 <= value < 2**64:
        raise ValueError(f"{name} is the seed {value}; expected a whole number in [0, 2⁶⁴)")
    return Draw(name, int(value), stream, _DISTRIBUTIONS.index(distribution), float(first), float(second))


def seed_or(given, array):
    """What is saved of an argument: the seed that it was drawn from, or else the array."""
    return given if type(given) is Draw else array


def drawn(given, shape, real):
    """The array that a seed stands for."""
    out = np.empty(shape, real)
    flat = out.reshape(-1)
    each = 2 if _DISTRIBUTIONS[given.distribution] == "normal" else 4
    blocks = -(-flat.size // each)
    numbers = (np.uint64(given.seed), np.uint64(given.stream), given.distribution, given.first, given.second, flat)
    if blocks <= 4096:
        _draw_blocks(0, blocks, *numbers)
    else:
        _draw_parallel(4096, blocks, *numbers)
    return out


@njit(**OPTIONS)
def philox(seed, stream, block):
    """Four random words of 32 bits for a block of a stream: Philox-4x32-10 (Salmon et al. 2011)."""
    word, half = np.uint64(0xFFFFFFFF), np.uint64(32)
    c0, c1, c2, c3 = block & word, block >> half, stream & word, stream >> half
    k0, k1 = seed & word, seed >> half
    for _ in range(10):
        low, high = np.uint64(0xD2511F53) * c0, np.uint64(0xCD9E8D57) * c2
        c0, c1, c2, c3 = (high >> half) ^ c1 ^ k0, high & word, (low >> half) ^ c3 ^ k1, low & word
        k0, k1 = (k0 + np.uint64(0x9E3779B9)) & word, (k1 + np.uint64(0xBB67AE85)) & word
    return c0, c1, c2, c3


@njit(**OPTIONS)
def _draw_blocks(lo, hi, seed, stream, distribution, first, second, out):
    real = out.dtype.type
    for block in range(lo, hi):
        words = philox(seed, stream, np.uint64(block))
        if distribution == 2:
            # Box & Muller (1958): two normal numbers from two uniform ones of 53 bits.
            near = (float((words[0] << np.uint64(21)) | (words[1] >> np.uint64(11))) + 0.5) * 2.0**-53
            turn = (float((words[2] << np.uint64(21)) | (words[3] >> np.uint64(11))) + 0.5) * 2.0**-53
            radius = second * math.sqrt(-2.0 * math.log(near))
            angle = 2.0 * math.pi * turn
            out[2 * block] = real(first + radius * math.cos(angle))
            if 2 * block + 1 < out.size:
                out[2 * block + 1] = real(first + radius * math.sin(angle))
        else:
            for k in range(4):
                at = 4 * block + k
                if at < out.size:
                    uniform = (float(words[k]) + 0.5) * 2.0**-32
                    if distribution == 0:
                        out[at] = real(1) if uniform < first else real(0)
                    else:
                        out[at] = real(first + (second - first) * uniform)


@njit(parallel=True, **OPTIONS)
def _draw_parallel(chunk, blocks, seed, stream, distribution, first, second, out):
    for k in prange((blocks + chunk - 1) // chunk):
        _draw_blocks(k * chunk, min((k + 1) * chunk, blocks), seed, stream, distribution, first, second, out)

# --- elementary functions: arithmetic and bit operations only, so that a loop over them becomes vector code ---

#: Without "fastmath" a function inherits its caller's, and reassociation would undo the exact steps below.
PLAIN = {"cache": True, "error_model": "numpy", "nogil": True, "fastmath": False, "forceinline": True}


@intrinsic
def fma(typingctx, a, b, c):
    """a·b + c with one rounding."""
    return a(a, a, a), lambda context, builder, signature, args: builder.fma(*args)


@intrinsic
def rint(typingctx, a):
    """The nearest whole number, ties to even."""

    def emit(context, builder, signature, args):
        return builder.call(builder.module.declare_intrinsic("llvm.rint", [args[0].type]), args)

    return a(a), emit


@intrinsic
def select(typingctx, condition, a, b):
    """a where the condition holds, else b: both are worked out, and equal steps before and after are seen to be equal."""
    both = typingctx.unify_types(a, b)
    return both(types.boolean, both, both), lambda context, builder, signature, args: builder.select(*args)


@njit(**PLAIN)
def compensated(total, lost, value):
    """total + value, and what that loses, to be taken off the next value (Kahan 1965)."""
    step = value - lost
    new = total + step
    return new, (new - total) - step


@intrinsic
def added(typingctx, total, value):
    """total + value where the order of a sum's additions is free: such a sum runs in several lanes at once."""

    def emit(context, builder, signature, args):
        return builder.fadd(*args, flags=("reassoc", "nsz", "contract"))

    return total(total, total), emit


@intrinsic
def maxnum(typingctx, a, b):
    """The larger of two numbers, for running maxima; NaN is dropped here and comes back from exp(NaN − max)."""

    def emit(context, builder, signature, args):
        real = args[0].type
        function = builder.module.declare_intrinsic("llvm.maxnum", [real], ir.FunctionType(real, [real, real]))
        return builder.call(function, args, fastmath=("nnan", "nsz"))

    return a(a, a), emit


def _reinterpreting(target):
    @intrinsic
    def reinterpret(typingctx, a):
        def emit(context, builder, signature, args):
            return builder.bitcast(args[0], context.get_value_type(signature.return_type))

        return target(a), emit

    return reinterpret


_bits_f32 = _reinterpreting(types.int32)
_from_bits_f32 = _reinterpreting(types.float32)
_bits_f64 = _reinterpreting(types.int64)
_from_bits_f64 = _reinterpreting(types.float64)


# exp, float32: x = k·ln 2 + r, e^r = 1 + r + r²·P(r), relative error of P 2.9e-09.
@njit(**PLAIN)
def _reduced_exp_f32(x):
    """e^r − 1, and k as a whole number."""
    k = rint(x * np.float32(1.4426950216293335))
    r = fma(-k, np.float32(0.693115234375), x)
    r = fma(-k, np.float32(3.194618329871446e-05), r)
    p = np.float32(0.00019890991097781807)
    p = fma(p, r, np.float32(0.0013933649752289057))
    p = fma(p, r, np.float32(0.00833331048488617))
    p = fma(p, r, np.float32(0.04166646674275398))
    p = fma(p, r, np.float32(0.1666666716337204))
    p = fma(p, r, np.float32(0.5))
    return fma(r * r, p, r), k


@njit(**PLAIN)
def _power_of_two_f32(k):
    """2^k for a whole number in the normal range: the sum has its exponent in the lowest bits."""
    return _from_bits_f32(np.int32(_bits_f32(k + np.float32(12583039.0)) * np.int32(8388608)))


@njit(**PLAIN)
def _exp_f32(x):
    x = select(x > np.float32(88.89612579345703), np.float32(88.89612579345703), x)
    x = select(x < np.float32(-104.25), np.float32(-104.25), x)
    q, k = _reduced_exp_f32(x)
    half = rint(k * np.float32(0.5))
    # Two steps of scaling: the result may be subnormal or infinite where 2^k alone is neither.
    return (np.float32(1.0) + q) * _power_of_two_f32(half) * _power_of_two_f32(k - half)


@njit(**PLAIN)
def _expm1_f32(x):
    whole = x
    x = select(x > np.float32(88.89612579345703), np.float32(88.89612579345703), x)
    x = select(x < np.float32(-18.021825790405273), np.float32(-18.021825790405273), x)
    q, k = _reduced_exp_f32(x)
    # 2^k (q + 1) − 1, halved and doubled so that 2^k does not overflow before the result does.
    scale = _power_of_two_f32(k - np.float32(1.0))
    result = np.float32(2.0) * fma(scale, q, scale - np.float32(0.5))
    return select(abs(whole) < np.float32(2.9802322387695312e-08), whole, result)


# a·e^x: the factor comes before the power of two, which takes three steps across the range.
@njit(**PLAIN)
def _scaled_exp_pair_f32(a, low, q, k):
    """(a + low)·(1 + q)·2^k."""
    third = rint(k * np.float32(0.3333333432674408))
    step = _power_of_two_f32(third)
    return (fma(a, q, fma(low, q, low)) + a) * step * step * _power_of_two_f32(k - np.float32(2.0) * third)


@njit(**PLAIN)
def _scaled_exp_f32(a, q, k):
    """a·(1 + q)·2^k."""
    third = rint(k * np.float32(0.3333333432674408))
    step = _power_of_two_f32(third)
    return fma(a, q, a) * step * step * _power_of_two_f32(k - np.float32(2.0) * third)


@njit(**PLAIN)
def _times_exp_f32(a, x):
    inside = select(x > np.float32(192.00177001953125), np.float32(192.00177001953125), x)
    inside = select(inside < np.float32(-189.22918701171875), np.float32(-189.22918701171875), inside)
    q, k = _reduced_exp_f32(inside)
    result = _scaled_exp_f32(a, q, k)
    return select(x < np.float32(-189.22918701171875), np.float32(0.0), result)


@njit(**PLAIN)
def _times_exp_pair_f32(a, x, lost):
    """a·e^(x + lost)."""
    inside = select(x > np.float32(192.00177001953125), np.float32(192.00177001953125), x)
    inside = select(inside < np.float32(-189.22918701171875), np.float32(-189.22918701171875), inside)
    q, k = _reduced_exp_f32(inside)
    result = _scaled_exp_f32(a, fma(np.float32(1.0) + q, lost, q), k)
    return select(x < np.float32(-189.22918701171875), np.float32(0.0), result)


# log, float32: x = 2^k·m with m in [√½, √2), s = (m − 1)/(m + 1), log m = 2s + s·z·L(z) with z = s²,
# relative error of L 1.7e-09.
@njit(**PLAIN)
def _log_of_f32(f, k):
    """log(1 + f) + k·ln 2."""
    s = f / (np.float32(2.0) + f)
    z = s * s
    p = np.float32(0.2333046793937683)
    p = fma(p, z, np.float32(0.2855082154273987))
    p = fma(p, z, np.float32(0.4000012278556824))
    p = fma(p, z, np.float32(0.6666666865348816))
    half_square = np.float32(0.5) * f * f
    tail = fma(s, half_square + z * p, k * np.float32(3.194618329871446e-05))
    return fma(k, np.float32(0.693115234375), f - (half_square - tail))


@njit(**PLAIN)
def _log_f32(x):
    small = x < np.float32(1.1754943508222875e-38)
    scaled = select(small, x * np.float32(33554432.0), x)
    bits = _bits_f32(scaled)
    offset = np.int32(bits - np.int32(1060439283))
    k = np.float32(offset >> 23) - select(small, np.float32(25.0), np.float32(0.0))
    m = _from_bits_f32(np.int32(bits - (offset & np.int32(-8388608))))
    result = _log_of_f32(m - np.float32(1.0), k)
    result = select(x > np.float32(0.0), result, np.float32(np.nan))
    result = select(x == np.float32(0.0), np.float32(-np.inf), result)
    return select(x == np.float32(np.inf), x, result)


# log(1 + x), float32: with 2^k near 1 + x, which may be rounded for that, 1 + x = 2^k (1 + f); 2^−k in two steps.
@njit(**PLAIN)
def _log1p_f32(x):
    u = np.float32(1.0) + x
    offset = np.int32(_bits_f32(u) - np.int32(1060439283))
    four = _from_bits_f32(np.int32(np.int32(1082130432) - (offset & np.int32(-8388608))))
    f = fma(np.float32(0.25) * x, four, fma(np.float32(0.25), four, -np.float32(1.0)))
    result = _log_of_f32(f, np.float32(offset >> 23))
    result = select(u > np.float32(0.0), result, np.float32(np.nan))
    result = select(u == np.float32(0.0), np.float32(-np.inf), result)
    return select((abs(x) < np.float32(2.9802322387695312e-08)) | (x == np.float32(np.inf)), x, result)


# tanh, float32: x + x³·H(x²) for |x| < 0.625, error of H 1.3e-07; else 1 − 2/(e^(2|x|) + 1), with the sign of x.
@njit(**PLAIN)
def _tanh_f32(x):
    a = abs(x)
    z = x * x
    p = np.float32(-0.006096714176237583)
    p = fma(p, z, np.float32(0.020997179672122))
    p = fma(p, z, np.float32(-0.05385090783238411))
    p = fma(p, z, np.float32(0.1333276927471161))
    p = fma(p, z, np.float32(-0.333333283662796))
    near = select(a < np.float32(2.9802322387695312e-08), x, fma(x * z, p, x))
    far = np.float32(1.0) - np.float32(2.0) / (_exp_f32(np.float32(2.0) * a) + np.float32(1.0))
    far = select(x < np.float32(0.0), -far, far)
    return select(a < np.float32(0.625), near, far)


# erf, float32: x + x·E(x²) for |x| < 1, error of E 1.3e-09; else ±(1 − e^T(|x| − 2.5)),
# error of T 1.7e-09.
@njit(**PLAIN)
def _erf_f32(x):
    a = abs(x)
    z = x * x
    p = np.float32(7.875874871388078e-05)
    p = fma(p, z, np.float32(-0.000801686430349946))
    p = fma(p, z, np.float32(0.005189087241888046))
    p = fma(p, z, np.float32(-0.02685421146452427))
    p = fma(p, z, np.float32(0.11283594369888306))
    p = fma(p, z, np.float32(-0.3761262595653534))
    p = fma(p, z, np.float32(0.12837916612625122))
    u = select(a > np.float32(4.0), np.float32(4.0), a) - np.float32(2.5)
    q = np.float32(1.6371513993362896e-06)
    q = fma(q, u, np.float32(-1.3315014257386792e-05))
    q = fma(q, u, np.float32(7.729137723799795e-05))
    q = fma(q, u, np.float32(-0.00042012252379208803))
    q = fma(q, u, np.float32(0.0021653035655617714))
    q = fma(q, u, np.float32(-0.01085854135453701))
    q = fma(q, u, np.float32(-0.9438937306404114))
    q = fma(q, u, np.float32(-5.352680683135986))
    q = fma(q, u, np.float32(-7.806815147399902))
    far = np.float32(1.0) - _exp_f32(q)
    far = select(x < np.float32(0.0), -far, far)
    near = fma(x, p, x)
    result = select(a < np.float32(1.0), near, far)
    return select(x != x, x, result)


# erfc, float32: e^(−b²)·R(q)/(b + c) for b = |x|, q = (b − c)/(b + c), c = 1, error of R 1.0e-08;
# 2 − that for x < 0, 1 − erf x near zero.
@njit(**PLAIN)
def _erfc_beside_exp_f32(b):
    """R(q)/(b + c) as the sum of a number and what it lacks."""
    above = b + np.float32(1.0)
    lost = b - (above - np.float32(1.0))
    part = np.float32(1.0) / above
    q = (b - np.float32(1.0)) * part
    q_low = (fma(-q, above, b - np.float32(1.0)) - q * lost) * part
    p = np.float32(0.00179491622839123)
    p = fma(p, q, np.float32(-0.0010650490876287222))
    p = fma(p, q, np.float32(-0.0026134010404348373))
    p = fma(p, q, np.float32(-0.0034757263492792845))
    p = fma(p, q, np.float32(-0.0012050825171172619))
    p = fma(p, q, np.float32(0.0095240892842412))
    p = fma(p, q, np.float32(0.02539491467177868))
    p = fma(p, q, np.float32(0.013909755274653435))
    p = fma(p, q, np.float32(-0.09555638581514359))
    p = fma(p, q, np.float32(-0.23768091201782227))
    whole = fma(p, q, np.float32(0.8551671504974365))
    whole_low = fma(p, q, np.float32(0.8551671504974365) - whole) + p * q_low
    scaled = whole * part
    return scaled, (fma(-scaled, above, whole) - scaled * lost + whole_low) * part


@njit(**PLAIN)
def _erf_near_f32(x):
    z = x * x
    e = np.float32(0.004719082731753588)
    e = fma(e, z, np.float32(-0.026757732033729553))
    e = fma(e, z, np.float32(0.1128283143043518))
    e = fma(e, z, np.float32(-0.37612608075141907))
    e = fma(e, z, np.float32(0.12837916612625122))
    return fma(x, e, x)


@njit(**PLAIN)
def _exp_of_minus_square_f32(x, b, lost):
    """e^(−b²) as (1 + q)·2^k, and q with the rounding of b² and what x lacks."""
    square = b * b
    more = fma(b, b, -square) + np.float32(2.0) * b * select(x < np.float32(0.0), -lost, lost)
    q, k = _reduced_exp_f32(-square)
    return q, k, fma(np.float32(1.0) + q, -more, q)


@njit(**PLAIN)
def _times_erfc_pair_f32(a, x, lost):
    """a·erfc(x + lost)."""
    b = abs(x)
    b = select(b > np.float32(14.0), np.float32(14.0), b)
    _, k, q = _exp_of_minus_square_f32(x, b, lost)
    beside, low = _erfc_beside_exp_f32(b)
    scaled = beside * a
    low = fma(low, a, fma(beside, a, -scaled))
    tail = _scaled_exp_pair_f32(scaled, low, q, k)
    tail = select(b == np.float32(14.0), np.float32(0.0), tail)
    far = select(x < np.float32(0.0), np.float32(2.0) * a - tail, tail)
    near = fma(-a, _erf_near_f32(x), a)
    return select(b < np.float32(0.5), near, far)


@njit(**PLAIN)
def _erfc_plus_exp_f32(a, x, lost, other):
    """a·erfc(x + lost) + other·e^(−(x + lost)²), with one exponential for both."""
    b = abs(x)
    b = select(b > np.float32(14.0), np.float32(14.0), b)
    q, k, moved = _exp_of_minus_square_f32(x, b, lost)
    other_there = select(x < np.float32(0.0), -other, other)
    beside, low = _erfc_beside_exp_f32(b)
    tail = _scaled_exp_pair_f32(fma(beside, a, other_there), low * a, moved, k)
    tail = select(b == np.float32(14.0), np.float32(0.0), tail)
    far = select(x < np.float32(0.0), np.float32(2.0) * a - tail, tail)
    near = fma(-a, _erf_near_f32(x), a + fma(other, q, other))
    return select(b < np.float32(0.5), near, far)


@njit(**PLAIN)
def _times_erfc_f32(a, x):
    return _times_erfc_pair_f32(a, x, np.float32(0.0))


@njit(**PLAIN)
def _erfc_f32(x):
    return _times_erfc_f32(np.float32(1.0), x)


# n/(c + d), float32, for positive c and d: the quotient's remainder, and what c + d lost, are put right.
@njit(**PLAIN)
def _over_sum_f32(n, c, d):
    whole = c + d
    part = np.float32(1.0) / whole
    quotient = n * part
    left = fma(-quotient, whole, n) - quotient * (d - (whole - c))
    # Of an infinite quotient there is no remainder.
    return fma(select(left == left, left, np.float32(0.0)), part, quotient)


# --- roots of sums of squares, whose squares may be out of range: scaled by powers of two (Blue 1978) ---


@njit(**PLAIN)
def _hypot_f32(a, b):
    """√(a² + b²), both over a power of two near the larger: of its exponent the highest bits."""
    first = np.int32(_bits_f32(a) & np.int32(1879048192))
    second = np.int32(_bits_f32(b) & np.int32(1879048192))
    exponent = np.int32((second if first < second else first) + np.int32(134217728))
    up, down = _from_bits_f32(exponent), _from_bits_f32(np.int32(np.int32(2130706432) - exponent))
    a, b = a * down, b * down
    return math.sqrt(fma(a, a, b * b)) * up


# exp, float64: x = k·ln 2 + r, e^r = 1 + r + r²·P(r), relative error of P 3.0e-18.
@njit(**PLAIN)
def _reduced_exp_f64(x):
    """e^r − 1, and k as a whole number."""
    k = rint(x * 1.4426950408889634)
    r = fma(-k, 0.693147180559663, x)
    r = fma(-k, 2.8235290563031577e-13, r)
    p = 2.0914686968086876e-09
    p = fma(p, r, 2.5105217004720745e-08)
    p = fma(p, r, 2.75572736431103e-07)
    p = fma(p, r, 2.7557255400206422e-06)
    p = fma(p, r, 2.4801587325547743e-05)
    p = fma(p, r, 0.00019841269874820627)
    p = fma(p, r, 0.0013888888888883748)
    p = fma(p, r, 0.008333333333326136)
    p = fma(p, r, 0.04166666666666667)
    p = fma(p, r, 0.1666666666666667)
    p = fma(p, r, 0.5)
    return fma(r * r, p, r), k


@njit(**PLAIN)
def _power_of_two_f64(k):
    """2^k for a whole number in the normal range: the sum has its exponent in the lowest bits."""
    return _from_bits_f64(np.int64(_bits_f64(k + 6755399441056767.0) * np.int64(4503599627370496)))


@njit(**PLAIN)
def _exp_f64(x):
    x = select(x > 709.955999688524, 709.955999688524, x)
    x = select(x < -746.25, -746.25, x)
    q, k = _reduced_exp_f64(x)
    half = rint(k * 0.5)
    # Two steps of scaling: the result may be subnormal or infinite where 2^k alone is neither.
    return (1.0 + q) * _power_of_two_f64(half) * _power_of_two_f64(k - half)


@njit(**PLAIN)
def _expm1_f64(x):
    whole = x
    x = select(x > 709.955999688524, 709.955999688524, x)
    x = select(x < -38.123094930796995, -38.123094930796995, x)
    q, k = _reduced_exp_f64(x)
    # 2^k (q + 1) − 1, halved and doubled so that 2^k does not overflow before the result does.
    scale = _power_of_two_f64(k - 1.0)
    result = 2.0 * fma(scale, q, scale - 0.5)
    return select(abs(whole) < 5.551115123125783e-17, whole, result)


# a·e^x: the factor comes before the power of two, which takes three steps across the range.
@njit(**PLAIN)
def _scaled_exp_pair_f64(a, low, q, k):
    """(a + low)·(1 + q)·2^k."""
    third = rint(k * 0.3333333333333333)
    step = _power_of_two_f64(third)
    return (fma(a, q, fma(low, q, low)) + a) * step * step * _power_of_two_f64(k - 2.0 * third)


@njit(**PLAIN)
def _scaled_exp_f64(a, q, k):
    """a·(1 + q)·2^k."""
    third = rint(k * 0.3333333333333333)
    step = _power_of_two_f64(third)
    return fma(a, q, a) * step * step * _power_of_two_f64(k - 2.0 * third)


@njit(**PLAIN)
def _times_exp_f64(a, x):
    inside = select(x > 1454.2227848147652, 1454.2227848147652, x)
    inside = select(inside < -1451.4501960925254, -1451.4501960925254, inside)
    q, k = _reduced_exp_f64(inside)
    result = _scaled_exp_f64(a, q, k)
    return select(x < -1451.4501960925254, 0.0, result)


@njit(**PLAIN)
def _times_exp_pair_f64(a, x, lost):
    """a·e^(x + lost)."""
    inside = select(x > 1454.2227848147652, 1454.2227848147652, x)
    inside = select(inside < -1451.4501960925254, -1451.4501960925254, inside)
    q, k = _reduced_exp_f64(inside)
    result = _scaled_exp_f64(a, fma(1.0 + q, lost, q), k)
    return select(x < -1451.4501960925254, 0.0, result)


# log, float64: x = 2^k·m with m in [√½, √2), s = (m − 1)/(m + 1), log m = 2s + s·z·L(z) with z = s²,
# relative error of L 3.1e-18.
@njit(**PLAIN)
def _log_of_f64(f, k):
    """log(1 + f) + k·ln 2."""
    s = f / (2.0 + f)
    z = s * s
    p = 0.13086626147840102
    p = fma(p, z, 0.13268773138656886)
    p = fma(p, z, 0.15386239702814658)
    p = fma(p, z, 0.18181795640132906)
    p = fma(p, z, 0.22222222391713917)
    p = fma(p, z, 0.28571428570803614)
    p = fma(p, z, 0.4000000000000088)
    p = fma(p, z, 0.6666666666666666)
    half_square = 0.5 * f * f
    tail = fma(s, half_square + z * p, k * 2.8235290563031577e-13)
    return fma(k, 0.693147180559663, f - (half_square - tail))


@njit(**PLAIN)
def _log_f64(x):
    small = x < 2.2250738585072014e-308
    scaled = select(small, x * 1.8014398509481984e+16, x)
    bits = _bits_f64(scaled)
    offset = np.int64(bits - np.int64(4604544271217802189))
    k = np.float64(offset >> 52) - select(small, 54.0, 0.0)
    m = _from_bits_f64(np.int64(bits - (offset & np.int64(-4503599627370496))))
    result = _log_of_f64(m - 1.0, k)
    result = select(x > 0.0, result, np.float64(np.nan))
    result = select(x == 0.0, np.float64(-np.inf), result)
    return select(x == np.float64(np.inf), x, result)


# log(1 + x), float64: with 2^k near 1 + x, which may be rounded for that, 1 + x = 2^k (1 + f); 2^−k in two steps.
@njit(**PLAIN)
def _log1p_f64(x):
    u = 1.0 + x
    offset = np.int64(_bits_f64(u) - np.int64(4604544271217802189))
    four = _from_bits_f64(np.int64(np.int64(4616189618054758400) - (offset & np.int64(-4503599627370496))))
    f = fma(0.25 * x, four, fma(0.25, four, -1.0))
    result = _log_of_f64(f, np.float64(offset >> 52))
    result = select(u > 0.0, result, np.float64(np.nan))
    result = select(u == 0.0, np.float64(-np.inf), result)
    return select((abs(x) < 5.551115123125783e-17) | (x == np.float64(np.inf)), x, result)


# tanh, float64: x + x³·H(x²) for |x| < 0.625, error of H 1.2e-17; else 1 − 2/(e^(2|x|) + 1), with the sign of x.
@njit(**PLAIN)
def _tanh_f64(x):
    a = abs(x)
    z = x * x
    p = 6.485163482793113e-06
    p = fma(p, z, -3.12011014257974e-05)
    p = fma(p, z, 9.257116129556769e-05)
    p = fma(p, z, -0.0002375906496055562)
    p = fma(p, z, 0.0005896606577757043)
    p = fma(p, z, -0.0014557754120478055)
    p = fma(p, z, 0.0035921217511549622)
    p = fma(p, z, -0.008863235103240878)
    p = fma(p, z, 0.021869488519008305)
    p = fma(p, z, -0.05396825396789699)
    p = fma(p, z, 0.13333333333333042)
    p = fma(p, z, -0.3333333333333333)
    near = select(a < 5.551115123125783e-17, x, fma(x * z, p, x))
    far = 1.0 - 2.0 / (_exp_f64(2.0 * a) + 1.0)
    far = select(x < 0.0, -far, far)
    return select(a < 0.625, near, far)


# erf, float64: x + x·E(x²) for |x| < 1.5, error of E 4.4e-24; else ±(1 − e^T(|x| − 3.75)),
# error of T 6.5e-19.
@njit(**PLAIN)
def _erf_f64(x):
    a = abs(x)
    z = x * x
    p = 1.6642696519505487e-18
    p = fma(p, z, -6.552129976075843e-17)
    p = fma(p, z, 1.4976407356588626e-15)
    p = fma(p, z, -2.7307106515074235e-14)
    p = fma(p, z, 4.4481650281522133e-13)
    p = fma(p, z, -6.70812184879366e-12)
    p = fma(p, z, 9.422223206530642e-11)
    p = fma(p, z, -1.2290487023388315e-09)
    p = fma(p, z, 1.4807186097270919e-08)
    p = fma(p, z, -1.636584418308803e-07)
    p = fma(p, z, 1.646211433665684e-06)
    p = fma(p, z, -1.4925650357148837e-05)
    p = fma(p, z, 0.00012055332981750242)
    p = fma(p, z, -0.0008548327023449985)
    p = fma(p, z, 0.005223977625442175)
    p = fma(p, z, -0.026866170645131252)
    p = fma(p, z, 0.11283791670955126)
    p = fma(p, z, -0.37612638903183754)
    p = fma(p, z, 0.1283791670955126)
    u = select(a > 6.0, 6.0, a) - 3.75
    q = 3.1058094022526644e-19
    q = fma(q, u, -1.808782833833476e-18)
    q = fma(q, u, -6.924755472155295e-19)
    q = fma(q, u, 1.8991151257905737e-17)
    q = fma(q, u, -4.386179644208128e-17)
    q = fma(q, u, 5.179390180432639e-16)
    q = fma(q, u, -5.260023917301217e-15)
    q = fma(q, u, 3.425509895123361e-14)
    q = fma(q, u, -1.898169498129753e-13)
    q = fma(q, u, 9.386397400373876e-13)
    q = fma(q, u, -3.802861458570818e-12)
    q = fma(q, u, 9.13026250786395e-12)
    q = fma(q, u, 3.475736257506217e-11)
    q = fma(q, u, -7.426485907400629e-10)
    q = fma(q, u, 7.40484396555395e-09)
    q = fma(q, u, -5.9542863418782915e-08)
    q = fma(q, u, 4.2884960141162695e-07)
    q = fma(q, u, -2.883022918045393e-06)
    q = fma(q, u, 1.8506030581594208e-05)
    q = fma(q, u, -0.00011534830428242205)
    q = fma(q, u, 0.0007104509014984948)
    q = fma(q, u, -0.004436912602480046)
    q = fma(q, u, -0.9703663279845819)
    q = fma(q, u, -7.750404061587925)
    q = fma(q, u, -15.989462741350012)
    far = 1.0 - _exp_f64(q)
    far = select(x < 0.0, -far, far)
    near = fma(x, p, x)
    result = select(a < 1.5, near, far)
    return select(x != x, x, result)


# erfc, float64: e^(−b²)·R(q)/(b + c) for b = |x|, q = (b − c)/(b + c), c = 2, error of R 7.0e-18;
# 2 − that for x < 0, 1 − erf x near zero.
@njit(**PLAIN)
def _erfc_beside_exp_f64(b):
    """R(q)/(b + c) as the sum of a number and what it lacks."""
    above = b + 2.0
    lost = b - (above - 2.0)
    part = 1.0 / above
    q = (b - 2.0) * part
    q_low = (fma(-q, above, b - 2.0) - q * lost) * part
    p = -2.6689930138741244e-08
    p = fma(p, q, 5.2737801034084895e-09)
    p = fma(p, q, 1.6499825410056783e-07)
    p = fma(p, q, 5.241788626965207e-08)
    p = fma(p, q, -3.9951944258000084e-07)
    p = fma(p, q, -5.979100238515856e-07)
    p = fma(p, q, 5.689346120188639e-08)
    p = fma(p, q, 2.0058867462728095e-06)
    p = fma(p, q, 3.619667623259108e-06)
    p = fma(p, q, -1.1238625492260129e-06)
    p = fma(p, q, -1.6114131809346165e-05)
    p = fma(p, q, -2.1697179911963913e-05)
    p = fma(p, q, 3.4147649249925866e-05)
    p = fma(p, q, 0.0001444709544302712)
    p = fma(p, q, 3.437158459724962e-05)
    p = fma(p, q, -0.0006630735281612731)
    p = fma(p, q, -0.0008372960734108167)
    p = fma(p, q, 0.00309061206049789)
    p = fma(p, q, 0.006479185068190522)
    p = fma(p, q, -0.02151066188951998)
    p = fma(p, q, -0.036442231506887655)
    p = fma(p, q, 0.27947209255605504)
    p = fma(p, q, -0.6871606844138105)
    whole = fma(p, q, 1.021582705242023)
    whole_low = fma(p, q, 1.021582705242023 - whole) + p * q_low
    scaled = whole * part
    return scaled, (fma(-scaled, above, whole) - scaled * lost + whole_low) * part


@njit(**PLAIN)
def _erf_near_f64(x):
    z = x * x
    e = 1.4725865480556744e-06
    e = fma(e, z, -1.4845849259707869e-05)
    e = fma(e, z, 0.00012053335124353741)
    e = fma(e, z, -0.0008548297753674966)
    e = fma(e, z, 0.00522397737302147)
    e = fma(e, z, -0.026866170632887928)
    e = fma(e, z, 0.11283791670925353)
    e = fma(e, z, -0.37612638903183476)
    e = fma(e, z, 0.12837916709551256)
    return fma(x, e, x)


@njit(**PLAIN)
def _exp_of_minus_square_f64(x, b, lost):
    """e^(−b²) as (1 + q)·2^k, and q with the rounding of b² and what x lacks."""
    square = b * b
    more = fma(b, b, -square) + 2.0 * b * select(x < 0.0, -lost, lost)
    q, k = _reduced_exp_f64(-square)
    return q, k, fma(1.0 + q, -more, q)


@njit(**PLAIN)
def _times_erfc_pair_f64(a, x, lost):
    """a·erfc(x + lost)."""
    b = abs(x)
    b = select(b > 38.5, 38.5, b)
    _, k, q = _exp_of_minus_square_f64(x, b, lost)
    beside, low = _erfc_beside_exp_f64(b)
    scaled = beside * a
    low = fma(low, a, fma(beside, a, -scaled))
    tail = _scaled_exp_pair_f64(scaled, low, q, k)
    tail = select(b == 38.5, 0.0, tail)
    far = select(x < 0.0, 2.0 * a - tail, tail)
    near = fma(-a, _erf_near_f64(x), a)
    return select(b < 0.5, near, far)


@njit(**PLAIN)
def _erfc_plus_exp_f64(a, x, lost, other):
    """a·erfc(x + lost) + other·e^(−(x + lost)²), with one exponential for both."""
    b = abs(x)
    b = select(b > 38.5, 38.5, b)
    q, k, moved = _exp_of_minus_square_f64(x, b, lost)
    other_there = select(x < 0.0, -other, other)
    beside, low = _erfc_beside_exp_f64(b)
    tail = _scaled_exp_pair_f64(fma(beside, a, other_there), low * a, moved, k)
    tail = select(b == 38.5, 0.0, tail)
    far = select(x < 0.0, 2.0 * a - tail, tail)
    near = fma(-a, _erf_near_f64(x), a + fma(other, q, other))
    return select(b < 0.5, near, far)


@njit(**PLAIN)
def _times_erfc_f64(a, x):
    return _times_erfc_pair_f64(a, x, 0.0)


@njit(**PLAIN)
def _erfc_f64(x):
    return _times_erfc_f64(1.0, x)


# n/(c + d), float64, for positive c and d: the quotient's remainder, and what c + d lost, are put right.
@njit(**PLAIN)
def _over_sum_f64(n, c, d):
    whole = c + d
    part = 1.0 / whole
    quotient = n * part
    left = fma(-quotient, whole, n) - quotient * (d - (whole - c))
    # Of an infinite quotient there is no remainder.
    return fma(select(left == left, left, 0.0), part, quotient)


# --- roots of sums of squares, whose squares may be out of range: scaled by powers of two (Blue 1978) ---


@njit(**PLAIN)
def _hypot_f64(a, b):
    """√(a² + b²), both over a power of two near the larger: of its exponent the highest bits."""
    first = np.int64(_bits_f64(a) & np.int64(8070450532247928832))
    second = np.int64(_bits_f64(b) & np.int64(8070450532247928832))
    exponent = np.int64((second if first < second else first) + np.int64(576460752303423488))
    up, down = _from_bits_f64(exponent), _from_bits_f64(np.int64(np.int64(9214364837600034816) - exponent))
    a, b = a * down, b * down
    return math.sqrt(fma(a, a, b * b)) * up


#: 2/π times 2 to the 1200.
_TWO_OVER_PI = int(
    "a2f9836e4e441529fc2757d1f534ddc0db6295993c439041fe5163abdebbc561b7246e3a424dd2e006492eea09d1921cfe1d"
    "eb1cb129a73ee88235f52ebb4484e99c7026b45f7e413991d639835339f49c845f8bbdf9283b1ff897ffde05980fef2f118b"
    "5a0a6d1f6d367ecf27cb09b74f463f669e5fea2d7527bac7ebe5f17b3d0739f78a5292ea6bfb5fb11f8d5d0856033046fc7b"
    , 16)


def _quarter_turns():
    """What a float32 number of each exponent is times to have its quarter turns, but for multiples of four.

    That is 2/π without the bits that make multiples of four of every number of the exponent (Payne & Hanek 1983): the
    first 29 bits, whose product with 24 bits is exact in double precision, and the next 53.
    """
    table = np.empty((256, 2))
    for exponent in range(255):
        # The last bit of such a number is 2^last.
        last = max(exponent, 1) - 150
        left = _TWO_OVER_PI % 2 ** (1200 + 2 - last) if last > 1 else _TWO_OVER_PI
        for k, bits in enumerate((29, 53)):
            drop = max(left.bit_length() - bits, 0)
            table[exponent, k] = math.ldexp(left >> drop, drop - 1200)
            left %= 2**drop
    table[255] = np.nan
    return table


def _quarter_turns_f64():
    """The same for float64 numbers of eight exponents each: four times 53 bits, the first of which may be zero.

    Numbers of the rows from 200 are scaled by 2⁻³⁰⁰, for the last bits of theirs are beyond the smallest number.
    """
    table = np.empty((256, 4))
    for exponents in range(256):
        last = max(8 * exponents, 1) - 1075
        for k in range(4):
            places = max(last - 2, 0) + 53 * (k + 1)
            bits = (_TWO_OVER_PI >> (1200 - places)) % 2**53
            table[exponents, k] = math.ldexp(bits, (300 if exponents >= 200 else 0) - places)
    return table


_QUARTER_TURNS = _quarter_turns()
_QUARTER_TURNS_F64 = _quarter_turns_f64()


# sin and cos, float32: x·2/π = n + f but for multiples of four, then ±f·S(f²) or ±C(f²), in double precision; errors of
# S 4.8e-12, of C 6.7e-11.
@njit(**PLAIN)
def _turned_f32(x):
    """sin(πf/2) and cos(πf/2), and n modulo four, between −2 and 2."""
    exponent = np.uint32(_bits_f32(abs(x)) >> np.int32(23))
    wide = np.float64(x)
    whole = wide * _QUARTER_TURNS[exponent, 0]
    n = rint(whole)
    f = fma(wide, _QUARTER_TURNS[exponent, 1], whole - n)
    z = f * f
    s = 0.00015820630355647733
    s = fma(s, z, -0.004681266256726245)
    s = fma(s, z, 0.07969258272563062)
    s = fma(s, z, -0.6459640961467954)
    s = fma(s, z, 1.5707963267881)
    c = 0.0009036280663802505
    c = fma(c, z, -0.02086006950026408)
    c = fma(c, z, 0.2536692036551135)
    c = fma(c, z, -1.2337005406331623)
    c = fma(c, z, 0.9999999999524894)
    return f * s, c, n - 4.0 * rint(0.25 * n)


@njit(**PLAIN)
def _sin_f32(x):
    s, c, n = _turned_f32(x)
    result = select(abs(n) == 1.0, c, s)
    result = np.float32(select((n == -1.0) | (abs(n) == 2.0), -result, result))
    return select(x == np.float32(0), x, result)


@njit(**PLAIN)
def _cos_f32(x):
    s, c, n = _turned_f32(x)
    result = select(abs(n) == 1.0, s, c)
    return np.float32(select((n == 1.0) | (abs(n) == 2.0), -result, result))


# float64: the same with f as a pair, then r = πf/2 and r + r³·S(r²) or 1 − r²/2 + r⁴·C(r²); errors of S
# 7.2e-20, of C 3.1e-17.
@njit(**PLAIN)
def _sum_and_rest(a, b):
    """A sum and what rounding took from it (Knuth, TAOCP 2, 4.2.2)."""
    total = a + b
    second = total - a
    return total, (a - (total - second)) + (b - second)


@njit(**PLAIN)
def _turned_f64(x):
    """sin(πf/2) and cos(πf/2), and n modulo four, between −2 and 2."""
    row = _bits_f64(abs(x)) >> np.int64(55)
    x = select(row >= 200, x * 2.0**-300, x)
    a = x * _QUARTER_TURNS_F64[row, 0]
    b = x * _QUARTER_TURNS_F64[row, 1]
    c = x * _QUARTER_TURNS_F64[row, 2]
    a_rest = fma(x, _QUARTER_TURNS_F64[row, 0], -a)
    b_rest = fma(x, _QUARTER_TURNS_F64[row, 1], -b)
    c_rest = fma(x, _QUARTER_TURNS_F64[row, 2], -c)
    rest = fma(x, _QUARTER_TURNS_F64[row, 3], c_rest)
    a, first = _sum_and_rest(a - 4.0 * rint(0.25 * a), a_rest)
    a, second = _sum_and_rest(a, b)
    n = rint(a)
    # What is left may nearly cancel, down to 2⁻⁶²: its largest parts are added up exactly.
    first, first_rest = _sum_and_rest(first, second)
    c, c_rest = _sum_and_rest(b_rest, c)
    first, second = _sum_and_rest(first, c)
    f, f_rest = _sum_and_rest(a - n, first)
    f_rest += second + (first_rest + (c_rest + rest))
    r = f * 1.5707963267948966
    r_rest = fma(f, 1.5707963267948966, -r) + fma(f, 6.123233995736766e-17, f_rest * 1.5707963267948966)
    z = r * r
    s = -7.586697117706918e-13
    s = fma(s, z, 1.6058531618986147e-10)
    s = fma(s, z, -2.5052106232447578e-08)
    s = fma(s, z, 2.7557319219339167e-06)
    s = fma(s, z, -0.00019841269841265065)
    s = fma(s, z, 0.008333333333333331)
    s = fma(s, z, -0.16666666666666666)
    c = -1.1382632425521717e-11
    c = fma(c, z, 2.08761462684032e-09)
    c = fma(c, z, -2.7557317271729793e-07)
    c = fma(c, z, 2.480158729876569e-05)
    c = fma(c, z, -0.0013888888888887398)
    c = fma(c, z, 0.041666666666666664)
    half = 0.5 * z
    one = 1.0 - half
    sine = r + fma(r * z, s, fma(-half, r_rest, r_rest))
    return sine, one + (((1.0 - one) - half) + fma(z * z, c, -r * r_rest)), n - 4.0 * rint(0.25 * n)


@njit(**PLAIN)
def _sin_f64(x):
    s, c, n = _turned_f64(x)
    result = select(abs(n) == 1.0, c, s)
    result = select((n == -1.0) | (abs(n) == 2.0), -result, result)
    return select(abs(x) < 2.0**-27, x, result)


@njit(**PLAIN)
def _cos_f64(x):
    s, c, n = _turned_f64(x)
    result = select(abs(n) == 1.0, s, c)
    return select((n == 1.0) | (abs(n) == 2.0), -result, result)


# x^y = e^(y·log x), for float32 in double precision; for float64 with log x as the sum of two numbers.
@njit(**PLAIN)
def _power_by_sign(size, x, y):
    """x^y from |x|^y (C23, F.10.4.4)."""
    whole = rint(y) == y
    odd = whole & (rint(0.5 * y) != 0.5 * y)
    result = select((_bits_f64(x) < 0) & odd, -size, size)
    result = select((x < 0.0) & (x > -np.inf) & ~whole, np.nan, result)
    return select((x == 1.0) | (y == 0.0), 1.0, result)


@njit(**PLAIN)
def _power_f32(x, y):
    x = np.float64(x)
    y = np.float64(y)
    size = select(abs(x) == 1.0, 1.0, _exp_f64(y * _log_f64(abs(x))))
    return np.float32(_power_by_sign(size, x, y))


@njit(**PLAIN)
def _log_and_rest(x):
    """log x as a pair: as _log_f64, with what roundings take from s = f/(2 + f) and 2s + c₀s³."""
    small = x < 2.2250738585072014e-308
    scaled = select(small, x * 1.8014398509481984e+16, x)
    bits = _bits_f64(scaled)
    offset = bits - np.int64(4604544271217802189)
    k = np.float64(offset >> 52) - select(small, 54.0, 0.0)
    f = _from_bits_f64(bits - (offset & np.int64(-4503599627370496))) - 1.0
    below = 2.0 + f
    s = f / below
    s_rest = (fma(-s, below, f) - s * (f - (below - 2.0))) / below
    z = s * s
    cube = s * z
    cube_rest = fma(s, z, -cube) + 3.0 * z * s_rest + s * fma(s, s, -z)
    p = 0.13086626147840102
    p = fma(p, z, 0.13268773138656886)
    p = fma(p, z, 0.15386239702814658)
    p = fma(p, z, 0.18181795640132906)
    p = fma(p, z, 0.22222222391713917)
    p = fma(p, z, 0.28571428570803614)
    p = fma(p, z, 0.4000000000000088)
    third = cube * 0.6666666666666666
    third_rest = fma(cube, 0.6666666666666666, -third)
    third_rest += fma(cube, fma(p, z, 3.499014208750522e-17), cube_rest * 0.6666666666666666)
    high, first = _sum_and_rest(k * 0.693147180559663, 2.0 * s)
    high, second = _sum_and_rest(high, third)
    rest = first + (second + (third_rest + fma(k, 2.8235290563031577e-13, 2.0 * s_rest)))
    return _sum_and_rest(high, rest)


@njit(**PLAIN)
def _power_f64(x, y):
    size = abs(x)
    there = (size > 0.0) & (size < np.inf)
    high, rest = _log_and_rest(select(there, size, 1.0))
    high = select(size == 0.0, -np.inf, select(size == np.inf, np.inf, select(size == size, high, size)))
    u = y * high
    rest = select(there & (abs(u) < 1e4), fma(y, high, -u) + y * rest, 0.0)
    return _power_by_sign(select(size == 1.0, 1.0, _times_exp_pair_f64(1.0, u, rest)), x, y)


@njit(**PLAIN)
def _with_square_f32(total, x):
    """total + x² in double precision, where no square of a float32 is out of range."""
    double = np.float64(x)
    return added(total, double * double)


@njit(**PLAIN)
def _with_square_f64(totals, x):
    """Three sums at once: of x², and of squares scaled down and up by a power of two."""
    down, up = x * 2.409919865102884e-181, x * 4.149515568880993e+180
    return added(totals[0], x * x), added(totals[1], down * down), added(totals[2], up * up)


@njit(**PLAIN)
def _root_of_f64(totals):
    """The root of the sum that neither overflowed nor lost bits below the smallest number."""
    plain, scaled_down, scaled_up = totals
    if plain > 1.0715086071862673e+301:
        return math.sqrt(scaled_down) * 4.149515568880993e+180
    return math.sqrt(scaled_up) * 2.409919865102884e-181 if plain < 1.1830521861667747e-271 else math.sqrt(plain)


def no_squares(real):
    """A sum of no squares yet, of numbers of a type."""
    raise NotImplementedError("no_squares is for compiled code")


def with_square(total, x):
    """A sum of squares with one more."""
    raise NotImplementedError("with_square is for compiled code")


def root_of(total):
    """The root of a sum of squares, in double precision."""
    raise NotImplementedError("root_of is for compiled code")


@overload(no_squares, jit_options=PLAIN)
def _no_squares(real):
    if real.dtype == types.float32:
        return lambda real: 0.0
    return lambda real: (0.0, 0.0, 0.0)


@overload(with_square, jit_options=PLAIN)
def _with_square(total, x):
    if isinstance(total, types.BaseTuple):
        return lambda total, x: _with_square_f64(total, x)
    return lambda total, x: _with_square_f32(total, x)


@overload(root_of, jit_options=PLAIN)
def _root_of(total):
    if isinstance(total, types.BaseTuple):
        return lambda total: _root_of_f64(total)
    return lambda total: math.sqrt(total)


def typed(name, single, double):
    """A function for both types, of a number or of a product of two: kernels call it with what they have."""

    def stub(x, y=None):
        raise NotImplementedError(f"{name} is for compiled code")

    @overload(stub, jit_options=PLAIN)
    def choose(x, y=None):
        function = double if types.float64 in (x, y) else single
        if y is None or isinstance(y, types.Omitted):
            return lambda x, y=None: function(x)
        return lambda x, y=None: function(x, y)

    stub.__name__, stub.versions = name, (single, double)
    return stub


def hypot(a, b):
    """√(a² + b²), finite wherever that is in range."""
    raise NotImplementedError("hypot is for compiled code")


@overload(hypot, jit_options=PLAIN)
def _hypot(a, b):
    if a == b == types.float32:
        return lambda a, b: _hypot_f32(a, b)
    return lambda a, b: _hypot_f64(np.float64(a), np.float64(b))


@njit(**PLAIN)
def damped(a, b):
    """a·b, and zero where b is, though a be infinite; worked out either way, so that every lane rounds alike."""
    product = a * b
    return select(b == 0, b, product)


def _typed_product(name, single, double, single_pair, double_pair):
    """A product with a function, for both types; what it is a function of may be a pair."""

    def stub(a, u):
        raise NotImplementedError(f"{name} is for compiled code")

    @overload(stub, jit_options=PLAIN)
    def choose(a, u):
        if isinstance(u, types.BaseTuple):
            of_pair = single_pair if a == types.float32 else double_pair
            return lambda a, u: of_pair(a, u[0], u[1])
        function = single if a == types.float32 else double
        return lambda a, u: function(a, u)

    stub.__name__ = name
    return stub


def over_sum(n, c, d):
    """n/(c + d), for both types."""
    raise NotImplementedError("over_sum is for compiled code")


@overload(over_sum, jit_options=PLAIN)
def _choose_over_sum(n, c, d):
    function = _over_sum_f32 if n == types.float32 else _over_sum_f64
    return lambda n, c, d: function(n, c, d)


def erfc_plus_exp(a, u, c):
    """a·erfc u + c·e^(−u²), for both types; u may be a pair."""
    raise NotImplementedError("erfc_plus_exp is for compiled code")


@overload(erfc_plus_exp, jit_options=PLAIN)
def _choose_erfc_plus_exp(a, u, c):
    function, real = (_erfc_plus_exp_f32, np.float32) if c == types.float32 else (_erfc_plus_exp_f64, np.float64)
    if isinstance(u, types.BaseTuple):
        return lambda a, u, c: function(a, u[0], u[1], c)
    return lambda a, u, c: function(a, u, real(0), c)


# --- pairs: a number and what rounding took from it (Dekker 1971) ---


@njit(**PLAIN)
def pair_of(real, number, rest):
    """A constant that is the sum of two in double precision."""
    high = real(number)
    return high, real((number - np.float64(high)) + rest)


@njit(**PLAIN)
def _pair_f32(a):
    """A number that nothing was taken from."""
    return a, np.float32(0)


@njit(**PLAIN)
def _pair_f64(a):
    return a, 0.0


@njit(**PLAIN)
def _of_numbers(a, b):
    high = a * b
    return high, fma(a, b, -high)


@njit(**PLAIN)
def _of_pair_and_number(a, b):
    high = a[0] * b
    return high, fma(a[1], b, fma(a[0], b, -high))


@njit(**PLAIN)
def _of_pairs(a, b):
    high = a[0] * b[0]
    return high, fma(a[0], b[0], -high) + (a[0] * b[1] + a[1] * b[0])


def pair_times(a, b):
    """The product of two, each a number or a pair."""
    raise NotImplementedError("pair_times is for compiled code")


@overload(pair_times, jit_options=PLAIN)
def _choose_pair_times(a, b):
    match isinstance(a, types.BaseTuple), isinstance(b, types.BaseTuple):
        case True, True:
            return lambda a, b: _of_pairs(a, b)
        case True, False:
            return lambda a, b: _of_pair_and_number(a, b)
        case False, True:
            return lambda a, b: _of_pair_and_number(b, a)
    return lambda a, b: _of_numbers(a, b)


@njit(**PLAIN)
def pair_plus(a, b):
    high = a[0] + b[0]
    second = high - a[0]
    return high, ((a[0] - (high - second)) + (b[0] - second)) + (a[1] + b[1])


@njit(**PLAIN)
def pair_minus(a):
    return -a[0], -a[1]


@njit(**PLAIN)
def pair_size(a):
    """The pair, with the sign that makes its number positive."""
    return select(a[0] < 0, -a[0], a[0]), select(a[0] < 0, -a[1], a[1])


@njit(**PLAIN)
def _sign_f32(x):
    return np.float32(0) + (np.float32(1) if x > np.float32(0) else (np.float32(-1) if x < np.float32(0) else x))


@njit(**PLAIN)
def _sign_f64(x):
    return 1.0 if x > 0.0 else (-1.0 if x < 0.0 else x)


@njit(**PLAIN)
def larger(a, b):
    """The larger of two numbers, the first of equals; NaN comes through."""
    return select((a >= b) | (a != a), a, b)


@njit(**PLAIN)
def smaller(a, b):
    """The smaller of two numbers, the first of equals; NaN comes through."""
    return select((a <= b) | (a != a), a, b)


exp = typed("exp", _exp_f32, _exp_f64)
expm1 = typed("expm1", _expm1_f32, _expm1_f64)
log = typed("log", _log_f32, _log_f64)
log1p = typed("log1p", _log1p_f32, _log1p_f64)
tanh = typed("tanh", _tanh_f32, _tanh_f64)
erf = typed("erf", _erf_f32, _erf_f64)
erfc = typed("erfc", _erfc_f32, _erfc_f64)
sin = typed("sin", _sin_f32, _sin_f64)
cos = typed("cos", _cos_f32, _cos_f64)
pair = typed("pair", _pair_f32, _pair_f64)
times_exp = _typed_product("times_exp", _times_exp_f32, _times_exp_f64, _times_exp_pair_f32, _times_exp_pair_f64)
times_erfc = _typed_product("times_erfc", _times_erfc_f32, _times_erfc_f64, _times_erfc_pair_f32, _times_erfc_pair_f64)
sign = typed("sign", _sign_f32, _sign_f64)
power = typed("power", _power_f32, _power_f64)
