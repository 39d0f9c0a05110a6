"""A kernel launched on a grid of blocks, as many at a time as make vectors of a good length."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TypedDict, Unpack

import numpy as np

from symnn.verify.ptx.device import Device, flatten, parameter_bytes
from symnn.verify.ptx.faults import WrongLaunch
from symnn.verify.ptx.machine import Machine
from symnn.verify.ptx.memory import Generic, Layout, Space
from symnn.verify.ptx.program import Kernel
from symnn.verify.ptx.steps import granules
from symnn.verify.ptx.tally import Tally
from symnn.verify.ptx.threads import Shape, Threads, in_warps
from symnn.verify.ptx.values import Array, Noise

__all__ = ["launch", "run"]

#: Bytes of shared memory that a text may declare, and that a block may have, on devices of today.
_DECLARED, _SHARED = 48 << 10, 227 << 10
_MOST_THREADS = 1024
_MOST_BLOCKS = (2**31 - 1, 65535, 65535)


class Options(TypedDict, total=False):
    """What ``launch`` takes by name."""

    dynamic_shared: int
    limit: int
    noise: int | None
    together: int


def run(
    kernel: Kernel,
    grid: int | Sequence[int],
    block: int | Sequence[int],
    *values: Array | np.generic,
    **options: Unpack[Options],
) -> Tally:
    """Run a kernel on arrays, which hold afterwards what it wrote there, and numbers of NumPy's; see ``launch``.

    An array that is given twice lies on the device once; others that overlap in memory do not do so there.
    """
    device = Device()
    buffers = {id(v): device.put(v) for v in {id(v): v for v in values if isinstance(v, np.ndarray)}.values()}
    given = [buffers[id(v)] if isinstance(v, np.ndarray) else v for v in values]
    tally = launch(device, kernel, grid, block, flatten(*given), **options)
    for value in values:
        if isinstance(value, np.ndarray) and value.flags.writeable:
            value[...] = buffers[id(value)].array()
    return tally


def launch(
    device: Device,
    kernel: Kernel,
    grid: int | Sequence[int],
    block: int | Sequence[int],
    arguments: Sequence[np.generic],
    *,
    dynamic_shared: int = 0,
    limit: int = 1_000_000,
    noise: int | None = None,
    together: int = 8192,
) -> Tally:
    """Run a kernel, and say how many threads executed each opcode; raises a ``Fault``.

    ``arguments`` are the kernel's parameters one by one (see ``flatten``), ``dynamic_shared`` bytes of shared memory
    beside what the text declares. ``limit`` is the most steps that some blocks, of about ``together`` threads at a
    time, may take. With ``noise``, a seed, approximate instructions are wrong by up to what NVIDIA documents.
    """
    grid, block = _shape(grid), _shape(block)
    _check(kernel, grid, block, dynamic_shared)
    data = parameter_bytes(kernel.parameters, arguments, kernel.name)
    parameters = {p.name: d for p, d in zip(kernel.parameters, data, strict=True)}
    memory = _Memory(kernel, device, dynamic_shared)
    padded, blocks = in_warps(int(np.prod(block))), int(np.prod(grid))
    memory.everywhere.watch_races(padded)
    at_once = max(together // padded, 1)
    erring = None if noise is None else _noise(noise)
    executed: Counter[str] = Counter()
    with np.errstate(all="ignore"):
        for first in range(0, blocks, at_once):
            threads = Threads(grid, block, first, min(at_once, blocks - first), dynamic_shared)
            machine = Machine(kernel, threads, memory.spaces(threads), memory.addresses, parameters, erring)
            machine.run(limit)
            for instruction, count in zip(kernel.code, machine.executed, strict=True):
                executed[instruction.opcode] += int(count)
    return Tally({opcode: n for opcode, n in executed.items() if n})


class _Memory:
    """Where the variables of a kernel lie."""

    def __init__(self, kernel: Kernel, device: Device, dynamic_shared: int) -> None:
        self.shared, self.local = Layout(), Layout()
        self.addresses: dict[str, int] = {}
        dynamic = self.shared.add("dynamic shared memory", dynamic_shared) if dynamic_shared else 0
        for v in kernel.variables:
            if v.space == "shared":
                self.addresses[v.name] = dynamic if v.external else self.shared.add(v.name, v.size)
            elif v.space == "local":
                self.addresses[v.name] = self.local.add(v.name, v.size)
            else:
                self.addresses[v.name] = device.address_of(v)
        self.granules = granules(kernel)
        self.everywhere = device.space(self.granules["global"])

    def spaces(self, threads: Threads) -> Mapping[str, Space | Generic]:
        """The spaces for some blocks: shared memory for each of them and local memory for each thread, both empty."""
        shared = self._copies(self.shared, "shared", threads.blocks, threads.block_of)
        shared.watch_races(threads.padded)
        local = self._copies(self.local, "local", threads.size, np.arange(threads.size))
        generic = Generic(shared, local, self.everywhere)
        return {
            "shared": shared, "local": local, "param": local, "global": self.everywhere, "const": self.everywhere,
            "": generic,
        }  # fmt: skip

    def _copies(self, layout: Layout, name: str, copies: int, copy: Array) -> Space:
        space = Space(layout, self.granules[name], np.zeros(copies * layout.size, np.uint8), copy * layout.size)
        space.watch_writes()
        return space


def _shape(extents: int | Sequence[int]) -> Shape:
    given = (extents,) if isinstance(extents, int) else tuple(extents)
    if not 1 <= len(given) <= 3:
        raise WrongLaunch(f"{len(given)} extents, where there are one to three")
    x, y, z = (*given, 1, 1)[:3]
    return int(x), int(y), int(z)


def _check(kernel: Kernel, grid: Shape, block: Shape, dynamic_shared: int) -> None:
    threads = int(np.prod(block))
    most = min(kernel.most_threads or _MOST_THREADS, _MOST_THREADS)
    if min(*grid, *block) < 1 or any(n > most_n for n, most_n in zip(grid, _MOST_BLOCKS, strict=True)):
        raise WrongLaunch(f"a grid of {grid} blocks of {block} threads")
    if threads > most or block[2] > 64:
        raise WrongLaunch(f"a block of {threads} threads, where {most} are the most")
    if kernel.shared_bytes > _DECLARED or kernel.shared_bytes + dynamic_shared > _SHARED:
        raise WrongLaunch(f"{kernel.shared_bytes} bytes of shared memory are declared, and {dynamic_shared} added")


def _noise(seed: int) -> Noise:
    random = np.random.default_rng(seed)

    def erring(exact: Array, error: Array | float) -> Array:
        wrong = exact + random.uniform(-1, 1, exact.shape) * error
        return np.where(np.isfinite(exact), wrong, exact)

    return erring
