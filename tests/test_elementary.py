"""The elementary functions of the generated runtime, against references of their own."""

from __future__ import annotations

import json
from typing import Any

import mpmath
import numpy as np
import pytest
from llvmlite.binding import get_host_cpu_features
from numba import njit

from generated.cpu import _runtime
from symnn.elementary.fit import COEFFICIENTS, fit
from symnn.elementary.functions import APPROXIMATIONS

special = pytest.importorskip("scipy.special")

REFERENCES = {
    "exp": np.exp, "expm1": np.expm1, "log": np.log, "log1p": np.log1p, "tanh": np.tanh,
    "erf": special.erf, "erfc": special.erfc, "sin": np.sin, "cos": np.cos,
}
#: Units in the last place: what is promised of float32, and of float64.
BOUNDS = {"exp": (1, 2), "log": (1, 2), "erfc": (2, 4), "sin": (1, 1), "cos": (1, 1)}


def over_arrays(name: str) -> Any:
    """A loop over a function, compiled as kernels are."""
    function = getattr(_runtime, name)

    @njit(**{**_runtime.OPTIONS, "cache": False})
    def loop(x, y):  # type: ignore[no-untyped-def]
        for k in range(x.size):
            y[k] = function(x[k])

    return loop


LOOPS = {name: over_arrays(name) for name in REFERENCES}


def computed(name: str, x: np.ndarray) -> np.ndarray:
    y = np.empty_like(x)
    LOOPS[name](x, y)
    return y


def worst_ulp(name: str, x: np.ndarray) -> float:
    """The largest error in float32, in spacings of the exact result; infinities and NaN have to be the same."""
    with np.errstate(all="ignore"):
        exact = REFERENCES[name](x.astype(np.float64))
        rounded = exact.astype(np.float32)
    got = computed(name, x)
    finite = np.isfinite(rounded)
    np.testing.assert_array_equal(got[~finite], rounded[~finite])
    spacing = np.spacing(np.maximum(np.abs(rounded[finite]), np.float32(1e-38) * 0)).astype(np.float64)
    return float(np.max(np.abs(got[finite].astype(np.float64) - exact[finite]) / spacing, initial=0.0))


@pytest.mark.parametrize("name", REFERENCES)
def test_float32_over_all_exponents(name: str) -> None:
    bits = np.arange(0, 2**32, 1999, dtype=np.uint64).astype(np.uint32)
    assert worst_ulp(name, bits.view(np.float32)) <= BOUNDS.get(name, (2, 2))[0]


@pytest.mark.exhaustive
@pytest.mark.parametrize("name", REFERENCES)
def test_float32_everywhere(name: str) -> None:
    """Every float32 that there is."""
    step = 1 << 24
    for start in range(0, 2**32, step):
        x = np.arange(start, start + step, dtype=np.uint64).astype(np.uint32).view(np.float32)
        assert worst_ulp(name, x) <= BOUNDS.get(name, (2, 2))[0]


@pytest.mark.parametrize("name", REFERENCES)
def test_float64_against_forty_digits(name: str) -> None:
    rng = np.random.default_rng(0)
    x = np.concatenate([rng.normal(size=400) * s for s in (1e-300, 1e-12, 1e-5, 0.1, 1, 4, 30, 300)])
    x = np.abs(x) if name.startswith("log") else x
    x = np.concatenate([x, 1 + rng.normal(size=400) * 1e-4]) if name == "log" else x
    got = computed(name, x)
    with mpmath.workdps(40):
        for a, b in zip(x, got, strict=True):
            exact = getattr(mpmath, name)(mpmath.mpf(float(a)))
            if abs(exact) > np.finfo(np.float64).max:
                assert np.isinf(b)
                continue
            error = abs(mpmath.mpf(float(b)) - exact) / mpmath.mpf(float(np.spacing(abs(float(exact)))))
            assert error <= BOUNDS.get(name, (2, 2))[1], (a, b)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("name", REFERENCES)
def test_special_values(name: str, dtype: type) -> None:
    x = np.array([0.0, -0.0, np.inf, -np.inf, np.nan, -1.0, 1.0], dtype)
    with np.errstate(all="ignore"):
        exact = REFERENCES[name](x.astype(np.float64)).astype(dtype)
    got = computed(name, x)
    odd = ~np.isfinite(exact) | (exact == 0) | (exact == 1)
    np.testing.assert_array_equal(got[odd], exact[odd])
    zeros = exact == 0
    np.testing.assert_array_equal(np.signbit(got[zeros]), np.signbit(exact[zeros]))


