"""The functions of a generated module, called on an exact instance."""

from __future__ import annotations

import inspect
import math
from collections import namedtuple
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from symnn.language.operation import Kind, Op, Role
from symnn.verify.regimes import floats
from symnn.verify.sample import Instance

__all__ = ["Results", "call_hvp", "call_jvp", "call_kernel", "call_value_and_grad", "inputs_of", "spread_out"]

Array = np.ndarray[Any, Any]
#: For each result, one array from each function that gives it.
Results = dict[str, list[Array]]


def call_kernel(
    module: Any, op: Op, instance: Instance, seeds: Mapping[str, Array], dtype: type
) -> Results:
    """All that a module returns for an instance: for each result, one array from each function that gives it."""
    params = _params(op, instance)
    if op.kind is Kind.SCHEDULE:
        return {op.outputs[0]: [np.asarray(module.value(int(instance.scalars["t"]), **params))]}
    arrays = inputs_of(op, instance, dtype)
    if op.kind is Kind.OPTIMIZER:
        return _call_step(module, op, instance, arrays, params)
    inputs = list(arrays.values())
    found: Results = {}
    output = module.forward(*inputs, **params, **_whole(module.forward, "none"))
    _add(found, op.outputs, _as_tuple(op, instance, output))
    if op.differentiable and hasattr(module, "forward_saving"):
        output, saved = module.forward_saving(*inputs, **params, **_whole(module.forward_saving, "none"))
        _add(found, op.outputs, _as_tuple(op, instance, output))
        grads = module.backward(saved, *_seeds(op, {n: floats(seeds[n], dtype) for n in op.results}))
        for a in op.differentiable:
            found.setdefault(f"grad {a.name}", []).append(taken_apart(op, a.name, getattr(grads, a.name), instance))
    return found


def spread_out(instance: Instance, dtype: type) -> Instance:
    """The same instance in new arrays of the dtype whose elements do not lie side by side, as in a slice of others."""
    arrays = {}
    for name, exact in instance.arrays.items():
        array = floats(exact, dtype)
        arrays[name] = np.repeat(array, 2, axis=-1)[..., ::2] if array.ndim else array
    return replace(instance, arrays=arrays)


def _params(op: Op, instance: Instance) -> dict[str, float]:
    """The parameters that have no default, or another value than it."""
    values = {p.name: float(instance.scalars[p.name]) for p in op.parameters}
    return {p.name: values[p.name] for p in op.parameters if p.default is None or values[p.name] != p.default}


def held_together(op: Op, name: str, array: Array) -> Array:
    """An array of an axis for each index as a caller has it: some of its axes held as one."""
    groups = op.grouping(name)
    if not groups:
        return array
    shape, at = [], 0
    for size in groups:
        shape.append(math.prod(array.shape[at : at + size]))
        at += size
    return array.reshape(shape)


def taken_apart(op: Op, name: str, array: Array, instance: Instance) -> Array:
    """A caller's array with an axis for each index."""
    if not op.grouping(name):
        return array
    axes = next((a.axes for a in op.arguments if a.name == name), None) or op.equation(name).axes
    shape = tuple(instance.sizes[i.axis] for i in axes)
    return array.reshape(shape) if array.size == math.prod(shape) else array


def inputs_of(op: Op, instance: Instance, dtype: type) -> dict[str, Array]:
    """The array arguments as a kernel gets them, in order."""
    return {
        a.name: held_together(op, a.name, floats(instance.arrays[a.name], dtype))
        for a in op.arguments
        if a.role is not Role.STEP
    }


def call_value_and_grad(module: Any, op: Op, instance: Instance, dtype: type, reduction: str) -> Results:
    """The value, and the gradients by each argument, of the sum or the mean over the batch, by every way to them."""
    params = _params(op, instance)
    inputs = inputs_of(op, instance, dtype).values()
    whole = _whole(module.value_and_grad, reduction)
    value, grads = module.value_and_grad(*inputs, **params, **whole)
    values, gradients = [value], [grads]
    if whole and hasattr(module, "forward_saving"):
        value, saved = module.forward_saving(*inputs, **params, **whole)
        values += [value, module.forward(*inputs, **params, **whole)]
        gradients.append(module.backward(saved, 1.0))
    found: Results = {"value": [np.asarray(v) for v in values]}
    for a in op.differentiable:
        found[f"grad {a.name}"] = [taken_apart(op, a.name, getattr(g, a.name), instance) for g in gradients]
    return found


