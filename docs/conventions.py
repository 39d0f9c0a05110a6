"""Write docs/conventions.md: what the derivative is at kinks and ties, here, in PyTorch and in JAX.

    python docs/conventions.py            # writes
    python docs/conventions.py --check    # exit status 1 where the page is not what would be written

tests/test_conventions.py measures every entry: the derivations, the kernels and both other libraries.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from symnn.calculus.kinks import CONVENTIONS
from symnn.language import Abs, T, activation, axes, layer, maximum, minimum, peak, sign, sqrt, total, where
from symnn.language.operation import Op
from symnn.registry import catalogue_operations

PAGE = Path(__file__).with_name("conventions.md")
NAN = float("nan")

n, d = axes("n d")


@activation
def absolute(f, x):
    """The absolute value."""
    f.y = Abs(x)


@activation
def sign_of(f, x):
    """The sign."""
    f.y = sign(x)


@activation
def larger_of(f, a, b):
    """The larger of two numbers."""
    f.y = maximum(a, b)


@activation
def smaller_of(f, a, b):
    """The smaller of two numbers."""
    f.y = minimum(a, b)


@activation
def clamp(f, x):
    """A number kept between 0 and 1."""
    f.y = maximum(0, minimum(1, x))


@activation
def two_lines(f, x):
    """Two lines that meet at 0."""
    f.y = where(x > 0, x, 2 * x)


@layer
def greatest(f, x: T[n, d]):
    """The greatest of each row."""
    f.y[n] = peak(x[n, d], d)


@layer
def norm(f, x: T[n, d]):
    """The Euclidean norm of each row."""
    f.y[n] = sqrt(total(x[n, d] ** 2, d))


@dataclass(frozen=True)
class Peer:
    """An expression of another library, and its derivatives at the same place."""

    expression: str
    slopes: Sequence[Any]


@dataclass(frozen=True)
class Row:
    """An operation at a place where its derivative is a choice: the arrays there, and the derivatives by one of them.

    ``shown`` is how the operation is written in the page, by default its name; ``derived`` is whether the derivation
    has a value there, and not 0/0.
    """

    op: Op
    place: str
    arrays: Mapping[str, Any]
    slopes: Sequence[Any]
    torch: Peer | None = None
    jax: Peer | None = None
    by: str = "x"
    shown: str = ""
    parameters: Mapping[str, float] = field(default_factory=dict)
    derived: bool = True

    @property
    def label(self) -> str:
        """What the page and the tests call the row."""
        return f"{self.shown or self.op.name}, {self.place}"


def rows() -> tuple[Row, ...]:
    """The table, functions of the language first."""
    ops = catalogue_operations()
    both = {"a": [2.0], "b": [2.0]}
    ties, no = [[1.0, 3.0, 3.0]], {"x": [NAN]}
    scale = 1.0507009873554804934193349852946 * 1.6732632423543772848170429916717
    line, window = "jax.lax.max, (1, 1, 2, 2), (1, 1, 2, 2)", [[[[7.0, 7.0], [7.0, 7.0]]]]
    first = [[[[1.0, 0.0], [0.0, 0.0]]]]
    return (
        Row(absolute, "x = 0", {"x": [0.0]}, [0.0],
            Peer("torch.abs(x)", [0.0]), Peer("jnp.abs(x)", [1.0]), shown="abs(x)"),
        Row(sign_of, "x = 0", {"x": [0.0]}, [0.0],
            Peer("torch.sign(x)", [0.0]), Peer("jnp.sign(x)", [0.0]), shown="sign(x)"),
        Row(larger_of, "a = b", both, [1.0],
            Peer("torch.maximum(a, b)", [0.5]), Peer("jnp.maximum(a, b)", [0.5]), "a", "maximum(a, b) by a"),
        Row(larger_of, "a = b", both, [0.0],
            Peer("torch.maximum(a, b)", [0.5]), Peer("jnp.maximum(a, b)", [0.5]), "b", "maximum(a, b) by b"),
        Row(smaller_of, "a = b", both, [1.0],
            Peer("torch.minimum(a, b)", [0.5]), Peer("jnp.minimum(a, b)", [0.5]), "a", "minimum(a, b) by a"),
        Row(smaller_of, "a = b", both, [0.0],
            Peer("torch.minimum(a, b)", [0.5]), Peer("jnp.minimum(a, b)", [0.5]), "b", "minimum(a, b) by b"),
        Row(clamp, "x = 0, 1", {"x": [0.0, 1.0]}, [0.0, 0.0],
            Peer("torch.clamp(x, 0, 1)", [1.0, 1.0]), Peer("jnp.clip(x, 0, 1)", [0.5, 0.5]),
            shown="maximum(0, minimum(1, x))"),
        Row(two_lines, "x = 0", {"x": [0.0]}, [2.0],
            Peer("torch.where(x > 0, x, 2 * x)", [2.0]), Peer("jnp.where(x > 0, x, 2 * x)", [2.0]),
            shown="where(x > 0, x, 2x)"),
        Row(greatest, "x = (1, 3, 3)", {"x": ties}, [[0.0, 1.0, 0.0]],
            Peer("torch.amax(x, 1)", [[0.0, 0.5, 0.5]]), Peer("jnp.max(x, 1)", [[0.0, 0.5, 0.5]]), shown="peak(x)"),
        Row(norm, "x = 0", {"x": [[0.0, 0.0]]}, [[0.0, 0.0]],
            Peer("torch.linalg.norm(x)", [[0.0, 0.0]]), Peer("jnp.linalg.norm(x)", [[NAN, NAN]]),
            shown="sqrt(total(x²))", derived=False),
        Row(ops["step"], "x = θ", {"x": [0.0]}, [0.0], None, Peer("jnp.heaviside(x, 1.0)", [0.0])),
        Row(ops["relu"], "x = 0", {"x": [0.0]}, [0.0], Peer("F.relu(x)", [0.0]), Peer("jax.nn.relu(x)", [0.0])),
        Row(ops["leaky_relu"], "x = 0", {"x": [0.0]}, [0.01],
            Peer("F.leaky_relu(x)", [0.01]), Peer("jax.nn.leaky_relu(x)", [1.0])),
        Row(ops["prelu"], "x = 0, α = ¼", {"x": [[[0.0]]], "alpha": [0.25]}, [[[0.25]]],
            Peer("F.prelu(x, alpha)", [[[0.25]]])),
        Row(ops["prelu"], "x = 0, α = ¼", {"x": [[[0.0]]], "alpha": [0.25]}, [0.0],
            Peer("F.prelu(x, alpha)", [0.0]), None, "alpha", "prelu by α"),
        Row(ops["elu"], "x = 0, α = 2", {"x": [0.0]}, [2.0],
            Peer("F.elu(x, 2.0)", [2.0]), Peer("jax.nn.elu(x, 2.0)", [2.0]), parameters={"alpha": 2.0}),
        Row(ops["selu"], "x = 0", {"x": [0.0]}, [scale], Peer("F.selu(x)", [scale]), Peer("jax.nn.selu(x)", [scale])),
        Row(ops["softsign"], "x = 0", {"x": [0.0]}, [1.0],
            Peer("F.softsign(x)", [1.0]), Peer("jax.nn.soft_sign(x)", [1.0])),
        Row(ops["hard_sigmoid"], "x = −3, 3", {"x": [-3.0, 3.0]}, [0.0, 0.0],
            Peer("F.hardsigmoid(x)", [0.0, 0.0]), Peer("jax.nn.hard_sigmoid(x)", [0.0, 0.0])),
        Row(ops["hard_swish"], "x = −3, 3", {"x": [-3.0, 3.0]}, [0.0, 1.0],
            Peer("F.hardswish(x)", [0.0, 1.0]), Peer("jax.nn.hard_swish(x)", [0.0, 1.0])),
        Row(ops["mae"], "pred = target", {"pred": [[0.0]], "target": [[0.0]]}, [[0.0]],
            Peer("F.l1_loss(pred, target)", [[0.0]]), Peer("jnp.abs(pred - target)", [[1.0]]), "pred"),
        Row(ops["huber"], "r = −δ, 0, δ, 0", {"pred": [[-1.0, 0.0, 1.0, 0.0]], "target": [[0.0] * 4]},
            [[-0.25, 0.0, 0.25, 0.0]], Peer("F.huber_loss(pred, target)", [[-0.25, 0.0, 0.25, 0.0]]), None, "pred"),
        Row(ops["hinge"], "t·z = 1", {"z": [[1.0]], "t": [[1.0]]}, [[0.0]],
            Peer("F.hinge_embedding_loss(z, -t)", [[-1.0]]), Peer("jax.nn.relu(1 - t * z)", [[0.0]]), "z"),
        Row(ops["perceptron"], "z = 0", {"z": [[0.0]], "t": [[1.0]]}, [[0.0]],
            Peer("F.margin_ranking_loss(z, 0 * z.detach(), t)", [[-1.0]]), Peer("jax.nn.relu(-t * z)", [[0.0]]), "z"),
        Row(ops["kl_div"], "p = (0, 1), q = (½, ½)", {"p": [[0.0, 1.0]], "q": [[0.5, 0.5]]},
            [[0.0, 1.6931471805599453]],
            Peer('F.kl_div(torch.log(q), p, reduction="sum")', [[NAN, 1.6931471805599453]]),
            Peer("jax.scipy.special.rel_entr(p, q)", [[0.0, 1.6931471805599453]]), "p"),
        Row(ops["relu"], "x = NaN", no, [NAN], Peer("F.relu(x)", [1.0]), Peer("jax.nn.relu(x)", [0.0])),
        Row(ops["leaky_relu"], "x = NaN", no, [NAN],
            Peer("F.leaky_relu(x)", [0.01]), Peer("jax.nn.leaky_relu(x)", [0.01])),
        Row(ops["hard_sigmoid"], "x = NaN", no, [NAN],
            Peer("F.hardsigmoid(x)", [0.0]), Peer("jax.nn.hard_sigmoid(x)", [0.0])),
        Row(ops["hard_swish"], "x = NaN", no, [NAN],
            Peer("F.hardswish(x)", [1.0]), Peer("jax.nn.hard_swish(x)", [NAN])),
        Row(ops["step"], "x = NaN", no, [0.0], None, Peer("jnp.heaviside(x, 1.0)", [1.0])),
        Row(clamp, "x = NaN", no, [NAN],
            Peer("torch.clamp(x, 0, 1)", [0.0]), Peer("jnp.clip(x, 0, 1)", [0.0]), shown="maximum(0, minimum(1, x))"),
        Row(ops["mae"], "pred = NaN", {"pred": [[NAN]], "target": [[0.0]]}, [[NAN]],
            Peer("F.l1_loss(pred, target)", [[0.0]]), Peer("jnp.abs(pred - target)", [[-1.0]]), "pred"),
        Row(ops["hinge"], "z = NaN", {"z": [[NAN]], "t": [[1.0]]}, [[NAN]],
            Peer("F.hinge_embedding_loss(z, -t)", [[0.0]]), Peer("jax.nn.relu(1 - t * z)", [[0.0]]), "z"),
        Row(ops["l1"], "w = 0, λ = 1", {"w": [0.0]}, [0.0],
            Peer("torch.abs(w)", [0.0]), Peer("jnp.abs(w)", [1.0]), "w", parameters={"lam": 1.0}),
        Row(ops["max_pool2d"], "a window of equals", {"x": window}, first,
            Peer("F.max_pool2d(x, 2)", first), Peer(f'jax.lax.reduce_window(x, -jnp.inf, {line}, "VALID")', first)),
    )


def markdown() -> str:
    """The page."""
    lines = [
        "# Kinks and ties",
        "",
        "Where a function has several derivatives to choose from, the choice is made once, by the function of the",
        "language, and every derivation, kernel and document has it from there (`symnn/calculus/kinks.py`). This page",
        "is made by `python docs/conventions.py`; `tests/test_conventions.py` measures every number on it.",
        "",
        "## Functions of the language",
        "",
        "| function | derivative | at the kink |",
        "|---|---|---|",
        *(f"| {_cell(c.written)} | {_cell(c.derivative)} | {_cell(c.at_the_kink)} |" for c in CONVENTIONS),
        "",
        "For max, min, |a| and sign this is a subgradient, or the slope of one side. Of equals the first takes all:",
        "what comes to a maximum goes on whole, on one way. A branch is differentiated as it was declared, whatever",
        "lies beyond its end: x·log x, declared as 0 at 0, has the derivative 0 there and not −∞.",
        "The derivative of a norm, x/√(Σx²), is 0/0 where all of x is 0; kernels give 0, the least subgradient.",
        "",
        "NaN is no number to compare: what is chosen by a comparison with it is NaN, the value and the derivative.",
        "A derivative that reads no argument, as that of x, of θ ≤ x or of 2x, is at NaN what it is everywhere.",
        "",
        "## What follows for operations, and what others do",
        "",
        "Derivatives at the place, with the expression of PyTorch and JAX beside which symnn's stands.",
        "",
        "| operation | at | symnn | PyTorch | JAX |",
        "|---|---|---|---|---|",
        *(
            f"| {_cell(f'`{r.shown or r.op.name}`')} | {_cell(r.place)} | {_numbers(r.slopes)} "
            f"| {_peer(r.torch)} | {_peer(r.jax)} |"
            for r in rows()
        ),
    ]
    return "\n".join(lines) + "\n"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def _numbers(slopes: Any) -> str:
    return ", ".join("NaN" if s != s else f"{s:.5g}".replace("-", "−") for s in _flat(slopes))


def _flat(values: Any) -> list[float]:
    return [v for x in values for v in _flat(x)] if isinstance(values, list) else [values]


def _peer(peer: Peer | None) -> str:
    return "" if peer is None else f"{_numbers(peer.slopes)} by `{_cell(peer.expression)}`"


def main(arguments: list[str]) -> int:
    """Write the page, or with ``--check`` compare it."""
    made = markdown()
    if "--check" in arguments:
        same = PAGE.exists() and PAGE.read_text(encoding="utf-8") == made
        if not same:
            print("error: docs/conventions.md is not what the table says; run docs/conventions.py", file=sys.stderr)
        return int(not same)
    PAGE.write_text(made, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
