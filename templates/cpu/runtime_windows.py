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
    np.copyto(out, np.lib.stride_tricks.as_strided(first, out.shape, strides, writeable=False))
