"""Which polynomials the elementary functions need: each is a smooth remainder after an exact argument reduction.

* e^x = 2^k e^r with k = rint(x / ln 2), |r| ≤ ln 2 / 2, and e^r = 1 + r + r² P(r)   (Cody & Waite 1980)
* log x = k ln 2 + log m with m in [√½, √2), s = (m − 1)/(m + 1), log m = 2s + s z L(z), z = s²   (fdlibm e_log.c)
* tanh x = x + x³ H(x²) for |x| < 0.625, else ±(1 − 2/(e^(2|x|) + 1))   (as in fdlibm s_tanh.c)
* sin(πf/2) = f S(f²) and cos(πf/2) = C(f²) for |f| ≤ ½, what is left of quarter turns  (Payne & Hanek 1983); in double
  precision with r = πf/2 as a pair, sin r = r + r³ S(r²) and cos r = 1 − r²/2 + r⁴ C(r²)   (fdlibm k_sin.c, k_cos.c)
* erfc x = e^(−x²) R(q)/(x + c) with q = (x − c)/(x + c) for x ≥ ½, else 2 − erfc(−x)   (Shepherd & Laframboise 1981)
* erf x = x + x E(x²) for |x| < s, else ±(1 − e^T(|x| − c))   (T is the logarithm of erfc)
"""

from __future__ import annotations

from typing import Any

import mpmath

from symnn.elementary.fit import Approximation

__all__ = [
    "APPROXIMATIONS", "ERFC_CENTRE", "ERFC_END", "ERFC_SPLIT", "ERF_CENTRE", "ERF_END", "ERF_SPLIT", "TANH_SPLIT",
]  # fmt: skip

#: Where erf and tanh change from a polynomial in x² to an exponential.
ERF_SPLIT = {"f32": 1.0, "f64": 1.5}
TANH_SPLIT = 0.625

#: Beyond these, erfc times the largest number is below the smallest.
ERFC_END = {"f32": 14.0, "f64": 38.5}
#: Where erfc changes from 1 − erf to e^(−x²) R(q)/(x + c), and c: q is 0 there. The smaller c, the fewer roundings at
#: small x; the larger, the shorter the polynomial.
ERFC_SPLIT = 0.5
ERFC_CENTRE = {"f32": 1.0, "f64": 2.0}
#: Beyond these, erf is one to the last bit; the tail's polynomial is in the distance from the middle.
ERF_END = {"f32": 4.0, "f64": 6.0}
ERF_CENTRE = {k: (ERF_SPLIT[k] + ERF_END[k]) / 2 for k in ERF_END}


def _exp_remainder(r: Any) -> Any:
    if abs(r) < mpmath.mpf(10) ** -12:
        return mpmath.mpf(1) / 2 + r / 6 + r**2 / 24
    return (mpmath.expm1(r) - r) / r**2


def _log_remainder(z: Any) -> Any:
    if abs(z) < mpmath.mpf(10) ** -15:
        return mpmath.mpf(2) / 3 + 2 * z / 5 + 2 * z**2 / 7
    s = mpmath.sqrt(z)
    return (2 * mpmath.atanh(s) / s - 2) / z


def _erf_ratio(z: Any) -> Any:
    if abs(z) < mpmath.mpf(10) ** -30:
        return 2 / mpmath.sqrt(mpmath.pi) - 1
    x = mpmath.sqrt(z)
    return mpmath.erf(x) / x - 1


def _tanh_ratio(z: Any) -> Any:
    if abs(z) < mpmath.mpf(10) ** -15:
        return -mpmath.mpf(1) / 3 + 2 * z / 15
    x = mpmath.sqrt(z)
    return (mpmath.tanh(x) / x - 1) / z


def _sine_ratio(z: Any) -> Any:
    f = mpmath.sqrt(z)
    return mpmath.sin(mpmath.pi * f / 2) / f if f else mpmath.pi / 2


def _quarter() -> Any:
    return mpmath.mpf(1) / 4


def _cosine(z: Any) -> Any:
    return mpmath.cos(mpmath.pi * mpmath.sqrt(z) / 2)


