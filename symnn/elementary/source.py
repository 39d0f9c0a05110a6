"""The elementary functions as source: constants worked out here, the steps laid out by templates."""

from __future__ import annotations

import struct
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import mpmath
import numpy as np

from symnn.elementary.fit import load
from symnn.elementary.functions import ERF_CENTRE, ERF_END, ERF_SPLIT, ERFC_CENTRE, ERFC_END, ERFC_SPLIT, TANH_SPLIT
from symnn.emit.doc_templates import fill

__all__ = ["NAMES", "elementary_source"]

NAMES = ("exp", "expm1", "log", "log1p", "tanh", "erf", "erfc", "sin", "cos")


@dataclass(frozen=True)
class Kind:
    """A type of floating-point number: its names and its layout in bits."""

    name: str
    real: str
    integer: str
    mantissa: int
    bias: int
    lowest: int

    def number(self, value: Any) -> str:
        """A constant of this type as source."""
        with mpmath.workdps(40):
            rounded = self.rounded(value)
        return f"np.float32({rounded!r})" if self.name == "f32" else repr(rounded)

    def rounded(self, value: Any) -> float:
        """The nearest number of this type."""
        return float(np.float32(float(value))) if self.name == "f32" else float(value)

    def bits(self, value: float) -> int:
        """The bits of a number as an integer."""
        return int(struct.unpack("<i", struct.pack("<f", value))[0]) if self.name == "f32" else int(
            struct.unpack("<q", struct.pack("<d", value))[0]
        )


#: Powers of two for sums of squares in double precision: as they are from least to most, else scaled down or up.
ROOT_SCALES = {"down": -600, "up": 600, "most": 1000, "least": -900}

#: Of 2/π, so many bits behind the point: as many as the largest number is long, and what its quarter turns need.
_TURN_PLACES = 1200

KINDS = (
    Kind("f32", "float32", "int32", 23, 127, -149),
    Kind("f64", "float64", "int64", 52, 1023, -1074),
)


def elementary_source(plain: str, rint: Sequence[str]) -> str:
    """A section of a runtime: intrinsics, the functions for each type, and one name for both types.

    A target says with which options it compiles such functions (``plain``), and by what it rounds to a whole number.
    """
    parts = [fill("shared/elementary/intrinsics.py.j2", {"kinds": KINDS, "plain": plain, "rint": rint})]
    for kind in KINDS:
        values = _values(kind)
        for part in ("exp", "log", "tanh", "erf", "erfc"):
            parts.append(fill(f"shared/elementary/{part}.py.j2", {**values, **_polynomials(kind, part)}))
        parts += [fill(f"shared/elementary/{part}.py.j2", values) for part in ("quotient", "root")]
    parts.append(fill("shared/elementary/sin.py.j2", _turns()))
    of_powers = {**values, **_polynomials(kind, "log"), **_last_of("log", kind)}
    parts.append(fill("shared/elementary/power.py.j2", of_powers))
    parts.append(fill("shared/elementary/norm.py.j2", values))
    parts.append(fill("shared/elementary/generic.py.j2", {"names": NAMES}))
    return "\n\n".join(part.strip("\n") + "\n" for part in parts)


def _split(value: Any, kind: Kind, spare: int) -> tuple[Any, Any]:
    """A constant as high + low, where products of high with whole numbers of ``spare`` bits are exact."""
    with mpmath.workdps(60):
        scale = mpmath.mpf(2) ** (kind.mantissa + 1 - spare)
        high = mpmath.floor(value * scale) / scale
        return high, value - high


