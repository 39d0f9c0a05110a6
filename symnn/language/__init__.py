"""The language of declarations: what a file of operations imports."""

import sympy
from sympy import oo, pi

from symnn.language import functions
from symnn.language.annotations import (
    Between,
    Count,
    Label,
    Learned,
    Mask,
    NonNegative,
    Positive,
    State,
    Step,
    T,
    Unit,
    Whole,
    axes,
)
from symnn.language.declare import (
    activation,
    initialiser,
    layer,
    loss,
    optimizer,
    regularizer,
    schedule,
    statement,
)
from symnn.language.functions import function, maximum, minimum
from symnn.language.guard import safe
from symnn.language.random import bernoulli, normal, second_moment, uniform, unknown, variance
from symnn.language.reductions import mean, peak, total, window
from symnn.language.terms import Delta as delta  # noqa: N813 - a function, to users
from symnn.language.terms import Partial, reach

Abs, And, Eq, Mod = map(safe, (sympy.Abs, sympy.And, sympy.Eq, sympy.Mod))
cos, sin, tanh, erf = map(safe, (sympy.cos, sympy.sin, sympy.tanh, sympy.erf))
exp, log, sqrt = map(safe, (sympy.exp, sympy.log, sympy.sqrt))
floor, sign = map(safe, (sympy.floor, sympy.sign))
where, indicator = map(safe, (functions.where, functions.indicator))

__all__ = [
    "Abs",
    "And",
    "Between",
    "Count",
    "Eq",
    "Label",
    "Learned",
    "Mask",
    "Mod",
    "NonNegative",
    "Partial",
    "Positive",
    "State",
    "Step",
    "T",
    "Unit",
    "Whole",
    "activation",
    "axes",
    "bernoulli",
    "cos",
    "delta",
    "erf",
    "exp",
    "floor",
    "function",
    "indicator",
    "initialiser",
    "layer",
    "log",
    "loss",
    "maximum",
    "mean",
    "minimum",
    "normal",
    "oo",
    "optimizer",
    "peak",
    "pi",
    "reach",
    "regularizer",
    "schedule",
    "second_moment",
    "sign",
    "sin",
    "sqrt",
    "statement",
    "tanh",
    "total",
    "uniform",
    "unknown",
    "variance",
    "where",
    "window",
]
