"""Runs a trained model with Keras, on whichever backend this process uses."""

from collections.abc import Sequence
from pathlib import Path

import keras
import numpy as np

from keras_albert.models.saved_task import SavedTask
from keras_albert.runtime.text_encoder import TextEncoder

INPUTS = ("token_ids", "segment_ids", "padding_mask")


class KerasRunner:
    """A preset folder, answering texts as the artifacts made from it do.

    Args:
        folder: a preset folder, a run's folder or a shipped preset's name; or what was loaded from
            there.

    Raises:
        InputError: it cannot be read.
    """

    def __init__(self, folder: str | Path | SavedTask) -> None:
        self._saved = folder if isinstance(folder, SavedTask) else SavedTask.load(folder)
        self.description = self._saved.description()
        self.encoder = TextEncoder(self._saved.tokenizer.vocabulary_bytes, self.description)

    def on_tokens(
        self, inputs: dict[str, np.ndarray], depth: int | None = None
    ) -> dict[str, np.ndarray]:
        """Runs on arrays of ids.

        Args:
            inputs: "token_ids", "segment_ids", "padding_mask", int32 (B, S), and where the model
                predicts masked tokens "mask_positions", int32 (B, P).
            depth: how many layers to run; all by default.

        Returns:
            The model's outputs by name, as `export_saved_model` lists them.
        """
        rows, places = len(inputs["token_ids"]), 0
        if "mask_positions" in inputs:
            places = inputs["mask_positions"].shape[1]
        task = self._saved.task
        model = task if depth is None else task.at_depth(depth)
        outputs = model.predict_on_batch(self._rounded_up(inputs))
        if self._saved.kind == "text_classifier":
            scores = np.asarray(outputs)[:rows]
            probabilities = self._probabilities(scores)
            return {"scores": scores} | (
                {} if probabilities is None else {"probabilities": probabilities}
            )
        named = outputs if isinstance(outputs, dict) else {"masked_tokens": outputs}
        cut = {name: np.asarray(value)[:rows] for name, value in named.items()}
        cut["masked_tokens"] = cut["masked_tokens"][:, :places]
        return cut

    def on_texts(
        self,
        texts: Sequence[str],
        second_texts: Sequence[str] | None = None,
        depth: int | None = None,
    ) -> dict[str, np.ndarray]:
        """Runs on texts or pairs: the outputs, and "truncated" (B,) and the ids it read.

        Raises:
            ValueError: something is not text.
        """
        inputs, truncated = self.encoder(texts, second_texts)
        return {**inputs, **self.on_tokens(inputs, depth), "truncated": truncated}

    def _rounded_up(self, inputs: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
        """Rows, length and places padded to powers of two: few shapes, so few compilations."""
        rounded = {}
        for name, array in inputs.items():
            rows, width = (1 << (size - 1).bit_length() for size in array.shape)
            if name in INPUTS:
                width = min(max(width, 16), self._saved.sequence_length)
            padding = (0, rows - len(array)), (0, width - array.shape[1])
            rounded[name] = np.pad(array, padding, constant_values=0)
        rounded["token_ids"][rounded["padding_mask"] == 0] = self.encoder.pad_id
        return rounded

    def _probabilities(self, scores: np.ndarray) -> np.ndarray | None:
        if self._saved.task.problem == "regression":
            return None
        if self.description["outputs"] == "probabilities":
            return scores
        multi_label = self._saved.task.problem == "multi_label"
        normalise = keras.ops.sigmoid if multi_label else keras.ops.softmax
        return np.asarray(keras.ops.convert_to_numpy(normalise(scores)))
