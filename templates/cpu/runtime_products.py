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
