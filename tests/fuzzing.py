"""What is asked of a random declaration: derive it, build it, and verify it at one random instance.

Everything is that of the verification of any operation, but for its extent: one small instance in place of many, and
the emitted source run by Python in float64 alone. What is measured, and against what bound, is the same.
"""

from __future__ import annotations

import signal
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import mpmath
import numpy as np

import symnn.language
from symnn.build import loaded
from symnn.calculus import forward, reverse, second
from symnn.calculus.programs import first_order, programs
from symnn.calculus.trace import Derivation
from symnn.emit.cpu import emit_module
from symnn.errors import SymnnError
from symnn.language.operation import Kind, Op, Programs
from symnn.language.terms import within
from symnn.verify.adjoint import ADJOINT_BOUND, derived_tangent
from symnn.verify.calls import call_jvp, call_kernel, call_value_and_grad
from symnn.verify.evaluate import evaluate
from symnn.verify.gradients import GRADIENT_BOUND, derived_gradient, seed_values, seeds_for
from symnn.verify.interpreted import interpreted
from symnn.verify.kernels import whole_batch
from symnn.verify.numeric import directional, numeric_gradient, relative_error
from symnn.verify.reference import COMPARING, expect, expect_tangent, undecided
from symnn.verify.sample import Instance, draw, draw_like, sizes_of
from symnn.verify.second import second_measures
from symnn.verify.trials import KERNEL_BOUND, Worst, compare

__all__ = ["OUTCOMES", "FuzzError", "check", "declared"]

OUTCOMES = ("verified", "refused", "rejected")
#: How many instances are tried until one has a value, and no branch that rounding decides.
_DRAWS = 8
_LARGEST = mpmath.mpf(10) ** 12
#: One declaration in so many is taken to second order too.
_SECOND = 10
#: What may be said of a declaration that is well formed: SymPy has worked out that a sum's body is a constant.
_CONSTANT = "does not occur in what is reduced over it"

Array = np.ndarray[Any, Any]


class FuzzError(AssertionError):
    """A declaration for which the engine broke a promise: of which kind, and how."""

    def __init__(self, kind: str, text: str, detail: str) -> None:
        super().__init__(f"{kind}: {detail}\n{text}")
        self.kind, self.text, self.detail = kind, text, detail


class _SlowError(BaseException):
    """Not an ``Exception``, so that nothing on the way takes it for its own."""


def declared(text: str) -> Op:
    """The operation of a declaration's text."""
    axes = {name: symnn.language.axes(name) for name in "ncdioklqv"}
    names: dict[str, Any] = {**vars(symnn.language), **axes}
    exec(compile(text, "<declaration>", "exec"), names)
    op: Op = names["fuzzed"]
    return op


def check(text: str, seconds: float = 10.0, may_be_refused: bool = False, second_order: bool = False) -> str:
    """One of ``OUTCOMES``; raises ``FuzzError`` where anything is wrong. The same text gives the same answer.

    ``second_order`` also makes what is made of one declaration in ten: Hessian-vector products, directional
    derivatives.
    """
    seed = zlib.crc32(text.encode())
    try:
        with _limited(seconds):
            return _checked(declared(text), text, seed, second_order or seed % _SECOND == 0)
    except FuzzError:
        raise
    except SymnnError as error:
        if may_be_refused or _CONSTANT in str(error):
            return "refused"
        raise FuzzError("refused", text, str(error)) from error
    except _SlowError:
        raise FuzzError("slow", text, f"more than {seconds:g} s") from None
    except Exception as error:
        raise FuzzError("crash", text, f"{type(error).__name__}: {error}") from error


@contextmanager
def _limited(seconds: float) -> Iterator[None]:
    """So many seconds of this process's own time, which other processes do not count in."""

    def stop(*_: Any) -> None:
        raise _SlowError

    before = signal.signal(signal.SIGVTALRM, stop)
    signal.setitimer(signal.ITIMER_VIRTUAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)


def _checked(op: Op, text: str, seed: int, deep: bool) -> str:
    derivation, tangent = reverse.derive(op), forward.derive(op)
    made = programs(op) if deep else first_order(op)
    source = emit_module(made)
    rng = np.random.default_rng(seed)
    instance, seeds, numeric = _instance(op, derivation, rng)
    if instance is None:
        return "rejected"
    _gradients(text, derivation, tangent, instance, seeds, numeric, rng)
    with loaded(op, "cpu", source) as module:
        plain = interpreted(module)
    _source(text, plain, made, derivation, tangent, instance, seeds, rng)
    if deep:
        for m in second_measures(op, derivation, second.derive(op), None, [], seed, count=1):
            if not m.passed:
                raise FuzzError("second order", text, str(m))
    return "verified"


