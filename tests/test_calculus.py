"""The calculus: gradients come out of the one delta rule and reach the closed forms that textbooks have."""

from __future__ import annotations

import inspect

import numpy as np
import pytest
import sympy as sp

from symnn.calculus import delta, forms, forward, kinks, reverse
from symnn.calculus.derivation import derivation_of
from symnn.calculus.moments import solve_scale
from symnn.calculus.programs import programs
from symnn.errors import NotDifferentiableError, UsageError
from symnn.language.functions import indicator, logistic, maximum, minimum, where
from symnn.language.operation import Kind
from symnn.language.terms import ELEMENTS, Delta, Entry, Extent, Index, Partial, Tensor, Total, adjoint, canonical
from symnn.registry import catalogue_operations
from symnn.rewrite.normal import normalise

OPS = catalogue_operations()
n, c, d, i, o, l, j = (Index(a) for a in ["n", "c", "d", "i", "o", "l", "j"])
c1, d1, n1, o1, j1 = (Index(a + "′") for a in ["c", "d", "n", "o", "j"])


def tensor(name: str, *axes: Index) -> Entry:
    """An entry with the assumptions that the catalogue gives the tensor of that name."""
    known = {"positive": True} if name in {"a", "r", "s", "sigmoid", "sigmoid_"} else {}
    return Entry(Tensor(name, **known), *axes)


g, x, y = (tensor(name, ELEMENTS) for name in ("g", "x", "y"))
positive_y = Entry(Tensor("y", positive=True), ELEMENTS)
D, C, SIZE, e = Extent("d"), Extent("c"), Extent("…"), ELEMENTS
g_hat = tensor("xhat̄", ELEMENTS, d)
x_hat = tensor("xhat", ELEMENTS, d)
r = tensor("r", ELEMENTS)
E1 = Index("…′")


b, h, t, u, u1 = (Index(a) for a in ["b", "h", "t", "u", "u′"])
scores = Entry(Tensor("s"), n, n1)
bn_hat = tensor("xhat̄", n, c, ELEMENTS)


def mean_n(body: sp.Expr) -> sp.Expr:
    """The mean over a channel's samples and positions."""
    return Total(body.xreplace({n: n1, ELEMENTS: E1}), n1, E1) / (Extent("n") * Extent("…"))


def mean_d(body: sp.Expr) -> sp.Expr:
    return Total(body.xreplace({d: d1}), d1) / D


def shares(logits: str) -> Entry:
    """The name of the softmax of logits at a temperature."""
    return Entry(Tensor({"z_student": "log_softmax_a", "z_teacher": "log_softmax_a_"}[logits], positive=True), n, c)


alpha = sp.Symbol("alpha", nonnegative=True)