@pytest.mark.parametrize(("dtype", "vector"), [(np.float32, "x float>"), (np.float64, "x double>")])
@pytest.mark.parametrize("name", [*REFERENCES, "power"])
def test_loops_are_vector_code_without_calls(name: str, dtype: type, vector: str) -> None:
    one = np.ones(64, dtype)
    loop, given = (POWERS, (one, one, one.copy())) if name == "power" else (LOOPS[name], (one, one.copy()))
    loop(*given)
    signature = next(s for s in loop.signatures if s[0].dtype.name == np.dtype(dtype).name)
    text = loop.inspect_llvm(signature)
    assert vector in text, "the loop works on vectors"
    for scalar in ("exp", "log", "tanh", "erf", "expm1", "log1p", "erfc", "sin", "cos", "pow"):
        assert f"@{scalar}(" not in text and f"@{scalar}f(" not in text and f"@llvm.{scalar}." not in text


def test_sines_of_numbers_of_every_size() -> None:
    """Beside multiples of π/2 a sine or a cosine is tiny, down to 2⁻⁶²: the nearest is 6381956970095103·2⁷⁹⁷."""
    rng = np.random.default_rng(1)
    with mpmath.workprec(1300):
        turns = [mpmath.mpf(int(m)) * mpmath.mpf(2) ** int(e) for m, e in zip(
            rng.integers(1, 2**53, 200), rng.integers(-52, 970, 200), strict=True)]
        beside = [float(mpmath.nint(2 * t / mpmath.pi) * mpmath.pi / 2) for t in turns]
        sizes = [float(t) for t in turns] + [6381956970095103.0 * 2.0**797, 1e22, np.finfo(np.float64).max, 2.0**-27]
        x = np.array([s for t in (*beside, *sizes) for s in (t, -t)])
        for name, exact in (("sin", mpmath.sin), ("cos", mpmath.cos)):
            for a, b in zip(x, computed(name, x), strict=True):
                wanted = exact(mpmath.mpf(float(a)))
                assert abs(mpmath.mpf(float(b)) - wanted) <= mpmath.mpf(float(np.spacing(abs(float(wanted))))), (a, b)


@njit(**{**_runtime.OPTIONS, "cache": False})
def POWERS(x, y, z):  # type: ignore[no-untyped-def]  # noqa: N802 - a loop, as those of functions of one number
    for k in range(x.size):
        z[k] = _runtime.power(x[k], y[k])


