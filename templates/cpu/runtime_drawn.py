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
