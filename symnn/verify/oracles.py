"""Method 6: the peers that the catalogue names, independent of everything here, where they are installed."""

from __future__ import annotations

import importlib.util
from collections.abc import Mapping
from typing import Any

import mpmath
import numpy as np

from symnn.calculus.trace import Derivation
from symnn.language.operation import Kind, Op, Role
from symnn.verify.calls import held_together
from symnn.verify.evaluate import evaluate
from symnn.verify.gradients import derived_gradient
from symnn.verify.peers import FUNCTIONS, OPTIMIZERS, SCHEDULES
from symnn.verify.report import Measure
from symnn.verify.sample import Instance, draw, draw_like, sizes_of

__all__ = ["ORACLE_BOUND", "oracle_measures"]

#: The peers compute in float64; their own error, through sums and 100 steps, stays below this.
ORACLE_BOUND = 1e-12
_STEPS = 100

Array = np.ndarray[Any, Any]
Torch = Any
Values = Mapping[str, Any]


def oracle_measures(op: Op, derivation: Derivation | None, module: Any = None, seed: int = 0) -> list[Measure]:
    """The declaration (and the module, where there is one) against the peer; skipped where it is not installed."""
    table = OPTIMIZERS if op.kind is Kind.OPTIMIZER else SCHEDULES if op.kind is Kind.SCHEDULE else FUNCTIONS
    if op.name not in table:
        return [Measure("oracle", "none named", 0.0, ORACLE_BOUND, note="no peer for this operation", skipped=True)]
    if importlib.util.find_spec("torch") is None:
        return [Measure("oracle", "torch", 0.0, ORACLE_BOUND, note="torch is not installed", skipped=True)]
    import torch

    rng = np.random.default_rng([seed, 10])
    if op.kind is Kind.OPTIMIZER:
        return _optimizer(torch, op, module, rng)
    if op.kind is Kind.SCHEDULE:
        return _schedule(torch, op, rng)
    return _function(torch, op, derivation, rng)


def _difference(got: Array, wanted: Array, least: float = 1e-3) -> float:
    """The largest difference relative to the largest entry, in float64; infinite for another shape.

    Of what is smaller than the ``least`` a part of that is all that can be told: a zero is a sum of what cancels.
    """
    got, wanted = np.asarray(got).astype(float), np.asarray(wanted).astype(float)
    if got.shape != wanted.shape:
        return float("inf")
    scale = max(float(np.max(np.abs(wanted), initial=0.0)), least)
    return float(np.max(np.abs(got - wanted), initial=0.0)) / scale


def _plain(instance: Instance) -> dict[str, float]:
    return {name: float(value) for name, value in instance.scalars.items()}


def _function(torch: Torch, op: Op, derivation: Derivation | None, rng: np.random.Generator) -> list[Measure]:
    value_error = gradient_error = 0.0
    count = 3
    for _ in range(count):
        instance = draw(op, rng, sizes_of(op, rng, least=2, most=6))
        tensors = {n: _tensor(torch, held_together(op, n, a)) for n, a in instance.arrays.items()}
        moving = [a.name for a in op.differentiable]
        for name in moving:
            tensors[name].requires_grad_()
        output = FUNCTIONS[op.name](torch, {**tensors, **_plain(instance)})
        output = output if output.requires_grad or not moving else output + 0 * tensors[moving[0]]
        made = evaluate(op.equations, instance.values, instance.sizes)[op.outputs[0]]
        value_error = max(value_error, _difference(held_together(op, op.outputs[0], made), output.detach().numpy()))
        if derivation is not None:
            seed = draw_like(made.shape, rng)
            output.backward(_tensor(torch, held_together(op, op.outputs[0], seed)))
            seeds = {n: draw_like(tuple(instance.sizes[i.axis] for i in op.equation(n).axes), rng) for n in op.results}
            # Of several outputs the peer has the first: the others' cotangents are zero.
            seeds = {n: np.asarray(a * 0, dtype=object) for n, a in seeds.items()} | {op.outputs[0]: seed}
            grads = derived_gradient(derivation, instance, seeds)
            largest = max((float(abs(x)) for g in grads.values() for x in g.flat), default=0.0)
            for name in derivation.wrt:
                got = held_together(op, name, grads[name])
                peer = tensors[name].grad
                wanted = np.zeros(got.shape) if peer is None else peer.numpy()
                gradient_error = max(gradient_error, _difference(got, wanted, 1e-3 * max(1.0, largest)))
    made_measures = [Measure("oracle", "torch, value", value_error, ORACLE_BOUND, count)]
    if derivation is not None:
        made_measures.append(Measure("oracle", "torch, gradient", gradient_error, ORACLE_BOUND, count))
    return made_measures


def _tensor(torch: Torch, array: Array) -> Any:
    if array.size and all(isinstance(x, int) for x in array.flat):
        return torch.tensor(array.astype(np.int64))
    return torch.tensor(array.astype(float))


def _optimizer(torch: Torch, op: Op, module: Any, rng: np.random.Generator) -> list[Measure]:
    """A hundred steps down the same random gradients, from a state of zeros; parameters at their defaults."""
    size = 5
    instance = draw(op, rng, {i.axis: size for a in op.arguments for i in a.axes}, defaults=True)
    plain = _plain(instance)
    parameter = _tensor(torch, instance.arrays["theta"]).requires_grad_()
    peer = OPTIMIZERS[op.name](torch, [parameter], plain)
    arrays = {a.name: np.zeros(size) for a in op.arguments if a.role is not Role.STEP}
    arrays["theta"] = parameter.detach().numpy().copy()
    exact: dict[str, Any] = {n: np.array([mpmath.mpf(float(x)) for x in a], dtype=object) for n, a in arrays.items()}
    state = module.init(arrays["theta"]) if module is not None else None
    for t in range(1, _STEPS + 1):
        grad = rng.normal(size=size)
        parameter.grad = torch.tensor(grad)
        peer.step()
        given = {**instance.scalars, **exact, "grad": np.array([mpmath.mpf(float(g)) for g in grad], dtype=object)}
        if "t" in given:
            given["t"] = mpmath.mpf(t)
        made = evaluate(op.equations, given, instance.sizes, 30)
        exact.update({name: made[updated] for name, updated in op.updates.items()})
        if module is not None:
            module.step(arrays["theta"], grad, state, t)
    wanted = parameter.detach().numpy()
    found = [Measure("oracle", f"torch, {_STEPS} steps", _difference(exact["theta"], wanted), ORACLE_BOUND, size)]
    if module is not None:
        error = _difference(arrays["theta"], wanted)
        found.append(Measure("oracle", f"torch, {_STEPS} kernel steps", error, ORACLE_BOUND, size))
    return found


def _schedule(torch: Torch, op: Op, rng: np.random.Generator) -> list[Measure]:
    instance = draw(op, rng)
    plain = {**_plain(instance), "T": 50.0}
    parameter = torch.zeros(1, dtype=torch.float64, requires_grad=True)
    optimizer = torch.optim.SGD([parameter], lr=plain.get("eta_max", plain.get("eta0")))
    peer = SCHEDULES[op.name](torch, optimizer, plain)
    worst = 0.0
    steps = int(plain["T"])
    for t in range(1, steps + 1):
        optimizer.step()
        peer.step()
        made = evaluate(op.equations, {**plain, "t": mpmath.mpf(t)}, {}, 30)[op.outputs[0]]
        worst = max(worst, _difference(made, np.asarray(optimizer.param_groups[0]["lr"])))
    return [Measure("oracle", f"torch, {steps} steps", worst, ORACLE_BOUND, steps)]
