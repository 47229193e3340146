"""Answering texts with a trained model or an exported one.

`EarlyExit`, `StreamExit`, `DepthStream`, `ExitRule` and `tune_exit` are found here too, at their
first use: they need Keras, and an exported model answers without it.
"""

from importlib import import_module
from typing import Any

from keras_albert.inference.predictor import Predictor, load_predictor

_LATER = {
    "DepthStream": "early_exit.depth_stream",
    "EarlyExit": "early_exit.early_exit",
    "ExitRule": "early_exit.exit_rule",
    "StreamExit": "early_exit.stream_exit",
    "tune_exit": "early_exit.exit_tuning",
}

__all__ = ["Predictor", "load_predictor"]


def __getattr__(name: str) -> Any:
    if name not in _LATER:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_LATER[name]}"), name)
