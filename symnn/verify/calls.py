"""The functions of a generated module, called on an exact instance."""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from symnn.language.operation import Kind, Op, Role
from symnn.verify.regimes import floats
from symnn.verify.sample import Instance

__all__ = ["Results", "call_jvp", "call_kernel", "call_value_and_grad", "inputs_of"]

Array = np.ndarray[Any, Any]
#: For each result, one array from each function that gives it.
Results = dict[str, list[Array]]


def call_kernel(
    module: Any, op: Op, instance: Instance, seeds: Mapping[str, Array], dtype: type
) -> Results:
    """All that a module returns for an instance: for each result, one array from each function that gives it."""
    params = {p.name: float(instance.scalars[p.name]) for p in op.parameters if p.default is None}
    if op.kind is Kind.SCHEDULE:
        return {op.outputs[0]: [np.asarray(module.value(int(instance.scalars["t"]), **params))]}
    arrays = inputs_of(op, instance, dtype)
    if op.kind is Kind.OPTIMIZER:
        return _call_step(module, op, instance, arrays, params)
    inputs = list(arrays.values())
    found: Results = {}
    _add(found, op.outputs, _as_tuple(op, module.forward(*inputs, **params, **_whole(module.forward, "none"))))
    if op.differentiable and hasattr(module, "forward_saving"):
        output, saved = module.forward_saving(*inputs, **params, **_whole(module.forward_saving, "none"))
        _add(found, op.outputs, _as_tuple(op, output))
        grads = module.backward(saved, *(floats(seeds[n], dtype) for n in op.outputs))
        for a in op.differentiable:
            found.setdefault(f"grad {a.name}", []).append(getattr(grads, a.name))
    return found


def inputs_of(op: Op, instance: Instance, dtype: type) -> dict[str, Array]:
    """The array arguments as a kernel gets them, in order."""
    return {a.name: floats(instance.arrays[a.name], dtype) for a in op.arguments if a.role is not Role.STEP}


def call_value_and_grad(module: Any, op: Op, instance: Instance, dtype: type, reduction: str) -> Results:
    """The value, and the gradients by each argument, of the sum or the mean over the batch."""
    params = {p.name: float(instance.scalars[p.name]) for p in op.parameters if p.default is None}
    function = module.value_and_grad
    value, grads = function(*inputs_of(op, instance, dtype).values(), **params, **_whole(function, reduction))
    return {"value": [np.asarray(value)], **{f"grad {a.name}": [getattr(grads, a.name)] for a in op.differentiable}}


def call_jvp(module: Any, op: Op, instance: Instance, moving: Mapping[str, Array], dtype: type) -> Results:
    """The outputs and their directional derivatives."""
    params = {p.name: float(instance.scalars[p.name]) for p in op.parameters if p.default is None}
    tangents = tuple(floats(moving[a.name], dtype) for a in op.differentiable)
    inputs = tuple(inputs_of(op, instance, dtype).values())
    output, tangent = module.jvp(inputs, tangents, **params, **_whole(module.jvp, "none"))
    found: Results = {}
    _add(found, op.outputs, _as_tuple(op, output))
    _add(found, (f"tangent {n}" for n in op.outputs), _as_tuple(op, tangent))
    return found


def _call_step(
    module: Any, op: Op, instance: Instance, arrays: dict[str, Array], params: Any
) -> Results:
    state = module.init(arrays["theta"])
    parts = {a.name: _state(state, a.name) for a in op.arguments if a.role is Role.STATE and a.name != "theta"}
    for name, part in parts.items():
        part[...] = arrays[name]
    module.step(arrays["theta"], arrays["grad"], state, int(instance.scalars.get("t", 1)), **params)
    after = {"theta": arrays["theta"], **parts}
    return {updated: [after[name]] for name, updated in op.updates.items()}


def _state(state: Any, name: str) -> Array:
    return state[name] if isinstance(state, dict) else getattr(state, name)


def _whole(function: Any, reduction: str) -> dict[str, str]:
    """The keyword that asks a loss for its value per sample, or for their sum, where it has one."""
    return {"reduction": reduction} if "reduction" in inspect.signature(function).parameters else {}


def _as_tuple(op: Op, output: Any) -> tuple[Any, ...]:
    return tuple(output) if len(op.outputs) > 1 else (output,)


def _add(found: Results, names: Iterable[str], arrays: Iterable[Any]) -> None:
    for name, array in zip(names, arrays, strict=True):
        found.setdefault(name, []).append(np.asarray(array))
