# --- arrays on the device ------------------------------------------------------------------------------------


def _as_array(name, value, axes):
    """An array of another library that is on the device, as one of CuPy's with the same memory."""
    if hasattr(value, "__cuda_array_interface__"):
        return xp.asarray(value)
    raise TypeError(f"{name} is a {type(value).__name__}; expected an array on the device, of float32 or float64")


def reduce(values, reduction, real):
    """One number from the values of the samples, summed in double precision; a mean over no sample is NaN."""
    if reduction == "none":
        return values
    total = float(values.sum(dtype=np.float64))
    if reduction == "sum":
        return real(total)
    return real(total / values.size) if values.size else real(math.nan)


def updated(name, array):
    """An array that a step may change in place."""
    if not isinstance(array, xp.ndarray):
        raise TypeError(f"{name} is a {type(array).__name__}; expected a CuPy array, which is updated in place")
