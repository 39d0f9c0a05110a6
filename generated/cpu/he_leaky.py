"""he_leaky (initialiser).

Normal weights that keep the variance of signals through leaky rectifiers (He et al. 2015).

    w = normal(0, σ)

Made by symnn 0.1.0 from the declaration of he_leaky in symnn.catalogue.initialisers, hash 55687e690582.
Do not edit: `symnn build` verifies it and writes it again.
verified scale, the assumed relation holds: error 3e-41, bound 1e-25
verified source, float32, samples: error 5e-01, bound 4
verified source, float64, samples: error 3e+00, bound 4
"""

import math

import numpy as np

from ._runtime import number, shape_of

#: What these kernels use of the runtime, as a hash: where that changes, so does this file, and with it the cache.
RUNTIME = "251d6a24c5a2"


#: The operation, for programs.
SPEC = {
    "name": "he_leaky",
    "kind": "initialiser",
    "arguments": [],
    "params": [
        {
            "name": "fan_in",
            "default": None,
            "range": {"low": 1, "high": None, "low_open": False, "high_open": False, "integer": True},
        },
        {
            "name": "alpha",
            "default": 0.01,
            "range": {"low": 0, "high": None, "low_open": False, "high_open": False, "integer": False},
        },
    ],
    "outputs": [
        "w",
    ],
    "equations": [
        "w = \\operatorname{normal}(0, \\sigma)",
    ],
    "hash": "55687e690582",
}


def sample(shape, rng, *, fan_in=None, alpha=0.01, dtype=np.float64):
    """Normal weights that keep the variance of signals through leaky rectifiers (He et al. 2015).

    ``shape`` is (outputs, inputs, ...); ``rng`` is a numpy.random.Generator.
    """
    shape = shape_of(shape)
    if fan_in is None:
        fan_in = math.prod(shape[1:])
    fan_in = int(number("fan_in", fan_in, 1, math.inf, "[1, inf)", whole=True))
    alpha = number("alpha", alpha, 0, math.inf, "[0, inf)")
    # σ = √2 / (√fan_in·√(1 + α²))
    sigma = 1.4142135623730951 / (math.sqrt(fan_in) * math.sqrt(1 + alpha * alpha))
    return rng.normal(0, sigma, shape).astype(dtype)
