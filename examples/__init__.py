"""Networks trained with generated kernels alone."""
