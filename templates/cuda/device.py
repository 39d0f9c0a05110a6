"""The device: arrays are CuPy's, kernels are launched by Numba on CuPy's current stream.

Made by symnn. Do not edit: run `symnn build --target cuda`.
"""

import warnings

import cupy as xp
from numba import cuda

__all__ = ["launch", "xp"]

# What becomes part of a kernel before that is compiled is taken for a name out of place; it compiles to what it should.
warnings.filterwarnings("ignore", r"(?s)variable '.*_team_\w+' is not in scope")
# A kernel for few rows has few blocks.
warnings.filterwarnings("ignore", "Grid size")

#: What Numba made of each function, which it compiles for the types of the arguments.
_COMPILED = {}


def launch(function, grid, block, arguments):
    """Run a kernel on so many blocks of so many threads each."""
    if function not in _COMPILED:
        _COMPILED[function] = cuda.jit(function, cache=True)
    stream = cuda.external_stream(xp.cuda.get_current_stream().ptr)
    # They are CuPy's own, on its stream: there is nothing to wait for.
    given = [cuda.as_cuda_array(a, sync=False) if isinstance(a, xp.ndarray) else a for a in arguments]
    _COMPILED[function][grid, block, stream](*given)