#: name → argument → the gradient that the catalogue's last column states.
CLOSED_FORMS = {
    "identity": {"x": g},
    "relu": {"x": g * indicator(x > 0)},
    "leaky_relu": {"x": g * where(x > 0, 1, sp.Symbol("alpha", real=True))},
    "sigmoid": {"x": g * positive_y * (1 - positive_y)},
    "tanh": {"x": g * (1 - y**2)},
    "softplus": {"x": g * logistic(sp.Symbol("beta", positive=True) * x)},
    "silu": {"x": g * (y + tensor("s", ELEMENTS) * (1 - y))},
    "gelu": {"x": g * (tensor("Phi", ELEMENTS) + x * sp.exp(-(x**2) / 2) / sp.sqrt(2 * sp.pi))},
    "softmax": {
        "z": tensor("a", ELEMENTS, c) / sp.Symbol("T", positive=True)
        * (tensor("g", ELEMENTS, c) - Total(tensor("g", ELEMENTS, c1) * tensor("a", ELEMENTS, c1), c1))
    },
    "log_softmax": {
        "z": (tensor("g", ELEMENTS, c) - tensor("a", ELEMENTS, c) * Total(tensor("g", ELEMENTS, c1), c1))
        / sp.Symbol("T", positive=True)
    },
    "mse": {"pred": tensor("g", n) * 2 * (tensor("pred", n, e) - tensor("target", n, e)) / SIZE},
    "huber": {
        "pred": tensor("g", n) / SIZE * maximum(
            -sp.Symbol("delta", positive=True), minimum(sp.Symbol("delta", positive=True), Entry(Tensor("r"), n, e))
        )
    },
    "bce": {
        "p": tensor("g", n) * (tensor("p", n, e) - tensor("t", n, e))
        / (tensor("p", n, e) * (1 - tensor("p", n, e))) / SIZE
    },
    "bce_logits": {"z": tensor("g", n) * (tensor("sigmoid", n, e) - tensor("t", n, e)) / SIZE},
    "ce": {"p": -tensor("g", n) * tensor("t", n, c) / tensor("p", n, c)},
    "softmax_ce": {"z": tensor("g", n) * (tensor("a", n, c) - tensor("t", n, c))},
    "sparse_softmax_ce": {
        "z": tensor("g", n)
        * (tensor("a", n, c) - Delta(c, Entry(Tensor("label", integer=True, nonnegative=True), n)))
    },
    "linear": {
        "x": Total(tensor("g", n, o1) * tensor("W", o1, i), o1),
        "W": Total(tensor("g", n1, o) * tensor("x", n1, i), n1),
        "b": Total(tensor("g", n1, o), n1),
    },
    "layer_norm": {
        "x": r * (g_hat - mean_d(g_hat) - x_hat * mean_d(g_hat * x_hat)),
        "gamma": Total(tensor("g", E1, d) * tensor("xhat", E1, d), E1),
        "beta": Total(tensor("g", E1, d), E1),
    },
    "rms_norm": {"x": r * (g_hat - x_hat * mean_d(g_hat * x_hat))},
    "step": {"x": sp.S.Zero},
    "elu": {"x": g * where(x > 0, 1, sp.Symbol("alpha", positive=True) * sp.exp(x))},
    "log_sigmoid": {"x": g * (1 - tensor("sigmoid", ELEMENTS))},
    "softsign": {"x": g / (1 + sp.Abs(x)) ** 2},
    "swish": {
        "x": g * tensor("s", ELEMENTS)
        + tensor("s̄", ELEMENTS) * Entry(Tensor("beta")) * tensor("s", ELEMENTS) * (1 - tensor("s", ELEMENTS))
    },
    "l1": {"w": sp.Symbol("lam", nonnegative=True) * Entry(Tensor("g")) * sp.sign(tensor("w", ELEMENTS))},
    "weight_decay": {"w": sp.Symbol("lam", nonnegative=True) * Entry(Tensor("g")) * tensor("w", ELEMENTS)},
    "mae": {"pred": tensor("g", n) * sp.sign(tensor("pred", n, e) - tensor("target", n, e)) / SIZE},
    "label_smoothing_ce": {"z": tensor("g", n) * (tensor("a", n, c) - tensor("t", n, c))},
    "perceptron": {
        "z": -tensor("g", n) * tensor("t", n, e) * indicator(tensor("t", n, e) * tensor("z", n, e) < 0) / SIZE
    },
    "vae_elbo": {
        "mu": tensor("g", n) * tensor("mu", n, Index("k")),
        "logvar": tensor("g", n) * (sp.exp(tensor("logvar", n, Index("k"))) - 1) / 2,
    },
    "gan_discriminator": {
        "real": -tensor("g", n) * (1 - tensor("sigmoid", n)), "fake": tensor("g", n) * tensor("sigmoid_", n),
    },
    "gan_generator": {"fake": -tensor("g", n) * (1 - tensor("sigmoid", n))},
    "gan_generator_minimax": {"fake": -tensor("g", n) * tensor("sigmoid", n)},
    "dropout": {"x": g * tensor("mask", ELEMENTS) / (1 - sp.Symbol("p", nonnegative=True))},
    "log_cosh": {"pred": tensor("g", n) * sp.tanh(Entry(Tensor("r"), n, e)) / SIZE},
    "prelu": {
        "x": tensor("g", n, c, ELEMENTS) * where(tensor("x", n, c, ELEMENTS) > 0, 1, tensor("alpha", c)),
        "alpha": Total(
            tensor("g", n1, c, E1) * where(tensor("x", n1, c, E1) > 0, 0, tensor("x", n1, c, E1)), n1, E1
        ),
    },
    "kl_div": {
        "p": tensor("g", n) * where(tensor("p", n, c) > 0, sp.log(tensor("p", n, c) / tensor("q", n, c)) + 1, 0),
        "q": tensor("g", n) * where(tensor("p", n, c) > 0, -tensor("p", n, c) / tensor("q", n, c), 0),
    },
    "masked_softmax_ce": {
        "z": Entry(Tensor("g")) * tensor("mask", n) / Entry(Tensor("count"))
        * (tensor("a", n, c) - Delta(c, Entry(Tensor("label", integer=True, nonnegative=True), n)))
    },
    "hinge": {"z": -tensor("g", n) * tensor("t", n, e) * indicator(tensor("t", n, e) * tensor("z", n, e) < 1) / SIZE},
    "batch_norm": {
        "x": tensor("r", c)
        * (bn_hat - mean_n(bn_hat) - tensor("xhat", n, c, ELEMENTS) * mean_n(bn_hat * tensor("xhat", n, c, ELEMENTS))),
        "gamma": Total(tensor("g", n1, c, E1) * tensor("xhat", n1, c, E1), n1, E1),
        "beta": Total(tensor("g", n1, c, E1), n1, E1),
    },
    "attention": {
        "s": tensor("a", b, h, t, u)
        * (tensor(adjoint("a"), b, h, t, u) - Total(tensor("a", b, h, t, u1) * tensor(adjoint("a"), b, h, t, u1), u1))
        * indicator(tensor("open", b, t, u) > 0)
    },
    "info_nce": {
        "s": tensor("g", n)
        * (sp.exp(scores) / Total(sp.exp(scores), n1) - Delta(n, n1))
    },
    "l2": {"w": 2 * sp.Symbol("lam", nonnegative=True) * Entry(Tensor("g")) * tensor("w", ELEMENTS)},
    # Hinton, Vinyals & Dean 2015, equation 2 and the remark on T² below it.
    "distillation": {
        "z_student": tensor("g", n) * (
            alpha * (tensor("a", n, c) - Delta(c, Entry(Tensor("label", integer=True, nonnegative=True), n)))
            + sp.Symbol("T", positive=True) * (1 - alpha) * (shares("z_student") - shares("z_teacher"))
        )
    },
}