def powers(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    z = np.empty_like(x)
    POWERS(x, y, z)
    return z


@pytest.mark.parametrize(("dtype", "bound"), [(np.float32, 0.501), (np.float64, 1.5)])
def test_powers_against_forty_digits(dtype: type, bound: float) -> None:
    """Of numbers of every size, and of such near one, whose logarithms have few digits of their own."""
    rng = np.random.default_rng(2)
    far = 300 if dtype is np.float64 else 37
    x = np.concatenate([
        rng.uniform(0, 10, 500), 1 + rng.normal(size=500) * 10.0 ** rng.uniform(-12, -1, 500),
        10.0 ** rng.uniform(-far, far, 500), np.finfo(dtype).tiny * rng.random(500),
    ]).astype(dtype)  # fmt: skip
    y = np.concatenate([
        rng.uniform(-5, 5, 500), rng.normal(size=500) * 10.0 ** rng.uniform(0, 6, 500), rng.normal(size=500),
        rng.uniform(-1, 1, 500),
    ]).astype(dtype)  # fmt: skip
    found = zip(x.tolist(), y.tolist(), powers(x, y).tolist(), strict=True)
    with mpmath.workdps(60):
        for a, b, c in found:
            exact = mpmath.power(mpmath.mpf(a), mpmath.mpf(b))
            if exact > float(np.finfo(dtype).max):
                assert c == np.inf
                continue
            spacing = np.spacing(np.asarray(float(exact)).astype(dtype))
            assert abs(mpmath.mpf(c) - exact) <= bound * mpmath.mpf(float(spacing)), (a, b, c)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_powers_at_special_values(dtype: type) -> None:
    """Zeros and ones, of either sign, infinities, NaN, whole and broken exponents: as C says, and NumPy has it."""
    special = np.array([0.0, -0.0, 1, -1, 2, -2, 3, -3, 0.5, -0.5, 1.5, 2.0**60, np.inf, -np.inf, np.nan], dtype)
    x, y = (a.ravel() for a in np.meshgrid(special, special))
    with np.errstate(all="ignore"):
        wanted = np.power(x, y)
    found = powers(x.copy(), y.copy())
    np.testing.assert_allclose(found, wanted, rtol=4 * np.finfo(dtype).eps)
    np.testing.assert_array_equal(np.signbit(found[wanted == 0]), np.signbit(wanted[wanted == 0]))


def test_loops_take_the_widest_vectors_that_there_are() -> None:
    if not get_host_cpu_features().get("avx512f"):
        pytest.skip("this processor has no vectors of 512 bits")
    computed("exp", np.ones(64, np.float32))
    signature = next(s for s in LOOPS["exp"].signatures if s[0].dtype.name == "float32")
    assert "zmm" in LOOPS["exp"].inspect_asm(signature)


@pytest.mark.parametrize("approximation", APPROXIMATIONS[:3], ids=lambda a: a.name)
def test_coefficients_are_what_fitting_gives(approximation: Any) -> None:
    kept = json.loads(COEFFICIENTS.read_text(encoding="utf-8"))[approximation.name]
    for dtype in approximation.degree:
        made = fit(approximation, dtype)
        assert list(made.coefficients) == kept[dtype]["coefficients"]
        assert made.error < (1e-7 if dtype == "f32" else 1e-15)


def over_three_arrays(name: str) -> Any:
    function = getattr(_runtime, name)

    @njit(**{**_runtime.OPTIONS, "cache": False})
    def loop(a, b, c, y):  # type: ignore[no-untyped-def]
        for k in range(a.size):
            y[k] = function(a[k], b[k], c[k])

    return loop


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_quotient_by_a_sum_is_rounded_about_once(dtype: type) -> None:
    """n/(c + d): within 0.51 ulp but for what the last addition rounds, and infinite or NaN where n is."""
    rng = np.random.default_rng(1)
    n = (rng.normal(size=4000) * 10.0 ** rng.uniform(-9, 9, 4000)).astype(dtype)
    c = rng.choice([0.25, 0.5, 1.0, 2.0], 4000).astype(dtype)
    d = np.where(rng.random(4000) < 0.5, rng.uniform(0, 6, 4000), 10.0 ** rng.uniform(-9, 0, 4000)).astype(dtype)
    n[:3] = np.inf, -np.inf, np.nan
    got = np.empty_like(n)
    over_three_arrays("over_sum")(n, c, d, got)
    assert got[0] == np.inf and got[1] == -np.inf and np.isnan(got[2])
    with mpmath.workdps(50):
        for a, b, e, y in zip(n[3:], c[3:], d[3:], got[3:], strict=True):
            exact = mpmath.mpf(float(a)) / (mpmath.mpf(float(b)) + mpmath.mpf(float(e)))
            spacing = mpmath.mpf(float(np.spacing(dtype(abs(float(exact))))))
            assert abs(mpmath.mpf(float(y)) - exact) <= 0.51 * spacing


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_an_error_function_beside_its_density(dtype: type) -> None:
    """a erfc u + c e^(−u²) within 4 ulps of what is added up, and zero where both have vanished, whatever a and c."""
    rng = np.random.default_rng(2)
    u = np.concatenate([rng.normal(size=3000) * 2, rng.uniform(-0.5, 0.5, 1000)]).astype(dtype)
    a, c = rng.normal(size=(2, 4000)).astype(dtype)
    u[:2], a[:2], c[:2] = 60.0, (1.0, np.inf), (np.inf, 1.0)
    got = np.empty_like(u)
    over_three_arrays("erfc_plus_exp")(a, u, c, got)
    assert got[0] == got[1] == 0
    with mpmath.workdps(50):
        for x, y, z, found in zip(a[2:], u[2:], c[2:], got[2:], strict=True):
            x, y, z = (mpmath.mpf(float(v)) for v in (x, y, z))
            terms = x * mpmath.erfc(y), z * mpmath.exp(-(y**2))
            ulp = float(np.spacing(dtype(sum(map(abs, terms)))))
            assert abs(mpmath.mpf(float(found)) - sum(terms)) <= 4 * ulp, (x, y, z)
