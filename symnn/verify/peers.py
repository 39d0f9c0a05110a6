"""The same operations by PyTorch: what an oracle compares a declaration with.

Each entry takes torch, the arguments as tensors and the parameters as numbers: what is compared with a declaration
is float64, what is measured beside kernels float32. Where torch has a function it is called; else its own functions
are put together, by the textbook's formula.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

__all__ = ["FUNCTIONS", "OPTIMIZERS", "SCHEDULES"]

Torch = Any
Values = Mapping[str, Any]


def _rows(loss: Any) -> Any:
    """The mean over all axes but the first: a loss of each sample."""
    return loss.reshape(loss.shape[0], -1).mean(1)


def _ints(v: Values, *names: str) -> dict[str, int]:
    return {name: int(v[name]) for name in names}


# --- losses -------------------------------------------------------------------------------------------------


def _focal(t: Torch, v: Values) -> Any:
    """As in torchvision.ops.sigmoid_focal_loss."""
    p = t.sigmoid(v["z"])
    each = t.nn.functional.binary_cross_entropy_with_logits(v["z"], v["t"], reduction="none")
    right = p * v["t"] + (1 - p) * (1 - v["t"])
    weight = v["alpha"] * v["t"] + (1 - v["alpha"]) * (1 - v["t"])
    return _rows(weight * each * (1 - right) ** v["gamma"])


def _info_nce(t: Torch, v: Values) -> Any:
    u, w = (t.nn.functional.normalize(v[name], eps=0) for name in ("u", "v"))
    return t.nn.functional.cross_entropy(u @ w.T / v["tau"], t.arange(len(u)), reduction="none")


def _nt_xent(t: Torch, v: Values) -> Any:
    count = len(v["u"])
    z = t.nn.functional.normalize(t.cat([v["u"], v["v"]]), eps=0)
    scores = (z @ z.T / v["tau"]).masked_fill(t.eye(2 * count, dtype=t.bool), -float("inf"))
    partner = t.cat([t.arange(count) + count, t.arange(count)])
    each = t.nn.functional.cross_entropy(scores, partner, reduction="none")
    return (each[:count] + each[count:]) / 2


def _vae_elbo(t: Torch, v: Values) -> Any:
    each = t.nn.functional.binary_cross_entropy_with_logits(v["x_logits"], v["x"], reduction="none").sum(-1)
    return each - (1 + v["logvar"] - v["mu"] ** 2 - v["logvar"].exp()).sum(-1) / 2


def _distillation(t: Torch, v: Values) -> Any:
    f = t.nn.functional
    student, teacher = (f.log_softmax(v[name] / v["T"], -1) for name in ("z_student", "z_teacher"))
    soft = f.kl_div(student, teacher, reduction="none", log_target=True).sum(-1)
    hard = f.cross_entropy(v["z_student"], v["label"], reduction="none")
    return v["alpha"] * hard + (1 - v["alpha"]) * v["T"] ** 2 * soft


def _logit_loss(t: Torch, z: Any, target: float) -> Any:
    return t.nn.functional.binary_cross_entropy_with_logits(z, t.full_like(z, target), reduction="none")


# --- layers -------------------------------------------------------------------------------------------------


def _conv2d(t: Torch, x: Any, W: Any, b: Any, v: Values) -> Any:
    return t.nn.functional.conv2d(x, W, b, **_ints(v, "stride", "padding", "dilation", "groups"))


def _pool(v: Values) -> dict[str, int]:
    return {"kernel_size": int(v["kernel"]), **_ints(v, "stride", "padding")}


def _positions(t: Torch, v: Values) -> Any:
    half = t.arange(int(v["d_model"]) // 2, dtype=v["positions"].dtype)
    angle = v["positions"][:, None] * 10000.0 ** (-2 * half / v["d_model"])
    return t.stack([angle.sin(), angle.cos()], -1).flatten(1)


def _cutmix(t: Torch, v: Values) -> Any:
    top, left, height, width = (int(v[name]) for name in ("top", "left", "height", "width"))
    inside = t.zeros(v["x"].shape[-2:], dtype=t.bool)
    inside[top : top + height, left : left + width] = True
    return t.where(inside, v["x"][v["perm"]], v["x"])


def _attention(t: Torch, q: Any, k: Any, value: Any, mask: Any, causal: float) -> Any:
    """A query that may attend to nothing gives zeros.

    By the formula: in float64 torch's own attention is a few times further off.
    """
    allowed = mask[:, None] > 0
    if causal > 0:
        allowed = allowed & t.ones(allowed.shape[-2:], dtype=t.bool).tril()
    scores = (q @ k.transpose(-1, -2) / q.shape[-1] ** 0.5).masked_fill(~allowed, t.finfo(q.dtype).min)
    return allowed.any(-1, keepdim=True) * (t.softmax(scores, -1) @ value)


def _heads(t: Torch, x: Any, v: Values) -> Any:
    f, count = t.nn.functional, int(v["heads"])
    q, k, value = (
        f.linear(x, v[f"W{name}"], v[f"b{name}"]).unflatten(-1, (count, -1)).transpose(1, 2) for name in "qkv"
    )
    mixed = _attention(t, q, k, value, v["mask"], v["causal"]).transpose(1, 2).flatten(2)
    return f.linear(mixed, v["Wo"], v["bo"])


def _two_layers(t: Torch, x: Any, v: Values) -> Any:
    f = t.nn.functional
    return f.linear(f.relu(f.linear(x, v["W1"], v["b1"])), v["W2"], v["b2"])


def _transformer_block(t: Torch, v: Values) -> Any:
    def normed(x: Any, k: int) -> Any:
        return t.nn.functional.layer_norm(x, x.shape[-1:], v[f"gamma{k}"], v[f"beta{k}"], 1e-5)

    h = v["x"] + _heads(t, normed(v["x"], 1), v)
    return h + _two_layers(t, normed(h, 2), v)


def _bottleneck(t: Torch, v: Values) -> Any:
    f = t.nn.functional
    u = f.relu(f.conv2d(v["x"], v["W1"], v["b1"]))
    u = f.relu(f.conv2d(u, v["W2"], v["b2"], padding=1))
    return v["x"] + f.conv2d(u, v["W3"], v["b3"])


def _highway(t: Torch, v: Values) -> Any:
    f = t.nn.functional
    gate = t.sigmoid(f.linear(v["x"], v["W_t"], v["b_t"]))
    return t.lerp(v["x"], f.relu(f.linear(v["x"], v["W"], v["b"])), gate)


def _in_time(t: Torch, v: Values, cell: Callable[[Any, Any], Any], state: Any) -> Any:
    outputs = []
    for x in v["x"]:
        state = cell(x, state)
        outputs.append(state[0] if isinstance(state, tuple) else state)
    return t.stack(outputs)


def _rnn(t: Torch, v: Values) -> Any:
    none = t.zeros_like(v["b"])
    return _in_time(t, v, lambda x, h: t.rnn_tanh_cell(x, h, v["W_ih"], v["W_hh"], v["b"], none), v["h0"])


def _lstm(t: Torch, v: Values) -> Any:
    """torch's blocks are input, forget, candidate, output; here forget comes first."""
    W, U, b = (t.cat([v[n].chunk(4)[k] for k in (1, 0, 2, 3)]) for n in ("W", "U", "b"))
    none = t.zeros_like(b)
    return _in_time(t, v, lambda x, s: t.lstm_cell(x, s, W, U, b, none), (v["h0"], v["c0"]))


