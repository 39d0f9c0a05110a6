"""Schedules: the learning rate as a function of the step."""

from symnn.language import (
    Count,
    Mod,
    NonNegative,
    Positive,
    Step,
    Unit,
    cos,
    floor,
    maximum,
    minimum,
    pi,
    schedule,
    sqrt,
    where,
)


@schedule
def step_decay(f, t: Step, eta0: NonNegative = 0.1, factor: Positive = 0.5, every: Count = 10):
    """The rate multiplied by a factor every few steps."""
    f.eta = eta0 * factor ** floor(t / every)


@schedule
def exponential_decay(f, t: Step, eta0: NonNegative = 0.1, gamma: Positive = 0.99):
    """The rate multiplied by gamma at every step."""
    f.eta = eta0 * gamma**t


@schedule
def cosine_annealing(f, t: Step, eta_max: NonNegative = 0.1, eta_min: NonNegative = 0, T: Count = 1000):
    """From eta_max to eta_min along half a cosine over T steps, then constant (Loshchilov & Hutter 2017)."""
    f.eta = eta_min + (eta_max - eta_min) * (1 + cos(pi * minimum(t, T) / T)) / 2


@schedule
def cosine_warm_restarts(f, t: Step, eta_max: NonNegative = 0.1, eta_min: NonNegative = 0, T: Count = 100):
    """Half a cosine from eta_max to eta_min, again and again, each over T steps (Loshchilov & Hutter 2017)."""
    f.eta = eta_min + (eta_max - eta_min) * (1 + cos(pi * Mod(t, T) / T)) / 2


@schedule
def warmup_decay(f, t: Step, eta_max: NonNegative = 0.001, warmup: Count = 4000):
    """A linear rise to eta_max, then a fall with the root of the step (Vaswani et al. 2017)."""
    f.eta = eta_max * minimum(t / warmup, sqrt(warmup / maximum(t, 1)))


@schedule
def one_cycle(
    f, t: Step, eta_max: NonNegative = 0.1, T: Count = 1000, warmup: Unit = 0.3, start: Positive = 25,
    final: Positive = 10000,
):
    """Up from eta_max/start and down to eta_max/start/final, both along half a cosine (Smith & Topin 2018)."""
    low, rise = eta_max / start, warmup * T - 1
    up = low + (eta_max - low) * (1 - cos(pi * t / rise)) / 2
    end = low / final
    down = end + (eta_max - end) * (1 + cos(pi * (minimum(t, T - 1) - rise) / (T - 1 - rise))) / 2
    f.eta = where(t <= rise, up, down)
