"""The schedule: what it promises of its loops, and that a broken one never reaches a printer."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import sympy as sp

from symnn.calculus.programs import programs
from symnn.emit.cpu_kernels import arguments, kernel_lines
from symnn.language.operation import Argument, Equation, Program, Role
from symnn.language.terms import Entry, Index, Peak, Tensor, Total
from symnn.loops.ir import Accumulate, Choose, Flush, Kernel, Let, Number, Pass, Product, Schedule, Start, Store
from symnn.loops.names import code_name
from symnn.loops.schedule import schedule
from symnn.loops.verify import BrokenScheduleError, verify, verify_kernel
from symnn.registry import catalogue_operations, load_operations

n, c, i, o = (Index(a) for a in ["n", "c", "i", "o"])
c1, n1, i1 = Index("c′"), Index("n′"), Index("i′")
x, y, w, b = (Tensor(name) for name in ["x", "y", "w", "b"])
X, Y = Entry(x, n, c), Entry(y, n, c)


def program(*equations: Equation, outputs: tuple[str, ...], **axes: tuple[Index, ...]) -> Program:
    inputs = tuple(Argument(Tensor(name), where, Role.INPUT) for name, where in axes.items())
    return Program("forward", inputs, (), equations, outputs)


def kernels(made: Schedule) -> list[Kernel]:
    return [s for s in made.steps if isinstance(s, Kernel)]


# --- what fusing does ---------------------------------------------------------------------------------------


def test_equal_reductions_are_one() -> None:
    norm = Total(Entry(x, n, c1) ** 2, c1)
    again = Total(Entry(x, n, i1), i1)
    equations = [
        Equation(Entry(Tensor("u"), n), sp.sqrt(norm)),
        Equation(Y, X / Total(Entry(x, n, Index("c′′")) ** 2, Index("c′′"))),
    ]
    (kernel,) = kernels(schedule(program(*equations, outputs=("u", "y"), x=(n, c))))
    sums = [s for node in kernel.body if isinstance(node, Pass) for s in node.body if isinstance(s, Accumulate)]
    assert len(sums) == 1
    assert again.bound == (i1,)


def test_independent_reductions_share_a_pass_and_dependent_ones_do_not() -> None:
    mu = Entry(Tensor("mu"), n)
    equations = [
        Equation(mu, Total(Entry(x, n, c1), c1) / c.extent),
        Equation(Entry(Tensor("top"), n), Peak(Entry(x, n, c1), c1)),
        Equation(Entry(Tensor("var"), n), Total((Entry(x, n, c1) - mu) ** 2, c1)),
    ]
    (kernel,) = kernels(schedule(program(*equations, outputs=("top", "var"), x=(n, c))))
    passes = [node for node in kernel.body if isinstance(node, Pass)]
    assert [sum(isinstance(s, Accumulate | Choose) for s in p.body) for p in passes] == [2, 1]


def test_a_mean_is_rounded_once_and_a_sum_that_is_wanted_is_rounded_by_itself() -> None:
    """real(Σ/n), and not real(Σ) times a rounded 1/n; where the sum is read too, both come from the same number."""
    mu, total = Entry(Tensor("mu"), n), Total(Entry(x, n, c1), c1)
    alone = [Equation(mu, total / c.extent), Equation(Y, X - mu)]
    (kernel,) = kernels(schedule(program(*alone, outputs=("y",), x=(n, c))))
    (rounded,) = [node for node in kernel.body if isinstance(node, Let) and node.rounds]
    assert rounded.name == "mu"
    assert rounded.value.has(1 / c.extent)
    both = [*alone[:1], Equation(Y, X - mu + total)]
    (kernel,) = kernels(schedule(program(*both, outputs=("y",), x=(n, c))))
    (rounded,) = [node for node in kernel.body if isinstance(node, Let) and node.rounds]
    assert rounded.value.is_Symbol


def test_reductions_in_conditions_and_branches_are_found() -> None:
    total = Total(Entry(x, n, c1), c1)
    chosen = sp.Piecewise((X, total > 1), (Total(Entry(x, n, c1) ** 2, c1), True))
    (kernel,) = kernels(schedule(program(Equation(Y, chosen), outputs=("y",), x=(n, c))))
    sums = [s for node in kernel.body if isinstance(node, Pass) for s in node.body if isinstance(s, Accumulate)]
    assert len(sums) == 2


def test_a_dear_value_that_two_passes_want_is_computed_once_and_kept() -> None:
    exponential = sp.exp(X)
    total = Entry(Tensor("s"), n)
    equations = [
        Equation(total, Total(sp.exp(Entry(x, n, c1)), c1)),
        Equation(Y, exponential / total),
    ]
    (kernel,) = kernels(schedule(program(*equations, outputs=("y",), x=(n, c))))
    calls = [s for node in kernel.body if isinstance(node, Pass) for s in node.body
             if isinstance(s, Let | Store | Accumulate) and s.value.atoms(sp.exp)]
    assert len(calls) == 1
    assert not kernel.scratch, "the output's own row is free until the last pass"


def test_a_product_goes_to_a_blas_and_its_output_holds_it() -> None:
    equation = Equation(Entry(y, n, o), Total(Entry(w, o, i1) * Entry(x, n, i1), i1) + Entry(b, o))
    made = schedule(program(equation, outputs=("y",), x=(n, i), w=(o, i), b=(o,)))
    products = [s for s in made.steps if isinstance(s, Product)]
    assert len(products) == 1 and made.holds == {products[0].target.name: "y"}
    bare = Equation(Entry(y, n, o), Total(Entry(w, o, i1) * Entry(x, n, i1), i1))
    made = schedule(program(bare, outputs=("y",), x=(n, i), w=(o, i)))
    assert [type(s) for s in made.steps] == [Product]


def test_sums_over_rows_are_partial_and_flushed() -> None:
    equation = Equation(Entry(b, c), Total(Entry(x, n1, c), n1))
    (kernel,) = kernels(schedule(program(equation, outputs=("b",), x=(n, c))))
    assert [e.name for e in kernel.partials] == ["b"]
    assert isinstance(kernel.body[-1], Flush)


def test_what_depends_on_scalars_alone_is_worked_out_once() -> None:
    beta, t = sp.Symbol("beta", real=True), sp.Symbol("t", positive=True)
    equation = Equation(Y, X / (1 - beta**t))
    made = schedule(replace(program(equation, outputs=("y",), x=(n, c)), scalars=(beta, t)))
    numbers = [s for s in made.steps if isinstance(s, Number)]
    assert len(numbers) == 1 and numbers[0].value == 1 / (1 - beta**t)


USERS = load_operations(str(Path(__file__).with_name("user_operations.py")))


@pytest.mark.parametrize("name", [k for k, op in {**catalogue_operations(), **USERS}.items()
                                  if op.kind.value not in ("statement", "initialiser", "schedule")])
def test_every_program_of_every_operation_has_a_schedule_that_is_in_order(name: str) -> None:
    made = programs({**catalogue_operations(), **USERS}[name])
    for p in (made.forward, made.forward_saving, made.backward, made.value_and_grad, made.jvp):
        if p is not None:
            verify(schedule(p), p)


# --- what the verifier refuses ------------------------------------------------------------------------------

u = sp.Symbol("u", real=True)
GOOD = Kernel(
    "k", n, (X,), (Entry(y, n, c),), (), (), (),
    (
        Start("u"),
        Pass(c, (Accumulate(u, X),)),
        Pass(c, (Store(Y, X / u),)),
    ),
)


def test_the_example_that_the_broken_ones_are_made_of_is_right() -> None:
    verify_kernel(GOOD)


@pytest.mark.parametrize(
    ("body", "what"),
    [
        (GOOD.body[1:], "never started"),
        ((Pass(c, (Store(Y, u),)),), "before it has a value"),
        ((Store(Y, sp.S.One),), "not in scope"),
        ((Pass(c, (Store(Y, Entry(x, n, i)),)),), "not in scope"),
        ((Pass(c, (Store(X, sp.S.One),)),), "neither an output nor scratch"),
        ((Pass(c, (Let("v", Y), Store(Y, X))),), "before it is written"),
        ((Pass(c, (Let("v", Entry(w, n, c)), Store(Y, X))),), "before it is written"),
        ((Pass(c, (Pass(c, (Store(Y, X),)),)),), "two loops run over c"),
        ((Pass(c, (Let("v", X),)), Pass(c, (Store(Y, sp.Symbol("v", real=True)),))), "before it has a value"),
        ((Pass(c, (Accumulate(Entry(w, c), X), Store(Y, X))),), "no partial sum"),
        ((Flush(c, (Entry(w, c),)), Pass(c, (Store(Y, X),))), "no partial sums"),
        ((Pass(c, (Let("v", X),)),), "never writes"),
    ],
)
def test_broken_kernels_are_refused(body: tuple, what: str) -> None:
    with pytest.raises(BrokenScheduleError, match=what):
        verify_kernel(replace(GOOD, body=body))


def test_broken_schedules_are_refused() -> None:
    given = program(Equation(Y, X), outputs=("y",), x=(n, c))
    with pytest.raises(BrokenScheduleError, match="never written"):
        verify(Schedule("forward", (), (Y,), {}), given)
    with pytest.raises(BrokenScheduleError, match="written twice"):
        verify(Schedule("forward", (GOOD, replace(GOOD, name="again")), (Y,), {}), given)
    late = Product(Entry(b, n, o), Entry(w, n, c), X, (), (n,), (o,), (c,), Equation(Y, X))
    with pytest.raises(BrokenScheduleError, match="too early"):
        verify(Schedule("forward", (late, GOOD), (Y,), {}), given)


def test_names_in_code_are_identifiers_that_nothing_else_has() -> None:
    assert code_name("x\u0304") == "dx" and code_name("x\u0307") == "x_dot"
    for name in ("lambda", "real", "out", "for", "chunk"):
        assert code_name(name).isidentifier() and code_name(name) != name


def test_names_in_code_stay_when_they_are_made_into_names_again() -> None:
    for name in ("x_\u0307", "x__\u0304", "xhat_\u0304\u0307", "x\u0304"):
        assert code_name(code_name(name)) == code_name(name)
        assert "__" not in code_name(name)


def test_what_is_computed_for_a_statistic_is_computed_in_its_loop() -> None:
    # x − μ, for x̂, for Σ x̂ x̂̄: three equations that one channel at a time can do, each as large as the data.
    backward = programs(catalogue_operations()["batch_norm"]).backward
    assert backward is not None
    kernels = [step for step in schedule(backward).steps if isinstance(step, Kernel)]
    assert len(kernels) == 1 and {e.name for e in kernels[0].writes} == set(backward.outputs)


def run(kernel: Kernel, given: dict[str, np.ndarray | int]) -> None:
    """The rows of a kernel by Python itself, on arrays and extents by name; ``hi`` is how many rows there are."""
    scope: dict = {"njit": lambda **_: lambda f: f, "prange": range, "OPTIONS": {}, "np": np,
                   "added": lambda a, b: a + b, "compensated": lambda a, lost, b: (a + b, 0.0)}
    exec("\n".join(line for block in kernel_lines(kernel, {}) for line in block), scope)
    scope[f"_{kernel.name}_rows"](0, given["hi"], *(given[name] for name in arguments(kernel, {})))


def test_sums_over_leading_axes_add_rows_as_memory_has_them() -> None:
    equation = Equation(Entry(b, i, o), Total(Entry(x, n1, c1, i, o), n1, c1))
    (kernel,) = kernels(schedule(program(equation, outputs=("b",), x=(n, c, i, o))))
    node, loops = kernel.body, [kernel.row.axis]
    while inner := [s for s in node if isinstance(s, Pass)]:
        loops.append(inner[0].index.axis)
        node = inner[0].body
    assert loops == ["n", "c", "i", "o"]
    numbers = np.random.default_rng(4).integers(-9, 9, (5, 4, 3, 2)).astype(float)
    total = np.zeros((3, 2))
    run(kernel, {"hi": 5, "x": numbers, "b": total, "c_size": 4, "i_size": 3, "o_size": 2})
    np.testing.assert_array_equal(total, numbers.sum((0, 1)))


def test_an_array_and_a_loop_of_one_name_do_not_meet() -> None:
    # As in a transformer block: h is what a residual connection adds up, and counts the heads.
    h = Index("h")
    t, u = Entry(Tensor("t"), n, c, h), Entry(Tensor("h"), n)
    made = program(
        Equation(u, Total(t, c, h)), Equation(Entry(Tensor("y"), n, c, h), t * u), outputs=("h", "y"), t=(n, c, h)
    )
    (kernel,) = (step for step in schedule(made).steps if isinstance(step, Kernel))
    given = np.random.default_rng(3).integers(-9, 9, (2, 3, 4)).astype(float)
    arrays = {"t": given, "h": np.empty(2), "y": np.empty_like(given)}
    run(kernel, {**arrays, "hi": 2, "c_size": 3, "h_size": 4, "n_size": 2})
    np.testing.assert_array_equal(arrays["h"], given.sum((1, 2)))
    np.testing.assert_array_equal(arrays["y"], given * arrays["h"][:, None, None])
