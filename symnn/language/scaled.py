"""Terms of stable programs: what rounding, overflow or NaN would spoil, said so that it is carried out as it should be.

x e^(−x) at x = 100 is 4e−42: it holds e^(−100), which no float32 holds to more than a few bits. Carried out, the power
of two that an exponential ends with is applied to the whole product, last of all. The root of a sum of squares is about
as large as the largest of what is squared, whose square may be out of range: it is scaled, or held in a wider type.
"""

from __future__ import annotations

from typing import Any

import sympy as sp
from sympy.codegen.cfunctions import expm1, log1p

from symnn.language.functions import erfc
from symnn.language.guard import term
from symnn.language.terms import Reduction

__all__ = [
    "ELEMENTARY", "Norm", "erfc_plus_exp", "hypot", "near_zero", "over_sum", "times_erfc", "times_exp", "unless_nan",
]  # fmt: skip


class hypot(sp.Function):  # noqa: N801
    """√(a² + b²), finite wherever that is in range; ``hypot(a, b)``."""

    nargs = 2
    is_real = True
    is_nonnegative = True


class Norm(Reduction):
    """√(Σ f²) over bound indices, finite wherever that is in range."""

    is_nonnegative = True

    def __new__(cls, body: Any, *indices: Any) -> sp.Expr:
        body = term(body)
        return super().__new__(cls, body, *indices) if indices else sp.Abs(body)


class times_exp(sp.Function):  # noqa: N801
    """a·e^u, and zero where e^u has vanished, though a be infinite; ``times_exp(a, u)``."""

    nargs = 2
    is_real = True

    def _eval_evalf(self, prec: int) -> sp.Expr:
        return sp.Mul(self.args[0], sp.exp(self.args[1]))._eval_evalf(prec)


class times_erfc(sp.Function):  # noqa: N801
    """a·erfc(u), and zero where erfc(u) has vanished, though a be infinite; ``times_erfc(a, u)``."""

    nargs = 2
    is_real = True

    def _eval_evalf(self, prec: int) -> sp.Expr:
        return sp.Mul(self.args[0], sp.erfc(self.args[1]))._eval_evalf(prec)


class erfc_plus_exp(sp.Function):  # noqa: N801
    """a·erfc(u) + c·e^(−u²) by one exponential, and zero where it has vanished; ``erfc_plus_exp(a, u, c)``."""

    nargs = 3
    is_real = True

    def _eval_evalf(self, prec: int) -> sp.Expr:
        a, u, c = self.args
        return (a * sp.erfc(u) + c * sp.exp(-(u**2)))._eval_evalf(prec)


class over_sum(sp.Function):  # noqa: N801
    """n/(c + d) for positive c and d, with what c + d and the quotient lose made up for; ``over_sum(n, c, d)``."""

    nargs = 3
    is_real = True

    def _eval_evalf(self, prec: int) -> sp.Expr:
        n, c, d = self.args
        return (n / (c + d))._eval_evalf(prec)


class near_zero(sp.Function):  # noqa: N801
    """A value that has a zero in u, where its terms cancel: ``near_zero(value, u, zero, radius, single, double)``.

    It is the value, carried out as (u − zero)·P(u − zero) where |u − zero| < radius; the last two are P's coefficients
    from the constant up, for single and for double precision.
    """

    nargs = 6
    is_real = True


class unless_nan(sp.Function):  # noqa: N801
    """A value; NaN where one of what was compared to choose it is: ``unless_nan(value, *compared)``."""

    is_real = True

    @classmethod
    def eval(cls, value: sp.Expr, *compared: sp.Expr) -> sp.Expr | None:
        unknown = [c for c in compared if not (c.is_number and c.is_real)]
        if len(unknown) == len(compared):
            return None
        return cls(value, *unknown) if unknown else value


#: What takes many operations for one number: worth a name where it is used twice.
ELEMENTARY = (
    sp.exp, sp.log, sp.tanh, sp.erf, erfc, sp.sin, sp.cos, expm1, log1p, times_exp, times_erfc, erfc_plus_exp,
)  # fmt: skip