def _sine_remainder(z: Any) -> Any:
    if abs(z) < mpmath.mpf(10) ** -12:
        return -mpmath.mpf(1) / 6 + z / 120 - z**2 / 5040
    r = mpmath.sqrt(z)
    return (mpmath.sin(r) / r - 1) / z


def _cosine_remainder(z: Any) -> Any:
    if abs(z) < mpmath.mpf(10) ** -12:
        return mpmath.mpf(1) / 24 - z / 720 + z**2 / 40320
    return (mpmath.cos(mpmath.sqrt(z)) - 1 + z / 2) / z**2


def _eighth_turn() -> Any:
    return (mpmath.pi / 4) ** 2


def _scaled_erfc(kind: str) -> Approximation:
    centre, end = ERFC_CENTRE[kind], ERFC_END[kind]

    def ratio(q: Any) -> Any:
        a = centre * (1 + q) / (1 - q)
        return (a + centre) * mpmath.exp(a * a) * mpmath.erfc(a)

    return Approximation(
        f"erfc_{kind}", "(x + c) e^(x²) erfc x in q", ratio,
        lambda: mpmath.mpf(ERFC_SPLIT - centre) / (ERFC_SPLIT + centre),
        lambda: mpmath.mpf(end - centre) / (end + centre), {kind: {"f32": 10, "f64": 23}[kind]},
    )


def _erf_body(kind: str) -> Approximation:
    return Approximation(
        f"erf_{kind}", "erf(x)/x − 1 in x²", _erf_ratio, lambda: mpmath.mpf(0),
        lambda: mpmath.mpf(ERF_SPLIT[kind]) ** 2, {kind: {"f32": 6, "f64": 18}[kind]}, beside=1,
    )


def _erf_tail(kind: str) -> Approximation:
    centre = ERF_CENTRE[kind]
    return Approximation(
        f"erf_tail_{kind}",
        "log erfc",
        lambda u: mpmath.log(mpmath.erfc(u + centre)),
        lambda: mpmath.mpf(ERF_SPLIT[kind] - centre),
        lambda: mpmath.mpf(ERF_END[kind] - centre),
        {kind: {"f32": 8, "f64": 24}[kind]},
    )


APPROXIMATIONS = (
    Approximation(
        "exp", "(e^r − 1 − r)/r²", _exp_remainder, lambda: -mpmath.log(2) / 2 * 1.0001,
        lambda: mpmath.log(2) / 2 * 1.0001, {"f32": 5, "f64": 10},
    ),
    Approximation(
        "log", "(log((1+s)/(1−s)) − 2s)/(s z), z = s²", _log_remainder, lambda: mpmath.mpf(0),
        lambda: ((mpmath.sqrt(2) - 1) / (mpmath.sqrt(2) + 1)) ** 2, {"f32": 3, "f64": 7},
    ),
    Approximation(
        "erf_near", "erf(x)/x − 1 in x²", _erf_ratio, lambda: mpmath.mpf(0), lambda: mpmath.mpf(ERFC_SPLIT) ** 2,
        {"f32": 4, "f64": 8}, beside=1,
    ),
    Approximation(
        "tanh", "(tanh(x)/x − 1)/x² in x²", _tanh_ratio, lambda: mpmath.mpf(0), lambda: mpmath.mpf(TANH_SPLIT) ** 2,
        {"f32": 4, "f64": 11},
    ),
    # For float32, in double precision: fitted to as many digits as that result has, with some to spare.
    Approximation("sin", "sin(πf/2)/f in f²", _sine_ratio, lambda: mpmath.mpf(0), _quarter, {"f64": 4}),
    Approximation("cos", "cos(πf/2) in f²", _cosine, lambda: mpmath.mpf(0), _quarter, {"f64": 4}),
    Approximation(
        "sin_f64", "(sin(r)/r − 1)/r² in r²", _sine_remainder, lambda: mpmath.mpf(0), _eighth_turn, {"f64": 6}
    ),
    Approximation(
        "cos_f64", "(cos(r) − 1 + r²/2)/r⁴ in r²", _cosine_remainder, lambda: mpmath.mpf(0), _eighth_turn, {"f64": 5}
    ),
    _scaled_erfc("f32"),
    _scaled_erfc("f64"),
    _erf_body("f32"),
    _erf_body("f64"),
    _erf_tail("f32"),
    _erf_tail("f64"),
)
