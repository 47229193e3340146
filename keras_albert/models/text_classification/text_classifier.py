"""AlbertTextClassifier: single label, several labels or regression."""

from typing import Any

import keras
import keras_hub
import numpy as np

from keras_albert.errors import InputError, suggest
from keras_albert.models.backbone import AlbertBackbone
from keras_albert.models.depth.distillation import Kind
from keras_albert.models.heads import output_dropout, score_head
from keras_albert.models.losses import one_of_several
from keras_albert.models.task import AlbertTask
from keras_albert.models.text_classification.text_classifier_preprocessor import (
    AlbertTextClassifierPreprocessor,
)

PROBLEMS = ("single_label", "multi_label", "regression")
_DISTILLED: dict[str, Kind] = {
    "single_label": "classes",
    "multi_label": "labels",
    "regression": "values",
}


@keras.saving.register_keras_serializable("keras_albert")
class AlbertTextClassifier(AlbertTask, keras_hub.models.TextClassifier):
    """A Dense layer with dropout on the pooled vector.

    google-research/albert `classifier_utils.create_model`.

    Args:
        backbone: an `AlbertBackbone`.
        num_classes: C, classes or, for regression, values.
        preprocessor: an `AlbertTextClassifierPreprocessor`, or None for inputs that are arrays
            already.
        problem: "single_label" (labels (B,) integers, cross-entropy), "multi_label" (labels
            (B, C) of 0 and 1, binary cross-entropy) or "regression" (labels (B, C), squared
            error on raw scores).
        activation: applied to the logits, a Keras activation or None.
        dropout: share of the pooled vector dropped in training; paper Table 14 has 0.1.

    Call arguments:
        inputs: a dict of the backbone's inputs.
        depth: how many layers to run; all by default.

    Returns:
        (B, C), logits where `activation` is None.

    Raises:
        InputError: an unknown problem or a number of classes below 1.

    Example:
    ```python
    classifier = AlbertTextClassifier.from_preset("albert_micro", num_classes=2)
    classifier.fit(["It works.", "It does not."], [1, 0], epochs=1)
    classifier.predict(["Does it work?"])  # logits, (1, 2)
    classifier.predict(["Does it work?"], depth=2)  # from the first two layers
    ```
    """

    backbone_cls = AlbertBackbone
    preprocessor_cls = AlbertTextClassifierPreprocessor

    def __init__(
        self,
        backbone: AlbertBackbone,
        num_classes: int,
        preprocessor: Any = None,
        problem: str = "single_label",
        activation: Any = None,
        dropout: float = 0.1,
        **kwargs: Any,
    ) -> None:
        if problem not in PROBLEMS:
            raise InputError(
                f"Unknown problem {problem!r}; expected one of {', '.join(PROBLEMS)}."
                + suggest(str(problem), PROBLEMS)
            )
        if num_classes < 1:
            raise InputError(f"num_classes={num_classes} is below 1.")
        backbone.require_pooler("AlbertTextClassifier")
        # === Layers ===
        self.backbone = backbone
        self.preprocessor = preprocessor
        self.output_dropout = output_dropout(backbone, dropout)
        self.output_dense = score_head(backbone, num_classes, activation=activation)

        # === Functional Model ===
        # Set before the base class compiles with defaults, which depend on them.
        self.problem = problem
        self.distilled = _DISTILLED[problem]
        self.activation = keras.activations.get(activation)
        super().__init__(**self._functional_arguments(backbone), **kwargs)

        # === Config ===
        self.num_classes = num_classes
        self.dropout = dropout

    def _connect(
        self, inputs: dict[str, Any], backbone: Any, training: bool | None = None, **options: Any
    ) -> Any:
        outputs = backbone(self._backbone_inputs(inputs), training=training, **options)
        pooled = self.output_dropout(outputs["pooled_output"], training=training)
        return self.output_dense(pooled)

    def compile_defaults(self) -> dict[str, Any]:
        """The problem's loss and metric."""
        from_logits = self.activation not in (
            keras.activations.softmax,
            keras.activations.sigmoid,
        )
        if self.problem == "multi_label":
            threshold = 0.0 if from_logits else 0.5
            return {
                "loss": keras.losses.BinaryCrossentropy(from_logits=from_logits),
                "metrics": [keras.metrics.BinaryAccuracy(name="accuracy", threshold=threshold)],
            }
        if self.problem == "regression":
            return {
                "loss": keras.losses.MeanSquaredError(),
                "metrics": [keras.metrics.MeanSquaredError(name="mean_squared_error")],
            }
        return one_of_several(from_logits)

    def _check_labels(self, y: Any) -> None:
        super()._check_labels(y)
        if self.problem != "single_label" or not isinstance(y, np.ndarray) or not y.size:
            return
        worst = y.min() if y.min() < 0 else y.max()
        if not 0 <= worst < self.num_classes:
            raise InputError(
                f"A label is {worst}, and num_classes={self.num_classes} knows 0 to "
                f"{self.num_classes - 1}. Number the labels from 0, or build the model with more "
                "classes."
            )

    def get_config(self) -> dict[str, Any]:
        """The constructor's arguments."""
        return {
            **super().get_config(),
            "num_classes": self.num_classes,
            "problem": self.problem,
            "activation": keras.activations.serialize(self.activation),
            "dropout": self.dropout,
        }
