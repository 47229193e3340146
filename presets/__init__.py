"""Architectures, recipes and weights that can be named on a command line: data, no code."""
