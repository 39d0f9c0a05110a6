"""How each side is asked for a result: generated modules, PyTorch and JAX, each in its best form.

A contender is made once from the inputs and then called again and again; a call computes everything anew and returns
what it computed, as arrays, so that results are compared before anything is timed. torch is asked for its fused
kernels, JAX for one compiled function of the value and the gradient.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from symnn.bench.data import Arrays

__all__ = [
    "Contender", "Maker", "jax_layer", "jax_loss", "jax_step", "our_layer", "our_loss", "our_step", "torch_layer",
    "torch_loss", "torch_step",
]

#: A call that computes its results anew; what it returns is only looked at when results are compared.
Contender = Callable[[], Sequence[Any]]
#: From a library (or a generated module) and the inputs to a contender.
Maker = Callable[[Any, Arrays], Contender]
#: From a library to a function of the inputs.
Found = Callable[[Any], Callable[..., Any]]

#: Inputs that have no gradient.
_PLAIN = ("running_mean", "running_var", "mask")


def _split(a: Arrays) -> tuple[list[str], list[str]]:
    """The names of what has a gradient, and of what has none but is an input too."""
    plain = [name for name in a if name in _PLAIN]
    return [name for name in a if name not in (*plain, "g")], plain


# --- a layer or an activation, forward and backward ---------------------------------------------------------


def our_layer(outputs: int = 1, **params: Any) -> Maker:
    """The first output and the gradients; of the last of several ``outputs`` the cotangent is zero."""

    def make(module: Any, a: Arrays) -> Contender:
        learned, plain = _split(a)
        inputs = [a[name] for name in (*learned, *plain)]
        g = a["g"] if outputs == 1 else module.Outputs(a["g"], *(np.zeros_like(a["g"]) for _ in range(outputs - 1)))

        def call() -> Sequence[Any]:
            y, saved = module.forward_saving(*inputs, **params)
            return y[0] if isinstance(y, tuple) else y, *module.backward(saved, g)

        return call

    return make


def torch_layer(find: Found, compiled: bool = False) -> Maker:
    """``find`` gives the layer as a function of tensors; ``compiled`` passes it through torch.compile."""

    def make(torch: Any, a: Arrays) -> Contender:
        learned, plain = _split(a)
        g = torch.from_numpy(a["g"])
        inputs = [torch.from_numpy(a[name]).requires_grad_(True) for name in learned]
        # What a layer updates in place is its own.
        states = [torch.from_numpy(a[name].copy()) for name in plain]
        layer = _compiled(torch, find(torch)) if compiled else find(torch)

        def call() -> Sequence[Any]:
            y = layer(*inputs, *states)
            return y.detach(), *torch.autograd.grad(y, inputs, g)

        return call

    return make


def _compiled(torch: Any, function: Callable[..., Any]) -> Callable[..., Any]:
    """A function through torch.compile as in a process of its own: it gives up on one that many cases have shared."""
    torch.compiler.reset()
    return torch.compile(function)  # type: ignore[no-any-return]


def jax_layer(find: Found) -> Maker:
    """``find`` gives the layer as a function of arrays."""

    def make(jax: Any, a: Arrays) -> Contender:
        learned, plain = _split(a)
        g = jax.numpy.asarray(a["g"])
        inputs = [jax.numpy.asarray(a[name]) for name in learned]
        states = [jax.numpy.asarray(a[name]) for name in plain]

        def both(inputs: Any, states: Any, g: Any) -> Any:
            # Results that are no output's, such as running statistics, come back beside it.
            layer = find(jax)
            y, pull, more = jax.vjp(lambda *i: _with_more(layer(*i, *states)), *inputs, has_aux=True)
            return y, *pull(g), *more

        compiled = jax.jit(both)
        kept = 1 + len(inputs)
        return lambda: jax.block_until_ready(compiled(inputs, states, g))[:kept]  # type: ignore[no-any-return]

    return make


def _with_more(made: Any) -> tuple[Any, tuple[Any, ...]]:
    return (made[0], tuple(made[1:])) if isinstance(made, tuple) else (made, ())


# --- a loss with its gradient -------------------------------------------------------------------------------


def our_loss(module: Any, a: Arrays) -> Contender:
    def call() -> Sequence[Any]:
        value, grads = module.value_and_grad(*a.values())
        return value, grads.z

    return call


def torch_loss(compiled: bool = False) -> Maker:
    """Cross-entropy, of probabilities or of labels."""

    def make(torch: Any, a: Arrays) -> Contender:
        z, t = (torch.from_numpy(v) for v in a.values())
        z.requires_grad_(True)
        loss = torch.nn.functional.cross_entropy
        loss = _compiled(torch, loss) if compiled else loss

        def call() -> Sequence[Any]:
            value = loss(z, t)
            (grad,) = torch.autograd.grad(value, z)
            return value.detach(), grad

        return call

    return make


def jax_loss(jax: Any, a: Arrays) -> Contender:
    z, t = (jax.numpy.asarray(v) for v in a.values())

    def dense(z: Any, t: Any) -> Any:
        return -(t * jax.nn.log_softmax(z)).sum(1).mean()

    def sparse(z: Any, label: Any) -> Any:
        return -jax.numpy.take_along_axis(jax.nn.log_softmax(z), label[:, None], 1).mean()

    both = jax.jit(jax.value_and_grad(sparse if t.ndim == 1 else dense))
    return lambda: jax.block_until_ready(both(z, t))  # type: ignore[no-any-return]


# --- an optimizer's step ------------------------------------------------------------------------------------


def our_step(module: Any, a: Arrays) -> Contender:
    theta, grad = a["theta"].copy(), a["grad"]
    state = module.init(theta)
    count = iter(range(1, 1 << 62))

    def call() -> Sequence[Any]:
        module.step(theta, grad, state, next(count))
        return (theta,)

    return call


def torch_step(find: Callable[..., Any], **options: Any) -> Maker:
    """``find`` gives the optimizer's class."""

    def make(torch: Any, a: Arrays) -> Contender:
        theta = torch.from_numpy(a["theta"].copy()).requires_grad_(True)
        theta.grad = torch.from_numpy(a["grad"])
        optimizer = find(torch)([theta], **options)

        def call() -> Sequence[Any]:
            optimizer.step()
            return (theta.detach(),)

        return call

    return make


def jax_step(find: Callable[[Any], Callable[..., Any]], states: int) -> Maker:
    """``find`` gives the step: from the parameter, its states, the gradient and t to the parameter and its states."""

    def make(jax: Any, a: Arrays) -> Contender:
        grad = jax.numpy.asarray(a["grad"])
        held = [jax.numpy.array(a["theta"]), *(jax.numpy.zeros_like(grad) for _ in range(states))]
        count = iter(range(1, 1 << 62))
        # The old arrays are given up, so that XLA may write in place as the others do.
        donating = jax.jit(find(jax), donate_argnums=tuple(range(1 + states)))

        def call() -> Sequence[Any]:
            held[:] = jax.block_until_ready(donating(*held, grad, np.float32(next(count))))
            return (held[0],)

        return call

    return make
