"""symnn: operations of neural networks declared once; gradients, kernels and derivations made from that."""

__version__ = "0.1.0"

__all__ = ["__version__"]
