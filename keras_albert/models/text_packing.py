"""Packing token ids into rows, as preprocessors are set to: the rule is `runtime.packing`'s."""

from keras_albert.errors import InputError, suggest
from keras_albert.runtime.packing import kept_lengths, pack

__all__ = ["TRUNCATIONS", "check_packing", "kept_lengths", "pack"]

# "round_robin" is what KerasHub calls the same rule as "longest_first".
TRUNCATIONS = ("longest_first", "round_robin", "waterfall")


def check_packing(sequence_length: int, truncate: str) -> None:
    """Checks a preprocessor's settings.

    Raises:
        InputError: too short for three special tokens and one more, or an unknown rule.
    """
    if sequence_length < 4:
        raise InputError(
            f"sequence_length={sequence_length} is too short; a pair takes three special tokens, "
            "so it must be 4 or more."
        )
    if truncate not in TRUNCATIONS:
        raise InputError(
            f"Unknown truncate={truncate!r}; expected one of {', '.join(TRUNCATIONS)}."
            + suggest(str(truncate), TRUNCATIONS)
        )
