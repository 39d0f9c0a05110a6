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
