"""Runs a TFLite folder with ai-edge-litert, sentencepiece and NumPy, and nothing else.

A WordPiece vocabulary takes no sentencepiece but keras_albert/text/wordpiece.py, plain Python.

This file imports nothing of keras_albert. As a program it answers a job, in a process that has
only its runtime: `python run_litert.py JOB.json`; see `run_job.answer_job`.
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

MODEL_FILE = "model.tflite"
SIGNATURE = "tokens"
# Outputs with a value for each token of a row.
ALONG_TOKENS = {"token_classifier": ("scores",), "question_answerer": ("start", "end")}


class LiteRTModel:
    """A TFLite folder: model.tflite, the vocabulary and model.json.

    Args:
        folder: what `export_tflite` wrote.
        num_threads: how many threads the interpreter takes.

    Raises:
        ValueError: a file is missing, damaged or of another export.
    """

    def __init__(self, folder: str | Path, num_threads: int | None = None) -> None:
        folder = Path(folder)
        try:
            self.description = json.loads((folder / "model.json").read_text("utf-8"))
            # Exports made before there was a choice say nothing of it.
            vocabulary = str(self.description.get("vocabulary_file", "spiece.model"))
            files = {name: (folder / name).read_bytes() for name in (MODEL_FILE, vocabulary)}
            expected = self.description["sha256"]
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise ValueError(f"{folder} is not a complete TFLite export: {error}") from error
        for name, content in files.items():
            if hashlib.sha256(content).hexdigest() != expected.get(name):
                raise ValueError(
                    f"{folder / name} is not the file that was exported (its checksum differs): it "
                    "is damaged or was replaced; export again"
                )
        self.encoder = TextEncoder(files[vocabulary], self.description)
        options = self.description.get("options", {})
        self.reads_strings = bool(options.get("strings"))
        # Signatures of one length each, the shortest first; 0 stands for any length.
        lengths = options.get("lengths")
        self._lengths = sorted(lengths) if lengths else [0]
        try:
            self._interpreter = self._opened(files[MODEL_FILE], num_threads)
            self._runners = {
                length: self._interpreter.get_signature_runner(
                    f"{SIGNATURE}_{length}" if length else SIGNATURE
                )
                for length in self._lengths
            }
            if self.reads_strings:
                self._on_strings = self._interpreter.get_signature_runner("texts")
        except (ValueError, RuntimeError) as error:
            reason = " ".join(str(error).split())[:200]
            raise ValueError(f"{folder / MODEL_FILE} does not load: {reason}") from error

    def _opened(self, content: bytes, num_threads: int | None) -> Any:
        from ai_edge_litert import interpreter

        if not self.reads_strings:
            return interpreter.Interpreter(model_content=content, num_threads=num_threads)
        from tensorflow_text import tflite_registrar

        return interpreter.InterpreterWithCustomOps(
            model_content=content,
            num_threads=num_threads,
            custom_op_registerers=tflite_registrar.SELECT_TFTEXT_OPS,
        )

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
        given = dict(inputs)
        layers = checked_depth(depth, self.description)
        if layers is not None:
            given["depth"] = np.array(layers, np.int32)
        if self._lengths == [0]:
            return _arrays(self._runners[0](**given))
        return self._at_fixed_length(given)

    def _at_fixed_length(self, inputs: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
        """Row by row through the shortest signature that a row fits in."""
        axes = self.description["inputs"]
        longest = int(np.asarray(inputs["padding_mask"]).sum(axis=-1).max(initial=1))
        fitting = [length for length in self._lengths if length >= longest]
        if not fitting:
            raise ValueError(
                f"a row has {longest} tokens, and the model's signatures read "
                f"{', '.join(map(str, self._lengths))}"
            )
        width, length = inputs["token_ids"].shape[-1], fitting[0]
        parts: list[dict[str, np.ndarray]] = []
        for row in range(len(inputs["token_ids"])):
            one = {
                name: _fitted(value[row : row + 1], length)
                if axes[name][-1] == "length"
                else value[row : row + 1]
                for name, value in inputs.items()
                if name in axes
            }
            if "depth" in inputs:
                one["depth"] = inputs["depth"]
            parts.append(_arrays(self._runners[length](**one)))
        joined = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
        for name in ALONG_TOKENS.get(self.description["task"], ()):
            joined[name] = _fitted(joined[name], width, axis=1)
        return joined

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
        if self.reads_strings and second_texts is None:
            return self._on_raw_texts(texts, depth)
        inputs, truncated = self.encoder(texts, second_texts)
        return {**inputs, **self.on_tokens(inputs, depth), "truncated": truncated}

    def _on_raw_texts(self, texts: Sequence[str], depth: int | None) -> dict[str, np.ndarray]:
        for number, text in enumerate(texts):
            if not isinstance(text, str):
                raise ValueError(f"text {number} is {type(text).__name__}, not a string")
        given: dict[str, Any] = {"text": np.array([text.encode() for text in texts], np.bytes_)}
        layers = checked_depth(depth, self.description)
        if layers is not None:
            given["depth"] = np.array(layers, np.int32)
        return _arrays(self._on_strings(**given))


def _arrays(outputs: dict[str, Any]) -> dict[str, np.ndarray]:
    return {name: np.array(value) for name, value in outputs.items()}


def _fitted(array: np.ndarray, length: int, axis: int = -1) -> np.ndarray:
    """Cut or filled up with zeros to a length along an axis."""
    array = np.take(array, range(min(length, array.shape[axis])), axis=axis)
    edges = [(0, 0)] * array.ndim
    edges[axis] = (0, length - array.shape[axis])
    return np.pad(array, edges)


def main(job: dict[str, Any]) -> None:
    """Answers a job, see `run_job.answer_job`, with LiteRT alone."""
    described = json.loads((Path(job["artifact"]) / "model.json").read_text("utf-8"))
    strings = bool(described.get("options", {}).get("strings"))
    if strings:
        # TensorFlow imports Keras where it is installed; see `run_saved_model.main`.
        sys.modules["keras"] = None  # type: ignore[assignment]
        sys.modules["tensorflow_text.python.keras"] = ModuleType("tensorflow_text.python.keras")

    def import_runtime() -> None:
        import ai_edge_litert.interpreter  # noqa: F401
        import sentencepiece  # noqa: F401

        if strings:
            import tensorflow_text  # noqa: F401

    foreign: tuple[str, ...] = ("keras", "keras_hub", "keras_albert", "torch")
    if not strings:
        # TensorFlow, which tensorflow-text brings, imports JAX wherever it is installed.
        foreign += ("tensorflow", "jax")
    run_job.answer_job(job, import_runtime, LiteRTModel, foreign)


if __name__ == "__main__":
    main(json.loads(Path(sys.argv[1]).read_text("utf-8")))
