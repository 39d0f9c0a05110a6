"""Global memory, filled from NumPy's arrays and read back into them, and arguments as Numba's kernels take them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from symnn.verify.ptx.faults import WrongLaunch
from symnn.verify.ptx.memory import GLOBAL, Layout, Space
from symnn.verify.ptx.program import Variable
from symnn.verify.ptx.values import Array, DType

__all__ = ["Buffer", "Device", "flatten", "parameter_bytes"]


class Device:
    """Global memory; it stays from launch to launch."""

    def __init__(self) -> None:
        self.layout = Layout()
        self.data: Array = np.zeros(self.layout.size, np.uint8)
        self._symbols: dict[Variable, int] = {}

    def put(self, array: Array, shift: int = 0) -> Buffer:
        """A copy of an array, strides included; ``shift`` moves it so many bytes away from an aligned address."""
        reach = [stride * (extent - 1) for stride, extent in zip(array.strides, array.shape, strict=True)]
        before = -sum(r for r in reach if r < 0) if array.size else 0
        size = before + sum(r for r in reach if r > 0) + array.itemsize if array.size else 0
        start = self._room(f"buffer {len(self.layout.names)}", size, shift)
        buffer = Buffer(self, start + before, array.dtype, array.shape, array.strides)
        buffer.view()[...] = array
        return buffer

    def address_of(self, variable: Variable) -> int:
        """Where a module's variable lies; it is made when it is first asked for, with its initial contents."""
        if variable not in self._symbols:
            start = self._room(variable.name, variable.size, 0)
            contents = variable.initial or bytes(variable.size)
            self.data[start : start + variable.size] = np.frombuffer(contents, np.uint8)
            self._symbols[variable] = GLOBAL + start
        return self._symbols[variable]

    def space(self, granule: int) -> Space:
        """The memory as it is accessed, without a word on who did so before."""
        return Space(self.layout, granule, self.data, base=GLOBAL)

    def _room(self, name: str, size: int, shift: int) -> int:
        start = self.layout.add(name, size, shift)
        if self.layout.size > len(self.data):
            grown = np.zeros(max(self.layout.size, 2 * len(self.data)), np.uint8)
            grown[: len(self.data)] = self.data
            self.data = grown
        return start


@dataclass(frozen=True)
class Buffer:
    """An array on the device; ``start`` is where its first element lies among the bytes of the device."""

    device: Device
    start: int
    dtype: DType
    shape: tuple[int, ...]
    strides: tuple[int, ...]

    def view(self) -> Array:
        """The array where it lies: it is overwritten with the device's memory, until that grows."""
        return np.ndarray(self.shape, self.dtype, self.device.data.data, self.start, self.strides)

    def array(self) -> Array:
        """A copy of what the array holds now."""
        return self.view().copy()

    @property
    def address(self) -> np.uint64:
        """Where the first element is, as kernels have it."""
        return np.uint64(GLOBAL + self.start)

    @property
    def flat(self) -> list[np.generic]:
        """What Numba's kernels get for an array: two unused pointers, items, their bytes, data, shape and strides."""
        items = int(np.prod(self.shape, dtype=np.int64))
        numbers = (0, 0, items, self.dtype.itemsize, GLOBAL + self.start, *self.shape, *self.strides)
        return [np.int64(n) for n in numbers]


def flatten(*values: Buffer | np.generic) -> list[np.generic]:
    """Arguments as Numba's own calling convention has them; raises ``WrongLaunch`` at a number without a type."""
    made: list[np.generic] = []
    for value in values:
        if isinstance(value, Buffer):
            made += value.flat
        elif isinstance(value, np.generic):
            made.append(value)
        else:
            raise WrongLaunch(f"an argument of type {type(value).__name__}: give a buffer, or a number of NumPy's")
    return made


def parameter_bytes(parameters: Sequence[Variable], arguments: Sequence[np.generic], kernel: str) -> list[bytes]:
    """The bytes of each parameter; raises ``WrongLaunch`` where arguments do not fit."""
    if len(parameters) != len(arguments):
        raise WrongLaunch(f"{kernel} takes {len(parameters)} parameters, and was given {len(arguments)}")
    for k, (parameter, argument) in enumerate(zip(parameters, arguments, strict=True)):
        if parameter.size != argument.itemsize:
            sizes = f"{parameter.size} bytes, and {argument!r} has {argument.itemsize} bytes"
            raise WrongLaunch(f"parameter {k} of {kernel} has {sizes}")
    return [argument.tobytes() for argument in arguments]
