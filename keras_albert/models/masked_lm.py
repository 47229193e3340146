"""AlbertMaskedLM: masked tokens alone."""

from typing import Any

import keras
import keras_hub

from keras_albert.models.backbone import AlbertBackbone
from keras_albert.models.heads import masked_token_head
from keras_albert.models.losses import MaskedTokenLoss
from keras_albert.models.masked_lm_preprocessor import AlbertMaskedLMPreprocessor
from keras_albert.models.task import AlbertTask


@keras.saving.register_keras_serializable("keras_albert")
class AlbertMaskedLM(AlbertTask, keras_hub.models.MaskedLM):
    """Predicts masked tokens, without sentence order.

    Args:
        backbone: an `AlbertBackbone`.
        preprocessor: an `AlbertMaskedLMPreprocessor`, or None for inputs that are arrays already.

    Call arguments:
        inputs: a dict of the backbone's inputs and "mask_positions" (B, P).
        depth: how many layers to run; all by default.

    Returns:
        Logits (B, P, V).
    """

    backbone_cls = AlbertBackbone
    preprocessor_cls = AlbertMaskedLMPreprocessor
    extra_inputs = ("mask_positions",)

    def __init__(self, backbone: AlbertBackbone, preprocessor: Any = None, **kwargs: Any) -> None:
        # === Layers ===
        self.backbone = backbone
        self.preprocessor = preprocessor
        self.masked_token_head = masked_token_head(backbone)

        # === Functional Model ===
        super().__init__(**self._functional_arguments(backbone), **kwargs)

    def _connect(self, inputs: dict[str, Any], backbone: Any, **options: Any) -> Any:
        outputs = backbone(self._backbone_inputs(inputs), **options)
        return self.masked_token_head(outputs["sequence_output"], inputs["mask_positions"])

    def compile(self, optimizer: Any = "auto", loss: Any = "auto", **kwargs: Any) -> None:
        """`keras.Model.compile` with the masked-token loss and accuracy as defaults."""
        if loss == "auto":
            loss = MaskedTokenLoss()
        super().compile(optimizer=optimizer, loss=loss, **kwargs)
