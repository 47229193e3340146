"""Activations by the names that published ALBERT configurations use."""

from collections.abc import Callable
from typing import Any

import keras

from keras_albert.errors import InputError, suggest


def _gelu_erf(x: Any) -> Any:
    return keras.activations.gelu(x, approximate=False)


def _gelu_tanh(x: Any) -> Any:
    return keras.activations.gelu(x, approximate=True)


# google-research/albert `modeling.get_activation` calls the tanh form "gelu"; transformers calls
# the erf form "gelu" and the tanh form "gelu_new". The names here are transformers', because its
# configuration files outnumber all others.
ACTIVATIONS: dict[str, Callable[[Any], Any]] = {
    "gelu": _gelu_erf,
    "gelu_new": _gelu_tanh,
    "gelu_tanh": _gelu_tanh,
    "relu": keras.activations.relu,
    "silu": keras.activations.silu,
    "tanh": keras.activations.tanh,
}


def activation_named(name: str) -> Callable[[Any], Any]:
    """The activation that `name` stands for.

    Args:
        name: one of "gelu" (the exact, erf form), "gelu_new" or "gelu_tanh" (the tanh
            approximation, which google-research/albert calls gelu), "relu", "silu", "tanh".

    Raises:
        InputError: the name is unknown. There is no default: a wrong activation gives wrong
            outputs without a sign of it.
    """
    try:
        return ACTIVATIONS[name]
    except (KeyError, TypeError):
        raise InputError(
            f"Unknown activation {name!r}; expected one of {', '.join(ACTIVATIONS)}."
            + (suggest(name, ACTIVATIONS) if isinstance(name, str) else "")
        ) from None
