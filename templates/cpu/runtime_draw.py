@njit(parallel=True, **OPTIONS)
def _draw_parallel(chunk, blocks, seed, stream, distribution, first, second, out):
    for k in prange((blocks + chunk - 1) // chunk):
        _draw_blocks(k * chunk, min((k + 1) * chunk, blocks), seed, stream, distribution, first, second, out)
