"""warmup_decay (schedule).

A linear rise to eta_max, then a fall with the root of the step (Vaswani et al. 2017).

    η = ηₘₐₓ·min(t/warmup, √(warmup / max(1, t)))

Made by symnn 0.1.0 from the declaration of warmup_decay in symnn.catalogue.schedules, hash dd53e241d21a.
Do not edit: `symnn build` verifies it and writes it again.
verified steps, program of forward: error 0, bound 1e-40
verified source, float32, ordinary: error 0, bound 4
verified source, float64, other sizes, parameters and strides: error 1e+00, bound 4
"""

import math

from ._runtime import number

#: What these kernels use of the runtime, as a hash: where that changes, so does this file, and with it the cache.
RUNTIME = "2265b48b75e2"


#: The operation, for programs.
SPEC = {
    "name": "warmup_decay",
    "kind": "schedule",
    "arguments": [
        {"name": "t", "shape": [], "role": "step", "dtype": "integer", "differentiable": False},
    ],
    "params": [
        {
            "name": "eta_max",
            "default": 0.001,
            "range": {"low": 0, "high": None, "low_open": False, "high_open": False, "integer": False},
        },
        {
            "name": "warmup",
            "default": 4000.0,
            "range": {"low": 1, "high": None, "low_open": False, "high_open": False, "integer": True},
        },
    ],
    "outputs": [
        "eta",
    ],
    "equations": [
        "\\eta = \\eta_{\\max} \\, \\min\\left(\\frac{t}{\\mathrm{warmup}}, \\sqrt{\\frac{\\mathrm{warmup}}{\\max(1, t)}}\\right)",
    ],
    "hash": "dd53e241d21a",
}


def value(t, *, eta_max=0.001, warmup=4000.0):
    """A linear rise to eta_max, then a fall with the root of the step (Vaswani et al. 2017)."""
    t = number("t", t, 0, math.inf, "[0, inf)")
    eta_max = number("eta_max", eta_max, 0, math.inf, "[0, inf)")
    warmup = int(number("warmup", warmup, 1, math.inf, "[1, inf)", whole=True))
    # η = ηₘₐₓ·min(t/warmup, √(warmup / max(1, t)))
    eta = eta_max * min(t / warmup, math.sqrt(warmup) / math.sqrt(max(t, 1)))
    return eta
