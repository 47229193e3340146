"""AlbertSentenceOrderClassifier: which of two orders of two texts is the natural one."""

from dataclasses import replace
from typing import Any

import keras
import keras_hub
import numpy as np

from keras_albert.layers.sentence_order_head import SentenceOrderHead
from keras_albert.models.backbone import AlbertBackbone
from keras_albert.models.fitting.labels import LabelForm
from keras_albert.models.losses import one_of_several
from keras_albert.models.task import AlbertTask
from keras_albert.models.text_classification.text_classifier_preprocessor import (
    AlbertTextClassifierPreprocessor,
)
from keras_albert.models.texts import read_texts


@keras.saving.register_keras_serializable("keras_albert")
class AlbertSentenceOrderClassifier(AlbertTask, keras_hub.models.Task):
    """The sentence-order head of pretraining alone (Lan et al. 2019, section 3.1).

    `from_preset` on a pretrained model takes the head that pretraining learned.

    Args:
        backbone: an `AlbertBackbone`.
        preprocessor: an `AlbertTextClassifierPreprocessor`, or None for inputs that are arrays
            already.

    Call arguments:
        inputs: a dict of the backbone's inputs, (B, S), of pairs.
        depth: how many layers to run; all by default.

    Returns:
        (B, 2), logits: class 0 in order, class 1 swapped.

    Raises:
        InputError: the backbone has no pooler.

    Example:
    ```python
    model = AlbertSentenceOrderClassifier.from_preset("albert_micro")
    model.natural_order(["The table is created."], ["Then rows are inserted."])
    ```
    """

    backbone_cls = AlbertBackbone
    preprocessor_cls = AlbertTextClassifierPreprocessor

    def __init__(self, backbone: AlbertBackbone, preprocessor: Any = None, **kwargs: Any) -> None:
        backbone.require_pooler("AlbertSentenceOrderClassifier")
        # === Layers ===
        self.backbone = backbone
        self.preprocessor = preprocessor
        self.sentence_order_head = SentenceOrderHead(
            initializer_range=backbone.initializer_range,
            dtype=backbone.dtype_policy,
            name="sentence_order",
        )

        # === Functional Model ===
        super().__init__(**self._functional_arguments(backbone), **kwargs)

    def _connect(self, inputs: dict[str, Any], backbone: Any, **options: Any) -> Any:
        outputs = backbone(self._backbone_inputs(inputs), **options)
        return self.sentence_order_head(outputs["pooled_output"])

    def natural_order(self, first: Any, second: Any, batch_size: int = 32) -> list[dict[str, Any]]:
        """Says of two texts which comes first.

        The model reads both orders, and the mean of the two log odds counts: so the answer for
        (b, a) is the opposite of that for (a, b), which one reading alone does not promise.

        Args:
            first: B texts.
            second: B texts.
            batch_size: pairs a step.

        Returns:
            B dicts: "in_order", the probability that the first text comes before the second;
            "swapped", that it comes after; and "order", the two in the likelier order.

        Raises:
            InputError: what was passed is not texts, or there is no preprocessor.
        """
        (first, second), _ = read_texts((first, second))
        pairs = ([*first, *second], [*second, *first])
        logits = self.predict(pairs, batch_size=batch_size, verbose=0)
        return orders(first, second, logits)

    def compile_defaults(self) -> dict[str, Any]:
        """Cross-entropy and accuracy."""
        return one_of_several()

    def label_form(self) -> LabelForm:
        """0 (in order) or 1 (swapped)."""
        otherwise = "neither 0 (in order) nor 1 (swapped)"
        return replace(self._classes_form(2), otherwise=otherwise)


def orders(first: Any, second: Any, logits: Any) -> list[dict[str, Any]]:
    """Logits of both orders as answers.

    Args:
        first: B texts.
        second: B texts.
        logits: (2 B, 2), of B pairs (first, second), then of B pairs (second, first).

    Returns:
        B dicts, see `AlbertSentenceOrderClassifier.natural_order`.
    """
    logits = np.asarray(logits, np.float64)
    odds = logits[:, 0] - logits[:, 1]
    mean = (odds[: len(first)] - odds[len(first) :]) / 2
    answers = []
    for one, other, value in zip(first, second, mean.tolist(), strict=True):
        in_order = float(1 / (1 + np.exp(-value)))
        order = [one, other] if value >= 0 else [other, one]
        answers.append({"in_order": in_order, "swapped": 1 - in_order, "order": order})
    return answers
