"""What single instructions of PTX compute, against whole numbers, fractions and ``struct``."""

from __future__ import annotations

import math
import operator
import struct
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ptx_texts import elementwise

from symnn.verify.ptx import Unsupported

few = settings(max_examples=12, deadline=None)
MODES = ("rn", "rz", "rm", "rp")
FORMATS = {np.dtype(k): v for k, v in {"f2": (11, -14, 15), "f4": (24, -126, 127), "f8": (53, -1022, 1023)}.items()}

SPECIAL = {
    32: [0, 1 << 31, 1, 0x80000001, 0x007FFFFF, 0x00800000, 0x3F800000, 0xBF800000, 0x7F7FFFFF, 0xFF7FFFFF, 0x7F800000,
         0xFF800000, 0x7FC00000, 0x3F800001, 0x4B800000, 0x33800000, 0xFFFFFFFF],
    64: [0, 1 << 63, 1, 0x000FFFFFFFFFFFFF, 0x0010000000000000, 0x3FF0000000000000, 0xBFF0000000000001,
         0x7FEFFFFFFFFFFFFF, 0x7FF0000000000000, 0xFFF0000000000000, 0x7FF8000000000000, 0x3CB0000000000000,
         0xFFFFFFFFFFFFFFFF],
}  # fmt: skip


