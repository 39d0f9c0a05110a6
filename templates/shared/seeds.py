# --- masks and noise from a seed: a number depends on the seed and on its position, and on nothing else -----------

#: What stands for an array that is drawn where it is needed: forward and backward draw the same one.
Draw = namedtuple("Draw", ["name", "seed", "stream", "distribution", "first", "second"])
_DISTRIBUTIONS = ("bernoulli", "uniform", "normal")


def seeded(name, value, stream, distribution, first, second=0.0):
    """An argument that is an array as it is, or a whole number, the seed that the array is drawn from."""
    if isinstance(value, (bool, np.bool_)) or not isinstance(value, (int, np.integer)):
        return value
    if not 0 <= value < 2**64:
        raise ValueError(f"{name} is the seed {value}; expected a whole number in [0, 2⁶⁴)")
    return Draw(name, int(value), stream, _DISTRIBUTIONS.index(distribution), float(first), float(second))


def seed_or(given, array):
    """What is saved of an argument: the seed that it was drawn from, or else the array."""
    return given if type(given) is Draw else array
