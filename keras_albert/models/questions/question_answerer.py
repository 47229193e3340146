"""AlbertQuestionAnswerer: where in a passage the answer begins and ends."""

from typing import Any

import keras
import keras_hub
import numpy as np
from keras import ops

from keras_albert.models.backbone import AlbertBackbone
from keras_albert.models.heads import score_head
from keras_albert.models.losses import one_of_several
from keras_albert.models.questions.answer_decoding import (
    MAX_ANSWER_TOKENS,
    N_BEST,
    spans_from_logits,
)
from keras_albert.models.questions.answer_span import AnswerSpan
from keras_albert.models.questions.encoded_questions import EncodedQuestions
from keras_albert.models.questions.question_answering import QuestionAnswering


@keras.saving.register_keras_serializable("keras_albert")
class AlbertQuestionAnswerer(QuestionAnswering, keras_hub.models.Task):
    """A Dense layer with two outputs on every token: SQuAD 1.1's head.

    google-research/albert `squad_utils.create_v1_model`. The loss is the mean of the two
    cross-entropies, over positions.

    Args:
        backbone: an `AlbertBackbone`.
        preprocessor: an `AlbertQuestionAnswererPreprocessor`, or None for inputs that are arrays
            already.

    Call arguments:
        inputs: a dict of the backbone's inputs, (B, S).
        depth: how many layers to run; all by default.

    Returns:
        A dict of "start" and "end", logits over positions, (B, S) each. Padding is not masked.

    Example:
    ```python
    answerer = AlbertQuestionAnswerer.from_preset("albert_micro")
    answerer.fit((["What has a table?"], ["A table has rows."]), [("rows", 12)], epochs=1)
    answerer.answer("What has a table?", "A table has rows.", top_k=3)
    ```
    """

    backbone_cls = AlbertBackbone
    outputs_along_tokens = True
    # No answer begins or ends in padding.
    padding_output = -10_000.0

    def __init__(self, backbone: AlbertBackbone, preprocessor: Any = None, **kwargs: Any) -> None:
        # === Layers ===
        self.backbone = backbone
        self.preprocessor = preprocessor
        self.span_dense = score_head(backbone, 2, name="spans")

        # === Functional Model ===
        super().__init__(**self._functional_arguments(backbone), **kwargs)

    def _connect(self, inputs: dict[str, Any], backbone: Any, **options: Any) -> dict[str, Any]:
        outputs = backbone(self._backbone_inputs(inputs), **options)
        start, end = ops.split(self.span_dense(outputs["sequence_output"]), 2, axis=-1)
        return {"start": ops.squeeze(start, axis=-1), "end": ops.squeeze(end, axis=-1)}

    def spans(
        self,
        encoded: EncodedQuestions,
        outputs: Any,
        max_answer_tokens: int = MAX_ANSWER_TOKENS,
        n_best: int = N_BEST,
    ) -> tuple[list[list[AnswerSpan]], np.ndarray]:
        """See `spans_from_logits`."""
        return spans_from_logits(
            encoded, outputs["start"], outputs["end"], n_best, max_answer_tokens
        )

    def compile_defaults(self) -> dict[str, Any]:
        """The mean of both cross-entropies, and accuracies."""
        both = {name: one_of_several() for name in ("start", "end")}
        return {
            "loss": {name: part["loss"] for name, part in both.items()},
            "loss_weights": dict.fromkeys(both, 0.5),
            "metrics": {name: part["metrics"] for name, part in both.items()},
        }
