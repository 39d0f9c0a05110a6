# --- products of matrices ---------------------------------------------------------------------------------


def multiply(left, right, out, real=None):
    """Products of matrices, or of stacks of them, into ``out``; worked out in the type ``real``, if there is one."""
    if real is None:
        xp.matmul(left, right, out=out)
    else:
        out[...] = xp.matmul(left.astype(real), right.astype(real))