def _instance(
    op: Op, derivation: Derivation, rng: np.random.Generator
) -> tuple[Instance | None, dict[str, Array], dict[str, Array]]:
    """An instance where everything has a value and no branch is near, with cotangents and numerical gradients."""
    compares = any(within(e.value, *COMPARING) for e in derivation.forward)
    for _ in range(_DRAWS):
        sizes = {axis: min(size, 3) for axis, size in sizes_of(op, rng, least=1, most=3).items()}
        instance = draw(op, rng, sizes)
        seeds = seeds_for(op, instance, rng)
        given = {**instance.values, **seed_values(derivation, seeds)}
        if compares and any(x == 0 for name in derivation.wrt for x in instance.arrays[name].flat):
            continue  # a multiple of it may be compared with another: both are zero, exactly, and a kink is there
        try:
            if undecided(derivation, given, instance.sizes, np.float64) or _infinite(derivation, given, instance):
                continue
            numeric = numeric_gradient(op, instance, seeds, derivation.wrt)
        except ZeroDivisionError:
            continue
        if all(mpmath.isfinite(x) and abs(x) < _LARGEST for a in numeric.values() for x in a.flat):
            return instance, seeds, numeric
    return None, {}, {}


def _infinite(derivation: Derivation, given: Mapping[str, Any], instance: Instance) -> bool:
    """Whether something on the way has no number for a value: the maximum of nothing, say."""
    made = evaluate(derivation.forward, given, instance.sizes, 15, names=[e.name for e in derivation.forward])
    return not all(mpmath.isfinite(x) for a in made.values() for x in a.flat)


def _gradients(
    text: str, derivation: Derivation, tangent: Derivation, instance: Instance, seeds: dict[str, Array],
    numeric: Mapping[str, Array], rng: np.random.Generator,
) -> None:
    """Methods 2 and 4: the gradient and the tangent against numerical ones, and against each other."""
    op = derivation.op
    pulled = derived_gradient(derivation, instance, seeds, digits=65)
    for name in derivation.wrt:
        error = relative_error(pulled[name], numeric[name])
        if not error <= GRADIENT_BOUND:
            raise FuzzError("gradient", text, f"by {name}: {error:.1e} at {instance}")
    v = {name: draw_like(instance.arrays[name].shape, rng) for name in derivation.wrt}
    pushed = derived_tangent(tangent, instance, v)
    along = directional(op, instance, v)
    for name in op.results:
        error = relative_error(pushed[name], along[name])
        if not error <= GRADIENT_BOUND:
            raise FuzzError("tangent", text, f"of {name}: {error:.1e} at {instance}")
    with mpmath.workdps(65):
        left = [a * b for n in seeds for a, b in zip(pushed[n].flat, seeds[n].flat, strict=True)]
        right = [a * b for n in v for a, b in zip(pulled[n].flat, v[n].flat, strict=True)]
        scale = max(mpmath.fsum(map(abs, left)), mpmath.fsum(map(abs, right)), mpmath.mpf(10) ** -20)
        error = float(abs(mpmath.fsum(left) - mpmath.fsum(right)) / scale)
    if not error <= ADJOINT_BOUND:
        raise FuzzError("adjoint", text, f"{error:.1e} at {instance}")


def _source(
    text: str, module: Any, made: Programs, derivation: Derivation, tangent: Derivation, instance: Instance,
    seeds: dict[str, Array], rng: np.random.Generator,
) -> None:
    """Method 3: what the emitted source gives in float64, in ulps of the magnitude that conditioning allows."""
    op = made.op
    stable = {"forward": made.forward.equations}
    if made.forward_saving and made.backward:
        names = {e.name for e in made.backward.equations}
        before = (e for e in made.forward_saving.equations if e.name not in names)
        stable["gradient"] = (*before, *made.backward.equations)
    expected = expect(op, derivation, instance, seeds, np.float64, stable)
    worst = Worst()
    compare(worst, call_kernel(module, op, instance, seeds, np.float64), expected, np.float64, instance, op)
    if made.jvp is not None:
        moving = {name: draw_like(instance.arrays[name].shape, rng) for name in tangent.wrt}
        found = call_jvp(module, op, instance, moving, np.float64)
        along = expect_tangent(tangent, instance, moving, np.float64, {"tangent": made.jvp.equations})
        compare(worst, found, expected | along, np.float64, instance, op)
    if op.kind in (Kind.LOSS, Kind.REGULARIZER):
        ones = {n: np.array(s * 0 + mpmath.mpf(1), dtype=object) for n, s in seeds.items()}
        each = expect(op, derivation, instance, ones, np.float64, stable)
        found = call_value_and_grad(module, op, instance, np.float64, "sum")
        compare(worst, found, whole_batch(op, each), np.float64, instance, op)
    if not worst.error <= KERNEL_BOUND:
        raise FuzzError("source", text, f"{worst.error:.3g} ulps, {worst.where}; at {instance}")
