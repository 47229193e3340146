"""Runs a SavedModel folder with tensorflow and tensorflow-text, and nothing else.

This file imports nothing of keras_albert. As a program it answers a job, in a process that has
only its runtime: `python run_saved_model.py JOB.json`; see `answer_job`.
"""

import hashlib
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

DESCRIPTION_FILE = Path("assets.extra") / "model.json"


class SavedModelRunner:
    """A SavedModel folder whose signatures take raw strings.

    Args:
        folder: what `export_saved_model` wrote.

    Raises:
        ValueError: a file is missing, damaged or of another export.
    """

    def __init__(self, folder: str | Path) -> None:
        import tensorflow as tf
        import tensorflow_text  # noqa: F401  Registers the tokenizer's operation.

        folder = Path(folder)
        try:
            self.description = json.loads((folder / DESCRIPTION_FILE).read_text("utf-8"))
            expected = dict(self.description["sha256"])
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise ValueError(f"{folder} is not a complete SavedModel export: {error}") from error
        for name, digest in expected.items():
            try:
                content = (folder / name).read_bytes()
            except OSError as error:
                raise ValueError(f"{folder} is not complete: {name} is missing") from error
            if hashlib.sha256(content).hexdigest() != digest:
                raise ValueError(
                    f"{folder / name} is not the file that was exported (its checksum differs): it "
                    "is damaged or was replaced; export again"
                )
        self._tf = tf
        try:
            self._model = tf.saved_model.load(str(folder))
            self._signatures = self._model.signatures
            self._on_texts = self._signatures["serving_default"]
            self._on_pairs = self._signatures["pairs"]
            self._on_tokens = self._signatures["tokens"]
        except (OSError, ValueError, KeyError, RuntimeError) as error:
            reason = " ".join(str(error).split())[:200]
            raise ValueError(f"{folder} does not load as a SavedModel: {reason}") from error

    def on_tokens(self, inputs: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
        """Runs on arrays of ids.

        Args:
            inputs: "token_ids", "segment_ids", "padding_mask", int32 (B, S), and where the model
                predicts masked tokens "mask_positions", int32 (B, P).

        Returns:
            The model's outputs by name.
        """
        tensors = {name: self._tf.constant(value) for name, value in inputs.items()}
        return {name: value.numpy() for name, value in self._on_tokens(**tensors).items()}

    def on_texts(
        self, texts: Sequence[str], second_texts: Sequence[str] | None = None
    ) -> dict[str, np.ndarray]:
        """Runs on texts or pairs: the outputs, and "truncated" (B,) and the ids it read.

        Raises:
            ValueError: something is not text.
        """
        strings = self._strings(texts)
        if second_texts is None:
            outputs = self._on_texts(text=strings)
        else:
            outputs = self._on_pairs(text=strings, second_text=self._strings(second_texts))
        return {name: value.numpy() for name, value in outputs.items()}

    def _strings(self, texts: Sequence[str]) -> Any:
        for number, text in enumerate(texts):
            if not isinstance(text, str):
                raise ValueError(f"text {number} is {type(text).__name__}, not a string")
        try:
            return self._tf.constant([text.encode() for text in texts], self._tf.string)
        except UnicodeEncodeError as error:
            raise ValueError(
                f"a text holds a lone surrogate at character {error.start}; was it read with the "
                "right encoding?"
            ) from error


def answer_job(job: dict[str, Any]) -> None:
    """Runs a folder on texts and writes all outputs to one file.

    Args:
        job: "artifact", the folder; "texts", a list of [texts, second texts or null]; "output", an
            .npz file to write, with names such as "0/scores" for the first of "texts". What the
            signature on ids answers for the same rows stands under "0/tokens/scores".
    """
    # TensorFlow imports Keras wherever it is installed, and tensorflow-text brings Keras layers
    # that no SavedModel uses. None makes Python say that Keras is not installed, and an empty
    # module stands for those layers: what runs here runs without Keras.
    sys.modules["keras"] = None  # type: ignore[assignment]
    sys.modules["tensorflow_text.python.keras"] = ModuleType("tensorflow_text.python.keras")
    model = SavedModelRunner(job["artifact"])
    names = {"token_ids", "segment_ids", "padding_mask", "mask_positions"}
    results: dict[str, Any] = {}
    for number, (texts, second_texts) in enumerate(job["texts"]):
        outputs = model.on_texts(texts, second_texts)
        inputs = {name: value for name, value in outputs.items() if name in names}
        for name, value in outputs.items():
            # Strings (labels, tokens) only name what the numbers say; .npz keeps them as pickles.
            if value.dtype != object:
                results[f"{number}/{name}"] = value
        for name, value in model.on_tokens(inputs).items():
            results[f"{number}/tokens/{name}"] = value
    foreign = {"keras", "keras_hub", "keras_albert", "torch"}
    found = sorted(name for name in foreign if sys.modules.get(name) is not None)
    if found:
        raise ValueError(f"the process that should have TensorFlow alone has loaded {found}")
    np.savez(job["output"], **results)


if __name__ == "__main__":
    answer_job(json.loads(Path(sys.argv[1]).read_text("utf-8")))
