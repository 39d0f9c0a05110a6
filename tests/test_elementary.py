"""The elementary functions of the generated runtime, against references of their own."""

from __future__ import annotations

import json
from typing import Any

import mpmath
import numpy as np
import pytest
from numba import njit

from generated.cpu import _runtime
from symnn.elementary.fit import COEFFICIENTS, fit
from symnn.elementary.functions import APPROXIMATIONS

special = pytest.importorskip("scipy.special")

REFERENCES = {
    "exp": np.exp, "expm1": np.expm1, "log": np.log, "log1p": np.log1p, "tanh": np.tanh,
    "erf": special.erf, "erfc": special.erfc,
}
#: Units in the last place: what is promised of float32, and of float64.
BOUNDS = {"exp": (1, 2), "log": (1, 2), "erfc": (4, 4)}


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


@pytest.mark.parametrize("name", REFERENCES)
def test_loops_are_vector_code_without_calls(name: str) -> None:
    computed(name, np.ones(64, np.float32))
    signature = next(s for s in LOOPS[name].signatures if s[0].dtype.name == "float32")
    text = LOOPS[name].inspect_llvm(signature)
    assert "x float>" in text, "the loop works on vectors"
    for scalar in ("expf", "logf", "tanhf", "erff", "expm1f", "log1pf", "erfcf"):
        assert f"@{scalar}(" not in text


@pytest.mark.parametrize("approximation", APPROXIMATIONS[:3], ids=lambda a: a.name)
def test_coefficients_are_what_fitting_gives(approximation: Any) -> None:
    kept = json.loads(COEFFICIENTS.read_text(encoding="utf-8"))[approximation.name]
    for dtype in approximation.degree:
        made = fit(approximation, dtype)
        assert list(made.coefficients) == kept[dtype]["coefficients"]
        assert made.error < (1e-7 if dtype == "f32" else 1e-15)
