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
