"""AlbertPretrainer: masked tokens and sentence order."""

from typing import Any

import keras
import keras_hub

from keras_albert.layers.sentence_order_head import SentenceOrderHead
from keras_albert.models.backbone import AlbertBackbone
from keras_albert.models.heads import masked_token_head
from keras_albert.models.losses import MaskedTokenLoss
from keras_albert.models.masked_tokens.pretrainer_preprocessor import AlbertPretrainerPreprocessor
from keras_albert.models.task import AlbertTask


@keras.saving.register_keras_serializable("keras_albert")
class AlbertPretrainer(AlbertTask, keras_hub.models.Task):
    """Pretraining: masked tokens and sentence order (Lan et al. 2019, section 3.1).

    The total loss is the sum of both, as in google-research/albert `run_pretraining.model_fn`.

    Args:
        backbone: an `AlbertBackbone`.
        preprocessor: an `AlbertPretrainerPreprocessor`, or None for inputs that are arrays
            already.

    Call arguments:
        inputs: a dict of the backbone's inputs and "mask_positions" (B, P).
        depth: how many layers to run; all by default.

    Returns:
        A dict of "masked_tokens", logits (B, P, V), and "sentence_order", logits (B, 2), class 0
        in order, class 1 swapped.

    Example:
    ```python
    pretrainer = AlbertPretrainer.from_preset("albert_micro")
    first = ["An index is built.", "A table has rows."]
    second = ["Then it is used.", "A row has columns."]
    pretrainer.fit((first, second), epochs=1)  # masks and swaps are drawn by the preprocessor
    ```
    """

    backbone_cls = AlbertBackbone
    preprocessor_cls = AlbertPretrainerPreprocessor
    extra_inputs = ("mask_positions",)

    def __init__(self, backbone: AlbertBackbone, preprocessor: Any = None, **kwargs: Any) -> None:
        backbone.require_pooler("AlbertPretrainer")
        # === Layers ===
        self.backbone = backbone
        self.preprocessor = preprocessor
        self.masked_token_head = masked_token_head(backbone)
        self.sentence_order_head = SentenceOrderHead(
            initializer_range=backbone.initializer_range,
            dtype=backbone.dtype_policy,
            name="sentence_order",
        )

        # === Functional Model ===
        super().__init__(**self._functional_arguments(backbone), **kwargs)

    def _connect(self, inputs: dict[str, Any], backbone: Any, **options: Any) -> dict[str, Any]:
        outputs = backbone(self._backbone_inputs(inputs), **options)
        return {
            "masked_tokens": self.masked_token_head(
                outputs["sequence_output"], inputs["mask_positions"]
            ),
            "sentence_order": self.sentence_order_head(outputs["pooled_output"]),
        }

    def compile_defaults(self) -> dict[str, Any]:
        """The pretraining losses and accuracies."""
        return {
            "loss": {
                "masked_tokens": MaskedTokenLoss(),
                "sentence_order": keras.losses.SparseCategoricalCrossentropy(from_logits=True),
            },
            "weighted_metrics": {
                name: [keras.metrics.SparseCategoricalAccuracy(name="accuracy")]
                for name in ("masked_tokens", "sentence_order")
            },
        }
