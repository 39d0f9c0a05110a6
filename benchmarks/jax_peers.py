"""The same operations by JAX: its own function where it has one, else the textbook's formula put together from them.

Each entry takes the arguments as arrays and the parameters as numbers, and gives the first output; an optimizer's
entry gives what it updates, by name. What would take more than a few lines is left out.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from jax import lax, nn
from jax import numpy as jnp

__all__ = ["FUNCTIONS", "OPTIMIZERS"]

Values = Mapping[str, Any]


def _channels(numbers: Any, x: Any) -> Any:
    """Numbers of each channel, to go with an array of them."""
    return numbers.reshape(-1, *[1] * (x.ndim - 2))


def _affine(x: Any, W: Any, b: Any) -> Any:
    return x @ W.T + b


def _two_layers(v: Values, x: Any) -> Any:
    return _affine(nn.relu(_affine(x, v["W1"], v["b1"])), v["W2"], v["b2"])


def _conv(x: Any, W: Any, b: Any, v: Values) -> Any:
    stride, padding, dilation, groups = (
        int(v.get(name, other)) for name, other in (("stride", 1), ("padding", 0), ("dilation", 1), ("groups", 1))
    )
    edges, steps = [(padding, padding)] * 2, (dilation, dilation)
    y = lax.conv_general_dilated(
        x, W, (stride, stride), edges, rhs_dilation=steps, feature_group_count=groups
    )
    return y + b[:, None, None]


def _windows(v: Values, start: float, function: Callable[..., Any]) -> Any:
    kernel, stride, padding = (int(v[name]) for name in ("kernel", "stride", "padding"))
    edges = [(0, 0), (0, 0), (padding, padding), (padding, padding)]
    return lax.reduce_window(v["x"], start, function, (1, 1, kernel, kernel), (1, 1, stride, stride), edges)


def _attention(q: Any, k: Any, value: Any, mask: Any) -> Any:
    allowed = mask[:, None] > 0
    scores = q @ k.swapaxes(-1, -2) / q.shape[-1] ** 0.5
    scores = jnp.where(allowed, scores, jnp.finfo(scores.dtype).min)
    return jnp.where(allowed.any(-1, keepdims=True), nn.softmax(scores) @ value, 0)


def _heads(v: Values, x: Any) -> Any:
    count = int(v["heads"])
    q, k, value = (
        _affine(x, v[f"W{n}"], v[f"b{n}"]).reshape(*x.shape[:2], count, -1).swapaxes(1, 2) for n in "qkv"
    )
    mixed = _attention(q, k, value, v["mask"]).swapaxes(1, 2).reshape(*x.shape[:2], -1)
    return _affine(mixed, v["Wo"], v["bo"])


def _normed(v: Values, axes: Any, eps: float) -> Any:
    return nn.standardize(v["x"], axis=axes, epsilon=eps)


def _batch_norm(v: Values) -> Any:
    x = v["x"]
    axes = (0, *range(2, x.ndim))
    return _normed(v, axes, v["eps"]) * _channels(v["gamma"], x) + _channels(v["beta"], x)


def _batch_norm_inference(v: Values) -> Any:
    x = v["x"]
    mean, variance = (_channels(v[f"running_{name}"], x) for name in ("mean", "var"))
    y = nn.standardize(x, axis=1, mean=mean, variance=variance, epsilon=v["eps"])
    return y * _channels(v["gamma"], x) + _channels(v["beta"], x)


def _group_norm(v: Values) -> Any:
    x = v["x"]
    groups = x.reshape(len(x), int(v["groups"]), -1)
    y = nn.standardize(groups, axis=-1, epsilon=v["eps"]).reshape(x.shape)
    return y * _channels(v["gamma"], x) + _channels(v["beta"], x)


def _layer_norm(x: Any, gamma: Any, beta: Any, eps: float) -> Any:
    return nn.standardize(x, axis=-1, epsilon=eps) * gamma + beta


def _transformer_block(v: Values) -> Any:
    h = v["x"] + _heads(v, _layer_norm(v["x"], v["gamma1"], v["beta1"], 1e-5))
    return h + _two_layers(v, _layer_norm(h, v["gamma2"], v["beta2"], 1e-5))


def _bottleneck(v: Values) -> Any:
    u = nn.relu(_conv(v["x"], v["W1"], v["b1"], {}))
    u = nn.relu(_conv(u, v["W2"], v["b2"], {"padding": 1}))
    return v["x"] + _conv(u, v["W3"], v["b3"], {})


def _highway(v: Values) -> Any:
    gate = nn.sigmoid(_affine(v["x"], v["W_t"], v["b_t"]))
    return gate * nn.relu(_affine(v["x"], v["W"], v["b"])) + (1 - gate) * v["x"]


def _rnn(v: Values) -> Any:
    def step(h: Any, x: Any) -> Any:
        h = jnp.tanh(x @ v["W_ih"].T + h @ v["W_hh"].T + v["b"])
        return h, h

    return lax.scan(step, v["h0"], v["x"])[1]


def _lstm(v: Values) -> Any:
    def step(state: Any, x: Any) -> Any:
        h, c = state
        forget, entered, candidate, output = jnp.split(x @ v["W"].T + h @ v["U"].T + v["b"], 4, axis=-1)
        c = nn.sigmoid(forget) * c + nn.sigmoid(entered) * jnp.tanh(candidate)
        h = nn.sigmoid(output) * jnp.tanh(c)
        return (h, c), h

    return lax.scan(step, (v["h0"], v["c0"]), v["x"])[1]


def _gru(v: Values) -> Any:
    def step(h: Any, x: Any) -> Any:
        a, u = (jnp.split(z, 3, axis=-1) for z in (x @ v["W"].T + v["b"], h @ v["U"].T))
        reset, update = nn.sigmoid(a[0] + u[0]), nn.sigmoid(a[1] + u[1])
        h = (1 - update) * jnp.tanh(a[2] + reset * u[2]) + update * h
        return h, h

    return lax.scan(step, v["h0"], v["x"])[1]


def _positions(v: Values) -> Any:
    half = jnp.arange(int(v["d_model"]) // 2)
    angle = v["positions"][:, None] * 10000.0 ** (-2 * half / v["d_model"])
    return jnp.stack([jnp.sin(angle), jnp.cos(angle)], -1).reshape(len(angle), -1)


def _cutmix(v: Values) -> Any:
    rows, columns = (jnp.arange(size) for size in v["x"].shape[-2:])
    high = (rows >= v["top"]) & (rows < v["top"] + v["height"])
    wide = (columns >= v["left"]) & (columns < v["left"] + v["width"])
    return jnp.where(high[:, None] & wide, v["x"][v["perm"]], v["x"])


def _unit(x: Any) -> Any:
    return x / jnp.linalg.norm(x, axis=-1, keepdims=True)


def _info_nce(v: Values) -> Any:
    scores = _unit(v["u"]) @ _unit(v["v"]).T / v["tau"]
    return -jnp.diag(nn.log_softmax(scores))


def _nt_xent(v: Values) -> Any:
    count = len(v["u"])
    z = _unit(jnp.concatenate([v["u"], v["v"]]))
    scores = jnp.where(jnp.eye(2 * count, dtype=bool), -jnp.inf, z @ z.T / v["tau"])
    each = -jnp.diag(jnp.roll(nn.log_softmax(scores), count, axis=1))
    return (each[:count] + each[count:]) / 2


def _masked_softmax_ce(v: Values) -> Any:
    each = jnp.take_along_axis(nn.log_softmax(v["z"]), v["label"][:, None], 1)[:, 0]
    return -(each * v["mask"]).sum() / v["mask"].sum()


#: Operation → its value by JAX.
FUNCTIONS: dict[str, Callable[[Values], Any]] = {
    "identity": lambda v: v["x"] * 1,
    "step": lambda v: jnp.heaviside(v["x"] - v["theta"], 1.0),
    "prelu": lambda v: jnp.where(v["x"] > 0, v["x"], _channels(v["alpha"], v["x"]) * v["x"]),
    "swish": lambda v: v["x"] * nn.sigmoid(v["beta"] * v["x"]),
    "glu": lambda v: nn.glu(jnp.concatenate([v["a"], v["b"]], -1)),
    "swiglu": lambda v: nn.silu(v["a"]) * v["b"],
    "geglu": lambda v: nn.gelu(v["a"], approximate=False) * v["b"],
    "softmax": lambda v: nn.softmax(v["z"] / v["T"]),
    "log_softmax": lambda v: nn.log_softmax(v["z"] / v["T"]),
    "logsumexp": lambda v: nn.logsumexp(v["x"], -1),
    # Losses.
    "info_nce": _info_nce,
    "nt_xent": _nt_xent,
    "masked_softmax_ce": _masked_softmax_ce,
    # Regularizers.
    "l1": lambda v: v["lam"] * jnp.abs(v["w"]).sum(),
    "l2": lambda v: v["lam"] * (v["w"] ** 2).sum(),
    "weight_decay": lambda v: v["lam"] / 2 * (v["w"] ** 2).sum(),
    "elastic_net": lambda v: v["lam1"] * jnp.abs(v["w"]).sum() + v["lam2"] * (v["w"] ** 2).sum(),
    # Layers.
    "linear": lambda v: _affine(v["x"], v["W"], v["b"]),
    "neuron": lambda v: nn.sigmoid(v["x"] @ v["w"] + v["b"]),
    "conv2d": lambda v: _conv(v["x"], v["W"], v["b"], v),
    "max_pool2d": lambda v: _windows(v, -jnp.inf, lax.max),
    "avg_pool2d": lambda v: _windows(v, 0.0, lax.add) / v["kernel"] ** 2,
    "global_avg_pool2d": lambda v: v["x"].mean((2, 3)),
    "flatten": lambda v: v["x"].reshape(len(v["x"]), -1),
    "embedding": lambda v: v["table"][v["label"]],
    "positional_encoding": _positions,
    "batch_norm": _batch_norm,
    "batch_norm_inference": _batch_norm_inference,
    "layer_norm": lambda v: _layer_norm(v["x"], v["gamma"], v["beta"], v["eps"]),
    "group_norm": _group_norm,
    "rms_norm": lambda v: v["x"] * lax.rsqrt((v["x"] ** 2).mean(-1, keepdims=True) + v["eps"]) * v["gamma"],
    "dropout": lambda v: v["x"] * v["mask"] / (1 - v["p"]),
    "gaussian_dropout": lambda v: v["x"] + v["noise"] * v["sigma"],
    "variational_dropout": lambda v: v["x"] * (1 + jnp.exp(v["log_alpha"] / 2) * v["noise"]),
    "spatial_dropout": lambda v: v["x"] * v["mask"].reshape(*v["mask"].shape, *[1] * (v["x"].ndim - 2)) / (1 - v["p"]),
    "drop_connect": lambda v: _affine(v["x"], v["W"] * v["mask"] / (1 - v["p"]), v["b"]),
    "mixup": lambda v: v["lam"] * v["x"] + (1 - v["lam"]) * v["x"][v["perm"]],
    "cutmix": _cutmix,
    "rnn": _rnn,
    "lstm": _lstm,
    "gru": _gru,
    "attention": lambda v: _attention(v["q"], v["k"], v["v"], v["mask"]),
    "multi_head_attention": lambda v: _heads(v, v["x"]),
    "feed_forward": lambda v: _two_layers(v, v["x"]),
    "transformer_block": _transformer_block,
    "residual_block": lambda v: v["x"] + _two_layers(v, v["x"]),
    "bottleneck_block": _bottleneck,
    "dense_block": lambda v: jnp.concatenate([v["x"], nn.relu(_affine(v["x"], v["W"], v["b"]))], -1),
    "highway": _highway,
}


def _adam(v: Values, decay: float = 0.0) -> dict[str, Any]:
    g, b1, b2 = v["grad"], v["beta1"], v["beta2"]
    m, s = b1 * v["m"] + (1 - b1) * g, b2 * v["v"] + (1 - b2) * g**2
    step = m / (1 - b1 ** v["t"]) / (jnp.sqrt(s / (1 - b2 ** v["t"])) + v["eps"])
    return {"m_next": m, "v_next": s, "theta_next": v["theta"] - v["lr"] * (step + decay * v["theta"])}


def _rooted(v: Values, mean: Any) -> dict[str, Any]:
    return {"v_next": mean, "theta_next": v["theta"] - v["lr"] * v["grad"] / (jnp.sqrt(mean) + v["eps"])}


def _adadelta(v: Values) -> dict[str, Any]:
    g, rho, eps = v["grad"], v["rho"], v["eps"]
    mean = rho * v["v"] + (1 - rho) * g**2
    d = jnp.sqrt(v["u"] + eps) / jnp.sqrt(mean + eps) * g
    return {"v_next": mean, "u_next": rho * v["u"] + (1 - rho) * d**2, "theta_next": v["theta"] - v["lr"] * d}


def _velocity(v: Values, ahead: bool = False) -> dict[str, Any]:
    moved = v["beta"] * v["v"] + v["lr"] * v["grad"]
    step = v["beta"] * moved + v["lr"] * v["grad"] if ahead else moved
    return {"v_next": moved, "theta_next": v["theta"] - step}


def _perceptron(v: Values) -> dict[str, Any]:
    missed = v["target"] * (v["theta"] * v["x"]).sum() <= 0
    return {"theta_next": v["theta"] + v["lr"] * jnp.where(missed, v["target"], 0) * v["x"]}


def _clipped(v: Values) -> dict[str, Any]:
    norm = jnp.linalg.norm(v["grad"].ravel())
    return {"grad_next": v["grad"] * jnp.where(norm > v["max_norm"], v["max_norm"] / norm, 1)}


#: Optimizer → what it updates.
OPTIMIZERS: dict[str, Callable[[Values], dict[str, Any]]] = {
    "sgd": lambda v: {"theta_next": v["theta"] - v["lr"] * v["grad"]},
    "momentum": _velocity,
    "nesterov": lambda v: _velocity(v, ahead=True),
    "nesterov_look_ahead": _velocity,
    "adagrad": lambda v: _rooted(v, v["v"] + v["grad"] ** 2),
    "rmsprop": lambda v: _rooted(v, v["alpha"] * v["v"] + (1 - v["alpha"]) * v["grad"] ** 2),
    "adadelta": _adadelta,
    "adam": _adam,
    "adamw": lambda v: _adam(v, v["weight_decay"]),
    "perceptron_rule": _perceptron,
    "hebbian_rule": lambda v: {"theta_next": v["theta"] + v["lr"] * v["post"][:, None] * v["pre"]},
    "clip_by_value": lambda v: {"grad_next": jnp.clip(v["grad"], -v["limit"], v["limit"])},
    "clip_by_global_norm": _clipped,
}
