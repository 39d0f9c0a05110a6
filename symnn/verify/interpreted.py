"""A module's programs run in float32 or float64 by the evaluator, with the functions of a generated module.

It is slow and has no loops of its own. Put beside an emitted module it tells a fault of the equations (both are
wrong) from a fault of the emitter (one is); before there is a module, it shows what the equations are worth.
"""

from __future__ import annotations

import math
from collections import namedtuple
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from symnn.language.operation import Equation, Program, Programs, Role
from symnn.verify.arithmetic import EXACT, Arithmetic
from symnn.verify.evaluate import Evaluation

__all__ = ["Interpreted"]

Array = np.ndarray[Any, Any]


def _peak(items: Iterable[Any]) -> Any:
    return np.max(np.array(list(items)))


def floating(dtype: type) -> Arithmetic:
    """NumPy's functions, every result rounded to the dtype; sums are pairwise."""

    def unary(name: str) -> Any:
        function = getattr(np, name)
        return lambda a: dtype(function(dtype(a)))

    table = {n: unary(n) for n in ("exp", "log", "sqrt", "sin", "cos", "tan", "tanh", "sinh", "cosh", "log1p", "expm1")}
    table |= {n: unary(n) for n in ("sign", "floor", "arctan", "log2", "log10", "exp2")}
    table |= {
        "Abs": unary("abs"),
        "logistic": lambda a: dtype(1) / (dtype(1) + np.exp(-a)),
        "erf": lambda a: dtype(math.erf(a)),
        "erfc": lambda a: dtype(math.erfc(a)),
        "over": lambda a, b: dtype(np.divide(dtype(a), dtype(b))),
        "power": lambda a, b: dtype(np.power(dtype(a), dtype(b))),
        "damped": lambda a, b: a * b if b != 0 else dtype(0),
        "mod": lambda a, b: dtype(np.mod(a, b)),
        "maximum": lambda a, b: a if a >= b or a != a else b,
        "minimum": lambda a, b: a if a <= b or a != a else b,
        "total": lambda items: dtype(np.sum(np.array(list(items), dtype=dtype))),
        "peak": _peak,
        "place": EXACT.function("place"),
        "number": lambda a: dtype(a),
    }
    return Arithmetic(table, None)


class Interpreted:
    """The functions of a generated module, by evaluating its programs one number at a time."""

    def __init__(self, programs: Programs) -> None:
        self.programs, self.op = programs, programs.op

    def forward(self, *inputs: Any, reduction: str = "none", **params: float) -> Any:
        return self._outputs(self._run(self.programs.forward, self._named(inputs), params))

    def forward_saving(self, *inputs: Any, reduction: str = "none", **params: float) -> tuple[Any, Any]:
        assert self.programs.forward_saving is not None
        named = self._named(inputs)
        made = self._run(self.programs.forward_saving, named, params)
        return self._outputs(made), ({**named, **made}, params)

    def backward(self, saved: Any, *g: Array) -> Any:
        assert self.programs.backward is not None
        values, params = saved
        kept = {n: values[n] for n in self.programs.saved}
        program = self.programs.backward
        seeds = [a.name for a in program.inputs if a.name not in kept]
        sizes = self._sizes(values)
        return self._gradients(self._run(program, {**kept, **dict(zip(seeds, g, strict=True))}, params, sizes))

    def value_and_grad(self, *inputs: Any, reduction: str = "sum", **params: float) -> tuple[Any, Any]:
        assert self.programs.value_and_grad is not None
        made = self._run(self.programs.value_and_grad, self._named(inputs), {**params, "seed": 1.0})
        return np.sum(self._outputs(made)), self._gradients(made)

    def init(self, theta: Array) -> Any:
        names = [a.name for a in self.op.arguments if a.role is Role.STATE and a.name != "theta"]
        return namedtuple("State", names)(*(np.zeros_like(theta) for _ in names))  # type: ignore[misc]

    def step(self, theta: Array, grad: Array, state: Any, t: int, **params: float) -> None:
        arrays = {"theta": theta, "grad": grad, **state._asdict()}
        made = self._run(self.programs.forward, arrays, {**params, "t": t})
        for name, updated in self.op.updates.items():
            arrays[name][...] = made[updated]

    def value(self, t: int, **params: float) -> float:
        (made,) = self._run(self.programs.forward, {}, {**params, "t": t}).values()
        return float(made)

    def _named(self, inputs: Iterable[Any]) -> dict[str, Array]:
        names = [a.name for a in self.op.arguments if a.role is not Role.STEP]
        return {n: np.asarray(x) for n, x in zip(names, inputs, strict=True)}

    def _sizes(self, arrays: Mapping[str, Array]) -> dict[str, int]:
        found = {}
        for a in self.op.arguments:
            if a.role is not Role.STEP:
                found.update({i.axis: n for i, n in zip(a.axes, arrays[a.name].shape, strict=True)})
        return found

    def _run(
        self, program: Program, arrays: Mapping[str, Array], params: Mapping[str, Any],
        sizes: Mapping[str, int] | None = None,
    ) -> dict[str, Array]:
        dtype = next((x.dtype.type for x in arrays.values() if np.issubdtype(x.dtype, np.floating)), np.float64)
        scalars = {p.name: p.default for p in self.op.parameters} | dict(params)
        named = {str(s.name) for s in program.scalars}
        values = {**arrays, **{n: v for n, v in scalars.items() if n in named}}
        with np.errstate(all="ignore"):
            running = Evaluation(program.equations, values, sizes or self._sizes(arrays), floating(dtype))
            return {e.name: self._filled(running, e, dtype) for e in program.equations}

    def _filled(self, running: Evaluation, equation: Equation, dtype: type) -> Array:
        return running.array(equation.name).astype(dtype)

    def _outputs(self, made: Mapping[str, Array]) -> Any:
        outputs = [made[n] for n in self.op.outputs]
        return outputs[0] if len(outputs) == 1 else namedtuple("Outputs", self.op.outputs)(*outputs)  # type: ignore[misc]

    def _gradients(self, made: Mapping[str, Array]) -> Any:
        assert self.programs.backward is not None
        names = [a.name for a in self.op.differentiable]
        return namedtuple("Gradients", names)(*(made[r] for r in self.programs.backward.outputs))  # type: ignore[misc]
