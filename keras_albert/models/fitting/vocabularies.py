"""Vocabularies of tokenizers in use, for copies made from configurations, which hold none."""

import weakref
from typing import Any

from keras_albert.errors import InputError

_IN_USE: "weakref.WeakValueDictionary[str, Any]" = weakref.WeakValueDictionary()


def has_vocabulary(tokenizer: Any) -> bool:
    """Whether a tokenizer can encode; one made from a configuration alone cannot."""
    return getattr(tokenizer, "proto", None) is not None or bool(
        getattr(tokenizer, "vocabulary", None)
    )


def remember(tokenizer: Any) -> str | None:
    """The fingerprint by which `restore` finds the vocabulary while the tokenizer is in use."""
    if tokenizer is None or not has_vocabulary(tokenizer):
        return None
    fingerprint = str(tokenizer.fingerprint)
    _IN_USE[fingerprint] = tokenizer
    return fingerprint


def restore(tokenizer: Any, fingerprint: str | None) -> None:
    """Gives a tokenizer the vocabulary it had, where that is still in use in this process."""
    known = _IN_USE.get(fingerprint) if fingerprint else None
    if tokenizer is None or known is None or has_vocabulary(tokenizer):
        return
    if hasattr(tokenizer, "set_proto"):
        tokenizer.set_proto(known.proto)
    else:
        tokenizer.set_vocabulary(list(known.vocabulary))


def check_vocabulary(tokenizer: Any) -> None:
    """Names what is missing.

    Raises:
        InputError: the tokenizer has no vocabulary.
    """
    if tokenizer is not None and not has_vocabulary(tokenizer):
        raise InputError(
            "The preprocessor's tokenizer has no vocabulary: a configuration does not hold it. "
            "Save the model with save_to_preset or save and load it from there, or give it one: "
            'model.preprocessor.tokenizer = keras_albert.load_tokenizer("PATH").'
        )
