"""Runs a SavedModel folder with tensorflow and tensorflow-text, and nothing else.

This file imports nothing of keras_albert. As a program it answers a job, in a process that has
only its runtime: `python run_saved_model.py JOB.json`; see `run_job.answer_job`.
"""

import hashlib
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

if __package__:
    from keras_albert.inference import run_job
    from keras_albert.inference.depths import checked_depth
    from keras_albert.inference.text_encoder import TextEncoder
else:  # Run by its path: Python looks for modules in this file's own folder.
    import run_job  # type: ignore[import-not-found, no-redef]
    from depths import checked_depth  # type: ignore[import-not-found, no-redef]
    from text_encoder import TextEncoder  # type: ignore[import-not-found, no-redef]

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

        folder = Path(folder)
        try:
            self.description = json.loads((folder / DESCRIPTION_FILE).read_text("utf-8"))
            expected = dict(self.description["sha256"])
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise ValueError(f"{folder} is not a complete SavedModel export: {error}") from error
        if not self.description.get("options", {}).get("tokens_only"):
            import tensorflow_text  # noqa: F401  Registers the tokenizer's operation.
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
            self._signatures = dict(self._model.signatures)
            self._signatures["tokens"]
        except (OSError, ValueError, KeyError, RuntimeError, AttributeError) as error:
            reason = " ".join(str(error).split())[:200]
            raise ValueError(f"{folder} does not load as a SavedModel: {reason}") from error
        # A model on ids alone reads its texts as other artifacts do.
        self.reads_strings = "serving_default" in self._signatures
        name = str(self.description.get("vocabulary_file", "spiece.model"))
        self._vocabulary = (folder / DESCRIPTION_FILE).with_name(name).read_bytes()
        self._encoder: TextEncoder | None = None

    @property
    def encoder(self) -> TextEncoder:
        """What turns texts into ids outside the graph."""
        if self._encoder is None:
            self._encoder = TextEncoder(self._vocabulary, self.description)
        return self._encoder

    def on_tokens(
        self, inputs: dict[str, np.ndarray], depth: int | None = None
    ) -> dict[str, np.ndarray]:
        """Runs on arrays of ids.

        Args:
            inputs: the arrays that model.json lists under "inputs", int32: "token_ids",
                "segment_ids", "padding_mask", (B, S), and where the model predicts masked tokens
                "mask_positions", (B, P).
            depth: how many layers to run; by default as the artifact is set.

        Returns:
            The model's outputs by name.

        Raises:
            ValueError: inputs are missing or longer than the model reads, or the depth is not
                possible.
        """
        run_job.check_inputs(inputs, self.description)
        wanted = {name: np.asarray(inputs[name], np.int32) for name in self.description["inputs"]}
        return self._call("tokens", wanted, depth)

    def on_texts(
        self,
        texts: Sequence[str],
        second_texts: Sequence[str] | None = None,
        depth: int | None = None,
    ) -> dict[str, np.ndarray]:
        """Runs on texts or pairs: the outputs, and "truncated" (B,) and the ids it read.

        Args:
            texts: B texts.
            second_texts: B more for pairs.
            depth: see `on_tokens`.

        Raises:
            ValueError: something is not text, or see `on_tokens`.
        """
        if not self.reads_strings:
            inputs, truncated = self.encoder(texts, second_texts)
            return {**inputs, **self.on_tokens(inputs, depth), "truncated": truncated}
        strings = {"text": self._strings(texts)}
        if second_texts is None:
            return self._call("serving_default", strings, depth)
        strings["second_text"] = self._strings(second_texts)
        return self._call("pairs", strings, depth)

    def _call(self, name: str, inputs: dict[str, Any], depth: int | None) -> dict[str, np.ndarray]:
        tensors = {key: self._tf.convert_to_tensor(value) for key, value in inputs.items()}
        layers = checked_depth(depth, self.description)
        if layers is not None and layers != self.description["depth"]:
            name = f"{name}_at_depth"
            tensors["depth"] = self._tf.constant(layers, self._tf.int32)
        outputs = self._signatures[name](**tensors)
        return {key: value.numpy() for key, value in outputs.items()}

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


def main(job: dict[str, Any]) -> None:
    """Answers a job, see `run_job.answer_job`, with TensorFlow alone."""
    # TensorFlow imports Keras wherever it is installed, and tensorflow-text brings Keras layers
    # that no SavedModel uses. None makes Python say that Keras is not installed, and an empty
    # module stands for those layers: what runs here runs without Keras.
    sys.modules["keras"] = None  # type: ignore[assignment]
    sys.modules["tensorflow_text.python.keras"] = ModuleType("tensorflow_text.python.keras")
    strings = not json.loads((Path(job["artifact"]) / DESCRIPTION_FILE).read_text("utf-8"))[
        "options"
    ].get("tokens_only")

    def import_runtime() -> None:
        import tensorflow  # noqa: F401

        if strings:
            import tensorflow_text  # noqa: F401

    # What reads ids alone must do without the operations on texts.
    foreign = ("keras", "keras_hub", "keras_albert", "torch") + (
        () if strings else ("tensorflow_text",)
    )
    run_job.answer_job(job, import_runtime, SavedModelRunner, foreign)


if __name__ == "__main__":
    main(json.loads(Path(sys.argv[1]).read_text("utf-8")))
