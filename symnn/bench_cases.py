"""What is timed: operations at sizes that matter, and how each peer is asked for the same result.

A contender is made once from the inputs and then called again and again; a call computes everything anew and returns
what it computed, as arrays, so that the peers' results are compared before anything is timed. Every peer gets its best
form: torch its fused kernels, JAX one compiled function for the value and the gradient.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

__all__ = ["CASES", "PEERS", "Case", "Contender"]

Array = np.ndarray[Any, Any]
Arrays = dict[str, Array]
#: A call that computes its results anew; what it returns is only looked at when results are compared.
Contender = Callable[[], Sequence[Any]]
#: From a library (or a generated module) and the inputs to a contender.
Maker = Callable[[Any, Arrays], Contender]

PEERS = ("torch", "torch.compile", "jax")


@dataclass(frozen=True)
class Case:
    """One operation at one size: its inputs, ours and the peers' ways to compute it, and how closely they agree."""

    operation: str
    shape: tuple[int, ...]
    what: str
    inputs: Callable[[np.random.Generator, tuple[int, ...]], Arrays]
    ours: Maker
    peers: Mapping[str, Maker]
    tolerance: float = 1e-5

    @property
    def title(self) -> str:
        """The operation and its size, as in ``softmax_ce 4096×1000``."""
        return f"{self.operation} {'×'.join(map(_size, self.shape))}"


