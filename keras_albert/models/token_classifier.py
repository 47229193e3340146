"""AlbertTokenClassifier: a class for every token."""

from typing import Any

import keras
import keras_hub

from keras_albert.errors import InputError
from keras_albert.models.backbone import AlbertBackbone
from keras_albert.models.heads import output_dropout, score_head
from keras_albert.models.task import AlbertTask
from keras_albert.models.text_classifier_preprocessor import AlbertTextClassifierPreprocessor


@keras.saving.register_keras_serializable("keras_albert")
class AlbertTokenClassifier(AlbertTask, keras_hub.models.Task):
    """A Dense layer with dropout on every token (BERT's tagging head, Devlin et al. 2019, 5.3).

    Args:
        backbone: an `AlbertBackbone`.
        num_classes: C.
        preprocessor: an `AlbertTextClassifierPreprocessor`, or None for inputs that are arrays
            already.
        dropout: share of the hidden states dropped in training.

    Call arguments:
        inputs: a dict of the backbone's inputs, (B, S).
        depth: how many layers to run; all by default.

    Returns:
        (B, S, C), logits.

    Raises:
        InputError: a number of classes below 1.
    """

    backbone_cls = AlbertBackbone
    preprocessor_cls = AlbertTextClassifierPreprocessor
    labels_along_tokens = True
    outputs_along_tokens = True

    def __init__(
        self,
        backbone: AlbertBackbone,
        num_classes: int,
        preprocessor: Any = None,
        dropout: float = 0.1,
        **kwargs: Any,
    ) -> None:
        if num_classes < 1:
            raise InputError(f"num_classes={num_classes} is below 1.")
        # === Layers ===
        self.backbone = backbone
        self.preprocessor = preprocessor
        self.output_dropout = output_dropout(backbone, dropout)
        self.output_dense = score_head(backbone, num_classes)

        # === Functional Model ===
        super().__init__(**self._functional_arguments(backbone), **kwargs)

        # === Config ===
        self.num_classes = num_classes
        self.dropout = dropout

    def _connect(
        self, inputs: dict[str, Any], backbone: Any, training: bool | None = None, **options: Any
    ) -> Any:
        outputs = backbone(self._backbone_inputs(inputs), training=training, **options)
        states = self.output_dropout(outputs["sequence_output"], training=training)
        return self.output_dense(states)

    def compile(
        self,
        optimizer: Any = "auto",
        loss: Any = "auto",
        *,
        weighted_metrics: Any = "auto",
        **kwargs: Any,
    ) -> None:
        """`keras.Model.compile` with cross-entropy and accuracy as defaults.

        Both follow the sample weights (B, S), which leave out specials, padding and later pieces
        of a word.
        """
        if loss == "auto":
            loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
        if weighted_metrics == "auto":
            weighted_metrics = [keras.metrics.SparseCategoricalAccuracy(name="accuracy")]
        super().compile(optimizer=optimizer, loss=loss, weighted_metrics=weighted_metrics, **kwargs)

    def get_config(self) -> dict[str, Any]:
        """The constructor's arguments."""
        return {
            **super().get_config(),
            "num_classes": self.num_classes,
            "dropout": self.dropout,
        }