def _gru(t: Torch, v: Values) -> Any:
    none = t.zeros_like(v["b"])
    return _in_time(t, v, lambda x, h: t.gru_cell(x, h, v["W"], v["U"], v["b"], none), v["h0"])


def _normed_batch(t: Torch, v: Values, training: bool) -> Any:
    mean, var = v["running_mean"].clone(), v["running_var"].clone()
    momentum = v.get("momentum", 0.1)
    return t.nn.functional.batch_norm(v["x"], mean, var, v["gamma"], v["beta"], training, momentum, v["eps"])


#: Operation → its value by torch, from torch tensors of the arguments and plain numbers of the parameters.
FUNCTIONS: dict[str, Callable[[Torch, Values], Any]] = {
    # Activations.
    "identity": lambda t, v: v["x"] * 1,
    "step": lambda t, v: t.heaviside(v["x"].detach() - v["theta"], t.ones_like(v["x"][:1])),
    "relu": lambda t, v: t.nn.functional.relu(v["x"]),
    "leaky_relu": lambda t, v: t.nn.functional.leaky_relu(v["x"], v["alpha"]),
    "prelu": lambda t, v: t.nn.functional.prelu(v["x"], v["alpha"]),
    "elu": lambda t, v: t.nn.functional.elu(v["x"], v["alpha"]),
    "selu": lambda t, v: t.nn.functional.selu(v["x"]),
    "sigmoid": lambda t, v: t.sigmoid(v["x"]),
    "log_sigmoid": lambda t, v: t.nn.functional.logsigmoid(v["x"]),
    "tanh": lambda t, v: t.tanh(v["x"]),
    "softplus": lambda t, v: t.nn.functional.softplus(v["x"], beta=v["beta"], threshold=1e9),
    "softsign": lambda t, v: t.nn.functional.softsign(v["x"]),
    "swish": lambda t, v: v["x"] * t.sigmoid(v["beta"] * v["x"]),
    "silu": lambda t, v: t.nn.functional.silu(v["x"]),
    "gelu": lambda t, v: t.nn.functional.gelu(v["x"]),
    "gelu_tanh": lambda t, v: t.nn.functional.gelu(v["x"], approximate="tanh"),
    "mish": lambda t, v: t.nn.functional.mish(v["x"]),
    # torch's own hardsigmoid has the slope 1/6 of float32, also for float64.
    "hard_sigmoid": lambda t, v: t.nn.functional.relu6(v["x"] + 3) / 6,
    "hard_swish": lambda t, v: t.nn.functional.hardswish(v["x"]),
    "softmax": lambda t, v: t.softmax(v["z"] / v["T"], -1),
    "log_softmax": lambda t, v: t.nn.functional.log_softmax(v["z"] / v["T"], -1),
    "glu": lambda t, v: t.nn.functional.glu(t.cat([v["a"], v["b"]], -1), -1),
    "swiglu": lambda t, v: t.nn.functional.silu(v["a"]) * v["b"],
    "geglu": lambda t, v: t.nn.functional.gelu(v["a"]) * v["b"],
    # Losses.
    "mse": lambda t, v: _rows(t.nn.functional.mse_loss(v["pred"], v["target"], reduction="none")),
    "mae": lambda t, v: _rows(t.nn.functional.l1_loss(v["pred"], v["target"], reduction="none")),
    "huber": lambda t, v: _rows(
        t.nn.functional.huber_loss(v["pred"], v["target"], reduction="none", delta=v["delta"])
    ),
    "log_cosh": lambda t, v: _rows(t.log(t.cosh(v["pred"] - v["target"]))),
    "bce": lambda t, v: _rows(t.nn.functional.binary_cross_entropy(v["p"], v["t"], reduction="none")),
    "bce_logits": lambda t, v: _rows(
        t.nn.functional.binary_cross_entropy_with_logits(v["z"], v["t"], reduction="none")
    ),
    "ce": lambda t, v: -(v["t"] * t.log(v["p"])).sum(-1),
    "softmax_ce": lambda t, v: t.nn.functional.cross_entropy(v["z"], v["t"], reduction="none"),
    "sparse_softmax_ce": lambda t, v: t.nn.functional.cross_entropy(v["z"], v["label"], reduction="none"),
    "label_smoothing_ce": lambda t, v: t.nn.functional.cross_entropy(
        v["z"], v["label"], reduction="none", label_smoothing=v["smoothing"]
    ),
    "masked_softmax_ce": lambda t, v: (
        (t.nn.functional.cross_entropy(v["z"], v["label"], reduction="none") * v["mask"]).sum() / v["mask"].sum()
    ),
    "focal": _focal,
    "kl_div": lambda t, v: t.nn.functional.kl_div(v["q"].log(), v["p"], reduction="none").sum(-1),
    "gaussian_nll": lambda t, v: _rows(
        t.nn.functional.gaussian_nll_loss(v["mu"], v["target"], v["logvar"].exp(), reduction="none", eps=1e-300)
    ),
    "hinge": lambda t, v: _rows(t.relu(1 - v["t"] * v["z"])),
    "perceptron": lambda t, v: _rows(t.relu(-v["t"] * v["z"])),
    "info_nce": _info_nce,
    "nt_xent": _nt_xent,
    "vae_elbo": _vae_elbo,
    "gan_discriminator": lambda t, v: _logit_loss(t, v["real"], 1.0) + _logit_loss(t, v["fake"], 0.0),
    "gan_generator": lambda t, v: _logit_loss(t, v["fake"], 1.0),
    "gan_generator_minimax": lambda t, v: -_logit_loss(t, v["fake"], 0.0),
    "distillation": _distillation,
    # Regularizers.
    "l1": lambda t, v: v["lam"] * v["w"].abs().sum(),
    "l2": lambda t, v: v["lam"] * (v["w"] ** 2).sum(),
    "weight_decay": lambda t, v: v["lam"] / 2 * (v["w"] ** 2).sum(),
    "elastic_net": lambda t, v: v["lam1"] * v["w"].abs().sum() + v["lam2"] * (v["w"] ** 2).sum(),
    # Layers.
    "linear": lambda t, v: t.nn.functional.linear(v["x"], v["W"], v["b"]),
    "neuron": lambda t, v: t.sigmoid(v["x"] @ v["w"] + v["b"]),
    "conv2d": lambda t, v: _conv2d(t, v["x"], v["W"], v["b"], v),
    "max_pool2d": lambda t, v: t.nn.functional.max_pool2d(v["x"], **_pool(v)),
    "avg_pool2d": lambda t, v: t.nn.functional.avg_pool2d(v["x"], **_pool(v)),
    "global_avg_pool2d": lambda t, v: t.nn.functional.adaptive_avg_pool2d(v["x"], 1).flatten(1),
    "flatten": lambda t, v: v["x"].flatten(1),
    "embedding": lambda t, v: t.nn.functional.embedding(v["label"], v["table"]),
    "positional_encoding": _positions,
    "batch_norm": lambda t, v: _normed_batch(t, v, True),
    "batch_norm_inference": lambda t, v: _normed_batch(t, v, False),
    "layer_norm": lambda t, v: t.nn.functional.layer_norm(
        v["x"], v["x"].shape[-1:], v["gamma"], v["beta"], v["eps"]
    ),
    "group_norm": lambda t, v: t.nn.functional.group_norm(
        v["x"], int(v["groups"]), v["gamma"], v["beta"], v["eps"]
    ),
    "rms_norm": lambda t, v: t.nn.functional.rms_norm(v["x"], v["x"].shape[-1:], v["gamma"], eps=v["eps"]),
    "dropout": lambda t, v: v["x"] * v["mask"] / (1 - v["p"]),
    "gaussian_dropout": lambda t, v: t.add(v["x"], v["noise"] * v["sigma"]),
    "variational_dropout": lambda t, v: v["x"] * (1 + (v["log_alpha"] / 2).exp() * v["noise"]),
    "spatial_dropout": lambda t, v: v["x"] * v["mask"].reshape(*v["mask"].shape, *[1] * (v["x"].ndim - 2)) / (
        1 - v["p"]
    ),
    "drop_connect": lambda t, v: t.nn.functional.linear(v["x"], v["W"] * v["mask"] / (1 - v["p"]), v["b"]),
    "mixup": lambda t, v: t.lerp(v["x"][v["perm"]], v["x"], v["lam"]),
    "cutmix": _cutmix,
    "rnn": _rnn,
    "lstm": _lstm,
    "gru": _gru,
    "attention": lambda t, v: _attention(t, v["q"], v["k"], v["v"], v["mask"], v["causal"]),
    "multi_head_attention": lambda t, v: _heads(t, v["x"], v),
    "feed_forward": lambda t, v: _two_layers(t, v["x"], v),
    "transformer_block": _transformer_block,
    "residual_block": lambda t, v: v["x"] + _two_layers(t, v["x"], v),
    "bottleneck_block": _bottleneck,
    "highway": _highway,
    "dense_block": lambda t, v: t.cat([v["x"], t.relu(t.nn.functional.linear(v["x"], v["W"], v["b"]))], -1),
}