def columns(bits: int, count: int, rows: int = 24) -> st.SearchStrategy[list[np.ndarray]]:
    """So many vectors of bit patterns: any, ends of ranges, small numbers."""

    def made(data: bytes) -> list[np.ndarray]:
        kinds = np.frombuffer(data, np.uint8, count * rows).astype(int)
        anything = np.frombuffer(data, f"u{bits // 8}", offset=count * rows)
        special = np.array(SPECIAL[bits], anything.dtype)[kinds % len(SPECIAL[bits])]
        small = (anything % 71).astype(anything.dtype)
        return list(np.choose(kinds >> 6, [anything, anything, special, small]).reshape(count, rows))

    size = count * rows * (1 + bits // 8)
    return st.binary(min_size=size, max_size=size).map(made)


def near_one(bits: int, count: int, rows: int = 24) -> st.SearchStrategy[list[np.ndarray]]:
    """Numbers of similar size with few digits, whose sums and products cancel and lie halfway between others."""
    mantissa = 23 if bits == 32 else 52
    one = (1 << (bits - 2)) - (1 << mantissa)

    def made(data: bytes) -> list[np.ndarray]:
        sign, exponent, top, last = np.frombuffer(data, np.int8).reshape(4, -1).astype(object)
        first, last = (sign % 2 << (bits - 1)) + one, (top % 16 << (mantissa - 4)) + last % 4
        patterns = first + (exponent % 61 - 30 << mantissa) + last
        return list(patterns.astype(f"u{bits // 8}").reshape(count, rows))

    return st.binary(min_size=4 * count * rows, max_size=4 * count * rows).map(made)


def reals(bits: int, count: int) -> st.SearchStrategy[list[np.ndarray]]:
    return st.one_of(columns(bits, count), near_one(bits, count)).map(lambda c: [u.view(f"f{bits // 8}") for u in c])


def rounded(exact: Fraction, format: tuple[int, int, int], mode: str) -> float:
    """A fraction in a format of so many bits, least and greatest exponent; zero is +0."""
    precision, least, greatest = format
    if not exact:
        return 0.0
    size = abs(exact)
    exponent = max(size.numerator.bit_length() - size.denominator.bit_length() - 1, least - 1)
    while size >= Fraction(2) ** (exponent + 1):
        exponent += 1
    unit = Fraction(2) ** (max(exponent, least) - precision + 1)
    whole, rest = divmod(size, unit)
    away = {"rn": 2 * rest > unit or (2 * rest == unit and whole % 2 == 1), "rz": False,
            "rm": exact < 0 and rest > 0, "rp": exact > 0 and rest > 0}[mode]  # fmt: skip
    size = (whole + away) * unit
    most = (2 - Fraction(2) ** (1 - precision)) * Fraction(2) ** greatest
    if size > most:
        towards = mode == "rn" or ((mode == "rp") == (exact > 0) and mode != "rz")
        return (math.inf if towards else float(most)) * (1 if exact > 0 else -1)
    return float(size) * (1 if exact > 0 else -1)


def same(a: float, b: float) -> bool:
    return (a != a and b != b) or (a == b and math.copysign(1, a) == math.copysign(1, b))


def check_rounded(found: np.ndarray, sources: list[np.ndarray], exactly, plainly, mode: str) -> None:
    """Against a fraction where all is finite and the result not zero, else against what doubles give."""
    for value, *row in zip(found, *sources, strict=True):
        numbers = [float(number) for number in row]
        try:
            exact = exactly(*map(Fraction, numbers))
        except (ValueError, OverflowError, ZeroDivisionError):
            exact = None
        if exact:
            expected = rounded(exact, FORMATS[found.dtype], mode)
        elif exact is None:
            expected = plainly(*numbers)
        else:
            assert value == 0, (numbers, value)
            continue
        assert same(float(value), float(expected)), (numbers, float(value), expected)


def by_doubles(function):
    def done(*numbers: float) -> float:
        with np.errstate(all="ignore"):
            return function(*map(np.float64, numbers))

    return done


TWO = {"add": operator.add, "sub": operator.sub, "mul": operator.mul, "div": operator.truediv}


@pytest.mark.parametrize("bits", [32, 64])
@pytest.mark.parametrize("name", TWO)
@few
@given(data=st.data(), mode=st.sampled_from(MODES))
def test_sums_products_and_quotients_are_rounded_once(name, bits, data, mode):
    sources = data.draw(reals(bits, 2))
    found = elementwise(f"{name}.{mode}.f{bits} %d, %a, %b;", f"f{bits // 8}", *sources)
    check_rounded(found, sources, TWO[name], by_doubles(TWO[name]), mode)


@pytest.mark.parametrize("bits", [32, 64])
@settings(max_examples=40, deadline=None)
@given(data=st.data(), mode=st.sampled_from(MODES))
def test_fma_rounds_once(bits, data, mode):
    sources = data.draw(reals(bits, 3))
    found = elementwise(f"fma.{mode}.f{bits} %d, %a, %b, %c;", f"f{bits // 8}", *sources)
    check_rounded(found, sources, lambda a, b, c: a * b + c, by_doubles(lambda a, b, c: a * b + c), mode)


def test_fma_where_rounding_twice_is_seen():
    """(1 + 2⁻¹²)² + 2⁻⁸⁰ lies a hair above halfway between two singles, and the double nearest to it halfway."""
    a, c = np.float32([1 + 2**-12]), np.float32([2.0**-80])
    found = elementwise("fma.rn.f32 %d, %a, %b, %c;", "f4", a, a, c)[0]
    twice = np.float32(np.float64(a[0]) ** 2 + np.float64(c[0]))
    assert found == rounded(Fraction(1 + 2**-12) ** 2 + Fraction(2) ** -80, FORMATS[np.dtype("f4")], "rn")
    assert found != twice


def test_fma_in_double_where_a_lost_tail_is_seen():
    """2⁻⁵³ (1 − 2⁻¹⁰⁴) + (1 + 2⁻⁵²) lies a hair below halfway, and halfway itself is rounded up."""
    a, b, c = ((1 + 2.0**-52) * 2.0**-53, 1 - 2.0**-52, 1 + 2.0**-52)
    for sign in (1, -1):
        found = elementwise("fma.rn.f64 %d, %a, %b, %c;", "f8", *(np.array([u]) for u in (sign * a, b, sign * c)))
        exact = sign * (Fraction(a) * Fraction(b) + Fraction(c))
        assert found[0] == rounded(exact, FORMATS[found.dtype], "rn") == sign * c


@pytest.mark.parametrize("mode", MODES)
def test_exact_zeros_have_the_sign_of_the_mode(mode):
    one = np.float32([1, 0, -0.0, 0])
    other = np.float32([-1, -0.0, -0.0, 0])
    for bits in (32, 64):
        a, b = one.astype(f"f{bits // 8}"), other.astype(f"f{bits // 8}")
        for text in (f"add.{mode}.f{bits} %d, %a, %b;", f"fma.{mode}.f{bits} %d, %a, 0f3F800000, %b;"):
            if bits == 64:
                text = text.replace("0f3F800000", "0d3FF0000000000000")
            found = elementwise(text, a.dtype, a, b)
            cancelled = mode == "rm"
            assert np.signbit(found).tolist() == [cancelled, cancelled, True, False]
            assert not found.any()


@pytest.mark.parametrize("bits", [32, 64])
@few
@given(data=st.data(), mode=st.sampled_from(MODES))
def test_roots_and_reciprocals_are_rounded_once(bits, data, mode):
    (a,) = data.draw(reals(bits, 1))
    found = elementwise(f"rcp.{mode}.f{bits} %d, %a;", a.dtype, a)
    check_rounded(found, [a], lambda u: 1 / u, by_doubles(lambda u: 1 / u), mode)
    roots = elementwise(f"sqrt.{mode}.f{bits} %d, %a;", a.dtype, a)
    format = FORMATS[a.dtype]
    for value, number in zip(roots, map(float, a), strict=True):
        if number > 0 and math.isfinite(number):
            # A root with 200 more bits than its format: no closer to where rounding changes than that.
            scaled = Fraction(number) * 4**800
            near = Fraction(2 * math.isqrt(scaled.numerator // scaled.denominator) + 0, 2 * 2**800)
            exact = near if near**2 == Fraction(number) else near + Fraction(1, 2**801)
            assert same(float(value), rounded(exact, format, mode)), (number, value)
        else:
            with np.errstate(all="ignore"):
                assert same(float(value), float(np.sqrt(np.float64(number))))


def test_subnormals_are_flushed_where_asked():
    a = np.float32([2.0**-127, -(2.0**-127), 2.0**-126, 1, 0])
    kept = elementwise("mul.f32 %d, %a, 0f3F800000;", "f4", a)
    flushed = elementwise("mul.ftz.f32 %d, %a, 0f3F800000;", "f4", a)
    assert kept.tolist() == a.tolist()
    assert flushed.tolist() == [0, 0, 2.0**-126, 1, 0]
    assert np.signbit(flushed).tolist() == [False, True, False, False, False]
    # A result is flushed too, of inputs that are not.
    assert elementwise("mul.ftz.f32 %d, %a, 0f3F000000;", "f4", np.float32([2.0**-126])).tolist() == [0]
    zeros = elementwise("setp.eq.ftz.f32 %p1, %a, 0f00000000; selp.u32 %d, 1, 0, %p1;", "u4", a)
    assert zeros.tolist() == [1, 1, 0, 0, 1]


def test_saturation():
    a = np.float32([-1, -0.0, 0.25, 1, 3, np.inf, np.nan])
    found = elementwise("add.sat.f32 %d, %a, 0f00000000;", "f4", a)
    assert found.tolist() == [0, 0, 0.25, 1, 1, 1, 0]
    wide = np.int32([2**31 - 1, -(2**31), 5])
    assert elementwise("add.sat.s32 %d, %a, %a;", "i4", wide).tolist() == [2**31 - 1, -(2**31), 10]


@few
@given(sources=reals(32, 2))
def test_minima_and_maxima(sources):
    a, b = sources
    for name, least in (("min", True), ("max", False)):
        found = elementwise(f"{name}.f32 %d, %a, %b;", "f4", a, b)
        winning = elementwise(f"{name}.NaN.f32 %d, %a, %b;", "f4", a, b)
        for value, nan, x, y in zip(found, winning, map(float, a), map(float, b), strict=True):
            # Zeros are told apart by their signs.
            ordered = sorted((n for n in (x, y) if n == n), key=lambda n: (n, math.copysign(1, n)))
            expected = math.nan if not ordered else ordered[0] if least else ordered[-1]
            assert same(float(value), expected)
            assert same(float(nan), math.nan if len(ordered) < 2 else expected)
    one, other = np.float32([0, -0.0]), np.float32([-0.0, 0])
    for name, is_negative in (("min", True), ("max", False)):
        found = elementwise(f"{name}.f32 %d, %a, %b;", "f4", one, other)
        assert np.signbit(found).tolist() == [is_negative] * 2


def test_signs():
    a, b = np.float32([1, -2, 0, -0.0, np.inf]), np.float32([-1, 3, -0.0, 5, -np.inf])
    assert elementwise("neg.f32 %d, %a;", "f4", a).tobytes() == (-a).tobytes()
    assert elementwise("abs.f32 %d, %a;", "f4", a).tobytes() == np.abs(a).tobytes()
    expected = [math.copysign(y, x) for x, y in zip(a.tolist(), b.tolist(), strict=True)]
    assert elementwise("copysign.f32 %d, %a, %b;", "f4", a, b).tobytes() == np.float32(expected).tobytes()


def test_kinds_of_numbers():
    a = np.float32([1, 0, 2.0**-127, np.inf, -np.inf, np.nan, -1])
    expected = {
        "finite": [1, 1, 1, 0, 0, 0, 1], "infinite": [0, 0, 0, 1, 1, 0, 0], "number": [1, 1, 1, 1, 1, 0, 1],
        "notanumber": [0, 0, 0, 0, 0, 1, 0], "normal": [1, 0, 0, 0, 0, 0, 1], "subnormal": [0, 0, 1, 0, 0, 0, 0],
    }  # fmt: skip
    for kind, answers in expected.items():
        found = elementwise(f"testp.{kind}.f32 %p1, %a; selp.u32 %d, 1, 0, %p1;", "u4", a)
        assert found.tolist() == answers, kind


APPROXIMATE = {
    "ex2": (lambda u: 2.0**u, np.linspace(-20, 20, 200), 2.0**-22, 0.0),
    "lg2": (math.log2, np.geomspace(1e-20, 1e20, 200), 2.0**-22, 2.0**-22),
    "sin": (math.sin, np.linspace(-3, 3, 200), 0.0, 2.0**-20.5),
    "cos": (math.cos, np.linspace(-3, 3, 200), 0.0, 2.0**-20.5),
    "tanh": (math.tanh, np.linspace(-4, 4, 200), 2.0**-11, 0.0),
    "rcp": (lambda u: 1 / u, np.linspace(0.1, 9, 200), 2.0**-23, 0.0),
    "rsqrt": (lambda u: 1 / math.sqrt(u), np.linspace(0.1, 9, 200), 2.0**-22.4, 0.0),
    "sqrt": (math.sqrt, np.linspace(0.1, 9, 200), 2.0**-23, 0.0),
}


@pytest.mark.parametrize("name", APPROXIMATE)
def test_approximations_are_rounded_and_with_noise_as_wrong_as_documented(name):
    function, points, relative, absolute = APPROXIMATE[name]
    a = points.astype(np.float32)
    exact = np.array([function(float(u)) for u in a])
    plain = elementwise(f"{name}.approx.f32 %d, %a;", "f4", a)
    assert (np.abs(plain - exact) <= np.spacing(np.abs(exact).astype("f4")) * 0.5001).all()
    noisy = elementwise(f"{name}.approx.f32 %d, %a;", "f4", a, noise=1)
    bound = np.abs(exact) * relative + absolute
    assert (np.abs(noisy - exact) <= bound + np.spacing(np.abs(exact).astype("f4"))).all()
    # Half of the errors are more than half as large as they may be.
    assert np.mean(np.abs(noisy - exact) > bound / 4) > 0.4
    again = elementwise(f"{name}.approx.f32 %d, %a;", "f4", a, noise=1)
    assert noisy.tobytes() == again.tobytes()


def test_ends_of_approximations():
    inf, nan = math.inf, math.nan
    cases = {
        "ex2": ([-inf, inf, 0, nan], [0, inf, 1, nan]),
        "lg2": ([0, -0.0, -1, inf], [-inf, -inf, nan, inf]),
        "rsqrt": ([0, -0.0, -1, inf], [inf, -inf, nan, 0]),
        "rcp": ([0, -0.0, inf, nan], [inf, -inf, 0, nan]),
        "tanh": ([-inf, inf, 0, nan], [-1, 1, 0, nan]),
        "sin": ([inf, 0, -inf, nan], [nan, 0, nan, nan]),
    }
    for name, (given_, expected) in cases.items():
        for seed in (None, 3):
            found = elementwise(f"{name}.approx.f32 %d, %a;", "f4", np.float32(given_), noise=seed)
            assert np.allclose(found, expected, rtol=0, atol=0 if seed is None else 1e-3, equal_nan=True), (name, found)


def test_approximate_quotients():
    a, b = np.float32([1, 1, -3, np.inf]), np.float32([3, 2.0**127, 2.0**127, 2.0**127])
    assert elementwise("div.full.f32 %d, %a, %b;", "f4", a, b)[:3].tolist() == (a / b)[:3].tolist()
    found = elementwise("div.approx.f32 %d, %a, %b;", "f4", a, b)
    assert found[:3].tolist() == [np.float32(1) / np.float32(3), 0, 0]
    assert np.isnan(found[3])


def test_first_guesses_in_double():
    a = np.array([3.0, 1e200, -7.25, 1 + 2.0**-40])
    found = elementwise("rcp.approx.ftz.f64 %d, %a;", "f8", a)
    assert (np.abs(found * a - 1) < 2.0**-19).all()
    assert not (found.view(np.uint64) & np.uint64(0xFFFFFFFF)).any()
    roots = elementwise("rsqrt.approx.ftz.f64 %d, %a;", "f8", np.abs(a))
    assert (np.abs(roots * roots * np.abs(a) - 1) < 2.0**-18).all()


# Integers.


def wrapped(value: int, bits: int, signed: bool) -> int:
    value %= 1 << bits
    return value - (1 << bits) if signed and value >> (bits - 1) else value


def towards_zero(a: int, b: int) -> int:
    return abs(a) // abs(b) * (1 if (a < 0) == (b < 0) else -1)


ARITHMETIC = {
    "add": lambda a, b: a + b,
    "sub": lambda a, b: a - b,
    "mul.lo": lambda a, b: a * b,
    "div": lambda a, b: towards_zero(a, b) if b else -1,
    "rem": lambda a, b: a - b * towards_zero(a, b) if b else a,
    "min": min,
    "max": max,
}


@pytest.mark.parametrize("name", ARITHMETIC)
@pytest.mark.parametrize("kind", ["u32", "s32", "u64", "s64"])
@few
@given(data=st.data())
def test_integers_wrap_around(name, kind, data):
    bits, signed = int(kind[1:]), kind[0] == "s"
    a, b = (u.view(f"{'i' if signed else 'u'}{bits // 8}") for u in data.draw(columns(bits, 2)))
    found = elementwise(f"{name}.{kind} %d, %a, %b;", a.dtype, a, b)
    expected = [wrapped(ARITHMETIC[name](x, y), bits, signed) for x, y in zip(a.tolist(), b.tolist(), strict=True)]
    assert found.tolist() == expected


@pytest.mark.parametrize("kind", ["u32", "s32", "u64", "s64"])
@few
@given(data=st.data())
def test_products_of_twice_the_width(kind, data):
    bits, signed = int(kind[1:]), kind[0] == "s"
    a, b, c = (u.view(f"{'i' if signed else 'u'}{bits // 8}") for u in data.draw(columns(bits, 3)))
    three = list(zip(a.tolist(), b.tolist(), c.tolist(), strict=True))
    high = elementwise(f"mul.hi.{kind} %d, %a, %b;", a.dtype, a, b)
    assert high.tolist() == [wrapped(x * y >> bits, bits, signed) for x, y, _ in three]
    high = elementwise(f"mad.hi.{kind} %d, %a, %b, %c;", a.dtype, a, b, c)
    assert high.tolist() == [wrapped((x * y >> bits) + z, bits, signed) for x, y, z in three]
    low = elementwise(f"mad.lo.{kind} %d, %a, %b, %c;", a.dtype, a, b, c)
    assert low.tolist() == [wrapped(x * y + z, bits, signed) for x, y, z in three]
    if bits == 32:
        wide = a.dtype.str.replace("4", "8")
        found = elementwise(f"mul.wide.{kind} %d, %a, %b;", wide, a, b)
        assert found.tolist() == [x * y for x, y, _ in three]
        more = np.arange(len(a)).astype(wide) << 60
        found = elementwise(f"mad.wide.{kind} %d, %a, %b, %c;", wide, a, b, more)
        expected = [x * y + z for (x, y, _), z in zip(three, more.tolist(), strict=True)]
        assert found.tolist() == [wrapped(v, 64, signed) for v in expected]


@few
@given(sources=columns(64, 4))
def test_carries_go_from_word_to_word(sources):
    a, b, c, e = sources
    words = list(zip(*(s.tolist() for s in sources), strict=True))
    total = "add.cc.u64 %rd20, %a, %c; addc.u64 %d, %b, %e;"
    expected = [(x + (y << 64) + z + (w << 64)) >> 64 & (2**64 - 1) for x, y, z, w in words]
    assert elementwise(total, "u8", a, b, c, e).tolist() == expected
    rest = "sub.cc.u64 %rd20, %a, %c; subc.u64 %d, %b, %e;"
    expected = [(x + (y << 64) - z - (w << 64)) >> 64 & (2**64 - 1) for x, y, z, w in words]
    assert elementwise(rest, "u8", a, b, c, e).tolist() == expected
    product = "mad.lo.cc.u64 %rd20, %a, %b, %c; madc.hi.cc.u64 %rd21, %a, %b, %e; addc.u64 %d, 0, 0;"
    expected = [(x * y + z + (w << 64)) >> 128 for x, y, z, w in words]
    assert elementwise(product, "u8", a, b, c, e).tolist() == expected


@few
@given(sources=columns(32, 3))
def test_logic_and_shifts(sources):
    a, b, c = sources
    three = list(zip(a.tolist(), b.tolist(), c.tolist(), strict=True))
    for name, function in {"and": operator.and_, "or": operator.or_, "xor": operator.xor}.items():
        assert elementwise(f"{name}.b32 %d, %a, %b;", "u4", a, b).tolist() == [function(x, y) for x, y, _ in three]
    assert elementwise("not.b32 %d, %a;", "u4", a).tolist() == [x ^ (2**32 - 1) for x in a.tolist()]
    left = elementwise("shl.b32 %d, %a, %b;", "u4", a, b)
    assert left.tolist() == [(x << min(y, 64)) & (2**32 - 1) for x, y, _ in three]
    assert elementwise("shr.u32 %d, %a, %b;", "u4", a, b).tolist() == [x >> min(y, 64) for x, y, _ in three]
    signed = elementwise("shr.s32 %d, %a, %b;", "i4", a, b)
    assert signed.tolist() == [wrapped(x, 32, True) >> min(y, 64) for x, y, _ in three]
    for side, wraps in (("l", "wrap"), ("l", "clamp"), ("r", "wrap"), ("r", "clamp")):
        found = elementwise(f"shf.{side}.{wraps}.b32 %d, %a, %b, %c;", "u4", a, b, c)
        for value, x, y, z in zip(found.tolist(), *zip(*three, strict=True), strict=True):
            n, both = (z & 31 if wraps == "wrap" else min(z, 32)), (y << 32) | x
            assert value == ((both << n >> 32) if side == "l" else both >> n) & (2**32 - 1)
    for table in (0x96, 0xE8, 0x1B):
        found = elementwise(f"lop3.b32 %d, %a, %b, %c, {table};", "u4", a, b, c)
        for value, x, y, z in zip(found.tolist(), *zip(*three, strict=True), strict=True):
            bits = ((x >> k & 1) << 2 | (y >> k & 1) << 1 | z >> k & 1 for k in range(32))
            assert value == sum((table >> bit & 1) << k for k, bit in enumerate(bits))


def extracted(a: int, start: int, length: int, bits: int, signed: bool) -> int:
    """As the manual's pseudo-code has it, bit by bit."""
    sign = a >> min(start + length - 1, bits - 1) & 1 if signed and length else 0
    found = (a >> start + k & 1 if k < length and start + k < bits else sign for k in range(bits))
    return sum(bit << k for k, bit in enumerate(found))


@few
@given(sources=columns(32, 4))
def test_fields_of_bits(sources):
    a, b, c, e = sources
    four = list(zip(*(s.tolist() for s in sources), strict=True))
    for signed, kind in ((False, "u32"), (True, "s32")):
        found = elementwise(f"bfe.{kind} %d, %a, %b, %c;", "u4", a, b, c)
        assert found.tolist() == [extracted(x, y & 255, z & 255, 32, signed) for x, y, z, _ in four]
    found = elementwise("bfi.b32 %d, %a, %b, %c, %e;", "u4", a, b, c, e)
    for value, x, y, z, w in zip(found.tolist(), *zip(*four, strict=True), strict=True):
        field = ((1 << (w & 255)) - 1 << (z & 255)) & (2**32 - 1)
        assert value == y & ~field | (x << (z & 255)) & field
    text = [f"{x:032b}" for x in a.tolist()]
    assert elementwise("brev.b32 %d, %a;", "u4", a).tolist() == [int(t[::-1], 2) for t in text]
    assert elementwise("popc.b32 %d, %a;", "u4", a).tolist() == [t.count("1") for t in text]
    assert elementwise("clz.b32 %d, %a;", "u4", a).tolist() == [len(t) - len(t.lstrip("0")) for t in text]
    first = [31 - t.index("1") if "1" in t else 2**32 - 1 for t in text]
    assert elementwise("bfind.u32 %d, %a;", "u4", a).tolist() == first
    unlike = [t.find("0" if t[0] == "1" else "1") for t in text]
    found = elementwise("bfind.shiftamt.s32 %d, %a;", "u4", a)
    assert found.tolist() == [k if k >= 0 else 2**32 - 1 for k in unlike]
    found = elementwise("prmt.b32 %d, %a, %b, %c;", "u4", a, b, c)
    for value, x, y, z in zip(found.tolist(), a.tolist(), b.tolist(), c.tolist(), strict=True):
        octets = struct.pack("<II", x, y)
        picked = [octets[z >> 4 * k & 7] for k in range(4)]
        signs = [255 * (p >> 7) if z >> 4 * k & 8 else p for k, p in enumerate(picked)]
        assert value == int.from_bytes(bytes(signs), "little")


@few
@given(sources=columns(64, 2))
def test_bits_of_64(sources):
    a, b = sources
    text = [f"{x:064b}" for x in a.tolist()]
    assert elementwise("clz.b64 %r20, %a; cvt.u64.u32 %d, %r20;", "u8", a).tolist() == [
        len(t) - len(t.lstrip("0")) for t in text
    ]
    assert elementwise("popc.b64 %r20, %a; cvt.u64.u32 %d, %r20;", "u8", a).tolist() == [t.count("1") for t in text]
    assert elementwise("brev.b64 %d, %a;", "u8", a).tolist() == [int(t[::-1], 2) for t in text]
    by = (b % np.uint64(80)).astype(np.uint32)
    found = elementwise("shl.b64 %d, %a, %b;", "u8", a, by)
    assert found.tolist() == [(x << y) & (2**64 - 1) for x, y in zip(a.tolist(), by.tolist(), strict=True)]
    found = elementwise("mov.b64 {%r20, %r21}, %a; mov.b64 %d, {%r21, %r20};", "u8", a)
    assert found.tolist() == [(x >> 32) | (x << 32) & (2**64 - 1) for x in a.tolist()]


# Conversions.


@few
@given(data=st.data())
def test_reals_to_integers(data):
    directions = {"rni": round, "rzi": math.trunc, "rmi": math.floor, "rpi": math.ceil}
    for bits in (32, 64):
        (a,) = data.draw(reals(bits, 1))
        a = np.concatenate([a, np.array([0.5, 1.5, -2.5, 2.0**31, -(2.0**31), 2.0**63, 2.0**64, 1e30], a.dtype)])
        for kind in ("s32", "u32", "s64", "u64"):
            width, signed = int(kind[1:]), kind[0] == "s"
            least, most = (-(1 << width - 1), (1 << width - 1) - 1) if signed else (0, (1 << width) - 1)
            for direction, function in directions.items():
                found = elementwise(
                    f"cvt.{direction}.{kind}.f{bits} %d, %a;", f"{'i' if signed else 'u'}{width // 8}", a
                )
                for value, number in zip(found.tolist(), a.tolist(), strict=True):
                    if number != number:
                        none = 1 << width - 1 if 64 in (bits, width) else 0
                        expected = wrapped(none, width, signed)
                    elif math.isinf(number):
                        expected = most if number > 0 else least
                    else:
                        expected = min(max(function(number), least), most)
                    assert value == expected, (number, direction, kind)


@few
@given(sources=columns(64, 1), mode=st.sampled_from(MODES))
def test_integers_to_reals(sources, mode):
    (a,) = sources
    for kind, source in (("s32", "i4"), ("u32", "u4"), ("s64", "i8"), ("u64", "u8")):
        given_ = a.astype(source) if source.endswith("4") else a.view(source)
        for bits in (32, 64):
            way = "rn" if source.endswith("8") else mode
            found = elementwise(f"cvt.{way}.f{bits}.{kind} %d, %a;", f"f{bits // 8}", given_)
            expected = [rounded(Fraction(x), FORMATS[found.dtype], way) for x in given_.tolist()]
            assert found.tolist() == expected


@few
@given(sources=reals(64, 1), mode=st.sampled_from(MODES))
def test_narrowing(sources, mode):
    (a,) = sources
    found = elementwise(f"cvt.{mode}.f32.f64 %d, %a;", "f4", a)
    check_rounded(found, [a], lambda u: u, lambda u: u, mode)
    single = found[np.isfinite(found)]
    if len(single):
        assert elementwise("cvt.f64.f32 %d, %a;", "f8", single).tolist() == single.tolist()
        whole = elementwise("cvt.rni.f32.f32 %d, %a;", "f4", single)
        assert whole.tolist() == [float(round(x)) for x in single.tolist()]


def test_widening_integers():
    a = np.arange(-128, 128).astype(np.int8)
    assert elementwise("cvt.s32.s8 %d, %a;", "i4", a).tolist() == a.tolist()
    assert elementwise("cvt.u32.u8 %d, %a;", "u4", a).tolist() == a.view(np.uint8).tolist()
    assert elementwise("cvt.s64.s8 %d, %a;", "i8", a).tolist() == a.tolist()
    wide = np.int32([-300, -128, 127, 128, 300, 65535])
    assert elementwise("cvt.s8.s32 %d, %a;", "i1", wide).tolist() == [wrapped(x, 8, True) for x in wide.tolist()]
    assert elementwise("cvt.sat.s8.s32 %d, %a;", "i1", wide).tolist() == np.clip(wide, -128, 127).tolist()
    assert elementwise("cvt.sat.u8.s32 %d, %a;", "u1", wide).tolist() == np.clip(wide, 0, 255).tolist()


def test_every_half_is_widened_and_every_single_near_one_narrowed():
    halves = np.arange(1 << 16).astype(np.uint16)
    found = elementwise("cvt.f32.f16 %d, %a;", "f4", halves)
    expected = struct.unpack("<65536e", halves.tobytes())
    assert np.array_equal(found, np.float32(expected), equal_nan=True)
    rng = np.random.default_rng(0)
    finite = found[np.isfinite(found)]
    others = (rng.normal(size=2000) * 10).astype("f4")
    singles = np.concatenate([finite, np.nextafter(finite, np.float32(np.inf)), others])
    singles = singles[np.abs(singles) < 65504]
    narrow = elementwise("cvt.rn.f16.f32 %d, %a;", "u2", singles)
    assert narrow.tobytes() == struct.pack(f"<{len(singles)}e", *singles.tolist())


def test_bfloat16():
    format = (8, -126, 127)
    patterns = np.arange(1 << 16).astype(np.uint16)
    wide = elementwise("cvt.f32.bf16 %d, %a;", "f4", patterns)
    assert wide.tobytes() == (patterns.astype(np.uint32) << 16).tobytes()
    rng = np.random.default_rng(1)
    a = np.concatenate([rng.normal(size=500).astype("f4"), wide[::97], np.float32([1 + 2**-8, 1 + 3 * 2**-8])])
    a = a[np.isfinite(a)]
    for mode in ("rn", "rz"):
        found = elementwise(f"cvt.{mode}.bf16.f32 %d, %a;", "u2", a)
        values = (found.astype(np.uint32) << 16).view("f4")
        assert values.tolist() == [rounded(Fraction(x), format, mode) for x in a.tolist()]
    pair = elementwise("cvt.rn.bf16x2.f32 %d, %a, %b;", "u4", a, a[::-1].copy())
    assert ((pair >> 16) << 16).view("f4").tolist() == [rounded(Fraction(x), format, "rn") for x in a.tolist()]
    halves = elementwise("cvt.rn.f16x2.f32 %d, %a, %b;", "u4", np.float32([1.5, -2]), np.float32([0.25, 3]))
    assert halves.tobytes() == struct.pack("<4e", 0.25, 1.5, 3, -2)


# Comparisons and choices.

COMPARED = {
    "eq": operator.eq, "ne": operator.ne, "lt": operator.lt, "le": operator.le, "gt": operator.gt, "ge": operator.ge,
}  # fmt: skip


@few
@given(sources=reals(32, 2))
def test_comparisons_of_reals(sources):
    a, b = sources
    b = np.where(np.arange(len(b)) % 5 == 0, a, b)
    pairs = list(zip(a.tolist(), b.tolist(), strict=True))
    for name, function in COMPARED.items():
        for suffix, if_none in (("", False), ("u", True)):
            found = elementwise(f"setp.{name}{suffix}.f32 %p1, %a, %b; selp.u32 %d, 1, 0, %p1;", "u4", a, b)
            expected = [if_none if x != x or y != y else function(x, y) for x, y in pairs]
            assert found.astype(bool).tolist() == expected, name
    text = "setp.num.f32 %p1|%p2, %a, %b; selp.u32 %r20, 1, 0, %p1; selp.u32 %d, 2, %r20, %p2;"
    found = elementwise(text, "u4", a, b)
    assert found.tolist() == [2 if x != x or y != y else 1 for x, y in pairs]


@few
@given(sources=columns(32, 3))
def test_comparisons_of_integers(sources):
    a, b, c = sources
    for kind in ("u32", "s32"):
        x, y = (np.array([wrapped(v, 32, kind == "s32") for v in s.tolist()]) for s in (a, b))
        for name, function in COMPARED.items():
            found = elementwise(f"setp.{name}.{kind} %p1, %a, %b; selp.u32 %d, 7, 9, %p1;", "u4", a, b)
            assert found.tolist() == np.where(function(x, y), 7, 9).tolist()
    joined = (
        "setp.lt.u32 %p1, %a, %b; setp.gt.and.u32 %p2|%p3, %a, %c, !%p1; "
        "selp.u32 %r20, 1, 0, %p2; selp.u32 %r21, 2, 0, %p3; or.b32 %d, %r20, %r21;"
    )
    expected = [int(p >= q and p > r) | 2 * int(p >= q and p <= r) for p, q, r in zip(a, b, c, strict=True)]
    assert elementwise(joined, "u4", a, b, c).tolist() == expected
    numbers = elementwise("set.lt.u32.s32 %d, %a, %b;", "u4", a, b)
    assert numbers.tolist() == [2**32 - 1 if p < q else 0 for p, q in zip(a.view("i4"), b.view("i4"), strict=True)]
    chosen = elementwise("slct.u32.s32 %d, %a, %b, %c;", "u4", a, b, c)
    assert chosen.tolist() == np.where(c.view("i4") >= 0, a, b).tolist()


@pytest.mark.parametrize("text, named", [
    ("wgmma.fence.sync.aligned;", "wgmma"),
    ("add.relu.f32 %d, %a, %a;", "relu"),
    ("fma.rn.bf16 %d, %a, %a, %a;", "bf16"),
    ("add.f32 %d, %a;", "operands"),
    ("setp.near.f32 %p1, %a, %a;", "setp"),
    ("mov.u32 %d, %clock;", "%clock"),
    ("ld.acquire.gpu.global.u32 %d, [%rd0];", "acquire"),
    ("atom.global.add.f32 %d, [%rd0], %a;", "atom"),
    ("bar.sync 0, 64;", "barrier"),
])  # fmt: skip
def test_what_is_not_known_is_refused_by_name(text, named):
    with pytest.raises(Unsupported, match=named) as refused:
        elementwise(text, "f4", np.float32([1]))
    assert refused.value.place is not None and refused.value.place.instruction == text.rstrip(";")
