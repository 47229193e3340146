"""The command line: one file per command, one line per error."""

from keras_albert.cli.app import main

__all__ = ["main"]