@pytest.mark.parametrize(("name", "argument"), [(n_, a) for n_, forms_ in CLOSED_FORMS.items() for a in forms_])
def test_gradients_reach_the_textbook_form(name: str, argument: str) -> None:
    derivation = reverse.derive(OPS[name])
    got = derivation.equation(argument + "\u0304").value
    expected = CLOSED_FORMS[name][argument]
    assert canonical(normalise(sp.expand(got - expected))) == 0
    # SymPy multiplies (1 + |x|)² out, because |x|² is x².
    room = 1.7 if name == "softsign" else 1.2
    assert len(sp.srepr(got)) <= room * len(sp.srepr(normalise(expected))), "as short as the textbook's"


def test_layer_norm_names_the_scaled_cotangent() -> None:
    derivation = reverse.derive(OPS["layer_norm"])
    assert derivation.equation("xhat̄").value == tensor("g", ELEMENTS, d) * tensor("gamma", d)


def test_softmax_ce_names_the_fact_it_uses() -> None:
    steps = reverse.derive(OPS["softmax_ce"]).steps
    used = [s for s in steps if s.rule == "given"]
    assert len(used) == 1
    assert canonical(used[0].using) == canonical(sp.Eq(Total(tensor("t", n, c1), c1), 1))


def test_only_asked_arguments_are_derived_and_labels_can_be_asked_for() -> None:
    derivation = reverse.derive(OPS["softmax_ce"], ["t"])
    assert derivation.results == ("t̄",)
    lse = tensor("lse", n)
    expected = -tensor("g", n) * (tensor("z", n, c) - lse)
    assert normalise(derivation.equation("t̄").value - expected) == 0


