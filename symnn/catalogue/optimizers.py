"""Optimizers: one step of a parameter theta and its state, from the gradient; t counts from 1, states start at zero."""

from symnn.language import (
    Between,
    Count,
    Eq,
    Label,
    Mod,
    NonNegative,
    Positive,
    State,
    Step,
    T,
    Unit,
    axes,
    maximum,
    minimum,
    optimizer,
    sqrt,
    total,
    where,
)

i, j = axes("i j")


@optimizer
def sgd(f, theta, grad, lr: NonNegative = 0.01):
    """Stochastic gradient descent (Robbins & Monro 1951)."""
    f.theta = theta - lr * grad


@optimizer
def momentum(
    f, theta, grad, v: State, lr: NonNegative = 0.01, beta: Unit = 0.9, dampening_form: Between(0, 1) = 0
):
    """Gradient descent with a velocity (Polyak 1964).

    v ← βv + ηg and θ ← θ − v; with dampening_form = 1, v ← βv + g and θ ← θ − ηv, which differs where the rate changes.
    """
    f.v = beta * v + where(dampening_form > 0, 1, lr) * grad
    f.theta = theta - where(dampening_form > 0, lr, 1) * f.v


@optimizer
def nesterov(f, theta, grad, v: State, lr: NonNegative = 0.01, beta: Unit = 0.9):
    """Momentum that looks ahead, in the form with the gradient at theta (Nesterov 1983; Sutskever et al. 2013)."""
    f.v = beta * v + lr * grad
    f.theta = theta - (beta * f.v + lr * grad)


@optimizer
def nesterov_look_ahead(f, theta, grad, v: State, lr: NonNegative = 0.01, beta: Unit = 0.9):
    """Nesterov's momentum as it is defined: grad is the gradient at the point ahead, theta − beta·v (Nesterov 1983)."""
    f.v = beta * v + lr * grad
    f.theta = theta - f.v


@optimizer
def adagrad(f, theta, grad, v: State, lr: NonNegative = 0.01, eps: Positive = 1e-10):
    """Rates that fall with the sum of squared gradients (Duchi et al. 2011)."""
    f.v = v + grad**2
    f.theta = theta - lr * grad / (sqrt(f.v) + eps)


@optimizer
def rmsprop(f, theta, grad, v: State, lr: NonNegative = 0.01, alpha: Unit = 0.99, eps: Positive = 1e-8):
    """Rates that fall with a running mean of squared gradients (Tieleman & Hinton 2012)."""
    f.v = alpha * v + (1 - alpha) * grad**2
    f.theta = theta - lr * grad / (sqrt(f.v) + eps)


@optimizer
def adadelta(
    f, theta, grad, v: State, u: State, lr: NonNegative = 1, rho: Unit = 0.9, eps: Positive = 1e-6
):
    """Steps in the units of the parameter: a running mean of squared steps over one of gradients (Zeiler 2012)."""
    f.v = rho * v + (1 - rho) * grad**2
    f.d = sqrt(u + eps) / sqrt(f.v + eps) * grad
    f.u = rho * u + (1 - rho) * f.d**2
    f.theta = theta - lr * f.d


@optimizer
def adam(f, theta, grad, m: State, v: State, t: Step,
         lr: NonNegative = 0.001, beta1: Unit = 0.9, beta2: Unit = 0.999, eps: Positive = 1e-8):
    """Adaptive moment estimation (Kingma & Ba 2015)."""
    f.m = beta1 * m + (1 - beta1) * grad
    f.v = beta2 * v + (1 - beta2) * grad**2
    f.mhat = f.m / (1 - beta1**t)
    f.vhat = f.v / (1 - beta2**t)
    f.theta = theta - lr * f.mhat / (sqrt(f.vhat) + eps)


@optimizer
def adamw(f, theta, grad, m: State, v: State, t: Step, lr: NonNegative = 0.001, beta1: Unit = 0.9,
          beta2: Unit = 0.999, eps: Positive = 1e-8, weight_decay: NonNegative = 0.01):
    """Adam with decoupled weight decay (Loshchilov & Hutter 2019)."""
    f.m = beta1 * m + (1 - beta1) * grad
    f.v = beta2 * v + (1 - beta2) * grad**2
    f.mhat = f.m / (1 - beta1**t)
    f.vhat = f.v / (1 - beta2**t)
    f.theta = theta - lr * weight_decay * theta - lr * f.mhat / (sqrt(f.vhat) + eps)


@optimizer
def radam(f, theta, grad, m: State, v: State, t: Step,
          lr: NonNegative = 0.001, beta1: Unit = 0.9, beta2: Unit = 0.999, eps: Positive = 1e-8):
    """Adam whose adaptive rate waits until its variance is known (Liu et al. 2020)."""
    f.m = beta1 * m + (1 - beta1) * grad
    f.v = beta2 * v + (1 - beta2) * grad**2
    longest = 2 / (1 - beta2) - 1
    length = longest - 2 * t * beta2**t / (1 - beta2**t)
    ratio = (length - 4) * (length - 2) * longest / ((longest - 4) * (longest - 2) * length)
    rectified = sqrt(maximum(ratio, 0) * (1 - beta2**t))
    f.mhat = f.m / (1 - beta1**t)
    f.theta = theta - lr * f.mhat * where(length > 5, rectified / (sqrt(f.v) + eps), 1)


@optimizer
def lookahead(f, theta, grad, moved: State, t: Step, alpha: Unit = 0.5, every: Count = 5):
    """Slow weights behind any optimizer (Zhang et al. 2019).

    grad is the step that the inner optimizer has just added to theta; moved is how far theta is from the slow weights.
    Every few steps the slow weights go a fraction alpha of the way, and theta returns to them.
    """
    f.away = moved + grad
    f.moved = where(Eq(Mod(t, every), 0), 0, f.away)
    f.theta = where(Eq(Mod(t, every), 0), theta - (1 - alpha) * f.away, theta)


@optimizer
def perceptron_rule(f, theta: State[i], x: T[i], target: Label[()], lr: NonNegative = 1):
    """The weights move towards a misclassified sample (Rosenblatt 1958); the target is −1 or 1."""
    f.z = total(theta[i] * x[i], i)
    f.theta[i] = theta[i] + lr * where(target * f.z <= 0, target, 0) * x[i]


@optimizer
def hebbian_rule(f, theta: State[i, j], post: T[i], pre: T[j], lr: NonNegative = 0.01):
    """What fires together wires together (Hebb 1949)."""
    f.theta[i, j] = theta[i, j] + lr * post[i] * pre[j]


@optimizer
def clip_by_value(f, grad: State, limit: Positive = 1):
    """Each entry of a gradient kept within ±limit, in place."""
    f.grad = maximum(-limit, minimum(limit, grad))


@optimizer
def clip_by_global_norm(f, grad: State[...], max_norm: Positive = 1):
    """A gradient scaled down, in place, to a norm of max_norm where it is longer (Pascanu et al. 2013)."""
    f.norm = sqrt(total(grad**2, ...))
    f.scale = where(f.norm > max_norm, max_norm / f.norm, 1)
    f.grad = f.scale * grad