def _size(extent: int) -> str:
    """An extent, large powers of two as such."""
    power = extent.bit_length() - 1
    digits = str(power).translate(str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹"))
    return f"2{digits}" if power > 14 and extent == 1 << power else str(extent)


# --- inputs -------------------------------------------------------------------------------------------------


def _logits(rng: np.random.Generator, shape: tuple[int, ...]) -> Arrays:
    t = rng.random(shape, np.float32)
    t /= t.sum(1, keepdims=True)
    return {"z": rng.standard_normal(shape, np.float32) * 3, "t": t}


def _labels(rng: np.random.Generator, shape: tuple[int, ...]) -> Arrays:
    return {"z": rng.standard_normal(shape, np.float32) * 3, "label": rng.integers(0, shape[1], shape[0])}


def _elements(rng: np.random.Generator, shape: tuple[int, ...]) -> Arrays:
    return {"x": rng.standard_normal(shape, np.float32) * 2, "g": rng.standard_normal(shape, np.float32)}


def _rows(rng: np.random.Generator, shape: tuple[int, ...]) -> Arrays:
    learned = {"gamma": 1 + rng.standard_normal(shape[1], np.float32) / 8}
    return _elements(rng, shape) | learned | {"beta": rng.standard_normal(shape[1], np.float32) / 8}


def _parameter(rng: np.random.Generator, shape: tuple[int, ...]) -> Arrays:
    return {"theta": rng.standard_normal(shape, np.float32), "grad": rng.standard_normal(shape, np.float32) / 8}


# --- a loss with its gradient -------------------------------------------------------------------------------


def _our_loss(module: Any, a: Arrays) -> Contender:
    def call() -> Sequence[Any]:
        value, grads = module.value_and_grad(*a.values())
        return value, grads.z

    return call


def _torch_loss(torch: Any, a: Arrays) -> Contender:
    z, t = (torch.from_numpy(v) for v in a.values())
    z.requires_grad_(True)

    def call() -> Sequence[Any]:
        value = torch.nn.functional.cross_entropy(z, t)
        (grad,) = torch.autograd.grad(value, z)
        return value.detach(), grad

    return call


def _compiled_loss(torch: Any, a: Arrays) -> Contender:
    z, t = (torch.from_numpy(v) for v in a.values())
    z.requires_grad_(True)
    loss = torch.compile(torch.nn.functional.cross_entropy)

    def call() -> Sequence[Any]:
        value = loss(z, t)
        (grad,) = torch.autograd.grad(value, z)
        return value.detach(), grad

    return call


def _jax_loss(jax: Any, a: Arrays) -> Contender:
    z, t = (jax.numpy.asarray(v) for v in a.values())

    def dense(z: Any, t: Any) -> Any:
        return -(t * jax.nn.log_softmax(z)).sum(1).mean()

    def sparse(z: Any, label: Any) -> Any:
        return -jax.numpy.take_along_axis(jax.nn.log_softmax(z), label[:, None], 1).mean()

    both = jax.jit(jax.value_and_grad(sparse if t.ndim == 1 else dense))
    return lambda: jax.block_until_ready(both(z, t))  # type: ignore[no-any-return]


# --- a layer or an activation, forward and backward ---------------------------------------------------------


def _our_layer(module: Any, a: Arrays) -> Contender:
    g = a["g"]
    inputs = [v for name, v in a.items() if name != "g"]

    def call() -> Sequence[Any]:
        y, saved = module.forward_saving(*inputs)
        return y, *module.backward(saved, g)

    return call


def _torch_layer(function: Callable[..., Callable[..., Any]], compiled: bool = False) -> Maker:
    """``function`` finds the layer in torch; ``compiled`` passes it through torch.compile."""

    def make(torch: Any, a: Arrays) -> Contender:
        g = torch.from_numpy(a["g"])
        inputs = [torch.from_numpy(v).requires_grad_(True) for name, v in a.items() if name != "g"]
        layer = torch.compile(function(torch)) if compiled else function(torch)

        def call() -> Sequence[Any]:
            y = layer(*inputs)
            return y.detach(), *torch.autograd.grad(y, inputs, g)

        return call

    return make


def _jax_layer(function: Callable[..., Callable[..., Any]]) -> Maker:
    """``function`` builds the layer from JAX."""

    def make(jax: Any, a: Arrays) -> Contender:
        g = jax.numpy.asarray(a["g"])
        inputs = [jax.numpy.asarray(v) for name, v in a.items() if name != "g"]

        def both(inputs: Any, g: Any) -> Any:
            y, pull = jax.vjp(function(jax), *inputs)
            return y, *pull(g)

        compiled = jax.jit(both)
        return lambda: jax.block_until_ready(compiled(inputs, g))  # type: ignore[no-any-return]

    return make


def _torch_layer_norm(torch: Any) -> Callable[..., Any]:
    return lambda x, gamma, beta: torch.nn.functional.layer_norm(x, x.shape[-1:], gamma, beta, 1e-5)


def _jax_layer_norm(jax: Any) -> Callable[..., Any]:
    def layer_norm(x: Any, gamma: Any, beta: Any) -> Any:
        mu = x.mean(1, keepdims=True)
        var = ((x - mu) ** 2).mean(1, keepdims=True)
        return (x - mu) * jax.lax.rsqrt(var + 1e-5) * gamma + beta

    return layer_norm


# --- an optimizer's step ------------------------------------------------------------------------------------


def _our_adam(module: Any, a: Arrays) -> Contender:
    theta, grad = a["theta"].copy(), a["grad"]
    state = module.init(theta)
    count = iter(range(1, 1 << 62))

    def call() -> Sequence[Any]:
        module.step(theta, grad, state, next(count))
        return theta, *state

    return call


def _torch_adam(torch: Any, a: Arrays) -> Contender:
    theta = torch.from_numpy(a["theta"].copy()).requires_grad_(True)
    theta.grad = torch.from_numpy(a["grad"])
    optimizer = torch.optim.Adam([theta], lr=1e-3, fused=True)

    def call() -> Sequence[Any]:
        optimizer.step()
        state = optimizer.state[theta]
        return theta.detach(), state["exp_avg"], state["exp_avg_sq"]

    return call


def _jax_adam(jax: Any, a: Arrays) -> Contender:
    grad = jax.numpy.asarray(a["grad"])
    held = [jax.numpy.array(a["theta"]), jax.numpy.zeros_like(grad), jax.numpy.zeros_like(grad)]
    count = iter(range(1, 1 << 62))

    def step(theta: Any, m: Any, v: Any, grad: Any, t: Any) -> Any:
        m = 0.9 * m + 0.1 * grad
        v = 0.999 * v + 0.001 * grad**2
        mhat, vhat = m / (1 - 0.9**t), v / (1 - 0.999**t)
        return theta - 1e-3 * mhat / (jax.numpy.sqrt(vhat) + 1e-8), m, v

    # The old arrays are given up, so that XLA may write in place as the others do.
    donating = jax.jit(step, donate_argnums=(0, 1, 2))

    def call() -> Sequence[Any]:
        held[:] = jax.block_until_ready(donating(*held, grad, np.float32(next(count))))
        return tuple(held)

    return call


# --- the table ----------------------------------------------------------------------------------------------

_LOSS: dict[str, Maker] = {"torch": _torch_loss, "torch.compile": _compiled_loss, "jax": _jax_loss}
_NORM: dict[str, Maker] = {
    "torch": _torch_layer(_torch_layer_norm),
    "torch.compile": _torch_layer(_torch_layer_norm, compiled=True),
    "jax": _jax_layer(_jax_layer_norm),
}
_GELU: dict[str, Maker] = {
    "torch": _torch_layer(lambda torch: torch.nn.functional.gelu),
    "torch.compile": _torch_layer(lambda torch: torch.nn.functional.gelu, compiled=True),
    "jax": _jax_layer(lambda jax: lambda x: jax.nn.gelu(x, approximate=False)),
}
_SIGMOID: dict[str, Maker] = {
    "torch": _torch_layer(lambda torch: torch.sigmoid),
    "torch.compile": _torch_layer(lambda torch: torch.sigmoid, compiled=True),
    "jax": _jax_layer(lambda jax: jax.nn.sigmoid),
}
_ADAM: dict[str, Maker] = {"torch": _torch_adam, "jax": _jax_adam}

CASES = (
    Case("softmax_ce", (4096, 1000), "loss and gradient", _logits, _our_loss, _LOSS),
    Case("layer_norm", (8192, 768), "forward and backward", _rows, _our_layer, _NORM, 5e-5),
    Case("adam", (1 << 24,), "one step", _parameter, _our_adam, _ADAM),
    Case("sparse_softmax_ce", (4096, 1000), "loss and gradient", _labels, _our_loss, _LOSS),
    Case("gelu", (1 << 22,), "forward and backward", _elements, _our_layer, _GELU),
    Case("sigmoid", (1 << 22,), "forward and backward", _elements, _our_layer, _SIGMOID),
    Case("softmax_ce", (64, 10), "loss and gradient", _logits, _our_loss, _LOSS),
    Case("layer_norm", (64, 64), "forward and backward", _rows, _our_layer, _NORM, 5e-5),
    Case("sigmoid", (256,), "forward and backward", _elements, _our_layer, _SIGMOID),
)
