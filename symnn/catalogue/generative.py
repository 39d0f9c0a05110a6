"""Losses of generative models."""

from symnn.catalogue.activations import sigmoid
from symnn.language import Label, T, axes, exp, log, loss, total

n, d, k = axes("n d k")


@loss
def vae_elbo(f, x: Label[n, d], x_logits: T[n, d], mu: T[n, k], logvar: T[n, k]):
    """The negated evidence bound of a variational autoencoder: Bernoulli reconstruction and the divergence of the
    posterior from N(0, I) (Kingma & Welling 2014)."""
    f.assume(x[n, d] >= 0, x[n, d] <= 1)
    f.p[n, d] = sigmoid(x_logits[n, d])
    f.reconstruction[n] = -total(x[n, d] * log(f.p[n, d]) + (1 - x[n, d]) * log(1 - f.p[n, d]), d)
    f.kl[n] = total(mu[n, k] ** 2 + exp(logvar[n, k]) - 1 - logvar[n, k], k) / 2
    f.L[n] = f.reconstruction[n] + f.kl[n]


@loss
def gan_discriminator(f, real: T[n], fake: T[n]):
    """The discriminator's loss from its logits of real and generated samples (Goodfellow et al. 2014)."""
    f.L[n] = -log(sigmoid(real[n])) - log(1 - sigmoid(fake[n]))


@loss
def gan_generator(f, fake: T[n]):
    """The generator's loss that does not saturate (Goodfellow et al. 2014)."""
    f.L[n] = -log(sigmoid(fake[n]))


@loss
def gan_generator_minimax(f, fake: T[n]):
    """The generator's loss of the minimax game, which saturates (Goodfellow et al. 2014)."""
    f.L[n] = log(1 - sigmoid(fake[n]))
