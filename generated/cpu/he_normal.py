"""he_normal (initialiser).

Normal weights that keep the variance of signals through rectifiers (He et al. 2015).

    w = normal(0, σ)

Made by symnn 0.1.0 from the declaration of he_normal in symnn.catalogue.initialisers, hash 577053e8b9e0.
Do not edit: `symnn build` verifies it and writes it again.
verified scale, the assumed relation holds: error 3e-41, bound 1e-25
verified source, float32, samples: error 5e-01, bound 4
verified source, float64, samples: error 2e+00, bound 4
"""

import math

import numpy as np

from ._runtime import number, shape_of

#: What these kernels use of the runtime, as a hash: where that changes, so does this file, and with it the cache.
RUNTIME = "251d6a24c5a2"


#: The operation, for programs.
SPEC = {
    "name": "he_normal",
    "kind": "initialiser",
    "arguments": [],
    "params": [
        {
            "name": "fan_in",
            "default": None,
            "range": {"low": 1, "high": None, "low_open": False, "high_open": False, "integer": True},
        },
    ],
    "outputs": [
        "w",
    ],
    "equations": [
        "w = \\operatorname{normal}(0, \\sigma)",
    ],
    "hash": "577053e8b9e0",
}


def sample(shape, rng, *, fan_in=None, dtype=np.float64):
    """Normal weights that keep the variance of signals through rectifiers (He et al. 2015).

    ``shape`` is (outputs, inputs, ...); ``rng`` is a numpy.random.Generator.
    """
    shape = shape_of(shape)
    if fan_in is None:
        fan_in = math.prod(shape[1:])
    fan_in = int(number("fan_in", fan_in, 1, math.inf, "[1, inf)", whole=True))
    # σ = √(2/fan_in)
    sigma = 1.4142135623730951 / math.sqrt(fan_in)
    return rng.normal(0, sigma, shape).astype(dtype)