def test_every_step_of_the_chain_rule_states_its_partials() -> None:
    for name in CLOSED_FORMS:
        for step in reverse.derive(OPS[name]).steps:
            if step.rule == "chain rule" and step.before.has(Partial):
                assert not step.after.has(Partial)


def test_forward_mode_gives_tangents_of_every_output() -> None:
    for name in CLOSED_FORMS:
        derivation = forward.derive(OPS[name])
        assert derivation.results == tuple(out + "\u0307" for out in OPS[name].results)
        assert all(not e.value.has(Delta) or name == "sparse_softmax_ce" for e in derivation.equations)


def test_wrong_requests_get_one_clear_message() -> None:
    with pytest.raises(UsageError, match="no argument 'w'; it has z, t"):
        reverse.derive(OPS["softmax_ce"], ["w"])
    with pytest.raises(NotDifferentiableError, match="label of sparse_softmax_ce holds integers"):
        reverse.derive(OPS["sparse_softmax_ce"], ["label"])
    with pytest.raises(UsageError, match="no mode 'sideways'"):
        derivation_of(OPS["relu"], mode="sideways")
    with pytest.raises(UsageError, match="statement"):
        programs(OPS["mlp_backprop"])


def test_subgradients_at_kinks_are_those_of_the_table() -> None:
    v = sp.Symbol("v", real=True)
    assert kinks.derivative(maximum(0, v), v).subs(v, 0) == 0
    assert kinks.derivative(sp.Abs(v), v).subs(v, 0) == 0
    assert kinks.derivative(minimum(v, 1), v).subs(v, 1) == 1
    assert kinks.derivative(maximum(0, v) ** 2 * v, v).subs(v, 2) == 12
    assert kinks.derivative(where(v > 0, v, v / 2), v).subs(v, 0) == sp.Rational(1, 2)


def test_the_engine_names_no_operation() -> None:
    for module in (delta, forms, forward, kinks, reverse):
        words = set(inspect.getsource(module).replace("(", " ").replace('"', " ").split())
        assert not words & (set(OPS) - {"identity"})


# --- statements and initialisers --------------------------------------------------------------------------


def test_backpropagation_through_layers_is_the_delta_recursion() -> None:
    derivation = reverse.derive(OPS["mlp_backprop"])
    z_bar, W = (lambda *at: Entry(Tensor("z̄"), *at)), (lambda *at: Entry(Tensor("W"), *at))
    delta_here = derivation.equation("z̄").value
    (last, at_last), (inner, _) = next(iter(delta_here.atoms(sp.Piecewise))).args
    assert last == Entry(Tensor("g"), n, j) and at_last in (sp.Eq(Extent("l") - 1, l), sp.Eq(l, Extent("l") - 1))
    assert canonical(inner) == canonical(Total(W(l + 1, j1, j) * z_bar(l + 1, n, j1), j1))
    outer = sp.Mul(*(f for f in delta_here.args if not isinstance(f, sp.Piecewise)))
    assert str(outer) == "φ′(z[l, n, j])"
    below = Entry(Tensor("below"), l, n1, j1)
    weights = derivation.equation("W̄").value
    assert canonical(weights) == canonical(Total(z_bar(l, n1, j) * below, n1))
    assert canonical(derivation.equation("b̄").value) == canonical(Total(z_bar(l, n1, j), n1))


