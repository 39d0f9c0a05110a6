"""The elementary functions of the generated runtime, each as an operation, to be tried on every float32 there is.

    symnn verify --exhaustive --spec benchmarks/elementary_functions.py -o benchmarks/results/elementary.json -j 2

expm1, log1p and erfc are declared as what they are made of: that they are used is for the engine to find. tanh, the
logistic function and softplus are operations of the catalogue.
"""

from symnn.language import activation, erf, exp, log, sqrt


@activation
def exponential(f, x):
    """e^x."""
    f.y = exp(x)


@activation
def exponential_minus_one(f, x):
    """e^x − 1."""
    f.y = exp(x) - 1


@activation
def logarithm(f, x):
    """The natural logarithm."""
    f.y = log(x)


@activation
def logarithm_of_one_plus(f, x):
    """log(1 + x)."""
    f.y = log(1 + x)


@activation
def error_function(f, x):
    """erf x, twice the integral of e^(−t²)/√π from 0 to x."""
    f.y = erf(x)


@activation
def complementary_error_function(f, x):
    """1 − erf x."""
    f.y = 1 - erf(x)


@activation
def square_root(f, x):
    """√x."""
    f.y = sqrt(x)


@activation
def reciprocal_square_root(f, x):
    """1/√x."""
    f.y = 1 / sqrt(x)