#: Optimizer → the torch optimizer with the same steps. Momentum here takes v ← βv + ηg, torch v ← βv + g and
#: θ ← θ − ηv: with a constant rate the steps are the same.
OPTIMIZERS: dict[str, Callable[[Torch, list[Any], Values], Any]] = {
    "sgd": lambda t, p, v: t.optim.SGD(p, lr=v["lr"]),
    "momentum": lambda t, p, v: t.optim.SGD(p, lr=v["lr"], momentum=v["beta"]),
    "nesterov": lambda t, p, v: t.optim.SGD(p, lr=v["lr"], momentum=v["beta"], nesterov=True),
    "adagrad": lambda t, p, v: t.optim.Adagrad(p, lr=v["lr"], eps=v["eps"]),
    "rmsprop": lambda t, p, v: t.optim.RMSprop(p, lr=v["lr"], alpha=v["alpha"], eps=v["eps"]),
    "adadelta": lambda t, p, v: t.optim.Adadelta(p, lr=v["lr"], rho=v["rho"], eps=v["eps"]),
    "adam": lambda t, p, v: t.optim.Adam(p, lr=v["lr"], betas=(v["beta1"], v["beta2"]), eps=v["eps"]),
    "adamw": lambda t, p, v: t.optim.AdamW(
        p, lr=v["lr"], betas=(v["beta1"], v["beta2"]), eps=v["eps"], weight_decay=v["weight_decay"]
    ),
    "radam": lambda t, p, v: t.optim.RAdam(p, lr=v["lr"], betas=(v["beta1"], v["beta2"]), eps=v["eps"]),
}

#: Schedule → the learning rates by torch for t = 1, 2, …, as (torch, optimizer, parameters) to a scheduler.
SCHEDULES: dict[str, Callable[[Torch, Any, Values], Any]] = {
    "step_decay": lambda t, o, v: t.optim.lr_scheduler.StepLR(o, int(v["every"]), v["factor"]),
    "exponential_decay": lambda t, o, v: t.optim.lr_scheduler.ExponentialLR(o, v["gamma"]),
    "cosine_annealing": lambda t, o, v: t.optim.lr_scheduler.CosineAnnealingLR(
        o, T_max=int(v["T"]), eta_min=v["eta_min"]
    ),
    "cosine_warm_restarts": lambda t, o, v: t.optim.lr_scheduler.CosineAnnealingWarmRestarts(
        o, int(v["T"]), eta_min=v["eta_min"]
    ),
}
