"""one_cycle (schedule).

Up from eta_max/start and down to eta_max/start/final, both along half a cosine (Smith & Topin 2018).

    η = ηₘₐₓ/start + (ηₘₐₓ − ηₘₐₓ/start)·(1 − cos(π·t / (T·warmup − 1))) / 2 if t ≤ T·warmup − 1 else ηₘₐₓ /
            (final·start) + (ηₘₐₓ − ηₘₐₓ / (final·start))·(1 + cos(π·(1 + min(t, T − 1) − T·warmup) / (T −
            T·warmup))) / 2

Made by symnn 0.1.0 from the declaration of one_cycle in symnn.catalogue.schedules, hash 17f34236d68a.
Do not edit: `symnn build` verifies it and writes it again.
verified steps, program of forward: error 0, bound 1e-40
verified source, float32, subnormal: error 6e-09, bound 4
verified source, float64, other sizes, parameters and strides: error 1e+00, bound 4
"""

import math

from ._runtime import number

#: What these kernels use of the runtime, as a hash: where that changes, so does this file, and with it the cache.
RUNTIME = "2265b48b75e2"


#: The operation, for programs.
SPEC = {
    "name": "one_cycle",
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
            "name": "T",
            "default": 1000.0,
            "range": {"low": 1, "high": None, "low_open": False, "high_open": False, "integer": True},
        },
        {
            "name": "warmup",
            "default": 0.3,
            "range": {"low": 0, "high": 1, "low_open": False, "high_open": True, "integer": False},
        },
        {
            "name": "start",
            "default": 25.0,
            "range": {"low": 0, "high": None, "low_open": True, "high_open": False, "integer": False},
        },
        {
            "name": "final",
            "default": 10000.0,
            "range": {"low": 0, "high": None, "low_open": True, "high_open": False, "integer": False},
        },
    ],
    "outputs": [
        "eta",
    ],
    "equations": [
        "\\eta = \\begin{cases}\\frac{\\eta_{\\max}}{\\mathrm{start}} + \\frac{\\left(\\eta_{\\max} - \\frac{\\eta_{\\max}}{\\mathrm{start}}\\right) \\left(1 - \\cos\\left(\\frac{\\pi t}{T \\, \\mathrm{warmup} - 1}\\right)\\right)}{2} & \\text{if } t \\leq T \\, \\mathrm{warmup} - 1 \\\\ \\frac{\\eta_{\\max}}{\\mathrm{final} \\, \\mathrm{start}} + \\frac{\\left(\\eta_{\\max} - \\frac{\\eta_{\\max}}{\\mathrm{final} \\, \\mathrm{start}}\\right) \\left(1 + \\cos\\left(\\frac{\\pi (1 + \\min(t, T - 1) - T \\, \\mathrm{warmup})}{T - T \\, \\mathrm{warmup}}\\right)\\right)}{2} & \\text{otherwise}\\end{cases}",
    ],
    "hash": "17f34236d68a",
}


def value(t, *, eta_max=0.1, T=1000.0, warmup=0.3, start=25.0, final=10000.0):
    """Up from eta_max/start and down to eta_max/start/final, both along half a cosine (Smith & Topin 2018)."""
    t = number("t", t, 0, math.inf, "[0, inf)")
    eta_max = number("eta_max", eta_max, 0, math.inf, "[0, inf)")
    T = int(number("T", T, 1, math.inf, "[1, inf)", whole=True))
    warmup = number("warmup", warmup, 0, 1, "[0, 1)")
    start = number("start", start, 0, math.inf, "(0, inf)")
    final = number("final", final, 0, math.inf, "(0, inf)")
    # η = ηₘₐₓ/start + (ηₘₐₓ − ηₘₐₓ/start)·(1 − cos(π·t / (T·warmup − 1))) / 2 if t ≤ T·warmup − 1 else ηₘₐₓ
    #     / (final·start) + (ηₘₐₓ − ηₘₐₓ / (final·start))·(1 + cos(π·(1 + min(t, T − 1) − T·warmup) / (T − T·
    #     warmup))) / 2
    eta = (
        (eta_max / start + (1 - math.cos(3.141592653589793 * t / (warmup * T - 1))) * (eta_max - eta_max
        / start) / 2 if (t <= warmup * T - 1) else (1 + math.cos(3.141592653589793 * (1 + min(t, T - 1) - warmup
        * T) / (T - warmup * T))) * (eta_max - eta_max / (final * start)) / 2 + eta_max / (final * start))
    )
    return eta
