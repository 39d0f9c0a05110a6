"""Minimisers of the second order, run: Newton, conjugate gradients, BFGS and limited-memory BFGS.

What they compute is what `symnn derive` prints: the step lengths, directions and updates here are the solved
equations of `symnn.catalogue.minimisers`, evaluated with NumPy; Hessian-vector products come from generated modules.
SciPy contributes the line search (strong Wolfe conditions).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Protocol

import numpy as np
import sympy as sp

from symnn.calculus.derivation import derivation_of
from symnn.errors import UsageError
from symnn.language.operation import Equation, Op
from symnn.language.terms import Delta, Entry, Index, Total
from symnn.registry import catalogue_operations

__all__ = ["METHODS", "Found", "Problem", "minimise", "of_module"]

Array = np.ndarray[Any, Any]


class Problem(Protocol):
    """A function of one flat vector, with its gradient and the products of its Hessian."""

    def value_and_grad(self, x: Array) -> tuple[float, Array]: ...

    def hvp(self, x: Array, vector: Array) -> Array: ...


@dataclass(frozen=True)
class Found:
    """Where a minimiser came to rest: the point, the value, the gradient's norm, and how it got there."""

    x: Array
    value: float
    gradient: float
    iterations: int
    products: int
    converged: bool


@dataclass
class _Counted:
    """A problem that counts the Hessian-vector products asked of it."""

    problem: Problem
    products: int = 0

    def value(self, x: Array) -> float:
        return self.problem.value_and_grad(x)[0]

    def gradient(self, x: Array) -> Array:
        return self.problem.value_and_grad(x)[1]

    def hvp(self, x: Array, vector: Array) -> Array:
        self.products += 1
        return self.problem.hvp(x, vector)


# --- a generated module as a problem ------------------------------------------------------------------------


@dataclass(frozen=True)
class _Module:
    """A loss or regularizer as a function of some of its arguments, one after the other in a flat vector."""

    module: Any
    inputs: Mapping[str, Array]
    wrt: tuple[str, ...]
    params: Mapping[str, Any] = field(default_factory=dict)

    def value_and_grad(self, x: Array) -> tuple[float, Array]:
        value, grads = self.module.value_and_grad(*self._at(x).values(), **self.params)
        return float(value), self._flat(grads)

    def hvp(self, x: Array, vector: Array) -> Array:
        zeros = {a: np.zeros_like(self.inputs[a]) for a in self._differentiable()}
        vectors = {**zeros, **self._parts(vector)}
        return self._flat(self.module.hvp(tuple(self._at(x).values()), tuple(vectors.values()), **self.params))

    def _at(self, x: Array) -> dict[str, Array]:
        return {**self.inputs, **self._parts(x)}

    def _parts(self, x: Array) -> dict[str, Array]:
        made, place = {}, 0
        for name in self.wrt:
            there = self.inputs[name]
            made[name] = x[place : place + there.size].reshape(there.shape)
            place += there.size
        return made

    def _flat(self, grads: Any) -> Array:
        return np.concatenate([np.ravel(getattr(grads, name)) for name in self.wrt]).astype(np.float64)

    def _differentiable(self) -> list[str]:
        return [a["name"] for a in self.module.SPEC["arguments"] if a["differentiable"]]


def of_module(module: Any, inputs: Sequence[Array], wrt: Sequence[str], **params: Any) -> tuple[Problem, Array]:
    """A generated loss or regularizer as a problem in the arguments ``wrt``, and the point that ``inputs`` are."""
    names = [a["name"] for a in module.SPEC["arguments"]]
    if len(inputs) != len(names):
        raise UsageError(f"{module.SPEC['name']} has the arguments {', '.join(names)}; {len(inputs)} were given")
    unknown = [name for name in wrt if name not in names]
    if unknown or not wrt:
        raise UsageError(f"{module.SPEC['name']} has no argument {', '.join(unknown)}; it has {', '.join(names)}")
    given = dict(zip(names, map(np.asarray, inputs), strict=True))
    made = _Module(module, given, tuple(wrt), params)
    return made, np.concatenate([np.ravel(given[name]) for name in wrt]).astype(np.float64)


# --- the solved equations, evaluated ------------------------------------------------------------------------


@cache
def _known(name: str) -> tuple[dict[str, Equation], dict[str, Equation]]:
    """A minimiser's definitions, and what its conditions were solved for."""
    op: Op = catalogue_operations()[name]
    derivation = derivation_of(op)
    return {e.name: e for e in op.equations}, {e.name: e for e in derivation.equations}


def _solved(name: str, sought: str, **given: Any) -> Any:
    """What a minimiser's conditions were solved for, from the tensors in it."""
    return _evaluated(_known(name)[1][sought], given)


def _defined(name: str, sought: str, **given: Any) -> Any:
    """A tensor that a minimiser's declaration defines, from the tensors in its definition."""
    return _evaluated(_known(name)[0][sought], given)


