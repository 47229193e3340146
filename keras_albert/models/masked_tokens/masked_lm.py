"""AlbertMaskedLM: masked tokens alone."""

from typing import Any

import keras
import keras_hub
import numpy as np

from keras_albert.errors import InputError
from keras_albert.models.backbone import AlbertBackbone
from keras_albert.models.fitting.length_prediction import predict_by_length
from keras_albert.models.heads import masked_token_head
from keras_albert.models.losses import MaskedTokenLoss
from keras_albert.models.masked_tokens.mask_filling import likeliest, masked_rows
from keras_albert.models.masked_tokens.masked_lm_preprocessor import AlbertMaskedLMPreprocessor
from keras_albert.models.task import AlbertTask
from keras_albert.models.texts import read_texts


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

    Example:
    ```python
    model = AlbertMaskedLM.from_preset("albert_micro")
    model.fill_masks(["The [MASK] is dropped."], top_k=3)[0]  # a list for each mask
    ```
    """

    backbone_cls = AlbertBackbone
    preprocessor_cls = AlbertMaskedLMPreprocessor
    reads_pooler = False
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

    def fill_masks(
        self, texts: Any, top_k: int = 5, batch_size: int = 32
    ) -> list[list[list[dict[str, Any]]]]:
        """The likeliest tokens for each `[MASK]` in some texts.

        Args:
            texts: B texts, with `[MASK]` in each.
            top_k: how many tokens for each.
            batch_size: texts a step.

        Returns:
            For each text a list over its masks, each a list of {"token", "id", "probability"},
            likeliest first. Probabilities are over the whole vocabulary.

        Raises:
            InputError: what was passed is not texts, one has no `[MASK]` or has it too far behind,
                or there is no preprocessor.
        """
        if self.preprocessor is None:
            raise InputError("Filling masks needs a preprocessor; this model has none.")
        if isinstance(top_k, bool) or not isinstance(top_k, int) or top_k < 1:
            raise InputError(f"top_k={top_k!r} is not a number of tokens; expected 1 or more.")
        segments, _ = read_texts(texts)
        if len(segments) > 1:
            raise InputError("fill_masks takes single texts, not pairs.")
        tokenizer = self.preprocessor.tokenizer
        inputs = masked_rows(tokenizer, segments[0], self.preprocessor.sequence_length)
        self._check_inputs(inputs)
        logits = np.asarray(predict_by_length(self, inputs, batch_size, verbose=0))
        return likeliest(tokenizer, logits, inputs["mask_positions"], top_k)

    def compile_defaults(self) -> dict[str, Any]:
        """The masked-token loss and accuracy."""
        return {
            "loss": MaskedTokenLoss(),
            "weighted_metrics": [keras.metrics.SparseCategoricalAccuracy()],
        }
