"""What random declarations have found: the shortest text of each failure, which must be verified like any other.

Each text is what ``shortening`` left of a random declaration; the line above it says what was wrong.
"""

from __future__ import annotations

import pytest
from fuzzing import FuzzError, check

FOUND = {
    # Two positions along one axis had one name in a loop that reads both, and the second took the place of the first.
    "two positions along an axis": """
@layer
def fuzzed(f, x: T[n, i, o], w: Learned[n]):
    f.h[n, i, o] = erf(x[n, i, o]) * w[n + 1]
    f.y[n, i, o] = x[n, i, o] * w[n] * f.h[n, i, o]
""",
    # What may be absent was replaced by its definition, which is not zero there.
    "a logistic function beyond the end": """
@layer
def fuzzed(f, x: T[n, l]):
    f.h[n, l] = 1 / (1 + exp(x[n, l - 2]))
    f.y[n, l] = f.h[n, l + 1] ** 3
""",
    # Under the root, the function beside the zero of e^(sin u) − 1 was left by a name that nothing defines.
    "a norm of what has a zero": """
@layer
def fuzzed(f, w: T[n, c, d]):
    f.y[n, c, d] = sqrt(w[n, c, d]**2 + (exp(sin(w[n, c, d])) - 1)**2)
""",
    # A rule's choice made a fraction of sixteen digits of the zero, as if the declaration had spelt a decimal.
    "a product of what has a zero": """
@layer
def fuzzed(f, x: T[n, c], w: T[n], t: Label[n].below(c)):
    f.h[n, c] = (exp(sin(x[n, t[n]])) - 1)*(exp(sin(w[n])) - 1)
    f.y[n] = mean(f.h[n, c]*x[n, c], c)
""",
    # The maximum over chunks of rows was taken for a sum of theirs.
    "a logarithm of exponentials over the samples": """
@layer
def fuzzed(f, x: T[n, d], w: T[n, d]):
    f.y[d] = log(total(exp(w[n, d]), n))
""",
    "shares of all samples": """
@layer
def fuzzed(f, w: T[n, d]):
    f.y[n, d] = exp(w[n, d]) / total(exp(w[n, d]), n)
""",
    "a logarithm of exponentials of all there is": """
@layer
def fuzzed(f, w: T[n, d]):
    f.y = log(total(exp(w[n, d]), n, d))
""",
    "a maximum over the samples": """
@layer
def fuzzed(f, w: T[n, d]):
    f.y[d] = peak(w[n, d], n)
""",
    # Two windows' positions were compared as what is no integer for every step: (l − k)/2.
    "a maximum of maxima": """
@layer
def fuzzed(f, x: T[n, l]):
    f.extent(q, 2)
    f.extent(k, 3)
    f.h[n, q] = peak(x[n, 2*q + k], k)
    f.y[n] = peak(f.h[n, q]**2, q)
""",
    # The letter of a rational function in one exponential was left inside a function that is none.
    "an exponential inside a sine": """
@activation
def fuzzed(f, x):
    f.y = sin(tanh(x))
""",
    # SymPy makes an if-then-else of a choice inside a condition: no code for it, and no evaluation.
    "a choice inside a condition": """
@layer
def fuzzed(f, x: T[...], w: T[...]):
    f.y[...] = where(where(x > 0, w, x) > 0, w, x)
""",
    "a choice inside a condition, of numbers": """
@layer
def fuzzed(f, w: T[n, d], c1: Positive):
    f.y[n, d] = indicator(indicator(0.1 >= c1) >= w[n, d])
""",
    # The same, where SymPy tried whether a comparison is constant with a number in place of a tensor.
    "a number in place of a tensor": """
@layer
def fuzzed(f, x: T[...], w: T[...]):
    f.y[...] = minimum(1, where(1 > where(x > 0, w, x), exp(1), 1))
""",
    # A choice of three cases had no code.
    "three cases": """
@layer
def fuzzed(f, x: T[...], w: T[...]):
    f.y[...] = where(x > 0, w, where(w > 1, x**2, exp(3*x)))
""",
    "either of two conditions": """
@layer
def fuzzed(f, x: T[...], w: T[...]):
    f.y[...] = where((x > 0) | (w > 1), w*x, x)
""",
    # Sums in the cases of a choice, or in what its condition compares, were not taken out of it.
    "a sum in a condition": """
@layer
def fuzzed(f, x: T[n, c, d]):
    f.y[n, c] = where(total(x[n, c, d], d) < 1, 0.1, 1)
""",
    "a sum in a case": """
@layer
def fuzzed(f, x: T[n, d], w: T[n]):
    f.y[n] = where(w[n] < 1, total(x[n, d]**2, d), 1)
""",
    "a sum of exponentials in a condition": """
@layer
def fuzzed(f, w: T[n, d]):
    f.y[n] = indicator(1 >= total(exp(-Abs(w[n, d])), d))
""",
    # SymPy knows no derivative of either, and said so with an error of its own.
    "floor and remainder": """
@layer
def fuzzed(f, x: T[n, d], w: T[n, d]):
    f.y[n, d] = floor(x[n, d])*w[n, d] + Mod(w[n, d]*x[n, d], 3) + Mod(x[n, d], 2)
""",
    # A loss whose gradient needs nothing that tells the number of samples, or the type.
    "a constant loss": """
@loss
def fuzzed(f, w: T[n, d], c1: NonNegative = 0):
    f.y[n] = c1
""",
    "a linear loss": """
@loss
def fuzzed(f, w: T[n, d], x: T[n]):
    f.y[n] = 3*x[n] + total(w[n, d], d)
""",
    "a linear regularizer": """
@regularizer
def fuzzed(f, w: T[n]):
    f.y = total(w[n], n)
""",
    # Nothing but numbers: no array tells the type.
    "a function of one number": """
@layer
def fuzzed(f, x: T[()]):
    f.y = 3*x**2
""",
    # The number that stands for all cotangents was not put in place of the one at a shifted sample.
    "a loss of the next sample": """
@loss
def fuzzed(f, x: T[n]):
    f.y[n] = x[n + 1]*exp(x[n])
""",
    # A gradient was inserted where it is read outside its axis, and counted there too: twice the gradient.
    "a gradient outside its axis": """
@layer
def fuzzed(f, x: T[n, l]):
    f.extent(q, 1)
    f.extent(k, 2)
    f.h[n, q] = peak(x[n, q + k - 1], k)
    f.y[n] = total(f.h[n, q]*total(f.h[n, q], q), q)
""",
    # A maximum down the columns.
    "a maximum over the rows": """
@layer
def fuzzed(f, x: T[n, d]):
    f.y[d] = peak(x[n, d], n)
""",
    # The weight at a maximum's place was read where no loop gives the position.
    "a maximum of weighted numbers": """
@layer
def fuzzed(f, x: T[n, d], w: Learned[d]):
    f.y[n] = peak(x[n, d]*w[d], d)
""",
    # The place of a maximum as a position: verification had it as a number with an error.
    "a maximum of weighted numbers over the rows": """
@layer
def fuzzed(f, x: T[n, d], w: Learned[d]):
    f.y[d] = peak(x[n, d]*w[d], n)
""",
    # What a stable form needs for the gradient (here the labels) was not saved for it.
    "what a stable form reads": """
@layer
def fuzzed(f, x: T[n], t: Label[n].below(n)):
    f.y[n] = x[t[n]]*exp(x[n])
""",
    # No instance was found: an axis and the window on it grew alike. The same text failed by the seed's luck.
    "a window wider than its axis": """
@layer
def fuzzed(f, x: T[n, l], w: Learned[k]):
    f.extent(q, window(l, k, 3, 0, 2))
    f.y[n, q] = total(w[k]*x[n, 3*q + 2*k], k)
""",
    # The sine was kept in the memory of x's gradient, which was overwritten before z's gradient read it: wrong numbers.
    "a value kept where an earlier gradient goes": """
@layer
def fuzzed(f, x: T[n, i], w: Learned[n, o], z: T[n, i]):
    f.y[n] = total(sin(x[n, i])*w[n, o]*z[n, i], i, o)
""",
    # Decimals were binary fractions whose multiples are rounded: the gradient missed its bound.
    "decimals": """
@layer
def fuzzed(f, x: T[...]):
    f.y[...] = 0.1*x**3*exp(0.7*x) + 0.3*x
""",
    # SymPy took a choice out of the sum that binds its index.
    "a choice inside a sum inside a condition": """
@layer
def fuzzed(f, x: T[n, d]):
    f.y[n, d] = where(total(where(x[n, d] > 0, x[n, d], 1), d) > 1, x[n, d]**2, 1)
""",
    # Samples that all have the same value: a sum over them that reads nothing of theirs.
    "a loss that is the same for every sample": """
@loss
def fuzzed(f, x: T[n, c, d], w: T[c, d]):
    f.y[n] = sqrt(1 + total(exp(tanh(w[c, d])), c, d)**2)
""",
    # 0·(0/0) where there is no element before the first: no number, for a product that is absent.
    "a quotient of what is absent": """
@layer
def fuzzed(f, x: T[n, l]):
    f.h[n, l] = sqrt(1 + exp(-Abs(x[n, l]))**2)
    f.y[n, l] = x[n, l]*f.h[n, l - 1]
""",
    # Nothing that the loop reads or writes shows how far it goes.
    "a maximum of a constant": """
@layer
def fuzzed(f, x: T[n, l]):
    f.h[n, l] = 1
    f.y[n] = peak(f.h[n, l], l)
""",
    # A sum over (o, n) of what is computed over (n, o), in one pass.
    "columns in two orders": """
@layer
def fuzzed(f, x: T[i], w: Learned[n, i, o]):
    f.h[n, i, o] = 1
    f.y[i, o] = total(x[i]*f.h[n, i, o], n)
""",
    # The directional derivative at a place that the same loop has just found.
    "a place found in the same row": """
@layer
def fuzzed(f, x: T[n, l], w: Learned[n, k], c1: Count=1):
    f.extent(q, window(l, k, c1, 0, 2))
    f.h[n, q] = peak(x[n, c1*q + 2*k] + w[n, k], k)
    f.y[n, q] = exp(-erf(f.h[n, q])**2)
""",
    # How often each place occurs: a loop that reads no number but places.
    "a count of places": """
@layer
def fuzzed(f, x: T[n, l], w: Learned[n, k]):
    f.extent(q, window(l, k, 1, 0, 2))
    f.h[n, q] = peak(x[n, q + 2*k] + w[n, k], k)
    f.y[n] = total(f.h[n, q], q)
""",
    # A parameter that a mean is compared with was taken for one that positions are made of.
    "a parameter compared with a mean": """
@layer
def fuzzed(f, w: T[n, d], c1=1.0):
    f.y[d] = where(mean(w[n, d], n) > c1, 1, c1)
""",
    # The kernel of a maximum over the samples, in a module of a sum of exponentials, named a type that it had not set.
    "a sum of exponentials over two axes": """
@layer
def fuzzed(f, x: T[n, i, o], w: Learned[i, o]):
    f.y[n] = total(exp(x[n, i, o])*w[i, o], i, o)
""",
    # An extent was read from the arrays of the backward pass, which do not have it, though it was saved.
    "a window without a weight": """
@layer
def fuzzed(f, x: T[n, l], w: Learned[n, k], c1: Count = 1):
    f.extent(q, window(l, k, c1, 0, 1))
    f.h[n, q] = total(-x[n, c1*q + k], k)
    f.y[n] = peak(f.h[n, q], q)
""",
    # SymPy had made the body of the sum 0, which has no index.
    "a sum of nothing": """
@loss
def fuzzed(f, x: T[n, c, d]):
    f.y[n] = total(x[n, c, d]*(x[n, c, d] - x[n, c, d]), c, d)
""",
    # A sum in what was to be evaluated as a function of one number.
    "a sum beside an exponential of its size": """
@layer
def fuzzed(f, x: T[n, c, d]):
    f.r[n, c] = 1 + Abs(sign(sqrt(1 + total(x[n, c, d], d)**2)))
    f.a[n, c] = (1 + total((x[n, c, d]*exp(-Abs(x[n, c, d])))**2, d))/f.r[n, c]
    f.b[n, c, d] = tanh(f.a[n, c])
    f.h[n] = total(exp(-Abs(f.b[n, c, d]))*(x[n, c, d]*sin(f.b[n, c, d])), c, d)/total(exp(-Abs(f.b[n, c, d])), c, d)
    f.y[n] = log(1 + mean(Abs(f.b[n, c, d]*f.h[n]), c, d))
""",
    # A product with an exponential of numbers alone had no value to print.
    "an exponential of a number": """
@loss
def fuzzed(f, x: T[n, c, d]):
    f.a[n, c] = exp(-Abs(where((-2.5) > (3), -2.5, 3)))
    f.s[n, c] = total(x[n, c, d]*where(x[n, c, d] > 0, f.a[n, c], x[n, c, d]), d)
    f.b[n, c] = f.s[n, c]*total(x[n, c, d]*where(x[n, c, d] > f.a[n, c], x[n, c, d], f.a[n, c]), d)
    f.y[n] = total(exp(tanh(f.b[n, c])), c)
""",
    # Nothing depends on the argument: the kernel of the sum read no array, from which it would take its type.
    "a logarithm of a sum of constants": """
@layer
def fuzzed(f, x: T[n, l]):
    f.h[n, l] = log(1 + exp(sin(1)))
    f.y[n] = log(total(exp(-f.h[n, l]**2), l))
""",
    # A kernel had ⌊u⌋ as an integer, of which the sine was taken as one: zero.
    "a sine of a whole part": """
@layer
def fuzzed(f, w: T[...]):
    f.y[...] = sin(floor(w))
""",
    # Two sums that differ in the names of what they bind became one factor, and one of them was lost.
    "a softmax of what depends on no column": """
@layer
def fuzzed(f, x: T[n, d]):
    f.b[n] = total(x[n, d], d)
    f.h[n, d] = 1
    f.y[n, d] = exp(where(f.b[n] < 1, f.h[n, d]*f.b[n], 1))/total(exp(where(f.b[n] < 1, f.h[n, d]*f.b[n], 1)), d)
""",
    # Folded to what divides by a parameter, which is zero here, and by a sum that may be.
    "a weighted mean times a parameter": """
@layer
def fuzzed(f, x: T[n, d], c1: NonNegative = 0):
    f.a[n, d] = exp(-Abs(x[n, d]*minimum(c1, x[n, d])))
    f.b[n] = total(f.a[n, d]*x[n, d]*c1**2, d)/total(f.a[n, d], d)
    f.h[n, d] = exp(-9)
    f.y[n, d] = f.b[n]/(1 + Abs(x[n, d]))/(1 + exp(x[n, d])**2)
""",
    # Exponents were shifted by the greatest of those that are there, though what is absent counts as e⁰.
    "exponentials of what is absent": """
@layer
def fuzzed(f, x: T[n, l], w: Learned[o, k], c1: Count = 1):
    f.extent(q, window(l, k, c1, 1, 2))
    f.h[n, o, q] = log(1 + total((w[o, k]*exp(x[n, c1*q + 2*k - 1]))**2, k))
    f.y[n] = log(1 + mean(Abs(f.h[n, o, q]), o, q))
""",
    # One name for an exponential that two loops over other columns want.
    "an exponential in two loops": """
@loss
def fuzzed(f, x: T[n, c, d], w: T[n, c, d], z: T[c, d]):
    f.h[c] = total(x[n, c, d]*exp(-z[c, d]**2), n, d)
    f.y[n] = total(w[n, c, d]*f.h[c], c, d)
""",
    "a sum and a product of one sine": """
@layer
def fuzzed(f, x: T[n, i, o], w: Learned[n]):
    f.h[n, i] = exp(sin(total(x[n, i, o]*w[n], o))) - 1
    f.y[i] = log(1 + total(x[n, i, o]*w[n]*f.h[n, i], n, o)**2)
""",
    "a softmax repeated over an axis": """
@layer
def fuzzed(f, x: T[n, c, d], w: T[n, d]):
    f.y[n, c, d] = exp(w[n, d])/total(exp(w[n, d]), d)
""",
    # Numbers that are worked out outside kernels, by functions that only kernels had.
    "an exponential of a parameter": """
@loss
def fuzzed(f, x: T[n, d], c1: Positive):
    f.h[n] = exp(c1**2)
""",
    "the sign of a parameter": """
@layer
def fuzzed(f, z: T[n, ..., d], c1: Unit = 0.9):
    f.y[n, ..., d] = sign(c1)
""",
    # SymPy took choices out of conditions by solving what they compare: for ever here, and for half a minute there.
    "a choice by a sum of one tensor in a condition": """
@loss
def fuzzed(f, w: T[n, d], z: T[d]):
    f.b[n] = w[n, 0]**2
    f.y[n] = where(1 > where(total(z[d], d) > 0, f.b[n], 1), w[n, 0], 1)
""",
    "choices in the conditions of choices": """
@layer
def fuzzed(f, x: T[n, d]):
    f.a[n, d] = where(exp(-Abs(x[n, d])) > x[n, d]**2, exp(-Abs(x[n, d])), x[n, d]**2)/(1 + x[n, d]**2)
    f.s[n, d] = log(1 + x[n, d]**2)*where(f.a[n, d] > x[n, d], f.a[n, d], x[n, d])
    f.t[n, d] = where(log(1 + f.a[n, d]**2) > 0.1 + x[n, d], log(1 + f.a[n, d]**2), 0.1 + x[n, d])
    f.y[n, d] = maximum(sqrt(1 + 9*indicator(minimum(f.s[n, d], f.t[n, d]) >= 3) + x[n, d]**2), floor(f.a[n, d]))
""",
    # tail_ and tail__ in a row had one name, tail_2_n: one of two factors was read twice.
    "two tails": """
@loss
def fuzzed(f, z: T[n, d]):
    f.y[n] = exp(tanh(erf(total(tanh(z[n, d]), d))))
""",
    # w[c, d], read once for a row, stood for w[c, d′] too, which a sum in the same row runs over.
    "one array at two places of a row": """
@loss
def fuzzed(f, x: T[n, c, d], w: T[c, d], z: T[n, c, d]):
    f.h[c] = total(exp(-Abs(z[n, c, d]*exp(w[c, d]))), n, d)
    f.y[n] = log(total(exp(x[n, c, d]*(w[c, d]*f.h[c])), c, d))
""",
    # Two functions beside zeros at one place, with one slope.
    "exponentials of sines": """
@layer
def fuzzed(f, z: T[n, d]):
    f.y[n, d] = exp(sin(exp(sin(z[n, d])) - 1)) - 1
""",
    # The function beside a zero, of what may be absent, was taken for one of a product.
    "a zero of what may be absent": """
@layer
def fuzzed(f, x: T[n, l]):
    f.h[n, l] = x[n, l - 1] + 0.1
    f.y[n] = total(exp(tanh(f.h[n, l]*log(1 + exp(f.h[n, l])))), l)
""",
    # SymPy factors no polynomial that has a root beside other letters.
    "a root times a tanh": """
@layer
def fuzzed(f, w: T[n, c, d], z: T[n]):
    f.b[n, d] = sqrt(1 + z[n]**2)*tanh(z[n])
""",
    # With one cotangent for all samples, the gradient of a number of all of them is a number.
    "a logarithm of a sum of all": """
@loss
def fuzzed(f, x: T[n, c, d]):
    f.h[c, d] = sin(total(exp(x[n, c, d]), n))
    f.y[n] = log(1 + total(f.h[c, d], c, d)**2)
""",
    # Entries were replaced by ones to see what is left, and SymPy set out to compare the numbers.
    "a choice by a logistic function of a choice": """
@layer
def fuzzed(f, w: T[n, d]):
    f.b[n, d] = 1/(1 + exp(-where(-1 > w[n, d], -1, w[n, d])))
    f.h[n, d] = where(f.b[n, d] > 0, w[n, d], f.b[n, d])
    f.y[n, d] = where(w[n, d] > f.b[n, d]*f.h[n, d], w[n, d], f.b[n, d]*f.h[n, d])
""",
    # A fold divided by a choice that is zero in one of its cases: infinite there, in the second derivatives.
    "a choice over a logistic function": """
@layer
def fuzzed(f, x: T[...], w: T[...], z: T[...]):
    f.h[...] = where(z > 0, w, z)/(1 + ((1/(1 + exp(-z)))/(1 + (x/3.5)**2))**2)
    f.y[...] = f.h
""",
    # What a sum binds was to be cancelled from outside, which SymPy tries for ever.
    "a logarithm of an exponential of a maximum": """
@layer
def fuzzed(f, x: T[n, d], t: Label[n].below(n)):
    f.h[n, d] = log(1 + exp(maximum(-1, x[t[n], d])))
    f.y[n] = mean(f.h[n, d], d)
""",
    # A sum that holds a polynomial beside a zero of one of its terms has zeros of its own.
    "a root beside the zeros of a sine": """
@layer
def fuzzed(f, w: T[n, c, d]):
    f.y[n, c, d] = sqrt(1 + w[n, c, d] ** 2 + (exp(sin(w[n, c, d])) - 1) ** 2)
""",
    # 1 − tanh² of e^(x²) in its tail: bounds on its error had an exponential of an exponential, and no memory for it.
    "a tanh of an exponential of a square": """
@layer
def fuzzed(f, x: T[n, ..., d]):
    f.a[n, ..., d] = tanh(exp(x[n, ..., d]*x[n, ..., d]))
    f.b[n, ..., d] = exp(-f.a[n, ..., d])
    f.y[n, ..., d] = log(f.b[n, ..., d])
""",
    # A gradient was solved for its exponential, which divided by a choice that is zero in one of its cases.
    "the error function of a maximum": """
@layer
def fuzzed(f, x: T[n, d], w: T[n, d], z: T[n, d]):
    f.y[n, d] = erf(where(exp(-z[n, d]**2) > x[n, d]/(1 + 3**2), exp(-z[n, d]**2), x[n, d]/(1 + 3**2)))
""",
    # A decimal in an exponential became a factor of sixteen digits; and a logarithm near zero a difference of two.
    "a logarithm of one and a small share": """
@layer
def fuzzed(f, x: T[n, c, d]):
    f.a[n, c, d] = exp(x[n, c, d] - (-2.5))/total(exp(x[n, c, d] - (-2.5)), d)
    f.y[n, c, d] = log(1 + f.a[n, c, d]**2)**2
""",
    "a logarithm of one and a logistic": """
@layer
def fuzzed(f, x: T[n, d]):
    f.a[n, d] = 1/(1 + exp(-x[n, d]))
    f.y[n, d] = log(1 + f.a[n, d])
""",
    # A rule gave an exponential the name of one that was defined further below.
    "a name that fits an earlier equation": """
@layer
def fuzzed(f, x: T[n, d]):
    f.b[d] = log(total(exp(x[n, d]), n))
    f.h[n, d] = exp(f.b[d])/total(exp(f.b[d]), d)
""",
    "a tail that is named before its sum": """
@layer
def fuzzed(f, x: T[n, c, d], w: T[n, c, d]):
    f.b[n, c] = tanh(total(exp(x[n, c, d]*(x[n, c, d] - w[n, c, d])), d))
    f.y[n, d] = total(exp(f.b[n, c]), c)
""",
    # Written in two ways, a function has two polynomials, equal but for rounding, and one name.
    "one function in two ways beside its zero": """
@loss
def fuzzed(f, x: T[n, d]):
    f.a[n, d] = sqrt(1 + x[n, d]**2)
    f.b[n] = total(tanh(f.a[n, d]*(1 + x[n, d])), d)
""",
    # SymPy cancels inside choices and sums for ever: they are names to it now.
    "a tanh beside sums of choices": """
@loss
def fuzzed(f, x: T[n, d], w: T[n], z: T[n]):
    f.h[d] = sqrt(1 + total(where(x[n, d] > 0, z[n], x[n, d])**2, n))
    f.y[n] = sqrt(1 + log(1 + mean(Abs(f.h[d]), d))**2 + log(1 + exp(z[n]))**2)
""",
    # No kernel found the place of a maximum of all there is: threads have chunks of the rows.
    "a maximum of all there is": """
@regularizer
def fuzzed(f, x: T[n]):
    f.y = peak(x[n], n)
""",
    "a maximum of all there is, for each sample": """
@layer
def fuzzed(f, w: T[n, c, d]):
    f.h[c, d] = total(w[n, c, d], n)
    f.y[n] = peak(f.h[c, d], c, d)
""",
    # A directional derivative had the place twice, and the second took the maximum that the first had found.
    "what is divided by a maximum of all": """
@layer
def fuzzed(f, x: T[d]):
    f.y[d] = x[d]/(1 + peak(Abs(x[d]), d))
""",
    # A kernel over rows that no array has: what does not depend on the sample, summed over samples.
    "a mean of a constant over samples": """
@layer
def fuzzed(f, x: T[n, d]):
    f.a[n, d] = 1
    f.y[d] = mean(f.a[n, d], n)
""",
    "a mean of weights over samples": """
@layer
def fuzzed(f, x: T[n, d], w: T[d]):
    f.b[n] = total(w[d]*total(w[d], d), d)
    f.h[n, d] = sqrt(1 + f.b[n]**2 + sign(w[d])**2)
    f.y[d] = mean(f.h[n, d]**2, n)
""",
    # A rule made a choice of what a condition compares, and SymPy folds none that holds a choice itself.
    "a softsign in a condition": """
@loss
def fuzzed(f, x: T[n, c, d]):
    f.h[d] = 1
    f.s[n] = total(x[n, c, d]*where(f.h[d] < 1, f.h[d]*f.h[d], 1), c, d)
    f.y[n] = where(f.s[n]/(1 + Abs(f.s[n])) > 1, total(x[n, c, d], c, d), 1)
""",
    # Three functions beside zeros at the origin, with one slope and one bend.
    "exponentials of sines of exponentials": """
@layer
def fuzzed(f, x: T[n, d]):
    f.a[n, d] = exp(sin(exp(x[n, d]*x[n, d]) - 1)) - 1
""",
    # A product lay where a result goes, and was read once more when that had been written: a wrong gradient.
    "a product that is read after its result": """
@layer
def fuzzed(f, x: T[n, o], w: Learned[n, i]):
    f.b[i, o] = tanh(total(x[n, o]*w[n, i], n))
    f.h[o] = total(x[n, o]*f.b[i, o], n, i)
""",
    # The exponential of a whole number was taken for one: the number was one of Python's.
    "a sum of exponentials of one": """
@layer
def fuzzed(f, x: T[n, c, d]):
    f.a[n, c] = 1
    f.b[d] = total(exp(f.a[n, c]), n, c)
""",
    # Nothing read the array any more when a product with zero had gone: a loop without a body.
    "a product with what is zero": """
@layer
def fuzzed(f, x: T[n, i], w: Learned[n, o], z: T[n, i, o]):
    f.b[n, i, o] = w[n, o]
    f.h[n, i, o] = w[n, o] - f.b[n, i, o]
    f.y[i, o] = log(1 + exp(total(z[n, i, o]*f.b[n, i, o]*f.h[n, i, o], n)))
""",
    # The name of a number began with an underscore, and was another where it was used.
    "an exponential of two numbers that are taken off": """
@layer
def fuzzed(f, z: T[n], c1: Positive):
    f.b[n] = c1 + 0.5
    f.y[n] = exp(-f.b[n])/sqrt(0.5*0.5)
""",
    # What divides was multiplied out, for half a minute.
    "a quotient of quotients": """
@layer
def fuzzed(f, x: T[n, d], t: Label[n].below(n)):
    f.h[n, d] = x[n, d]/(1 + (1/(1 + x[t[n], d]))**2)
""",
    # A multiple of what a maximum leaves out is left out too: it is −∞ times a negative number else.
    "a shift by a product that is absent": """
@layer
def fuzzed(f, x: T[n, d], w: T[n], z: T[n]):
    f.h[n] = maximum(z[n], exp(sin(w[n])) - 1)
    f.y[n, d] = exp((z[n])*(x[n, d]))/total(exp((z[2*n])*(x[n, d])), d)
""",
    # Names made of those of others are told apart as they are in code, where tail_ and tail__ are counted.
    "sums of exponentials written in two ways": """
@layer
def fuzzed(f, x: T[n, d], w: T[n, d], z: T[n, d]):
    f.b[d] = total(x[n, d], n)
    f.h[d] = (total(exp(-Abs(w[n, d] * 1)) * (w[n, d] * minimum(x[n, d], f.b[d])), n)
              / total(exp(-Abs(w[n, d] * w[n, d] ** 3)), n))
    f.y[n] = (total(exp(-Abs(f.h[d] * (x[n, d] + z[n, d]))) * z[n, d], d)
              / total(exp(-Abs(f.h[d] * (x[n, d] + z[n, d]))), d))
""",
    "an exponential of a whole number": """
@layer
def fuzzed(f, x: T[n, c, d]):
    f.a[n, c] = 1
    f.b[d] = floor(total(exp(f.a[n, c]), n, c))
    f.y[c, d] = exp(f.b[d])
""",
    "a function that jumps": """
@layer
def fuzzed(f, x: T[...]):
    f.b[...] = indicator(1 / log(1 + exp(x)) >= 1) * (1 / (1 + exp(-sqrt(1 + x))))
    f.y[...] = 1 / log(1 + f.b ** 2)
""",
    # SymPy takes a choice out of a condition, and where a sum holds it that has no end.
    "a choice in a sum in a condition": """
@loss
def fuzzed(f, w: T[n, d]):
    f.h[d] = where(total(w[n, d], n) < 1, (exp(total(w[n, d], n)) - 1) * total(w[n, d], n), 1)
    f.y[n] = indicator(1 >= log(1 + mean(erf(f.h[d]), d)))
""",
    "a logistic function of a sum of such": """
@layer
def fuzzed(f, w: Learned[n, i, o]):
    f.b[o] = 1 / (1 + exp(total(w[n, i, o], n, i)))
    f.h[n, i, o] = f.b[o]
    f.y[n] = log(1 + exp(total(w[n, i, o] * f.b[o] * f.h[n, i, o], i, o)))
""",
    "a power of a number that is none of SymPy's": """
@layer
def fuzzed(f, x: T[n]):
    f.b[n] = tanh(1)
    f.h[n] = (f.b[n] + 1) ** 1.5
""",
    "a product with what may be absent, solved for its other factor": """
@layer
def fuzzed(f, x: T[n, l]):
    f.h[n, l] = 1
    f.y[n, l] = f.h[n, l + 1] / (1 + Abs(x[n, l]))
""",
}

