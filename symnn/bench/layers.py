"""The peers' forms of the layers: what torch has ready, and the same mathematics in JAX."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

__all__ = ["JAX", "JAX_STEPS", "TORCH", "channels_last"]

Layer = Callable[..., Any]


def _torch_lstm(torch: Any) -> Layer:
    def lstm(x: Any, h0: Any, c0: Any, w: Any, u: Any, b: Any) -> Any:
        # torch has the gates in the order input, forget, candidate, output, and a second bias.
        def ordered(a: Any) -> Any:
            forget, entered, *rest = a.chunk(4)
            return torch.cat([entered, forget, *rest])

        weights = [ordered(w), ordered(u), ordered(b), torch.zeros_like(b)]
        return torch.lstm(x, (h0[None], c0[None]), weights, True, 1, 0.0, True, False, False)[0]

    return lstm


def channels_last(torch: Any) -> Layer:
    """A convolution of images whose channels lie together."""

    def conv(x: Any, w: Any, b: Any) -> Any:
        x, w = (a.to(memory_format=torch.channels_last) for a in (x, w))
        return torch.nn.functional.conv2d(x, w, b, padding=1)

    return conv


def _torch_functional(name: str, *extra: Any, **options: Any) -> Callable[[Any], Layer]:
    return lambda torch: lambda *a: getattr(torch.nn.functional, name)(*a, *extra, **options)


#: From the name of an operation to its form in torch.
TORCH: dict[str, Callable[[Any], Layer]] = {
    **{name: _torch_functional(name) for name in ("relu", "gelu", "silu", "elu", "softplus", "mish", "linear")},
    **{name: _torch_functional(name) for name in ("tanh", "sigmoid")},
    "gelu_tanh": _torch_functional("gelu", approximate="tanh"),
    "layer_norm": lambda torch: lambda x, gamma, beta: torch.nn.functional.layer_norm(x, x.shape[-1:], gamma, beta),
    "rms_norm": lambda torch: lambda x, gamma: torch.nn.functional.rms_norm(x, x.shape[-1:], gamma, 1e-6),
    "batch_norm": lambda torch: lambda x, gamma, beta, mean, var: torch.nn.functional.batch_norm(
        x, mean, var, gamma, beta, True
    ),
    "max_pool2d": _torch_functional("max_pool2d", 2),
    "linear_gelu": lambda torch: lambda *a: torch.nn.functional.gelu(torch.nn.functional.linear(*a)),
    "attention": lambda torch: lambda q, k, v, _: torch.nn.functional.scaled_dot_product_attention(q, k, v),
    "conv2d": _torch_functional("conv2d", padding=1),
    "lstm": _torch_lstm,
}


def _jax_nn(name: str) -> Callable[[Any], Layer]:
    return lambda jax: getattr(jax.nn, name)  # type: ignore[no-any-return]


def _jax_rms_norm(jax: Any) -> Layer:
    return lambda x, gamma: x * jax.lax.rsqrt((x * x).mean(1, keepdims=True) + 1e-6) * gamma


def _jax_layer_norm(jax: Any) -> Layer:
    def layer_norm(x: Any, gamma: Any, beta: Any) -> Any:
        mu = x.mean(1, keepdims=True)
        var = ((x - mu) ** 2).mean(1, keepdims=True)
        return (x - mu) * jax.lax.rsqrt(var + 1e-5) * gamma + beta

    return layer_norm


def _jax_batch_norm(jax: Any) -> Layer:
    def batch_norm(x: Any, gamma: Any, beta: Any, mean: Any, var: Any) -> Any:
        axes, by_channel = (0, 2, 3), (slice(None), None, None)
        mu = x.mean(axes)
        own = ((x - mu[by_channel]) ** 2).mean(axes)
        y = (x - mu[by_channel]) * (jax.lax.rsqrt(own + 1e-5) * gamma)[by_channel] + beta[by_channel]
        count = x.size // mu.size
        return y, 0.9 * mean + 0.1 * mu, 0.9 * var + 0.1 * own * (count / (count - 1))

    return batch_norm


def _jax_max_pool(jax: Any) -> Layer:
    window = (1, 1, 2, 2)
    return lambda x: jax.lax.reduce_window(x, -jax.numpy.inf, jax.lax.max, window, window, "VALID")


def _jax_attention(jax: Any) -> Layer:
    def attention(q: Any, k: Any, v: Any, _: Any) -> Any:
        s = jax.numpy.einsum("bhtd,bhud->bhtu", q, k) * (q.shape[-1] ** -0.5)
        return jax.numpy.einsum("bhtu,bhud->bhtd", jax.nn.softmax(s), v)

    return attention


def _jax_lstm(jax: Any) -> Layer:
    def lstm(x: Any, h0: Any, c0: Any, w: Any, u: Any, b: Any) -> Any:
        before = x @ w.T + b

        def step(state: Any, own: Any) -> Any:
            h, c = state
            forget, entered, candidate, output = jax.numpy.split(own + h @ u.T, 4, axis=1)
            c = jax.nn.sigmoid(forget) * c + jax.nn.sigmoid(entered) * jax.numpy.tanh(candidate)
            h = jax.nn.sigmoid(output) * jax.numpy.tanh(c)
            return (h, c), h

        return jax.lax.scan(step, (h0, c0), before)[1]

    return lstm


def _jax_conv(jax: Any) -> Layer:
    def conv(x: Any, w: Any, b: Any) -> Any:
        return jax.lax.conv_general_dilated(x, w, (1, 1), [(1, 1), (1, 1)]) + b[:, None, None]

    return conv


#: From the name of an operation to its form in JAX.
JAX: dict[str, Callable[[Any], Layer]] = {
    **{name: _jax_nn(name) for name in ("relu", "silu", "elu", "softplus", "mish", "sigmoid")},
    "tanh": lambda jax: jax.numpy.tanh,
    "gelu": lambda jax: lambda x: jax.nn.gelu(x, approximate=False),
    "gelu_tanh": lambda jax: lambda x: jax.nn.gelu(x, approximate=True),
    "layer_norm": _jax_layer_norm,
    "rms_norm": _jax_rms_norm,
    "batch_norm": _jax_batch_norm,
    "max_pool2d": _jax_max_pool,
    "linear": lambda jax: lambda x, w, b: x @ w.T + b,
    "linear_gelu": lambda jax: lambda x, w, b: jax.nn.gelu(x @ w.T + b, approximate=False),
    "attention": _jax_attention,
    "lstm": _jax_lstm,
    "conv2d": _jax_conv,
}


def _jax_adam(decay: float) -> Callable[[Any], Layer]:
    def find(jax: Any) -> Layer:
        def step(theta: Any, m: Any, v: Any, grad: Any, t: Any) -> Any:
            m = 0.9 * m + 0.1 * grad
            v = 0.999 * v + 0.001 * grad**2
            mhat, vhat = m / (1 - 0.9**t), v / (1 - 0.999**t)
            theta = theta * (1 - 1e-3 * decay) if decay else theta
            return theta - 1e-3 * mhat / (jax.numpy.sqrt(vhat) + 1e-8), m, v

        return step

    return find


def _jax_momentum(jax: Any) -> Layer:
    def step(theta: Any, v: Any, grad: Any, t: Any) -> Any:
        v = 0.9 * v + grad
        return theta - 0.01 * v, v

    return step


#: From the name of an optimizer to its step in JAX, and how many states it has.
JAX_STEPS: dict[str, tuple[Callable[[Any], Layer], int]] = {
    "adam": (_jax_adam(0.0), 2), "adamw": (_jax_adam(0.01), 2), "momentum": (_jax_momentum, 1),
}
