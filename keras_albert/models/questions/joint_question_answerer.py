"""AlbertJointQuestionAnswerer: answers, and whether there is one."""

from typing import Any

import keras
import keras_hub
import numpy as np
from keras import ops

from keras_albert.layers.joint_span_head import JointSpanHead
from keras_albert.models.backbone import AlbertBackbone
from keras_albert.models.depth.elastic_training import each_depth
from keras_albert.models.losses import one_of_several
from keras_albert.models.questions.answer_decoding import MAX_ANSWER_TOKENS, N_BEST, spans_from_beam
from keras_albert.models.questions.answer_span import AnswerSpan
from keras_albert.models.questions.encoded_questions import EncodedQuestions
from keras_albert.models.questions.question_answering import QuestionAnswering


@keras.saving.register_keras_serializable("keras_albert")
class AlbertJointQuestionAnswerer(QuestionAnswering, keras_hub.models.Task):
    """SQuAD 2's head, for questions that the passage may not answer.

    The end is scored given the start: the right one in training, each of the likeliest elsewhere.
    google-research/albert `squad_utils.create_v2_model`; the loss is half the cross-entropies of
    start, end and answerability (`v2_model_fn_builder`).

    Args:
        backbone: an `AlbertBackbone`.
        preprocessor: an `AlbertQuestionAnswererPreprocessor`, or None for inputs that are arrays
            already.
        dropout: of the answerability's hidden vector in training.
        beam_size: K, starts looked at, and ends for each.

    Call arguments:
        inputs: a dict of the backbone's inputs, (B, S), and "start_positions", (B, 1): where the
            answer starts, 0 where there is none or it is not known. `fit` on raw strings fills it
            in.
        depth: how many layers to run; all by default.

    Returns:
        A dict, see `JointSpanHead.call`.

    Example:
    ```python
    answerer = AlbertJointQuestionAnswerer.from_preset("albert_micro")
    questions = ["What has a table?", "Who wrote it?"]
    passages = ["A table has rows."] * 2
    answerer.fit((questions, passages), [("rows", 12), None], epochs=1)  # None: no answer
    answerer.answer(questions, passages)[0]["text"]
    ```
    """

    backbone_cls = AlbertBackbone
    extra_inputs = ("start_positions",)
    outputs_along_tokens = ("start", "end")
    padding_output = -10_000.0
    distilled = {"start": "classes", "end": "classes", "impossible": "labels"}
    labels_used = ("start", "end", "impossible")

    def __init__(
        self,
        backbone: AlbertBackbone,
        preprocessor: Any = None,
        dropout: float = 0.1,
        beam_size: int = 5,
        **kwargs: Any,
    ) -> None:
        # === Layers ===
        self.backbone = backbone
        self.preprocessor = preprocessor
        self.joint_spans = JointSpanHead(
            beam_size=beam_size,
            dropout=dropout,
            initializer_range=backbone.initializer_range,
            name="joint_spans",
        )

        # === Functional Model ===
        super().__init__(**self._functional_arguments(backbone), **kwargs)

        # === Config ===
        self.dropout = dropout
        self.beam_size = beam_size

    def _connect(
        self, inputs: dict[str, Any], backbone: Any, training: bool | None = None, **options: Any
    ) -> dict[str, Any]:
        outputs = backbone(self._backbone_inputs(inputs), training=training, **options)
        return self.joint_spans(
            outputs["sequence_output"],
            answer_places(inputs["segment_ids"], inputs["padding_mask"]),
            inputs["start_positions"],
            training=training,
        )

    def row_inputs(
        self, encoded: EncodedQuestions, labels: dict[str, np.ndarray] | None
    ) -> dict[str, np.ndarray]:
        """The rows, and where their answers start."""
        starts = np.zeros(len(encoded.question_of_row), np.int32)
        if labels is not None:
            starts = labels["start"]
        return {**encoded.x, "start_positions": starts[:, np.newaxis]}

    def spans(
        self,
        encoded: EncodedQuestions,
        outputs: Any,
        max_answer_tokens: int = MAX_ANSWER_TOKENS,
        n_best: int = N_BEST,
    ) -> tuple[list[list[AnswerSpan]], np.ndarray]:
        """See `spans_from_beam`."""
        return spans_from_beam(encoded, outputs, n_best, max_answer_tokens)

    def compile_defaults(self) -> dict[str, Any]:
        """Half of each of the three cross-entropies, and accuracies."""
        parts = {
            "start": one_of_several(),
            "end": one_of_several(),
            "impossible": {
                "loss": keras.losses.BinaryCrossentropy(from_logits=True),
                "metrics": [keras.metrics.BinaryAccuracy(name="accuracy", threshold=0.0)],
            },
        }
        return {
            "loss": {name: part["loss"] for name, part in parts.items()},
            "loss_weights": dict.fromkeys(parts, 0.5),
            "metrics": {name: part["metrics"] for name, part in parts.items()},
        }

    def compute_loss(
        self, x: Any = None, y: Any = None, y_pred: Any = None, *args: Any, **kwargs: Any
    ) -> Any:
        """`keras.Model.compute_loss` of the outputs that have labels: the beam has none."""
        labelled = each_depth(lambda outputs: _labelled(y, outputs), y_pred)
        return super().compute_loss(x, y, labelled, *args, **kwargs)

    def compute_metrics(self, x: Any, y: Any, y_pred: Any, sample_weight: Any = None) -> Any:
        """`keras.Model.compute_metrics` of the outputs that have labels."""
        labelled = each_depth(lambda outputs: _labelled(y, outputs), y_pred)
        return super().compute_metrics(x, y, labelled, sample_weight)

    def get_config(self) -> dict[str, Any]:
        """The constructor's arguments."""
        return {
            **super().get_config(),
            "dropout": self.dropout,
            "beam_size": self.beam_size,
        }


def _labelled(y: Any, y_pred: Any) -> Any:
    return {name: y_pred[name] for name in y} if isinstance(y, dict) else y_pred


def answer_places(segment_ids: Any, padding_mask: Any) -> Any:
    """Where an answer may start or end: the passage, and [CLS], which stands for none.

    The passage is the second segment without the `[SEP]` behind it, the row's last token.

    Args:
        segment_ids: (B, S).
        padding_mask: (B, S).

    Returns:
        (B, S), float32 of 0 and 1.
    """
    real = ops.cast(padding_mask, "float32")
    followed = ops.concatenate([real[:, 1:], ops.zeros_like(real[:, :1])], axis=1)
    passage = ops.cast(ops.equal(segment_ids, 1), "float32") * followed
    return ops.concatenate([ops.ones_like(passage[:, :1]), passage[:, 1:]], axis=1)