#: Mistakes that were answered with another error than the language's, or not at all.
MISTAKES = {
    "a number with indices": """
@layer
def fuzzed(f, x: T[n, d]):
    f.h = 3
    f.y[n, d] = f.h[n, d]
""",
    "a label that may be absent": """
@layer
def fuzzed(f, x: T[n, c], t: Label[n].below(c)):
    f.y[n, c] = x[n, t[2*n]]
""",
    "an exponential of a tensor without indices": """
@layer
def fuzzed(f, w: T[n, d]):
    f.y[n, d] = exp(-(w)**2)
""",
    "a tensor without indices in a condition": """
@layer
def fuzzed(f, w: T[n, d]):
    f.y[n, d] = where(w > -1, w[n, d], 1)
""",
    "a loss that changes an argument and has no value": """
@loss
def fuzzed(f, x: T[n], w: Learned[n]):
    f.w[n] = w[n]*x[n]
""",
    # A loss has one number for each sample.
    "a loss with columns": """
@loss
def fuzzed(f, z: T[n, d]):
    f.y[n, d] = 3
""",
    "a loss with more axes than that of the samples": """
@loss
def fuzzed(f, z: T[n, ..., d]):
    f.y[n, ...] = total(z[n, ..., d]**2, d)
""",
}

@pytest.mark.parametrize("text", FOUND.values(), ids=FOUND)
def test_what_was_found_is_verified(text: str) -> None:
    assert check(text.strip(), second_order=True) == "verified"


@pytest.mark.parametrize("text", MISTAKES.values(), ids=MISTAKES)
def test_a_mistake_is_refused(text: str) -> None:
    with pytest.raises(FuzzError, match="refused: <declaration>"):
        check(text.strip())
