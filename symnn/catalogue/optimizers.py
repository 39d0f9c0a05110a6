"""Optimizers: one step of a parameter theta and its state, from the gradient; t counts from 1."""

from symnn.language import NonNegative, Positive, State, Step, Unit, optimizer, sqrt


@optimizer
def sgd(f, theta, grad, lr: NonNegative = 0.01):
    """Stochastic gradient descent (Robbins & Monro 1951)."""
    f.theta = theta - lr * grad


@optimizer
def momentum(f, theta, grad, v: State, lr: NonNegative = 0.01, beta: Unit = 0.9):
    """Gradient descent with a velocity (Polyak 1964)."""
    f.v = beta * v + lr * grad
    f.theta = theta - f.v


@optimizer
def nesterov(f, theta, grad, v: State, lr: NonNegative = 0.01, beta: Unit = 0.9):
    """Momentum that looks ahead, in the form with the gradient at theta (Nesterov 1983; Sutskever et al. 2013)."""
    f.v = beta * v + lr * grad
    f.theta = theta - (beta * f.v + lr * grad)


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
