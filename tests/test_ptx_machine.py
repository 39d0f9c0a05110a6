"""Threads, warps, blocks and memory of the interpreter of PTX, and that what a kernel must not do is seen."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ptx_texts import HEAD, ROW_SUMS, WARP_SUMS, elementwise, in_lanes, module

from symnn.verify.ptx import (
    BarrierDivergence,
    Device,
    EndlessLoop,
    Fault,
    Misaligned,
    MissingLanes,
    OutOfBounds,
    Race,
    Trap,
    Uninitialised,
    Unsupported,
    UnwrittenRegister,
    WrongLaunch,
    flatten,
    launch,
    parse,
    run,
)

#: The address of this thread's item of 4 bytes in %rd1, from parameter ``x``; its number in %r0.
OWN = (
    "mov.u32 %r1, %ctaid.x; mov.u32 %r2, %ntid.x; mov.u32 %r3, %tid.x; mad.lo.u32 %r0, %r1, %r2, %r3;"
    "ld.param.u64 %rd0, [x]; mad.wide.u32 %rd1, %r0, 4, %rd0;"
)


def on_items(body: str, items: np.ndarray, grid: int = 1, block: int = 32, before: str = "", **options) -> np.ndarray:
    """The items after a kernel that gets their address."""
    device = Device()
    buffer = device.put(items)
    kernel = parse(module(OWN + body, ".param .u64 x", before=before)).kernel
    launch(device, kernel, grid, block, [buffer.address], **options)
    return buffer.array()


def summed(text: str, rows: np.ndarray, block: int, *, shift: int = 0, **options) -> np.ndarray:
    device = Device()
    x, y = device.put(rows, shift), device.put(np.zeros(len(rows), np.float32))
    launch(device, parse(text).kernel, len(rows), block, [x.address, y.address, np.uint32(rows.shape[1])], **options)
    return y.array()


# Where threads are and how they go on.


def test_threads_know_where_they_are_in_three_dimensions():
    axes = [(kind, axis) for kind in ("tid", "ntid", "ctaid", "nctaid") for axis in "xyz"]
    grid, block = (2, 3, 2), (4, 3, 2)
    digits = (f"mov.u32 %r1, %{k}.{axis}; mad.lo.u32 %r0, %r0, 8, %r1;" for k, axis in axes[:10])
    body = "mov.u32 %r0, 0;" + "".join(digits)
    # Its number: blocks and threads in a row, x fastest.
    number = (
        "mov.u32 %r2, %tid.x; mov.u32 %r3, %tid.y; mov.u32 %r4, %tid.z;"
        "mad.lo.u32 %r3, %r4, 3, %r3; mad.lo.u32 %r2, %r3, 4, %r2;"
        "mov.u32 %r5, %ctaid.x; mov.u32 %r6, %ctaid.y; mov.u32 %r7, %ctaid.z;"
        "mad.lo.u32 %r6, %r7, 3, %r6; mad.lo.u32 %r5, %r6, 2, %r5; mad.lo.u32 %r2, %r5, 24, %r2;"
        "ld.param.u64 %rd0, [x]; mad.wide.u32 %rd1, %r2, 4, %rd0; st.global.u32 [%rd1], %r0;"
    )
    device = Device()
    out = device.put(np.zeros(12 * 24, np.uint32))
    launch(device, parse(module(body + number, ".param .u64 x")).kernel, grid, block, [out.address], together=64)
    k = 0
    for cz, cy, cx in np.ndindex(2, 3, 2):
        for z, y, x in np.ndindex(2, 3, 4):
            expected = 0
            for value in (x, y, z, 4, 3, 2, cx, cy, cz, 2):
                expected = (expected * 8 + value) % 2**32
            assert out.array()[k] == expected
            k += 1


def test_lanes_of_a_warp():
    lane = np.arange(32)
    for name, expected in {
        "laneid": lane, "lanemask_eq": 1 << lane, "lanemask_lt": (1 << lane) - 1, "lanemask_le": (2 << lane) - 1,
        "lanemask_gt": 2**32 - (2 << lane), "lanemask_ge": 2**32 - (1 << lane),
    }.items():  # fmt: skip
        assert in_lanes(f"mov.u32 %d, %{name};", "u4", lane.astype("u4")).tolist() == expected.tolist()
    text = "mov.u32 %r20, %warpid; mov.u32 %r21, %nwarpid; mad.lo.u32 %d, %r20, 9, %r21;"
    found = elementwise(text, "u4", np.zeros(64, "u4"))
    assert found.tolist() == [2] * 32 + [11] * 32


@settings(max_examples=15, deadline=None)
@given(counts=st.lists(st.integers(0, 30), min_size=70, max_size=70))
def test_loops_of_different_lengths(counts):
    """The steps that Collatz' rule takes: branches and loops part the threads in every way."""
    body = """
        ld.global.u32 %r4, [%rd1]; add.u32 %r4, %r4, 1; mov.u32 %r5, 0;
    $again:
        setp.le.u32 %p1, %r4, 1; @%p1 bra $out;
        and.b32 %r6, %r4, 1; setp.eq.u32 %p2, %r6, 0; @%p2 bra $even;
        mad.lo.u32 %r4, %r4, 3, 1; bra.uni $next;
    $even:
        shr.u32 %r4, %r4, 1;
    $next:
        add.u32 %r5, %r5, 1; bra $again;
    $out:
        st.global.u32 [%rd1], %r5;
    """

    def steps(n: int) -> int:
        return 0 if n <= 1 else 1 + steps(3 * n + 1 if n % 2 else n // 2)

    found = on_items(body, np.array(counts, np.uint32), grid=2, block=35)
    assert found.tolist() == [steps(n + 1) for n in counts]


def test_what_parted_goes_on_together():
    body = """
        and.b32 %r4, %r0, 3; setp.ne.u32 %p1, %r4, 0; @%p1 bra $join; add.u32 %r4, %r4, 1;
    $join: activemask.b32 %r5; st.global.u32 [%rd1], %r5;
    """
    assert on_items(body, np.zeros(32, np.uint32)).tolist() == [2**32 - 1] * 32


def test_branches_by_a_table():
    body = """
        and.b32 %r4, %r0, 3;
    $table: .branchtargets $a, $b, $c, $d;
        brx.idx %r4, $table;
    $c: mov.u32 %r5, 30; bra $end;
    $a: mov.u32 %r5, 10; bra $end;
    $d: mov.u32 %r5, 40; bra $end;
    $b: mov.u32 %r5, 20;
    $end: st.global.u32 [%rd1], %r5;
    """
    assert on_items(body, np.zeros(32, np.uint32)).tolist() == [10, 20, 30, 40] * 8


CALLED = """
.func (.param .b32 back) twice(.param .b32 given, .param .b32 more);
.func (.param .b32 back) thrice(.param .b32 given)
{
    .reg .b32 %r<4>;
    ld.param.u32 %r0, [given];
    { .param .b32 one; .param .b32 two; .param .b32 out;
      st.param.b32 [one+0], %r0; st.param.b32 [two], 5;
      call.uni (out), twice, (one, two);
      ld.param.b32 %r1, [out+0]; }
    add.u32 %r2, %r1, %r0;
    st.param.b32 [back], %r2;
    ret;
}
.func (.param .b32 back) twice(.param .b32 given, .param .b32 more)
{
    .reg .pred %p<2>;
    .reg .b32 %r<4>;
    ld.param.u32 %r0, [given]; ld.param.u32 %r1, [more];
    setp.gt.u32 %p1, %r0, 20;
    @%p1 bra $large;
    shl.b32 %r0, %r0, 1; add.u32 %r0, %r0, %r1;
    st.param.b32 [back], %r0;
    ret;
$large:
    st.param.b32 [back], %r1;
    ret;
}
"""


def test_device_functions_are_called():
    body = """
        ld.global.u32 %r4, [%rd1]; setp.ne.u32 %p1, %r4, 7;
        mov.u32 %r5, 0;
        { .param .b32 given; .param .b32 out;
          st.param.b32 [given], %r4; st.param.b32 [out], 1000;
          @%p1 call (out), thrice, (given);
          ld.param.b32 %r5, [out]; }
        st.global.u32 [%rd1], %r5;
    """
    found = on_items(body, np.arange(32, dtype=np.uint32), before=CALLED)
    expected = [1000 if n == 7 else n + (5 if n > 20 else 2 * n + 5) for n in range(32)]
    assert found.tolist() == expected
    # The same, where they are of another text.
    declared = ".extern .func (.param .b32 back) thrice(.param .b32 given);"
    kernel = parse(module(OWN + body, ".param .u64 x", before=declared), HEAD + CALLED).kernel
    device = Device()
    buffer = device.put(np.arange(32, dtype=np.uint32))
    launch(device, kernel, 1, 32, [buffer.address])
    assert buffer.array().tolist() == expected
    with pytest.raises(Unsupported, match="itself"):
        on_items("call f;", np.zeros(32), before=".func f() { call f; ret; }")
    with pytest.raises(Unsupported, match="vprintf"):
        on_items("call vprintf;", np.zeros(32), before=".extern .func vprintf();")


def test_local_constant_shared_and_generic_memory():
    before = """
    .const .align 4 .b8 table[16] = {1, 0, 0, 0, 2, 0, 0, 0, 0xFF, 255, 255, 255};
    .global .align 4 .u32 more[2] = {5, 6};
    """
    body = """
        .local .align 8 .b8 depot[32];
        .shared .align 4 .b8 part[128];
        mov.u64 %rd2, depot; cvta.local.u64 %rd3, %rd2;
        st.local.u32 [%rd2+4], %r0; ld.u32 %r4, [%rd3+4];
        ld.const.s32 %r5, [table+8]; ld.global.u32 %r6, [more+4];
        mov.u64 %rd4, table; cvta.const.u64 %rd4, %rd4; ld.u32 %r7, [%rd4+4];
        mov.u32 %r8, part; mad.lo.u32 %r8, %r3, 4, %r8; st.shared.u32 [%r8], %r4;
        cvt.u64.u32 %rd5, %r8; cvta.shared.u64 %rd6, %rd5;
        setp.lt.u32 %p1, %r3, 16; selp.b64 %rd7, %rd6, %rd3, %p1;
        @!%p1 st.local.u32 [%rd2], %r4;
        ld.u32 %r9, [%rd7];
        cvta.to.shared.u64 %rd8, %rd6; ld.shared.u32 %r10, [%rd8];
        add.u32 %r9, %r9, %r5; add.u32 %r9, %r9, %r6; add.u32 %r9, %r9, %r7; add.u32 %r9, %r9, %r10;
        cvta.global.u64 %rd9, %rd1; st.u32 [%rd9], %r9;
    """
    found = on_items(body, np.zeros(64, np.uint32), grid=2, before=before)
    assert found.tolist() == [n - 1 + 6 + 2 + n for n in range(64)]


def test_moved_bytes_of_every_width():
    a = np.arange(64, dtype=np.uint8).view(np.uint32)
    body = (
        "ld.global.v2.u8 {%h1, %h2}, [%rd1+2]; mul.wide.u16 %r4, %h1, %h2; "
        "ld.global.s8 %r5, [%rd1+3]; cvt.s64.s32 %rd2, %r5; st.global.b16 [%rd1], %rd2; st.global.u16 [%rd1+2], %r4;"
    )
    found = on_items(body, a, block=16).view(np.uint16).reshape(-1, 2)
    octets = np.arange(64).reshape(-1, 4)
    assert found[:, 0].tolist() == octets[:, 3].tolist()
    assert found[:, 1].tolist() == (octets[:, 2] * octets[:, 3]).tolist()


def test_arguments_as_numba_flattens_them():
    base = np.arange(60, dtype=np.float32).reshape(5, 12)
    for array in (base, base.T, base[::-1, ::3], base[1:, :0]):
        device = Device()
        buffer = device.put(array)
        meminfo, parent, items, size, data, *rest = flatten(buffer)
        assert (meminfo, parent, items, size) == (0, 0, array.size, 4)
        assert rest == [*array.shape, *array.strides]
        assert np.array_equal(buffer.array(), array)
        assert data == buffer.address
    with pytest.raises(WrongLaunch, match="int"):
        flatten(3)
    kernel = parse(module("", ".param .u64 x, .param .u32 n")).kernel
    with pytest.raises(WrongLaunch, match="2 parameters"):
        run(kernel, 1, 1, np.uint64(1))
    with pytest.raises(WrongLaunch, match="4 bytes"):
        run(kernel, 1, 1, np.uint64(1), np.int64(1))
    with pytest.raises(WrongLaunch, match="most"):
        run(kernel, 1, 1025, np.uint64(1), np.int32(1))


def test_atomics_take_turns():
    body = """
        and.b32 %r4, %r0, 1; mad.wide.u32 %rd2, %r4, 4, %rd0;
        atom.global.add.u32 %r5, [%rd2], %r0; red.global.max.s32 [%rd0+8], %r0;
        atom.global.cas.b32 %r6, [%rd0+12], %r0, 77; atom.global.inc.u32 %r7, [%rd0+16], 4;
        red.global.or.b32 [%rd0+20], %r0; atom.global.exch.b32 %r8, [%rd0+24], %r0;
    """
    found = on_items(body, np.array([0, 0, 0, 5, 0, 0, 0], np.uint32), grid=3)
    assert found.tolist() == [sum(range(0, 96, 2)), sum(range(1, 96, 2)), 95, 77, 96 % 5, 127, 95]


def test_one_array_given_twice_is_one_buffer():
    body = """
        mov.u32 %r0, %tid.x; ld.param.u64 %rd0, [x_4]; ld.param.u64 %rd1, [y_4];
        mad.wide.u32 %rd2, %r0, 4, %rd0; ld.global.u32 %r1, [%rd2]; add.u32 %r1, %r1, 3;
        bar.sync 0; mad.wide.u32 %rd3, %r0, 4, %rd1; st.global.u32 [%rd3], %r1;
    """
    parameters = ", ".join(f".param .u64 {array}_{k}" for array in "xy" for k in range(7))
    kernel = parse(module(body, parameters)).kernel
    x, y = np.arange(32, dtype=np.uint32), np.zeros(32, np.uint32)
    run(kernel, 1, 32, x, y)
    assert y.tolist() == [n + 3 for n in range(32)] and x.tolist() == list(range(32))
    x.flags.writeable = False
    run(kernel, 1, 32, x, x)
    assert x.tolist() == list(range(32))
    x.flags.writeable = True
    run(kernel, 1, 32, x, x)
    assert x.tolist() == y.tolist()


def test_atomics_by_generic_addresses():
    body = """
        .shared .align 4 .b8 part[4];
        setp.eq.u32 %p1, %r3, 0; @%p1 st.shared.u32 [part], 0; bar.sync 0;
        mov.u64 %rd2, part; cvta.shared.u64 %rd2, %rd2;
        and.b32 %r4, %r0, 1; setp.eq.u32 %p2, %r4, 0; selp.b64 %rd3, %rd2, %rd0, %p2;
        atom.add.u32 %r5, [%rd3], 1; bar.sync 0;
        @%p1 ld.shared.u32 %r6, [part]; @%p1 st.global.u32 [%rd0+4], %r6;
    """
    assert on_items(body, np.zeros(2, np.uint32), block=48).tolist() == [24, 24]
    astray = body.replace("selp.b64 %rd3, %rd2, %rd0", "selp.b64 %rd3, %rd2, 5000")
    with pytest.raises(OutOfBounds) as seen:
        on_items(astray, np.zeros(2, np.uint32), block=48)
    assert seen.value.place is not None and seen.value.place.thread == (1, 0, 0)


def test_what_a_text_says_beside_its_code():
    text = module("mov.pred %p1, 1; @%p1 bra $x; trap; $x:").replace(
        "()\n{", '()\n.maxntid 64, 2, 1\n.minnctapersm 2\n.pragma "nounroll";\n{'
    )
    kernel = parse(text + "\n.section .debug_str { $L_info: .b8 95, 95, 0 }\n").kernel
    assert kernel.most_threads == 128 and kernel.target == "sm_80"
    run(kernel, 1, 128)
    for grid, block, why in ((1, 129, "128 are the most"), (1, (2, 2, 2, 2), "extents"), (0, 1, "grid")):
        with pytest.raises(WrongLaunch, match=why):
            run(kernel, grid, block)
    with pytest.raises(WrongLaunch, match="60000 bytes of shared"):
        run(parse(module(".shared .b8 part[60000];")).kernel, 1, 1)


@pytest.mark.parametrize("text, why", [
    ("~", "is no token"),
    ("nonsense", "a directive is expected"),
    (".entry k() { add.u32 %r1, %r2 %r3; }", "`,` is expected"),
    (".entry k() { .reg .b99 %r<3>; }", "a type of registers"),
    (".entry k() { .wrong; }", "a directive of a function's body"),
    (".entry k() { { $x: ret; } { $x: ret; } }", "a label of a scope's own"),
    (".entry k() { ld.global.u32 %r1, [%rd1+x]; }", "a number is expected"),
    (".global .b64 x[1] = {generic(y)};", "holds the address"),
    (".global .v4 .f32 x;", "a type is expected"),
])  # fmt: skip
def test_a_text_that_is_not_read_is_refused_by_its_line(text, why):
    with pytest.raises(Unsupported, match=why):
        parse(HEAD + text)
    if "address" not in why:
        with pytest.raises(Unsupported, match="line 4"):
            parse(HEAD + text)


# Warps.


def shuffled(mode: str, values: list[int], by: list[int], bounds: int) -> tuple[list[int], list[int]]:
    """As the manual's pseudo-code has it."""
    found, inside = [], []
    for lane in range(32):
        clamp, segment, b = bounds & 31, bounds >> 8 & 31, by[lane] & 31
        limit = lane & segment | clamp & ~segment
        j = {"up": lane - b, "down": lane + b, "bfly": lane ^ b, "idx": lane & segment | b & ~segment & 31}[mode]
        p = j >= limit if mode == "up" else j <= limit
        found.append(values[j if p else lane])
        inside.append(int(p))
    return found, inside


@settings(max_examples=40, deadline=None)
@given(
    mode=st.sampled_from(["up", "down", "bfly", "idx"]),
    by=st.lists(st.integers(0, 40), min_size=32, max_size=32),
    width=st.sampled_from([32, 16, 8, 4, 2, 1]),
)
def test_shuffles(mode, by, width):
    bounds = (32 - width) << 8 | (0 if mode == "up" else 31)
    values = [lane * lane + 7 for lane in range(32)]
    text = f"""
        shfl.sync.{mode}.b32 %r20|%p1, %a, %b, {bounds}, -1;
        selp.u32 %r21, 1, 0, %p1; mad.lo.u32 %d, %r20, 2, %r21;
    """
    found = in_lanes(text, "u4", np.array(values, np.uint32), np.array(by, np.uint32))
    expected, inside = shuffled(mode, values, by, bounds)
    assert found.tolist() == [2 * v + p for v, p in zip(expected, inside, strict=True)]


@settings(max_examples=30, deadline=None)
@given(values=st.lists(st.integers(0, 3), min_size=32, max_size=32), split=st.booleans())
def test_votes_and_matches(values, split):
    """Of the whole warp, and of two halves that vote at once, each by a mask of its own."""
    a = np.array(values, np.uint32)
    halves = [range(16), range(16, 32)] if split else [range(32)]
    members = np.zeros(32, np.uint32)
    for half in halves:
        members[list(half)] = sum(1 << lane for lane in half)
    before = "setp.ge.u32 %p1, %a, 2; "
    ballot = in_lanes(before + "vote.sync.ballot.b32 %d, %p1, %b;", "u4", a, members)
    some = in_lanes(before + "vote.sync.any.pred %p2, %p1, %b; selp.u32 %d, 1, 0, %p2;", "u4", a, members)
    every = in_lanes(before + "vote.sync.all.pred %p2, !%p1, %b; selp.u32 %d, 1, 0, %p2;", "u4", a, members)
    uniform = in_lanes(before + "vote.sync.uni.pred %p2, %p1, %b; selp.u32 %d, 1, 0, %p2;", "u4", a, members)
    alike = in_lanes("match.any.sync.b32 %d, %a, %b;", "u4", a, members)
    one = in_lanes("match.all.sync.b32 %r20|%p2, %a, %b; selp.u32 %d, %r20, 5, %p2;", "u4", a, members)
    for half in halves:
        large = [values[lane] >= 2 for lane in half]
        for lane in half:
            assert ballot[lane] == sum(1 << k for k, is_large in zip(half, large, strict=True) if is_large)
            assert some[lane] == any(large)
            assert every[lane] == (not any(large))
            assert uniform[lane] == (len(set(large)) == 1)
            assert alike[lane] == sum(1 << k for k in half if values[k] == values[lane])
            assert one[lane] == (members[lane] if len({values[k] for k in half}) == 1 else 5)


def test_lanes_that_part_and_meet_wait_for_each_other():
    """Lanes come to a vote by ways of different lengths, the later ones by a way that is lower in the text."""
    body = """
        and.b32 %r4, %r0, 1; setp.eq.u32 %p1, %r4, 0;
        @%p1 bra $meet;
        bra $detour;
    $meet:
        activemask.b32 %r5;
        vote.sync.ballot.b32 %r6, %p1, -1;
        st.global.u32 [%rd1], %r6;
        bra $end;
    $detour:
        add.u32 %r7, %r0, 1; bra $meet;
    $end:
    """
    assert on_items(body, np.zeros(32, np.uint32)).tolist() == [0x55555555] * 32


def test_barriers_that_count():
    body = """
        setp.lt.u32 %p1, %r3, 40;
        bar.red.popc.u32 %r4, 0, %p1; bar.red.or.pred %p2, 0, !%p1; barrier.cta.red.and.aligned.pred %p3, 0, %p1;
        selp.u32 %r5, 100, 0, %p2; selp.u32 %r6, 1000, 0, %p3; add.u32 %r4, %r4, %r5; add.u32 %r4, %r4, %r6;
        st.global.u32 [%rd1], %r4;
    """
    assert on_items(body, np.zeros(96, np.uint32), grid=2, block=48).tolist() == [140] * 96
    assert on_items(body, np.zeros(40, np.uint32), block=40).tolist() == [1040] * 40


# Whole kernels, and faults planted in them.


@pytest.mark.parametrize("shape", [(1, 1), (3, 64), (5, 200), (200, 65)])
def test_row_sums(shape):
    rows = np.random.default_rng(0).normal(size=shape).astype(np.float32)
    exact = rows.sum(axis=1, dtype=np.float64)
    assert np.abs(summed(ROW_SUMS, rows, 64) - exact).max() < 1e-5
    wide = np.tile(rows, 4)
    found = summed(WARP_SUMS, wide, 32, together=96)
    assert np.abs(found - wide.sum(axis=1, dtype=np.float64)).max() < 1e-4


#: In either kernel a text, what takes its place, and the fault; without one the numbers are wrong.
PLANTED: list[tuple[str, str, str, type[Fault] | None]] = [
    # No barrier before the tree, and none in it.
    (ROW_SUMS, "bar.sync 0;\n    mov.u32 %r10, 32;", "mov.u32 %r10, 32;", Race),
    (ROW_SUMS, "$idle:\n    bar.sync 0;", "$idle:", Race),
    # A barrier that some do not come to, or come to another one.
    (ROW_SUMS, "@%p1 bra $idle;", "@%p1 bra $end;", BarrierDivergence),
    (ROW_SUMS, "$idle:\n    bar.sync 0;", "bar.sync 0; bra $on; $idle: bar.sync 0; $on:", BarrierDivergence),
    # The tree starts too high, or halves too fast.
    (ROW_SUMS, "mov.u32 %r10, 32;", "mov.u32 %r10, 64;", OutOfBounds),
    (ROW_SUMS, "shr.u32 %r10, %r10, 1;", "shr.u32 %r10, %r10, 2;", None),
    (ROW_SUMS, "setp.ge.u32 %p1, %r0, %r10;", "setp.gt.u32 %p1, %r0, %r10;", Fault),
    # One row too far, one item too far, no bound at all, and one item too few.
    (ROW_SUMS, "mov.u32 %r1, %ctaid.x;", "mov.u32 %r1, %ctaid.x; add.u32 %r1, %r1, 1;", OutOfBounds),
    (ROW_SUMS, "setp.ge.u32 %p0, %r5, %r2;", "setp.gt.u32 %p0, %r5, %r2;", Fault),
    (ROW_SUMS, "@%p0 bra $summed;", "", OutOfBounds),
    (ROW_SUMS, "mov.u32 %r5, %r0;", "add.u32 %r5, %r0, 1;", None),
    # All blocks, or all threads, write one sum; memory that nobody wrote; a sum that starts from anything.
    (ROW_SUMS, "mul.wide.u32 %rd4, %r1, 4;", "mov.u64 %rd4, 0;", Race),
    (ROW_SUMS, "@%p3 bra $end;", "", Race),
    (ROW_SUMS, "st.shared.f32 [%r9], %r4;", "", Uninitialised),
    (ROW_SUMS, "mov.f32 %r4, 0f00000000;", "", UnwrittenRegister),
    (ROW_SUMS, "add.f32 %r4, %r4, %r7;", "mov.f32 %r4, %r7;", None),
    (ROW_SUMS, "add.u32 %r5, %r5, 64;", "", EndlessLoop),
    (ROW_SUMS, ".b8 part[256]", ".b8 part[252]", OutOfBounds),
    # The wrong lanes, and lanes that are not there.
    (WARP_SUMS, "31, -1;", "31, 0x0000ffff;", MissingLanes),
    (WARP_SUMS, "%r11, 31, -1;", "%r11, 15, -1;", None),
    (WARP_SUMS, "mov.u32 %r11, 16;", "mov.u32 %r11, 8;", None),
    (WARP_SUMS, "shfl.sync.bfly", "shfl.sync.idx", None),
    (WARP_SUMS, "$tree:", "setp.gt.u32 %p5, %r0, 20; @%p5 bra $end; $tree:", MissingLanes),
    # Rows that are read four at a time from where none begins.
    (WARP_SUMS, "[%rd3];", "[%rd3+4];", Misaligned),
    (WARP_SUMS, "shl.b32 %r5, %r0, 2;", "mov.u32 %r5, %r0;", Misaligned),
    (WARP_SUMS, "@%p2 bra $end;", "", Race),
]  # fmt: skip


@pytest.mark.parametrize("number", range(len(PLANTED)))
def test_planted_faults_are_seen(number):
    text, old, new, expected = PLANTED[number]
    assert text.count(old) == 1
    broken = text.replace(old, new)
    rows = np.random.default_rng(number).uniform(1, 2, size=(5, 128)).astype(np.float32)
    exact = rows.sum(axis=1, dtype=np.float64)
    block = 64 if text == ROW_SUMS else 32
    if expected is None:
        assert np.abs(summed(broken, rows, block) - exact).max() > 0.5
        return
    with pytest.raises(expected) as seen:
        summed(broken, rows, block, limit=20000)
    place = seen.value.place
    assert place is not None and place.kernel == "k" and place.instruction.split()[0] in broken


@pytest.mark.parametrize("text, old, new", [
    # Below 32 threads a warp's own barrier is enough, and only the first lane's sum is written.
    (ROW_SUMS, "$idle:\n    bar.sync 0;", "$idle: bar.warp.sync -1;"),
    (WARP_SUMS, "shfl.sync.bfly", "shfl.sync.down"),
])  # fmt: skip
def test_what_is_no_fault_is_none(text, old, new):
    rows = np.random.default_rng(0).uniform(1, 2, size=(5, 128)).astype(np.float32)
    found = summed(text.replace(old, new), rows, 64 if text == ROW_SUMS else 32)
    assert np.abs(found - rows.sum(axis=1, dtype=np.float64)).max() < 1e-3


def test_a_row_that_does_not_begin_at_sixteen_bytes():
    rows = np.ones((3, 128), np.float32)
    assert summed(WARP_SUMS, rows, 32).tolist() == [128] * 3
    with pytest.raises(Misaligned):
        summed(WARP_SUMS, rows, 32, shift=4)
    with pytest.raises(Misaligned):
        summed(WARP_SUMS, np.ones((3, 126), np.float32), 32)


def test_a_fault_says_where_it_is():
    body = """
        .loc 1 17 3
        ld.global.u32 %r4, [%rd1];
        .loc 1 9 2
        .loc 1 23 5, function_name $L_name, inlined_at 1 9 2
        st.global.u32 [%rd1+4], %r4;
    """
    text = module(OWN + body, ".param .u64 x").replace(HEAD, HEAD + '.file 1 "/tmp/kernels.py"\n')
    device = Device()
    # Each writes what the next has read: threads of other blocks are in no order with it.
    buffer = device.put(np.zeros(70, np.uint32))
    with pytest.raises(Race) as seen:
        launch(device, parse(text).kernel, (1, 2), 35, [buffer.address])
    place = seen.value.place
    assert place is not None
    assert (place.source, place.instruction) == ("kernels.py:23", "st.global.u32 [%rd1+4], %r4")
    assert (place.thread, place.block) == ((0, 0, 0), (0, 0, 0))
    with pytest.raises(OutOfBounds, match=r"4 bytes at byte 280 of buffer 0, which has 280") as seen_too:
        on_items("ld.global.u32 %r4, [%rd1];", np.zeros(70, np.uint32), grid=3, block=35)
    assert seen_too.value.place is not None
    assert (seen_too.value.place.thread, seen_too.value.place.block) == ((0, 0, 0), (2, 0, 0))


def test_orders_of_memory():
    """What barriers order is no race; what only others order is one."""
    shared = """
        .shared .align 4 .b8 part[512];
        mov.u32 %r8, part; mad.lo.u32 %r9, %r3, 4, %r8; st.shared.u32 [%r9], %r0;
    """
    turned = """
        xor.b32 %r10, %r3, {by}; mad.lo.u32 %r11, %r10, 4, %r8; ld.shared.u32 %r12, [%r11];
        st.global.u32 [%rd1], %r12;
    """
    items = np.zeros(64, np.uint32)
    near, far = turned.format(by=1), turned.format(by=32)
    assert on_items(shared + "bar.sync 0;" + far, items, block=64).tolist() == [n ^ 32 for n in range(64)]
    assert on_items(shared + "bar.warp.sync -1;" + near, items, block=64).tolist() == [n ^ 1 for n in range(64)]
    shuffle = "shfl.sync.bfly.b32 %r13, %r0, 1, 31, -1;"
    for text in (near, "bar.warp.sync -1;" + far, shuffle + near):
        with pytest.raises(Race):
            on_items(shared + text, items, block=64)
    # A word that all read and one writes later: in order only behind a barrier.
    for writer in (0, 5, 31, 32, 63):
        read = f"ld.global.u32 %r4, [%rd0]; {{}} setp.eq.u32 %p1, %r0, {writer}; @%p1 st.global.u32 [%rd0], 9;"
        assert on_items(read.format("bar.sync 0;"), items, block=64)[0] == 9
        for between, grid in (("", 1), ("bar.warp.sync -1;", 1), ("bar.sync 0;", 2)):
            with pytest.raises(Race):
                on_items(read.format(between), items, grid=grid, block=64)
        # Lanes of one warp are in order behind its own barrier.
        one = "setp.lt.u32 %p2, %r0, 32; @%p2 ld.global.u32 %r4, [%rd0];" + read.partition(";")[2]
        if writer < 32:
            assert on_items(one.format("bar.warp.sync -1;"), items, block=64)[0] == 9
            with pytest.raises(Race):
                on_items(one.format(""), items, block=64)
    # A plain read of what others add to.
    with pytest.raises(Race):
        on_items("red.global.add.u32 [%rd0], 1; ld.global.u32 %r4, [%rd0];", items)
    halves = "mad.wide.u32 %rd2, %r0, 2, %rd0; cvt.u16.u32 %h1, %r0; st.global.u16 [%rd2], %h1;"
    assert on_items(halves, items).view(np.uint16)[:32].tolist() == list(range(32))


def test_other_faults():
    items = np.zeros(32, np.uint32)
    with pytest.raises(Trap):
        on_items("trap;", items)
    with pytest.raises(Uninitialised):
        on_items(".local .align 4 .b8 depot[8]; ld.local.u32 %r4, [depot];", items)
    with pytest.raises(OutOfBounds):
        on_items("mov.u64 %rd2, 0; ld.u32 %r4, [%rd2];", items)
    with pytest.raises(OutOfBounds):
        on_items("ld.global.u32 %r4, [%rd1+-4];", items)
    with pytest.raises(UnwrittenRegister, match="%r5"):
        on_items("setp.lt.u32 %p1, %r0, 31; @%p1 mov.u32 %r5, 1; st.global.u32 [%rd1], %r5;", items)
    with pytest.raises(UnwrittenRegister, match="%p2"):
        on_items("@%p2 bra $x; $x:", items)
    with pytest.raises(MissingLanes, match="own mask"):
        on_items("bar.warp.sync 1;", items)
    with pytest.raises(MissingLanes, match="other masks"):
        on_items("setp.lt.u32 %p1, %r0, 3; selp.b32 %r4, 7, -1, %p1; bar.warp.sync %r4;", items)
    with pytest.raises(MissingLanes, match="lane 31"):
        on_items("shfl.sync.bfly.b32 %r4, %r0, 1, 31, -1;", np.zeros(31, np.uint32), block=31)
    with pytest.raises(EndlessLoop):
        on_items("$x: bra $x;", items, limit=1000)
    with pytest.raises(Trap, match="table"):
        on_items("$t: .branchtargets $x; brx.idx %r0, $t; $x:", items)


def test_what_is_counted():
    kernel = parse(WARP_SUMS).kernel
    assert kernel.opcodes().widths("ld", "global") == {16: 1}
    assert kernel.opcodes().arithmetic("f64") == 0 and kernel.opcodes().arithmetic("f32") == 5
    assert parse(ROW_SUMS).kernel.shared_bytes == 256
    device = Device()
    x, y = device.put(np.ones((6, 256), np.float32)), device.put(np.zeros(6, np.float32))
    tally = launch(device, kernel, 6, 32, [x.address, y.address, np.uint32(256)])
    assert tally.bytes_moved("ld", "global") == 6 * 256 * 4
    assert tally.bytes_moved("st", "global") == 6 * 4
    assert tally.widths("ld", "global") == {16: 6 * 64}
    assert tally.shuffles == 6 * 32 * 5 and tally.barriers == 0
    assert tally.arithmetic("f32") == 6 * 32 * (2 * 4 + 5)
    tally = launch(device, parse(ROW_SUMS).kernel, 3, 64, [x.address, y.address, np.uint32(64)])
    assert tally.barriers == 3 * 64 * 7
