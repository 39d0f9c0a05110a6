"""Modules made by symnn: one package for each target."""
