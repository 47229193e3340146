from types import SimpleNamespace
from typing import Any

import pytest

from keras_albert.errors import InputError
from keras_albert.export.tflite.litert_limits import check_limits
from keras_albert.runtime.task_kinds import TASK_KINDS

pytestmark = pytest.mark.once


def _saved(kind: str, tokenizer: str = "sentencepiece") -> Any:
    return SimpleNamespace(
        kind=kind,
        facts=TASK_KINDS[kind],
        sequence_length=64,
        description=lambda: {"tokenizer": tokenizer},
    )


@pytest.mark.parametrize(
    ("saved", "quantize", "options", "message"),
    [
        (_saved("multiple_choice"), "int8-full", {}, "one range for all scores"),
        (_saved("joint_question_answerer"), "int8-full", {}, "one range for all scores"),
        (_saved("masked_lm"), "int8-int6-embeddings", {}, "6 bits and in 8"),
        (_saved("pretrainer"), "int8-int6-embeddings", {}, "6 bits and in 8"),
        (_saved("text_classifier"), None, {"lengths": [1, 64]}, "lengths: 1 is not"),
        (_saved("text_classifier"), None, {"lengths": [True]}, "lengths: True is not"),
        (_saved("text_classifier"), None, {"lengths": [16, 65]}, "lengths: 65 is not"),
        (_saved("text_classifier", "wordpiece"), None, {"strings": True}, "WordPiece"),
        (_saved("masked_lm"), None, {"strings": True}, "more than plain texts"),
        (_saved("question_answerer"), None, {"strings": True}, "more than plain texts"),
    ],
)
def test_what_does_not_go_together(
    saved: Any, quantize: str | None, options: dict[str, Any], message: str
) -> None:
    with pytest.raises(InputError, match=message):
        check_limits(saved, quantize, options)


@pytest.mark.parametrize("quantize", [None, "int8", "int8-full", "int8-int6-embeddings"])
def test_what_does(quantize: str | None) -> None:
    check_limits(_saved("text_classifier"), quantize, {"lengths": [2, 64], "strings": True})
    check_limits(_saved("text_classifier", "wordpiece"), quantize, {"strings": False})