def test_the_delta_recursion_gives_the_gradients_of_a_network_of_three_layers() -> None:
    """The printed recursion, computed as it stands for φ = tanh, against difference quotients of the network."""
    rng = np.random.default_rng(0)
    layers, batch, width = 3, 5, 4
    weights, bias = rng.normal(size=(layers + 1, width, width)), rng.normal(size=(layers + 1, width))
    inputs, cotangent = rng.normal(size=(batch, width)), rng.normal(size=(batch, width))

    def run(w: np.ndarray, b: np.ndarray) -> tuple[list[np.ndarray], list[np.ndarray]]:
        a, z = [inputs], [np.zeros((batch, width))]
        for layer in range(1, layers + 1):
            z.append(a[-1] @ w[layer].T + b[layer])
            a.append(np.tanh(z[-1]))
        return a, z

    a, z = run(weights, bias)
    deltas = {layers: (1 - np.tanh(z[layers]) ** 2) * cotangent}
    for layer in range(layers - 1, 0, -1):
        deltas[layer] = (1 - np.tanh(z[layer]) ** 2) * (deltas[layer + 1] @ weights[layer + 1])
    step = 1e-6
    for layer in range(1, layers + 1):
        direction = rng.normal(size=(width, width))
        moved = [np.sum(run(weights + s * step * _only(layer, direction, weights), bias)[0][-1] * cotangent)
                 for s in (1, -1)]
        claimed = np.sum(np.einsum("nj,nk->jk", deltas[layer], a[layer - 1]) * direction)
        assert abs((moved[0] - moved[1]) / (2 * step) - claimed) < 1e-8 * max(1, abs(claimed))


def _only(layer: int, direction: np.ndarray, weights: np.ndarray) -> np.ndarray:
    made = np.zeros_like(weights)
    made[layer] = direction
    return made


def test_initialisers_are_solved_from_their_variance() -> None:
    fan_in, fan_out = (sp.Symbol(name, positive=True, integer=True) for name in ("fan_in", "fan_out"))
    (bound,) = solve_scale(OPS["xavier_uniform"]).equations
    assert sp.simplify(bound.value - sp.sqrt(6 / (fan_in + fan_out))) == 0
    (deviation,) = solve_scale(OPS["he_normal"]).equations
    assert sp.simplify(deviation.value - sp.sqrt(2 / fan_in)) == 0


# --- programs ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", [k for k, op in OPS.items() if op.kind is not Kind.STATEMENT])
def test_programs_define_all_that_they_read(name: str) -> None:
    made = programs(OPS[name])
    for program in (made.forward, made.forward_saving, made.backward, made.value_and_grad, made.jvp, made.hvp):
        if program is None:
            continue
        known = {a.name for a in program.inputs}
        # In a recurrence an equation reads, of the step before, what is defined below it.
        below = {e.name for e in program.equations} if name in {"rnn", "lstm", "gru"} else set()
        for equation in program.equations:
            assert {e.name for e in equation.value.atoms(Entry)} <= known | below
            known.add(equation.name)
        assert set(program.outputs) <= known


def test_statistics_are_saved_and_what_is_large_is_computed_again() -> None:
    assert programs(OPS["layer_norm"]).saved == ("x", "gamma", "mu", "mu_rest", "r")
    assert programs(OPS["softmax"]).saved == ("a",)
    assert programs(OPS["sigmoid"]).saved == ("x",)
    assert programs(OPS["identity"]).saved == ()


def test_a_slope_is_saved_where_it_shares_much_with_the_output() -> None:
    """The error function of GELU and its density, but not one exponential; and never where it would round once more."""
    assert programs(OPS["gelu"]).saved == programs(OPS["gelu"]).slopes == ("slope",)
    assert programs(OPS["gelu_tanh"]).saved == ("slope",)
    assert programs(OPS["gelu"], True).saved == ("x",)
    assert all(programs(OPS[name]).saved == ("x",) for name in ("silu", "tanh", "elu", "hard_swish"))
