"""Small PTX texts that tests run: one instruction for each element of arrays, and a few whole kernels."""

from __future__ import annotations

from typing import Any

import numpy as np

from symnn.verify.ptx import Device, launch, parse

HEAD = ".version 8.0\n.target sm_80\n.address_size 64\n"
#: A register's type by the bytes of an array's items; those of one byte go in registers of two.
_REGISTER = {1: "b16", 2: "b16", 4: "b32", 8: "b64"}
_MOVED = {"b": "s8", "B": "u8", "?": "u8"}


def _moved(dtype: np.dtype) -> str:
    return _MOVED.get(dtype.char, f"b{8 * dtype.itemsize}")


def module(body: str, parameters: str = "", name: str = "k", before: str = "") -> str:
    """A kernel with a body, and registers enough."""
    return f"""{HEAD}{before}
.visible .entry {name}({parameters})
{{
    .reg .pred %p<8>;
    .reg .b16 %h<8>;
    .reg .b32 %r<24>;
    .reg .b64 %rd<24>;
    {body}
    ret;
}}
"""


def elementwise(lines: str, result: Any, *sources: np.ndarray, **options: Any) -> np.ndarray:
    """``%d`` for every element of the sources, which are ``%a``, ``%b``, ``%c`` and ``%e``."""
    result = np.dtype(result)
    arrays = dict(zip("abce", (np.asarray(s) for s in sources), strict=False))
    count = len(arrays["a"])
    body = [
        "mov.u32 %r0, %ctaid.x; mov.u32 %r1, %ntid.x; mov.u32 %r2, %tid.x; mad.lo.s32 %r3, %r0, %r1, %r2;",
        f"setp.ge.u32 %p0, %r3, {count}; @%p0 bra $done;",
        f".reg .{_REGISTER[result.itemsize]} %d;",
    ]
    for k, (name, array) in enumerate(arrays.items()):
        body += [
            f".reg .{_REGISTER[array.itemsize]} %{name};",
            f"ld.param.u64 %rd{k}, [p{k}]; mad.wide.u32 %rd{k}, %r3, {array.itemsize}, %rd{k};",
            f"ld.global.{_moved(array.dtype)} %{name}, [%rd{k}];",
        ]
    body += [
        lines,
        f"ld.param.u64 %rd9, [out]; mad.wide.u32 %rd9, %r3, {result.itemsize}, %rd9;",
        f"st.global.{_moved(result)} [%rd9], %d;",
        "$done:",
    ]
    parameters = ", ".join(f".param .u64 p{k}" for k in range(len(arrays))) + ", .param .u64 out"
    device = Device()
    buffers = [device.put(a) for a in arrays.values()]
    out = device.put(np.zeros(count, result))
    given = [b.address for b in (*buffers, out)]
    launch(device, parse(module("\n    ".join(body), parameters)).kernel, -(-count // 64), 64, given, **options)
    return out.array()


def in_lanes(lines: str, result: Any, *sources: np.ndarray, lanes: int = 32) -> np.ndarray:
    """As ``elementwise``, in one warp."""
    assert all(len(s) == lanes for s in sources)
    return elementwise(lines, result, *sources)


#: Row sums by a tree in shared memory: a row for each block, whose threads go along it.
ROW_SUMS = module(
    """
    .shared .align 4 .b8 part[256];
    mov.u32 %r0, %tid.x; mov.u32 %r1, %ctaid.x;
    ld.param.u64 %rd0, [x]; ld.param.u64 %rd1, [y]; ld.param.u32 %r2, [n];
    mul.lo.u32 %r3, %r1, %r2;
    mov.f32 %r4, 0f00000000;
    mov.u32 %r5, %r0;
$next:
    setp.ge.u32 %p0, %r5, %r2;
    @%p0 bra $summed;
    add.u32 %r6, %r3, %r5;
    mul.wide.u32 %rd2, %r6, 4; add.u64 %rd3, %rd0, %rd2;
    ld.global.f32 %r7, [%rd3];
    add.f32 %r4, %r4, %r7;
    add.u32 %r5, %r5, 64;
    bra $next;
$summed:
    mov.u32 %r8, part;
    shl.b32 %r9, %r0, 2; add.u32 %r9, %r8, %r9;
    st.shared.f32 [%r9], %r4;
    bar.sync 0;
    mov.u32 %r10, 32;
$tree:
    setp.ge.u32 %p1, %r0, %r10;
    @%p1 bra $idle;
    shl.b32 %r11, %r10, 2; add.u32 %r11, %r9, %r11;
    ld.shared.f32 %r12, [%r9]; ld.shared.f32 %r13, [%r11];
    add.f32 %r12, %r12, %r13;
    st.shared.f32 [%r9], %r12;
$idle:
    bar.sync 0;
    shr.u32 %r10, %r10, 1;
    setp.ne.u32 %p2, %r10, 0;
    @%p2 bra $tree;
    setp.ne.u32 %p3, %r0, 0;
    @%p3 bra $end;
    ld.shared.f32 %r14, [part];
    mul.wide.u32 %rd4, %r1, 4; add.u64 %rd5, %rd1, %rd4;
    st.global.f32 [%rd5], %r14;
$end:
    """,
    ".param .u64 x, .param .u64 y, .param .u32 n",
)

#: Row sums by shuffles: a row for each warp, which is a block.
WARP_SUMS = module(
    """
    mov.u32 %r0, %tid.x; mov.u32 %r1, %ctaid.x;
    ld.param.u64 %rd0, [x]; ld.param.u64 %rd1, [y]; ld.param.u32 %r2, [n];
    mul.lo.u32 %r3, %r1, %r2;
    mov.f32 %r4, 0f00000000;
    shl.b32 %r5, %r0, 2;
$next:
    setp.ge.u32 %p0, %r5, %r2;
    @%p0 bra $summed;
    add.u32 %r6, %r3, %r5;
    mul.wide.u32 %rd2, %r6, 4; add.u64 %rd3, %rd0, %rd2;
    ld.global.v4.f32 {%r7, %r8, %r9, %r10}, [%rd3];
    add.f32 %r7, %r7, %r8; add.f32 %r9, %r9, %r10; add.f32 %r7, %r7, %r9;
    add.f32 %r4, %r4, %r7;
    add.u32 %r5, %r5, 128;
    bra $next;
$summed:
    mov.u32 %r11, 16;
$tree:
    shfl.sync.bfly.b32 %r12, %r4, %r11, 31, -1;
    add.f32 %r4, %r4, %r12;
    shr.u32 %r11, %r11, 1;
    setp.ne.u32 %p1, %r11, 0;
    @%p1 bra $tree;
    setp.ne.u32 %p2, %r0, 0;
    @%p2 bra $end;
    mul.wide.u32 %rd4, %r1, 4; add.u64 %rd5, %rd1, %rd4;
    st.global.f32 [%rd5], %r4;
$end:
    """,
    ".param .u64 x, .param .u64 y, .param .u32 n",
)