def _values(kind: Kind) -> dict[str, Any]:
    """The constants that the templates name."""
    with mpmath.workdps(60):
        ln2 = mpmath.log(2)
        high, low = _split(ln2, kind, 12)
        lift = kind.mantissa + 2
        smallest = mpmath.ldexp(1, 1 - kind.bias)
        return {
            "kind": kind.name,
            "real": kind.real,
            "real_type": f"np.{kind.real}",
            "shift": kind.mantissa,
            "whole": f"np.{kind.integer}",
            "one_bit": f"np.{kind.integer}({2**kind.mantissa})",
            "exponent_bits": f"np.{kind.integer}({-(2**kind.mantissa)})",
            "log2e": kind.number(1 / ln2),
            "ln2_high": kind.number(high),
            "ln2_low": kind.number(low),
            # Adding 1.5·2^mantissa leaves a whole number in the lowest bits: here an exponent with its bias.
            "magic": kind.number(3 * mpmath.ldexp(1, kind.mantissa - 1) + kind.bias),
            "high": kind.number((kind.bias + 1 + 0.25) * ln2),
            "low": kind.number(mpmath.floor((kind.lowest - 1) * ln2) - 0.25),
            "expm1_low": kind.number(-(kind.mantissa + 3) * ln2),
            "wide_high": kind.number((2 * kind.bias + kind.mantissa) * ln2),
            "wide_low": kind.number((2 * kind.lowest + kind.mantissa + 2) * ln2),
            # Of an exponent the highest three bits, and the middle of those that share them; 2·bias is that of 1·1.
            "root_bits": f"np.{kind.integer}({7 * 2**kind.mantissa * (kind.bias + 1) // 4})",
            "root_middle": f"np.{kind.integer}({2**kind.mantissa * (kind.bias + 1) // 8})",
            "root_ones": f"np.{kind.integer}({2**kind.mantissa * 2 * kind.bias})",
            **{f"root_{name}": repr(2.0**power) for name, power in ROOT_SCALES.items()},
            "one_third": kind.number(mpmath.mpf(1) / 3),
            "tiny": kind.number(mpmath.ldexp(1, -kind.mantissa - 2)),
            "smallest_normal": kind.number(smallest),
            "lift": kind.number(mpmath.ldexp(1, lift)),
            "lift_power": kind.number(lift),
            "four_bits": f"np.{kind.integer}({kind.bits(4.0)})",
            "root_half_bits": f"np.{kind.integer}({kind.bits(kind.rounded(mpmath.sqrt(0.5)))})",
            "zero": kind.number(0),
            "one": kind.number(1),
            "two": kind.number(2),
            "erfc_end": kind.number(ERFC_END[kind.name]),
            "erfc_split": kind.number(ERFC_SPLIT),
            "erfc_centre": kind.number(ERFC_CENTRE[kind.name]),
            "erfc_centre_text": f"{ERFC_CENTRE[kind.name]:g}",
            "one_half": kind.number(0.5),
            "one_quarter": kind.number(0.25),
            "nan": f"np.{kind.real}(np.nan)",
            "infinity": f"np.{kind.real}(np.inf)",
            "negative_infinity": f"np.{kind.real}(-np.inf)",
            "centre": kind.number(ERF_CENTRE[kind.name]),
            "centre_text": f"{ERF_CENTRE[kind.name]:g}",
            "end": kind.number(ERF_END[kind.name]),
        }


def _polynomials(kind: Kind, part: str) -> dict[str, Any]:
    """The coefficients that a part needs, from the highest power down."""
    made = _horner(kind, f"{part}_{kind.name}" if part in ("erf", "erfc") else part, "")
    split = {"tanh": TANH_SPLIT, "erf": ERF_SPLIT[kind.name]}.get(part, 0.0)
    made |= {"split": kind.number(split), "split_text": f"{split:g}"}
    if part == "erfc":
        made |= _horner(kind, "erf_near", "near_")
    if part == "erf":
        made |= _horner(kind, f"erf_tail_{kind.name}", "tail_")
    return made


def _last_of(name: str, kind: Kind) -> dict[str, Any]:
    """The constant of a polynomial as the sum of two numbers."""
    with mpmath.workdps(40):
        constant = mpmath.mpf(load(name, kind.name).coefficients[0])
        high = kind.rounded(constant)
        return {"last_high": repr(high), "last_low": kind.number(constant - high)}


def _turns() -> dict[str, Any]:
    """What sine and cosine need, for both types."""
    _, double = KINDS
    with mpmath.workdps(400):
        digits = f"{int(mpmath.floor(mpmath.ldexp(2 / mpmath.pi, _TURN_PLACES))):x}"
        half_pi = mpmath.pi / 2
        high = double.rounded(half_pi)
        low = double.number(half_pi - high)
    text = {"two_over_pi": textwrap.wrap(digits, 100), "places": str(_TURN_PLACES), "half_pi": repr(high)}
    made = text | {"half_pi_rest": low} | _horner(double, "sin", "sin_") | _horner(double, "cos", "cos_")
    return made | _horner(double, "sin_f64", "sin_double_") | _horner(double, "cos_f64", "cos_double_")


def _horner(kind: Kind, name: str, prefix: str) -> dict[str, Any]:
    fitted = load(name, kind.name)
    texts = [kind.number(mpmath.mpf(c)) for c in reversed(fitted.coefficients)]
    return {f"{prefix}leading": texts[0], f"{prefix}rest": texts[1:], f"{prefix}error": f"{fitted.error:.1e}"}
