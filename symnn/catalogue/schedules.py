"""Schedules: the learning rate as a function of the step."""

from symnn.language import Count, NonNegative, Step, cos, minimum, pi, schedule


@schedule
def cosine_annealing(f, t: Step, eta_max: NonNegative = 0.1, eta_min: NonNegative = 0, T: Count = 1000):
    """From eta_max to eta_min along half a cosine over T steps, then constant (Loshchilov & Hutter 2017)."""
    f.eta = eta_min + (eta_max - eta_min) * (1 + cos(pi * minimum(t, T) / T)) / 2