def _evaluated(equation: Equation, given: Mapping[str, Any]) -> Any:
    return _array(equation.value, equation.axes, given)


def _array(expr: sp.Expr, axes: Sequence[Index], given: Mapping[str, Any]) -> Any:
    """An expression of linear algebra at every position of its axes: sums of products are one einsum each."""
    if isinstance(expr, sp.Add):
        return sum(_array(a, axes, given) for a in expr.args)
    bound: tuple[Index, ...] = ()
    factors = list(sp.Mul.make_args(expr))
    if isinstance(expr, Total):
        factors, bound = list(sp.Mul.make_args(expr.body)), expr.bound
    order = {index: k for k, index in enumerate((*axes, *bound))}
    operands: list[Any] = []
    for factor in factors:
        array, indices = _operand(factor, tuple(order), given)
        operands += [array, [order[i] for i in indices]]
    present = {k for indices in operands[1::2] for k in indices}
    if not all(order[i] in present for i in (*axes, *bound)):
        raise NotImplementedError(f"{expr} does not change along every axis of {axes}")
    return np.einsum(*operands, [order[i] for i in axes], optimize=len(operands) > 4)


def _operand(factor: sp.Expr, scope: Sequence[Index], given: Mapping[str, Any]) -> tuple[Any, tuple[Index, ...]]:
    """A factor as an array and the indices of its axes."""
    if isinstance(factor, Entry):
        return given[factor.name], factor.indices  # type: ignore[return-value]
    if isinstance(factor, Delta):
        return np.eye(next(len(a) for a in given.values() if np.ndim(a))), factor.args
    own = tuple(i for i in scope if i in factor.free_symbols)
    if isinstance(factor, Total | sp.Add):
        return _array(factor, own, given), own
    if isinstance(factor, sp.Pow) and not own:
        return _array(factor.base, (), given) ** float(factor.exp), ()
    if isinstance(factor, sp.Symbol):
        return given[str(factor.name)], ()
    if factor.is_number:
        return float(factor), ()
    raise NotImplementedError(f"{factor} is no expression of linear algebra")


# --- directions ---------------------------------------------------------------------------------------------


def _newton_step(problem: _Counted, x: Array, g: Array) -> Array:
    """p with H p = −g by conjugate gradients, as exactly as it is worth; steepest descent where H curves down."""
    wanted = _solved("newton", "Hp", g=g)
    enough = min(0.5, float(np.sqrt(np.linalg.norm(g)))) * float(np.linalg.norm(g))
    p, r, d = np.zeros_like(x), -wanted, wanted
    for _ in range(2 * len(x)):
        product = problem.hvp(x, d)
        if d @ product <= np.finfo(float).eps * (d @ d):
            return p if p.any() else d
        alpha = _solved("conjugate_gradient", "alpha", g=r, d=d, Hd=product)
        p, r = p + alpha * d, _defined("conjugate_gradient", "r", g=r, alpha=alpha, Hd=product)
        if np.linalg.norm(r) <= enough:
            break
        beta = _solved("conjugate_gradient", "beta", r=r, d=d, Hd=product)
        d = _defined("conjugate_gradient", "e", r=r, d=d, beta=beta)
    return p


class _Newton:
    """Newton's direction: nothing is remembered from step to step."""

    #: How flat the line search must end, relative to where it began.
    flatness = 0.9

    def direction(self, problem: _Counted, x: Array, g: Array) -> Array:
        return _newton_step(problem, x, g)

    def after(self, problem: _Counted, x: Array, step: Array, g: Array, new: Array) -> None:
        pass


class _ConjugateGradient:
    """A direction conjugate to the one before, scaled to the minimum along it of the quadratic model.

    As many directions as there are numbers are all that can be conjugate; then it begins again.
    """

    flatness = 0.1

    def __init__(self) -> None:
        self.last: Array | None = None
        self.product: Array | None = None
        self.count = 0

    def direction(self, problem: _Counted, x: Array, g: Array) -> Array:
        d = -g
        self.count += 1
        fresh = self.count % len(x) == 1 or len(x) == 1
        if not fresh and self.last is not None and self.product is not None and self.last @ self.product > 0:
            beta = _solved("conjugate_gradient", "beta", r=g, d=self.last, Hd=self.product)
            conjugate = _defined("conjugate_gradient", "e", r=g, d=self.last, beta=beta)
            d = conjugate if conjugate @ g < 0 else d
        self.last, self.product = d, problem.hvp(x, d)
        if d @ self.product <= 0:
            return d
        alpha = _solved("conjugate_gradient", "alpha", g=g, d=d, Hd=self.product)
        return np.asarray(alpha * d)

    def after(self, problem: _Counted, x: Array, step: Array, g: Array, new: Array) -> None:
        if self.last is not None:
            # The next direction is made conjugate by the Hessian where it starts.
            self.product = problem.hvp(x + step, self.last)


