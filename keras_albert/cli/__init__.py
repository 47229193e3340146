"""The command line: one file per command, one line per error."""

from keras_albert.cli.app import app, main

__all__ = ["app", "main"]
