"""step_decay (schedule).

The rate multiplied by a factor every few steps.

    η = η₀·factor^⌊t/every⌋

Made by symnn 0.1.0 from the declaration of step_decay in symnn.catalogue.schedules, hash 1f470207004c.
Do not edit: `symnn build` verifies it and writes it again.
verified steps, program of forward: error 0, bound 1e-40
verified source, float32, ordinary: error 0, bound 4
verified source, float64, ordinary: error 0, bound 4
"""

import math

import numpy as np

from ._runtime import number

#: What these kernels use of the runtime, as a hash: where that changes, so does this file, and with it the cache.
RUNTIME = "2265b48b75e2"


#: The operation, for programs.
SPEC = {
    "name": "step_decay",
    "kind": "schedule",
    "arguments": [
        {"name": "t", "shape": [], "role": "step", "dtype": "integer", "differentiable": False},
    ],
    "params": [
        {
            "name": "eta0",
            "default": 0.1,
            "range": {"low": 0, "high": None, "low_open": False, "high_open": False, "integer": False},
        },
        {
            "name": "factor",
            "default": 0.5,
            "range": {"low": 0, "high": None, "low_open": True, "high_open": False, "integer": False},
        },
        {
            "name": "every",
            "default": 10.0,
            "range": {"low": 1, "high": None, "low_open": False, "high_open": False, "integer": True},
        },
    ],
    "outputs": [
        "eta",
    ],
    "equations": [
        "\\eta = \\eta_{0} \\, \\mathrm{factor}^{\\left\\lfloor \\frac{t}{\\mathrm{every}}\\right\\rfloor}",
    ],
    "hash": "1f470207004c",
}


def value(t, *, eta0=0.1, factor=0.5, every=10.0):
    """The rate multiplied by a factor every few steps."""
    t = number("t", t, 0, math.inf, "[0, inf)")
    eta0 = number("eta0", eta0, 0, math.inf, "[0, inf)")
    factor = number("factor", factor, 0, math.inf, "(0, inf)")
    every = int(number("every", every, 1, math.inf, "[1, inf)", whole=True))
    # η = η₀·factor^⌊t/every⌋
    eta = eta0 * factor ** np.floor(t / every)
    return eta
