"""exponential_decay (schedule).

The rate multiplied by gamma at every step.

    η = η₀·γᵗ

Made by symnn 0.1.0 from the declaration of exponential_decay in symnn.catalogue.schedules, hash 18166a7b3d42.
Do not edit: `symnn build` verifies it and writes it again.
verified steps, program of forward: error 0, bound 1e-40
verified source, float32, ordinary: error 2e-09, bound 4
verified source, float64, other sizes, parameters and strides: error 9e-01, bound 4
"""

import math

from ._runtime import number

#: What these kernels use of the runtime, as a hash: where that changes, so does this file, and with it the cache.
RUNTIME = "2265b48b75e2"


#: The operation, for programs.
SPEC = {
    "name": "exponential_decay",
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
            "name": "gamma",
            "default": 0.99,
            "range": {"low": 0, "high": None, "low_open": True, "high_open": False, "integer": False},
        },
    ],
    "outputs": [
        "eta",
    ],
    "equations": [
        "\\eta = \\eta_{0} \\, \\gamma^{t}",
    ],
    "hash": "18166a7b3d42",
}


def value(t, *, eta0=0.1, gamma=0.99):
    """The rate multiplied by gamma at every step."""
    t = number("t", t, 0, math.inf, "[0, inf)")
    eta0 = number("eta0", eta0, 0, math.inf, "[0, inf)")
    gamma = number("gamma", gamma, 0, math.inf, "(0, inf)")
    # η = η₀·γᵗ
    eta = eta0 * gamma ** t
    return eta
