# --- arrays in memory ----------------------------------------------------------------------------------------


def _as_array(name, value, axes):
    """A subclass of array as a plain one, a NumPy scalar as an array of no axes; anything else is refused."""
    if isinstance(value, np.ndarray):
        return value.view(np.ndarray)
    if isinstance(value, np.generic) and axes == ("...",):
        return np.asarray(value)
    raise TypeError(f"{name} is a {type(value).__name__}; expected a NumPy array of float32 or float64")


def reduce(values, reduction, real):
    """One number from the values of the samples, summed in double precision; a mean over no sample is NaN."""
    if reduction == "none":
        return values
    total = np.add.reduce(values, 0, _FLOATS[1])
    if reduction == "sum":
        return real(total)
    return real(total / values.size) if values.size else real(math.nan)


def chunk_rows(columns, summing=False):
    """How many rows a chunk has: as many elements as stay in cache, whatever the number of threads.

    Where rows are added up column by column, a chunk has more elements, so that there are few partial sums to
    combine, but no more than 512 rows, so that a sum is as accurate as a pairwise one.
    """
    if summing:
        return max(1, min(512, 131072 // max(1, columns)))
    return max(1, 32768 // max(1, columns))


def updated(name, array):
    """An array that a step may change in place."""
    if not isinstance(array, np.ndarray):
        raise TypeError(f"{name} is a {type(array).__name__}; expected a NumPy array, which is updated in place")
    if not array.flags.writeable:
        raise ValueError(f"{name} is read-only; expected an array that can be updated in place")
