"""AlbertTokenClassifier: a class for every token."""

from collections.abc import Sequence
from typing import Any

import keras
import keras_hub
import numpy as np

from keras_albert.errors import InputError
from keras_albert.models.backbone import AlbertBackbone
from keras_albert.models.fitting.labels import rows_by_place
from keras_albert.models.fitting.length_prediction import predict_by_length
from keras_albert.models.heads import output_dropout, score_head
from keras_albert.models.losses import one_of_several
from keras_albert.models.task import AlbertTask
from keras_albert.models.token_classification.tagging import tagged
from keras_albert.models.token_classification.token_classifier_preprocessor import (
    AlbertTokenClassifierPreprocessor,
)


@keras.saving.register_keras_serializable("keras_albert")
class AlbertTokenClassifier(AlbertTask, keras_hub.models.Task):
    """A Dense layer with dropout on every token (BERT's tagging head, Devlin et al. 2019, 5.3).

    `fit` and `evaluate` take sentences as lists of words, with a list of label numbers each;
    `tag` says which word is what, and which entities they make.

    Args:
        backbone: an `AlbertBackbone`.
        num_classes: C.
        preprocessor: an `AlbertTokenClassifierPreprocessor`, or None for inputs that are arrays
            already.
        dropout: share of the hidden states dropped in training.

    Call arguments:
        inputs: a dict of the backbone's inputs, (B, S).
        depth: how many layers to run; all by default.

    Returns:
        (B, S, C), logits.

    Raises:
        InputError: a number of classes below 1.

    Example:
    ```python
    tagger = AlbertTokenClassifier.from_preset("albert_micro", num_classes=3)
    tagger.fit([["Ann", "is", "in", "Rome"]], [[1, 0, 0, 2]], epochs=1)
    tagger.tag(["Bob is in Paris."], labels=["O", "B-PER", "B-LOC"])[0]["tags"]
    ```
    """

    backbone_cls = AlbertBackbone
    preprocessor_cls = AlbertTokenClassifierPreprocessor
    reads_pooler = False
    labels_along_tokens = True
    reads_pairs = False
    examples_are = "sentences"
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

    def compile_defaults(self) -> dict[str, Any]:
        """Cross-entropy and accuracy.

        Both follow the sample weights (B, S), which leave out specials, padding and later pieces
        of a word.
        """
        defaults = one_of_several()
        return {"loss": defaults["loss"], "weighted_metrics": defaults["metrics"]}

    def tag(
        self, x: Any, labels: Sequence[str] | None = None, batch_size: int = 32
    ) -> list[dict[str, Any]]:
        """Tags the words of sentences or texts, of any length.

        Args:
            x: B lists of words, or B texts, whose words are found by `words.split_words`.
            labels: names of the C classes; by default their numbers.
            batch_size: rows a step.

        Returns:
            B dicts, see `tagging.tagged`.

        Raises:
            InputError: what was passed is no words, or the labels are not C, or there is no
                preprocessor.
        """
        names = [str(number) for number in range(self.num_classes)] if labels is None else labels
        if len(names) != self.num_classes:
            raise InputError(
                f"There are {len(names)} labels, and the model has {self.num_classes} classes."
            )
        if self.preprocessor is None:
            raise InputError("Tagging words needs a preprocessor; this model has none.")
        encoded = self.preprocessor.encode(x)
        logits = np.zeros((0, 0, self.num_classes), np.float32)
        if len(encoded.sentence_of_row):
            self._check_inputs(encoded.x)
            logits = predict_by_length(self, encoded.x, batch_size, verbose=0)
        return tagged(encoded, logits, names)

    def _labels(self, y: Any) -> Any:
        # Labels of sentences are lists of different lengths, which only the preprocessor can make
        # an array of.
        if isinstance(y, np.ndarray):
            return y.tolist() if y.dtype == object else y
        return rows_by_place(y)

    def _check_labels(self, x: dict[str, Any], y: Any) -> None:
        if isinstance(y, np.ndarray) and y.size and not 0 <= y.min() <= y.max() < self.num_classes:
            worst = y.min() if y.min() < 0 else y.max()
            raise InputError(
                f"A label is {worst}, and num_classes={self.num_classes} knows 0 to "
                f"{self.num_classes - 1}."
            )

    def get_config(self) -> dict[str, Any]:
        """The constructor's arguments."""
        return {
            **super().get_config(),
            "num_classes": self.num_classes,
            "dropout": self.dropout,
        }
