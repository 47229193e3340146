"""AlbertMultipleChoice: which of several continuations is right."""

from typing import Any

import keras
import keras_hub

from keras_albert.layers.merge_choices import MergeChoices
from keras_albert.layers.split_choices import SplitChoices
from keras_albert.models.backbone import AlbertBackbone
from keras_albert.models.heads import output_dropout, score_head
from keras_albert.models.task import AlbertTask
from keras_albert.models.text_classifier_preprocessor import AlbertTextClassifierPreprocessor


@keras.saving.register_keras_serializable("keras_albert")
class AlbertMultipleChoice(AlbertTask, keras_hub.models.Task):
    """A Dense layer with one output on the pooled vector of every choice: RACE's head.

    google-research/albert `race_utils.create_model`.

    Args:
        backbone: an `AlbertBackbone`.
        preprocessor: an `AlbertTextClassifierPreprocessor`, or None for inputs that are arrays
            already.
        dropout: share of the pooled vectors dropped in training.

    Call arguments:
        inputs: a dict of the backbone's inputs, (B, C, S) each: C choices a row.
        depth: how many layers to run; all by default.

    Returns:
        (B, C), logits over the choices.

    Raises:
        InputError: the backbone has no pooler.
    """

    backbone_cls = AlbertBackbone
    preprocessor_cls = AlbertTextClassifierPreprocessor

    def __init__(
        self,
        backbone: AlbertBackbone,
        preprocessor: Any = None,
        dropout: float = 0.1,
        **kwargs: Any,
    ) -> None:
        backbone.require_pooler("AlbertMultipleChoice")
        # === Layers ===
        self.backbone = backbone
        self.preprocessor = preprocessor
        self.merge_choices = MergeChoices(name="merge_choices")
        self.output_dropout = output_dropout(backbone, dropout)
        self.output_dense = score_head(backbone, 1)
        self.split_choices = SplitChoices(name="split_choices")

        # === Functional Model ===
        super().__init__(**self._functional_arguments(backbone), **kwargs)

        # === Config ===
        self.dropout = dropout

    def _functional_arguments(self, backbone: Any) -> dict[str, Any]:
        inputs = {
            name: keras.Input(shape=(None, None), dtype="int32", name=name)
            for name in backbone.input
        }
        return {"inputs": inputs, "outputs": self._connect(inputs, backbone)}

    def _connect(
        self, inputs: dict[str, Any], backbone: Any, training: bool | None = None, **options: Any
    ) -> Any:
        rows = {name: self.merge_choices(x) for name, x in self._backbone_inputs(inputs).items()}
        outputs = backbone(rows, training=training, **options)
        pooled = self.output_dropout(outputs["pooled_output"], training=training)
        return self.split_choices(self.output_dense(pooled), inputs["token_ids"])

    def compile(
        self, optimizer: Any = "auto", loss: Any = "auto", *, metrics: Any = "auto", **kwargs: Any
    ) -> None:
        """`keras.Model.compile` with cross-entropy over the choices as default."""
        if loss == "auto":
            loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
        if metrics == "auto":
            metrics = [keras.metrics.SparseCategoricalAccuracy(name="accuracy")]
        super().compile(optimizer=optimizer, loss=loss, metrics=metrics, **kwargs)

    def get_config(self) -> dict[str, Any]:
        """The constructor's arguments."""
        return {**super().get_config(), "dropout": self.dropout}
