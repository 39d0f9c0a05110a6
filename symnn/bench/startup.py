"""The time from the start of a program to its first result: a fresh process that imports, and calls once.

The generated module is timed twice: as it is first used after a build, when Numba compiles what is called, and as it is
used ever after, from Numba's cache on disk.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from symnn.bench.timing import three
from symnn.build import build
from symnn.registry import catalogue_operations, find

__all__ = ["OPERATION", "start_up"]

#: The operation whose value and gradients are asked for.
OPERATION = "softmax_ce"
_SHAPE = (64, 10)
_OURS = f"""
import numpy as np
from cpu import {OPERATION}
z, t = np.zeros({_SHAPE}, np.float32), np.full({_SHAPE}, 0.1, np.float32)
{OPERATION}.value_and_grad(z, t)
"""
_TORCH = f"""
import torch
z, t = torch.zeros({_SHAPE}, requires_grad=True), torch.full({_SHAPE}, 0.1)
loss = LOSS
loss(z, t).backward()
"""
_PEERS = {
    "torch": _TORCH.replace("LOSS", "torch.nn.functional.cross_entropy"),
    "torch.compile": _TORCH.replace("LOSS", "torch.compile(torch.nn.functional.cross_entropy)"),
    "jax": f"""
import jax, numpy as np
z, t = np.zeros({_SHAPE}, np.float32), np.full({_SHAPE}, 0.1, np.float32)
loss = lambda z, t: -(t * jax.nn.log_softmax(z)).sum(1).mean()
jax.block_until_ready(jax.jit(jax.value_and_grad(loss))(z, t))
""",
}


def start_up(peers: Sequence[str]) -> dict[str, float]:
    """Seconds by contender, imports and first call; what a peer keeps on disk it has from a run before."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        build(find([OPERATION], catalogue_operations()), out_dir=folder)
        own = {"PYTHONPATH": place, "NUMBA_CACHE_DIR": str(folder / "cache")}
        found = {"symnn, compiling": _seconds(_OURS, own), "symnn": _seconds(_OURS, own)}
        cache = {"TORCHINDUCTOR_CACHE_DIR": str(folder / "inductor")}
        for name in peers:
            _seconds(_PEERS[name], cache)
            found[name] = _seconds(_PEERS[name], cache)
    return found


def _seconds(code: str, environment: dict[str, str]) -> float:
    """How long a program takes that ends with its first result, but for its end."""
    told = f"import time\nbegan = time.time()\n{code}\nprint(time.time() - began)"
    done = subprocess.run(
        [sys.executable, "-c", told], env={**os.environ, **environment}, capture_output=True, text=True, check=True
    )
    return three(float(done.stdout.split()[-1]))