class _Quasi:
    """What BFGS and its limited-memory form share: pairs that curve upwards, and the scale of the first step."""

    flatness = 0.9

    def __init__(self, memory: int) -> None:
        self.memory = memory
        self.pairs: list[tuple[Array, Array, float]] = []
        self.scale: float | None = None

    def direction(self, problem: _Counted, x: Array, g: Array) -> Array:
        if self.scale is None:
            product = problem.hvp(x, -g)
            curved = -g @ product > 0
            self.scale = float(_solved("conjugate_gradient", "alpha", g=g, d=-g, Hd=product)) if curved else 1.0
        return -self.applied(g)

    def after(self, problem: _Counted, x: Array, step: Array, g: Array, new: Array) -> None:
        s, y = step, new - g
        if s @ y > np.finfo(float).eps * (y @ y):
            self.add(s, y, float(_solved("bfgs", "rho", s=s, y=y)))

    def add(self, s: Array, y: Array, rho: float) -> None:
        self.pairs = [*self.pairs, (s, y, rho)][-self.memory :]
        self.scale = float(s @ y / (y @ y))

    def applied(self, q: Array) -> Array:
        return self._through(q, len(self.pairs))

    def _through(self, q: Array, count: int) -> Array:
        """The matrix after ``count`` pairs times a vector: the equations of ``lbfgs``, once for each pair."""
        if count == 0:
            return np.asarray(self.scale * q)
        s, y, rho = self.pairs[count - 1]
        v = _defined("lbfgs", "v", q=q, rho=rho, s=s, y=y)
        w = self._through(v, count - 1)
        return np.asarray(_defined("lbfgs", "r", w=w, q=q, rho=rho, s=s, y=y))


class _Bfgs(_Quasi):
    """The same with the matrix itself."""

    def __init__(self) -> None:
        super().__init__(0)
        self.matrix: Array | None = None

    def add(self, s: Array, y: Array, rho: float) -> None:
        if self.matrix is None:
            self.matrix = np.eye(len(s)) * float(s @ y / (y @ y))
        bent = _defined("bfgs", "V", s=s, y=y, rho=rho)
        self.matrix = _defined("bfgs", "C", B=self.matrix, V=bent, s=s, rho=rho)

    def applied(self, q: Array) -> Array:
        return np.asarray(self.scale * q if self.matrix is None else self.matrix @ q)


METHODS: dict[str, Callable[[], Any]] = {
    "newton": _Newton,
    "conjugate_gradient": _ConjugateGradient,
    "bfgs": _Bfgs,
    "lbfgs": lambda: _Quasi(10),
}


def minimise(
    problem: Problem, start: Array, method: str = "newton", tolerance: float = 1e-8, most: int = 500
) -> Found:
    """Follow a method's directions, with a line search along each, until the gradient's norm is below ``tolerance``.

    Raises UsageError where the method is unknown or the start is not a vector.
    """
    if method not in METHODS:
        raise UsageError(f"there is no minimiser {method!r}; choose {', '.join(METHODS)}")
    if np.ndim(start) != 1 or not len(start):
        raise UsageError(f"the start has shape {np.shape(start)}; expected a vector")
    counted, rule = _Counted(problem), METHODS[method]()
    x = np.array(start, dtype=np.float64)
    value, g = problem.value_and_grad(x)
    for iteration in range(most):
        if np.linalg.norm(g) <= tolerance:
            return Found(x, value, float(np.linalg.norm(g)), iteration, counted.products, True)
        direction = rule.direction(counted, x, g)
        if not direction @ g < 0:
            direction = -g
        length = _length(counted, x, direction, g, value, rule.flatness)
        if length is None:
            break
        step = length * direction
        new_value, new = problem.value_and_grad(x + step)
        rule.after(counted, x, step, g, new)
        x, value, g = x + step, new_value, new
    size = float(np.linalg.norm(g))
    return Found(x, value, size, most, counted.products, size <= tolerance)


def _length(
    problem: _Counted, x: Array, direction: Array, g: Array, value: float, flatness: float
) -> float | None:
    """How far to go: one where that falls enough and flattens, else by strong Wolfe conditions, else by halving."""
    try:
        from scipy.optimize import line_search
    except ImportError:
        raise UsageError("the minimisers need SciPy for their line search: pip install 'symnn[minimise]'") from None
    found = line_search(problem.value, problem.gradient, x, direction, g, value, c2=flatness)[0]
    if found is not None:
        return float(found)
    length = 1.0
    while length > 1e-12:
        if problem.value(x + length * direction) < value:
            return length
        length /= 2
    # Where values no longer tell points apart, gradients may.
    return 1.0 if np.linalg.norm(problem.gradient(x + direction)) < np.linalg.norm(g) else None
