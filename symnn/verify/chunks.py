"""Large inputs, which kernels take in chunks and in parallel: the same as piece by piece, and the same every time."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from symnn.calculus.programs import programs
from symnn.calculus.trace import Derivation
from symnn.language.operation import Kind, Op, Role
from symnn.language.terms import Delta, Entry, Index, Reduction, Total, within
from symnn.loops.ir import Blocks, Kernel, Product
from symnn.loops.schedule import schedule
from symnn.verify.calls import Results, call_kernel
from symnn.verify.reference import expect
from symnn.verify.regimes import cotangents, floats, ordinary_instance
from symnn.verify.report import Measure
from symnn.verify.sample import Instance

__all__ = ["chunk_measure"]

Array = np.ndarray[Any, Any]

#: Enough elements that a kernel no longer takes them as one chunk.
_ELEMENTS = 300_000
_BOUND = 8.0


def chunk_measure(
    module: Any, op: Op, derivation: Derivation | None, dtype: type, rng: np.random.Generator, method: str
) -> Measure:
    """A large batch at once against the same batch in pieces, in ulps of the largest magnitude (see ``reference``).

    What has the batch's axis is put side by side, what has not is summed; an operation whose intermediates reduce
    over the batch (batch statistics) is not the sum of its pieces, and is left out. So is what is not a file of code to
    compile: an ``interpreted`` module takes its chunks on small instances.
    """
    what = f"{np.dtype(dtype).name}, a large batch in pieces"
    batch = op.arguments[0].axes[0].axis if op.arguments[0].axes else ""
    if not hasattr(module, "__file__") or not _splits(op, batch):
        return Measure(method, what, 0.0, _BOUND, 0, skipped=True)
    small = ordinary_instance(op, rng, dtype)
    seeds = cotangents(op, small, rng)
    row = max(a.size // small.sizes[batch] for a in small.arrays.values())
    copies = -(-_ELEMENTS // (row * small.sizes[batch]))
    big, big_seeds = _tiled(op, small, batch, copies, dtype), _tiled_seeds(op, seeds, batch, copies, dtype)
    whole = call_kernel(module, op, big, big_seeds, dtype)
    again = call_kernel(module, op, big, big_seeds, dtype)
    piece = call_kernel(module, op, small, seeds, dtype)
    expected = expect(op, derivation, small, seeds, dtype, {})
    terms = dict.fromkeys(_summed_by_products(op, batch), float(copies * small.sizes[batch]))
    worst = max(
        _difference(op, batch, name, whole, expected.magnitudes(name), piece, copies, dtype) / terms.get(name, 1.0)
        for name in whole
    )
    for name, arrays in whole.items():
        if not all(np.array_equal(a, b, equal_nan=True) for a, b in zip(arrays, again[name], strict=True)):
            return Measure(method, what, float("inf"), _BOUND, 1, f"{name} changes from run to run")
    return Measure(method, what, worst, _BOUND, sum(a.size for arrays in whole.values() for a in arrays))


def _summed_by_products(op: Op, batch: str) -> list[str]:
    """The gradients that a matrix product sums over the batch, and those that are worked out from one.

    A BLAS adds up n terms in an order of its own, and may lose n ulps (Higham, *Accuracy and Stability of Numerical
    Algorithms*, 2002, section 3.1).
    """
    made = programs(op)
    if made.backward is None:
        return []
    steps = schedule(made.backward).steps
    products = [step for step in steps if isinstance(step, Product)]
    summed = {p.target.name for p in products if any(i.axis == batch for i in p.contracted)}
    summed |= {whole.name for step in steps if isinstance(step, Blocks) for whole, _ in step.sums}
    for kernel in (step for step in steps if isinstance(step, Kernel)):
        if any(r.name in summed for r in kernel.reads):
            summed |= {w.name for w in kernel.writes}
    grads = zip(op.differentiable, made.backward.outputs, strict=True)
    return [f"grad {a.name}" for a, name in grads if name in summed]


def _splits(op: Op, batch: str) -> bool:
    """Whether the result for a batch is made of the results for its pieces."""
    # An output that is a sum over the batch is that of its pieces; a function of one, or a maximum, is not.
    sums = {e.name: e.value.as_coeff_Mul()[1] for e in op.equations if e.name in op.outputs}
    crossing = any(
        i.axis == batch and not (isinstance(r, Total) and r == sums.get(e.name))
        for e in op.equations for r in within(e.value, Reduction) for i in r.bound
    )
    # An output without the batch beside others with it is not a sum over the batch.
    held = {any(i.axis == batch for i in op.equation(n).axes) for n in op.outputs}
    crossing = crossing or (len(op.outputs) > 1 and False in held)
    return bool(batch) and not crossing and not _at_other_rows(op, batch) and op.kind is not Kind.SCHEDULE


def _at_other_rows(op: Op, batch: str) -> bool:
    """Whether an equation reads the batch at another place than its own row, as a recurrence over it does."""
    axes = {str(t.name): where for t, where in op.tensors()}
    row = Index(batch)
    for e in op.equations:
        for x in within(e.value, Entry):
            along = zip(axes[x.name], x.indices, strict=True)
            if any(own.axis == batch and i != row and within(i, Index) != {row.twin} for own, i in along):
                return True
        deltas = (a for d in within(e.value, Delta) for a in d.args)
        if any(s.axis == batch for a in deltas for s in within(a, Index)):
            return True
    return len({i for e in op.equations for i in e.axes if i.axis == batch}) > 1


def _axis_of(op: Op, name: str, batch: str) -> int | None:
    """Where a result has the batch's axis."""
    if name.startswith("grad "):
        axes = op.argument(name.removeprefix("grad ")).axes
    else:
        axes = op.equation(name).axes
    return next((k for k, i in enumerate(axes) if i.axis == batch), None)


def _tiled(op: Op, small: Instance, batch: str, copies: int, dtype: type) -> Instance:
    """The instance many times over, its numbers rounded before they are repeated."""
    arrays = {}
    for a in op.arguments:
        if a.role is Role.STEP:
            continue
        where = next((k for k, i in enumerate(a.axes) if i.axis == batch), None)
        given = floats(small.arrays[a.name], dtype)
        arrays[a.name] = given if where is None else np.concatenate([given] * copies, where)
    return replace(small, arrays=arrays, sizes={**small.sizes, batch: small.sizes[batch] * copies})


def _tiled_seeds(op: Op, seeds: dict[str, Array], batch: str, copies: int, dtype: type) -> dict[str, Array]:
    made = {}
    for name, exact in seeds.items():
        given = floats(exact, dtype)
        where = _axis_of(op, name, batch)
        made[name] = given if where is None else np.concatenate([given] * copies, where)
    return made


def _difference(
    op: Op, batch: str, name: str, whole: Results, sizes: Array, piece: Results, copies: int, dtype: type
) -> float:
    where = _axis_of(op, name, batch)
    scale = float(np.max(sizes.astype(float), initial=0.0)) * float(np.finfo(dtype).eps)
    worst = 0.0
    for big, small in zip(whole[name], piece[name], strict=True):
        wide = small.astype(np.float64)
        wanted = wide * copies if where is None else np.concatenate([wide] * copies, where)
        if big.shape != wanted.shape:
            return float("inf")
        error = float(np.max(np.abs(big - wanted), initial=0.0)) / (copies if where is None else 1)
        worst = max(worst, error / scale if scale else error)
    return worst
