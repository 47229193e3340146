"""AlbertMultipleChoice: which of several continuations is right."""

from collections.abc import Sequence
from typing import Any

import keras
import keras_hub
import numpy as np
from keras import ops

from keras_albert.errors import InputError
from keras_albert.layers.merge_choices import MergeChoices
from keras_albert.layers.split_choices import SplitChoices
from keras_albert.models.backbone import AlbertBackbone
from keras_albert.models.choices.multiple_choice_preprocessor import (
    AlbertMultipleChoicePreprocessor,
    read_choices,
)
from keras_albert.models.fitting.labels import LabelForm
from keras_albert.models.heads import output_dropout, score_head
from keras_albert.models.losses import one_of_several
from keras_albert.models.task import AlbertTask
from keras_albert.models.token_classification.tagging import softmax

# What the score of a choice that is padding becomes: no choice is below it.
MISSING_CHOICE = -1e9


@keras.saving.register_keras_serializable("keras_albert")
class AlbertMultipleChoice(AlbertTask, keras_hub.models.Task):
    """A Dense layer with one output on the pooled vector of every choice: RACE's head.

    google-research/albert `race_utils.create_model`. A choice whose row is all padding is there to
    fill up the array, and gets a score that no softmax notices.

    Args:
        backbone: an `AlbertBackbone`.
        preprocessor: an `AlbertMultipleChoicePreprocessor`, or None for inputs that are arrays
            already.
        dropout: share of the pooled vectors dropped in training.

    Call arguments:
        inputs: a dict of the backbone's inputs, (B, C, S) each: C choices a row.
        depth: how many layers to run; all by default.

    Returns:
        (B, C), logits over the choices.

    Raises:
        InputError: the backbone has no pooler.

    Example:
    ```python
    model = AlbertMultipleChoice.from_preset("albert_micro")
    questions = [("The index is a B-tree.", "What is the index?", ["a table", "a B-tree"])]
    model.fit(questions, [1], epochs=1)
    model.choose(questions)[0]  # "prediction", the option's number, and "probabilities"
    ```
    """

    backbone_cls = AlbertBackbone
    preprocessor_cls = AlbertMultipleChoicePreprocessor
    reads_pairs = False
    examples_are = "questions"

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
        scores = self.split_choices(self.output_dense(pooled), inputs["token_ids"])
        missing = 1.0 - ops.cast(ops.max(inputs["padding_mask"], axis=-1), "float32")
        return scores + missing * MISSING_CHOICE

    def choose(self, questions: Any, batch_size: int = 32) -> list[dict[str, Any]]:
        """Answers questions.

        Args:
            questions: B of them, as `AlbertMultipleChoicePreprocessor` takes them.
            batch_size: questions a step.

        Returns:
            B dicts, all JSON: "prediction", the number of the option, and "probabilities", one an
            option.

        Raises:
            InputError: what was passed is no questions, or there is no preprocessor.
        """
        scores = np.asarray(self.predict(questions, batch_size=batch_size, verbose=0))
        return self.choices(questions, scores)

    @staticmethod
    def choices(questions: Any, scores: np.ndarray) -> list[dict[str, Any]]:
        """What `choose` gives, from the model's outputs (B, C)."""
        numbers = [len(question.options) for question in read_choices(questions)]
        return chosen(scores, numbers)

    def label_form(self) -> LabelForm:
        """The number of an option; questions may differ in how many they have."""
        return self._classes_form(0)

    def _check_labels(self, x: dict[str, Any], y: Any) -> None:
        if not isinstance(y, np.ndarray) or not isinstance(x["padding_mask"], np.ndarray):
            return
        options = x["padding_mask"].any(axis=-1).sum(axis=1)
        chosen = y.argmax(axis=-1) if y.ndim == 2 else y
        wrong = chosen >= options
        if wrong.any():
            row = int(wrong.argmax())
            raise InputError(
                f"The label of question {row} is {chosen[row]}, and it has {options[row]} options, "
                f"0 to {options[row] - 1}."
            )

    def compile_defaults(self) -> dict[str, Any]:
        """Cross-entropy over the choices, and accuracy."""
        return one_of_several()

    def get_config(self) -> dict[str, Any]:
        """The constructor's arguments."""
        return {**super().get_config(), "dropout": self.dropout}


def chosen(scores: np.ndarray, numbers: Sequence[int]) -> list[dict[str, Any]]:
    """Scores of choices as answers.

    Args:
        scores: (B, C), logits.
        numbers: how many options each of the B questions has.

    Returns:
        B dicts, see `AlbertMultipleChoice.choose`.
    """
    return [
        {"prediction": int(row.argmax()), "probabilities": row[:number].tolist()}
        for row, number in zip(softmax(scores), numbers, strict=True)
    ]
