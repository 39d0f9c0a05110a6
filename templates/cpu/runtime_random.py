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
