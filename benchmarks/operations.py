"""Measure every other operation beside PyTorch's and JAX's, by one measure (``symnn.verify.beside``).

``accuracy.py`` takes this for the names that it does not measure on the line or as losses. The results are in
``benchmarks/results/operations.json``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any

import jax_peers
import numpy as np

from symnn.build import loaded, source_of
from symnn.language.operation import Kind, Op, Role
from symnn.verify.beside import Scene, judged, kernel_results, parts_of, scenes_of
from symnn.verify.calls import Results, held_together, inputs_of, taken_apart
from symnn.verify.peers import FUNCTIONS, OPTIMIZERS, SCHEDULES
from symnn.verify.regimes import floats

__all__ = ["found_for", "measured_operation"]

#: Where torch's optimizers keep what a declaration names; their momentum is another quantity than ours.
TORCH_STATE = {
    "adagrad": {"v": "sum"},
    "rmsprop": {"v": "square_avg"},
    "adadelta": {"v": "square_avg", "u": "acc_delta"},
    **{name: {"m": "exp_avg", "v": "exp_avg_sq"} for name in ("adam", "adamw", "radam")},
}
Found = Iterator[tuple[Scene, Results]]


def measured_operation(op: Op) -> dict[str, Any]:
    """The errors of an operation in both tiers, and of its peers where they have it."""
    scenes = scenes_of(op)
    made = {column: [score.as_dict() for score in judged(op, found)] for column, found in found_for(op, scenes)}
    regimes = [name for name in dict.fromkeys(s.regime for s in scenes) if not name.startswith("t = ")]
    return {"cases": list(parts_of(scenes[0].op)), "regimes": regimes, **made}


def found_for(op: Op, scenes: Sequence[Scene]) -> Iterator[tuple[str, Found]]:
    """What both tiers and the peers that have the operation give on scenes, by their names."""
    for peer, results in (("torch", torch_results(op)), ("jax", jax_results(op))):
        if results is not None:
            yield peer, results(scenes)
    for tier in ("fast", "exact"):
        with loaded(op, "cpu", source_of(op, tier=tier)) as module:
            yield tier, kernel_results(module, scenes)


def _arrays(scene: Scene) -> dict[str, np.ndarray]:
    """The inputs by the names of the declaration; what is kept as a root here is a zero there."""
    arrays = inputs_of(scene.op, scene.instance, np.float32)
    return arrays | {n.removeprefix("root_"): a for n, a in arrays.items() if n.startswith("root_")}


def _numbers(scene: Scene) -> dict[str, float]:
    return {name: float(value) for name, value in scene.instance.scalars.items()}


def _results(scene: Scene, value: Any, gradients: Mapping[str, Any]) -> Results:
    """What a peer gives: the first output, and the gradients."""
    op, name = scene.op, scene.op.outputs[0]
    made = {name: [taken_apart(op, name, np.asarray(value), scene.instance)]}
    return made | {
        f"grad {n}": [taken_apart(op, n, np.asarray(g), scene.instance)] for n, g in gradients.items()
    }


def _cotangent(scene: Scene) -> np.ndarray:
    name = scene.op.outputs[0]
    return held_together(scene.op, name, floats(scene.seeds[name], np.float32))


# --- PyTorch ------------------------------------------------------------------------------------------------


def torch_results(op: Op) -> Callable[[Sequence[Scene]], Found] | None:
    """What PyTorch gives on scenes; none where it has no such operation."""
    if op.kind is Kind.SCHEDULE:
        return _torch_rates if op.name in SCHEDULES else None
    tables = {**OPTIMIZERS, **_torch_clips()} if op.kind is Kind.OPTIMIZER else {**FUNCTIONS, **_torch_more()}
    if op.name not in tables:
        return None
    one = _torch_step if op.name in OPTIMIZERS else _torch_clip if op.kind is Kind.OPTIMIZER else _torch_function
    return lambda scenes: ((scene, one(scene, tables[op.name])) for scene in scenes)


def _torch_more() -> dict[str, Any]:
    """torch's own functions where an oracle in float64 has none, or takes a formula."""
    return {
        "attention": lambda t, v: t.nn.functional.scaled_dot_product_attention(
            v["q"], v["k"], v["v"], attn_mask=v["mask"][:, None] > 0
        ),
        "logsumexp": lambda t, v: t.logsumexp(v["x"], -1),
    }


