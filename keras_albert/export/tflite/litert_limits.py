"""What TFLite cannot do for a task, said before anything is computed."""

from collections.abc import Mapping
from typing import Any

from keras_albert.errors import InputError
from keras_albert.export.formats import INT6_EMBEDDINGS
from keras_albert.models.saved_task import SavedTask


def check_limits(saved: SavedTask, quantize: str | None, options: Mapping[str, Any]) -> None:
    """Checks that quantization and options go with the task.

    Args:
        saved: the task.
        quantize: one of the format's quantizations; None for float32.
        options: "lengths", a signature for each; "strings", a signature that reads texts.

    Raises:
        InputError: they do not.
    """
    if quantize == "int8-full" and saved.facts.scores_of_missing:
        raise InputError(
            "int8-full has one range for all scores, and that of a choice or a place that is not "
            "there is far below the others, which would become one number. Use int8 for a "
            f"{saved.kind}."
        )
    if quantize == INT6_EMBEDDINGS and saved.facts.predicts_masks:
        raise InputError(
            f"A {saved.kind} multiplies its word embeddings as well, which LiteRT does in 8 bits: "
            "the file would hold them in 6 bits and in 8. Use int8."
        )
    for length in options.get("lengths") or ():
        if isinstance(length, bool) or not 2 <= length <= saved.sequence_length:
            raise InputError(
                f"lengths: {length!r} is not between 2 and the {saved.sequence_length} tokens that "
                "the model reads."
            )
    if options.get("strings"):
        _check_strings(saved)


def _check_strings(saved: SavedTask) -> None:
    if saved.description().get("tokenizer") == "wordpiece":
        raise InputError(
            "TFLite has no operation for a WordPiece vocabulary; leave out strings: the vocabulary "
            "stands beside the model."
        )
    if not saved.facts.reads_plain_texts or saved.facts.predicts_masks:
        raise InputError(
            f"A {saved.kind} reads more than plain texts ([MASK], words, passages or choices), "
            "which TFLite has no operations for; leave out strings."
        )
