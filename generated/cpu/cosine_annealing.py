"""cosine_annealing (schedule).

From eta_max to eta_min along half a cosine over T steps, then constant (Loshchilov & Hutter 2017).

    η = (ηₘₐₓ − ηₘᵢₙ)·(1 + cos(π·min(t, T) / T)) / 2 + ηₘᵢₙ

Made by symnn 0.1.0 from the declaration of cosine_annealing in symnn.catalogue.schedules, hash b2bfc75858e9.
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
    "name": "cosine_annealing",
    "kind": "schedule",
    "arguments": [
        {"name": "t", "shape": [], "role": "step", "dtype": "integer", "differentiable": False},
    ],
    "params": [
        {
            "name": "eta_max",
            "default": 0.1,
            "range": {"low": 0, "high": None, "low_open": False, "high_open": False, "integer": False},
        },
        {
            "name": "eta_min",
            "default": 0.0,
            "range": {"low": 0, "high": None, "low_open": False, "high_open": False, "integer": False},
        },
        {
            "name": "T",
            "default": 1000.0,
            "range": {"low": 1, "high": None, "low_open": False, "high_open": False, "integer": True},
        },
    ],
    "outputs": [
        "eta",
    ],
    "equations": [
        "\\eta = \\frac{(\\eta_{\\max} - \\eta_{\\min}) \\left(1 + \\cos\\left(\\frac{\\pi \\min(t, T)}{T}\\right)\\right)}{2} + \\eta_{\\min}",
    ],
    "hash": "b2bfc75858e9",
}


def value(t, *, eta_max=0.1, eta_min=0.0, T=1000.0):
    """From eta_max to eta_min along half a cosine over T steps, then constant (Loshchilov & Hutter 2017)."""
    t = number("t", t, 0, math.inf, "[0, inf)")
    eta_max = number("eta_max", eta_max, 0, math.inf, "[0, inf)")
    eta_min = number("eta_min", eta_min, 0, math.inf, "[0, inf)")
    T = int(number("T", T, 1, math.inf, "[1, inf)", whole=True))
    # η = (ηₘₐₓ − ηₘᵢₙ)·(1 + cos(π·min(t, T) / T)) / 2 + ηₘᵢₙ
    eta = eta_min + (1 + math.cos(3.141592653589793 * min(t, T) / T)) * (eta_max - eta_min) / 2
    return eta