def _torch_clips() -> dict[str, Any]:
    return {
        "clip_by_value": lambda t, p, v: t.nn.utils.clip_grad_value_(p, v["limit"]),
        "clip_by_global_norm": lambda t, p, v: t.nn.utils.clip_grad_norm_(p, v["max_norm"]),
    }


def _torch_function(scene: Scene, function: Callable[..., Any]) -> Results:
    import torch

    tensors = {n: torch.from_numpy(np.array(a)) for n, a in _arrays(scene).items()}
    moving = {a.name: tensors[a.name].requires_grad_() for a in scene.op.differentiable}
    value = function(torch, {**tensors, **_numbers(scene)})
    if not moving:
        return _results(scene, value, {})
    if value.requires_grad:
        value.backward(torch.from_numpy(np.array(_cotangent(scene))))
    zeros = {n: torch.zeros_like(x) for n, x in moving.items()}
    gradients = {n: zeros[n] if x.grad is None else x.grad for n, x in moving.items()}
    return _results(scene, value.detach(), gradients)


def _torch_step(scene: Scene, made: Callable[..., Any]) -> Results:
    import torch

    arrays = _arrays(scene)
    parameter = torch.from_numpy(arrays["theta"].copy()).requires_grad_()
    optimizer = made(torch, [parameter], _numbers(scene))
    parameter.grad = torch.from_numpy(arrays["grad"].copy())
    optimizer.step()
    kept = TORCH_STATE.get(scene.op.name, {})
    state = {f"{ours}_next": [optimizer.state[parameter][theirs].numpy()] for ours, theirs in kept.items()}
    return {"theta_next": [parameter.detach().numpy()], **state}


def _torch_clip(scene: Scene, function: Callable[..., Any]) -> Results:
    import torch

    parameter = torch.zeros(scene.instance.arrays["grad"].shape, requires_grad=True)
    parameter.grad = torch.from_numpy(_arrays(scene)["grad"].copy())
    function(torch, [parameter], _numbers(scene))
    return {"grad_next": [parameter.grad.numpy()]}


def _torch_rates(scenes: Sequence[Scene]) -> Found:
    """A scheduler's steps one after the other."""
    import torch

    plain = _numbers(scenes[0])
    parameter = torch.zeros(1, requires_grad=True)
    optimizer = torch.optim.SGD([parameter], lr=plain.get("eta_max", plain.get("eta0")))
    scheduler = SCHEDULES[scenes[0].op.name](torch, optimizer, plain)
    for scene in scenes:
        optimizer.step()
        scheduler.step()
        yield scene, {scene.op.outputs[0]: [np.asarray(optimizer.param_groups[0]["lr"])]}


# --- JAX ----------------------------------------------------------------------------------------------------


def jax_results(op: Op) -> Callable[[Sequence[Scene]], Found] | None:
    """What JAX gives on scenes, compiled; none where it has no such operation."""
    table: Mapping[str, Any] = jax_peers.OPTIMIZERS if op.kind is Kind.OPTIMIZER else jax_peers.FUNCTIONS
    if op.name not in table:
        return None
    one = _jax_step if op.kind is Kind.OPTIMIZER else _jax_function
    return lambda scenes: ((scene, one(scene, table[op.name])) for scene in scenes)


def _jax_function(scene: Scene, function: Callable[[Any], Any]) -> Results:
    given = _arrays(scene)
    moving = {a.name: given.pop(a.name) for a in scene.op.differentiable}
    value, pulled = _jax_compiled(function, tuple(_numbers(scene).items()))
    made = value(moving, given)
    return _results(scene, made, pulled(moving, given, _cotangent(scene)) if moving else {})


@cache
def _jax_compiled(function: Callable[[Any], Any], numbers: tuple[tuple[str, float], ...]) -> tuple[Any, Any]:
    """The value, and the gradients by what moves."""
    import jax

    def value(moving: Any, others: Any) -> Any:
        return function({**others, **moving, **dict(numbers)})

    def pulled(moving: Any, others: Any, g: Any) -> Any:
        return jax.vjp(lambda inputs: value(inputs, others), moving)[1](g)[0]

    return jax.jit(value), jax.jit(pulled)


def _jax_step(scene: Scene, function: Callable[[Any], Any]) -> Results:
    import jax

    numbers = _numbers(scene)
    states = {a.name for a in scene.op.arguments if a.role is not Role.STEP}
    arrays = {n: a for n, a in _arrays(scene).items() if n in states or f"root_{n}" in states}
    made = jax.jit(lambda given: function({**given, **numbers}))(arrays)
    return {name: [np.asarray(array)] for name, array in made.items()}
