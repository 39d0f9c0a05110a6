"""An interpreter of PTX in NumPy: generated CUDA kernels are run and checked on machines without a GPU.

``parse`` reads a text, ``run`` or ``launch`` runs a kernel of it, and what has no defined result raises a ``Fault``.

Results are those of the device bit by bit, but for approximate functions, which are better here (see ``floating``).
It is stricter than a device in this: threads that have ended are missed at barriers and by the lanes that name them;
lanes of a warp are in no order unless the whole warp comes to ``bar.warp.sync``, and blocks never are, whatever fences
and atomic operations say. What it does not know it refuses by name: acquire and release, atomic sums of floating point,
arithmetic in bfloat16 and in pairs of halves, tensor cores, asynchronous copies, clusters, textures, indirect calls.
"""

from symnn.verify.ptx.device import Buffer, Device, flatten
from symnn.verify.ptx.faults import (
    BarrierDivergence,
    EndlessLoop,
    Fault,
    Misaligned,
    MissingLanes,
    OutOfBounds,
    Place,
    Race,
    Trap,
    Uninitialised,
    Unsupported,
    UnwrittenRegister,
    WrongLaunch,
)
from symnn.verify.ptx.grid import launch, run
from symnn.verify.ptx.parser import Module, parse
from symnn.verify.ptx.program import Kernel
from symnn.verify.ptx.tally import Tally

__all__ = [
    "BarrierDivergence",
    "Buffer",
    "Device",
    "EndlessLoop",
    "Fault",
    "Kernel",
    "Misaligned",
    "MissingLanes",
    "Module",
    "OutOfBounds",
    "Place",
    "Race",
    "Tally",
    "Trap",
    "Uninitialised",
    "Unsupported",
    "UnwrittenRegister",
    "WrongLaunch",
    "flatten",
    "launch",
    "parse",
    "run",
]