def call_jvp(
    module: Any, op: Op, instance: Instance, moving: Mapping[str, Array], dtype: type, reduction: str = "none"
) -> Results:
    """The outputs and their directional derivatives, or those of their sum or mean over the batch."""
    params = _params(op, instance)
    tangents = tuple(held_together(op, a.name, floats(moving[a.name], dtype)) for a in op.differentiable)
    inputs = tuple(inputs_of(op, instance, dtype).values())
    output, tangent = module.jvp(inputs, tangents, **params, **_whole(module.jvp, reduction))
    found: Results = {}
    _add(found, op.outputs, _as_tuple(op, instance, output))
    _add(found, (f"tangent {n}" for n in op.results), _as_tuple(op, instance, tangent, op.results))
    return found


def call_hvp(
    module: Any, op: Op, instance: Instance, moving: Mapping[str, Array], seeds: Mapping[str, Array], dtype: type,
    reduction: str = "sum",
) -> Results:
    """The Hessian-vector products: of the sum or the mean of a loss, of ⟨g, output⟩ for other operations."""
    params = _params(op, instance)
    vectors = tuple(held_together(op, a.name, floats(moving[a.name], dtype)) for a in op.differentiable)
    inputs = tuple(inputs_of(op, instance, dtype).values())
    whole = op.kind in (Kind.LOSS, Kind.REGULARIZER)
    g = () if whole else _seeds(op, {n: floats(seeds[n], dtype) for n in op.results})
    made = module.hvp(inputs, vectors, *g, **params, **_whole(module.hvp, reduction))
    return {f"second {a.name}": [taken_apart(op, a.name, getattr(made, a.name), instance)] for a in op.differentiable}


def _call_step(
    module: Any, op: Op, instance: Instance, arrays: dict[str, Array], params: Any
) -> Results:
    """A step in place: the first argument and the state as they are after it."""
    first = next(iter(arrays))
    state = module.init(arrays[first])
    parts = {a.name: _state(state, a.name) for a in op.arguments if a.role is Role.STATE and a.name != first}
    for name, part in parts.items():
        part[...] = arrays[name]
    if hasattr(state, "_replace"):
        # A state that the caller laid out.
        parts = {name: arrays[name] for name in parts}
        state = state._replace(**parts)
    others = [x for n, x in arrays.items() if n not in parts]
    module.step(*others, state, int(instance.scalars.get("t", 1)), **params)
    after = {first: arrays[first], **parts}
    return {updated: [after[name]] for name, updated in op.updates.items()}


def _state(state: Any, name: str) -> Array:
    return state[name] if isinstance(state, dict) else getattr(state, name)


def _whole(function: Any, reduction: str) -> dict[str, str]:
    """The keyword that asks a loss for its value per sample, or for their sum, where it has one."""
    return {"reduction": reduction} if "reduction" in inspect.signature(function).parameters else {}


def _as_tuple(op: Op, instance: Instance, output: Any, names: tuple[str, ...] = ()) -> tuple[Any, ...]:
    names = names or op.outputs
    many = tuple(output) if len(names) > 1 else (output,)
    return tuple(taken_apart(op, n, np.asarray(x), instance) for n, x in zip(names, many, strict=True))


def _seeds(op: Op, seeds: Mapping[str, Array]) -> tuple[Any, ...]:
    """The cotangent of a single output, or one for each in a named tuple."""
    made = {n: held_together(op, n, s) for n, s in seeds.items()}
    return tuple(made.values()) if len(made) == 1 else (namedtuple("Outputs", list(made))(**made),)  # type: ignore[misc]


def _add(found: Results, names: Iterable[str], arrays: Iterable[Any]) -> None:
    for name, array in zip(names, arrays, strict=True):
        found.setdefault(name, []).append(np.asarray(array))
