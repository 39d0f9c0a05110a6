"""Modules made by symnn for the cpu target."""
