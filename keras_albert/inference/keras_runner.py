"""Runs a trained model with Keras, on whichever backend this process uses."""

from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import keras
import numpy as np

from keras_albert.errors import InputError
from keras_albert.inference.results import class_probabilities
from keras_albert.models.saved_task import SavedTask
from keras_albert.runtime.row_batches import TOKEN_INPUTS, Arrays, batches_by_length, in_order
from keras_albert.runtime.text_encoder import TextEncoder

# Rows a step; near lengths are put together, so that little is padding.
BATCH_SIZE = 32
# The shortest row where shapes are rounded up.
SHORTEST = 16


class KerasRunner:
    """A trained model's folder, answering as the artifacts made from it do.

    Args:
        folder: a preset folder, a run's folder or a shipped preset's name; or what was loaded from
            there.
        depth: how many layers to run; as the task does by default.

    Attributes:
        description: see `SavedTask.description`.

    Raises:
        InputError: it cannot be read, or it has no such depth.
    """

    runtime = "keras"
    texts_at_once: int | None = BATCH_SIZE

    def __init__(self, folder: str | Path | SavedTask, depth: int | None = None) -> None:
        self._saved = folder if isinstance(folder, SavedTask) else SavedTask.load(folder)
        task = self._saved.task
        layers = task.backbone.num_layers
        if depth is not None and (isinstance(depth, bool) or not 1 <= depth <= layers):
            raise InputError(f"depth={depth} is not between 1 and the model's {layers} layers.")
        self._model = task if depth is None else task.at_depth(depth)
        self.description = self._saved.description()

    @cached_property
    def encoder(self) -> TextEncoder:
        """What turns plain texts into ids, as artifacts do."""
        return TextEncoder(self._saved.tokenizer.vocabulary_bytes, self.description)

    @property
    def preprocessor(self) -> Any:
        """The task's preprocessor."""
        return self._saved.ready_preprocessor()

    def on_texts(self, texts: Sequence[str], second_texts: Sequence[str] | None = None) -> Arrays:
        """Runs on texts or pairs: the outputs, and "truncated" (B,) and the ids it read.

        Raises:
            ValueError: something is not text.
        """
        inputs, truncated = self.encoder(texts, second_texts)
        return {**inputs, **self.on_rows(inputs), "truncated": truncated}

    def on_rows(self, x: Arrays) -> Arrays:
        """Runs on arrays of ids.

        Args:
            x: what `named_outputs.input_axes` lists, (R, ...).

        Returns:
            Outputs by name, (R, ...), see `export.named_outputs`.

        Raises:
            InputError: ids or lengths are beyond the model's.
        """
        facts = self._saved.facts
        # In training a model may read gold values; what is scored by them is left out below.
        gold = np.zeros((len(x["token_ids"]), 1), np.int32)
        x = {**{name: np.asarray(value) for name, value in x.items()}}
        x |= dict.fromkeys(facts.gold_inputs, gold)
        self._saved.task._check_inputs(x)
        batches, order = batches_by_length(x, BATCH_SIZE)
        outputs = [self._batch_outputs(batch) for batch in batches]
        positions = x["token_ids"].shape[-1]
        widths = {name: positions for name in facts.along_tokens}
        named = in_order(outputs, order, widths, facts.padding)
        if facts.has_problem and self.description["problem"] != "regression":
            named["probabilities"] = class_probabilities(
                self.description["problem"],
                named["scores"],
                self.description["outputs"] == "probabilities",
            )
        return named

    def _batch_outputs(self, batch: Arrays) -> Arrays:
        facts = self._saved.facts
        rounded = batch
        # PyTorch runs any shape; the others make a program for each, so they are given few.
        if keras.config.backend() != "torch":
            rounded = self._rounded_up(batch)
        outputs: Any = self._model.predict_on_batch(rounded)
        if not isinstance(outputs, dict):
            outputs = {facts.first_output: outputs}
        found = {}
        for name in outputs.keys() & facts.outputs.keys():
            values = np.asarray(outputs[name])[: len(batch["token_ids"])]
            if name in facts.along:
                values = values[:, : batch[facts.along[name]].shape[-1]]
            found[name] = values
        return found

    def _rounded_up(self, batch: Arrays) -> Arrays:
        """Rows, length and places padded to powers of two: few shapes, so few compilations."""
        rounded = {}
        for name, array in batch.items():
            edges = [(0, 0)] * array.ndim
            edges[0] = (0, _power_of_two(len(array)) - len(array))
            width = _power_of_two(array.shape[-1])
            if name in TOKEN_INPUTS:
                most = max(self._saved.sequence_length, array.shape[-1])
                width = min(max(width, SHORTEST), most)
            edges[-1] = (0, width - array.shape[-1])
            rounded[name] = np.pad(array, edges)
        rounded["token_ids"][rounded["padding_mask"] == 0] = self._saved.tokenizer.pad_token_id
        return rounded


def _power_of_two(least: int) -> int:
    return 1 << max(least - 1, 0).bit_length()
