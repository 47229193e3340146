"""Runs an ONNX folder with onnxruntime, sentencepiece and NumPy, and nothing else.

A WordPiece vocabulary takes no sentencepiece but keras_albert/text/wordpiece.py, plain Python.

This file imports nothing of keras_albert. As a program it answers a job, in a process that has
only its runtime: `python run_onnx.py JOB.json`; see `run_job.answer_job`.
"""

import hashlib
import json
import sys
from collections.abc import Sequence
from pathlib import Path
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

MODEL_FILE = "model.onnx"


class OnnxModel:
    """An ONNX folder: model.onnx, the vocabulary and model.json.

    Args:
        folder: what `export_onnx` wrote.
        num_threads: how many threads an operation takes.

    Raises:
        ValueError: a file is missing, damaged or of another export.
    """

    def __init__(self, folder: str | Path, num_threads: int | None = None) -> None:
        from onnxruntime import InferenceSession, SessionOptions
        from onnxruntime.capi import onnxruntime_pybind11_state as failures

        folder = Path(folder)
        try:
            self.description = json.loads((folder / "model.json").read_text("utf-8"))
            # Exports made before there was a choice say nothing of it.
            vocabulary = str(self.description.get("vocabulary_file", "spiece.model"))
            files = {name: (folder / name).read_bytes() for name in (MODEL_FILE, vocabulary)}
            expected = self.description["sha256"]
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise ValueError(f"{folder} is not a complete ONNX export: {error}") from error
        for name, content in files.items():
            if hashlib.sha256(content).hexdigest() != expected.get(name):
                raise ValueError(
                    f"{folder / name} is not the file that was exported (its checksum differs): it "
                    "is damaged or was replaced; export again"
                )
        self.encoder = TextEncoder(files[vocabulary], self.description)
        options = SessionOptions()
        if num_threads is not None:
            options.intra_op_num_threads = num_threads
        try:
            self._session = InferenceSession(
                files[MODEL_FILE], options, providers=["CPUExecutionProvider"]
            )
        except (failures.Fail, failures.InvalidGraph, failures.InvalidProtobuf) as error:
            reason = " ".join(str(error).split())[:200]
            raise ValueError(f"{folder / MODEL_FILE} does not load: {reason}") from error
        self._outputs = [output.name for output in self._session.get_outputs()]

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
        answers = self._session.run(self._outputs, given)
        return dict(zip(self._outputs, answers, strict=True))

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
        inputs, truncated = self.encoder(texts, second_texts)
        return {**inputs, **self.on_tokens(inputs, depth), "truncated": truncated}


def main(job: dict[str, Any]) -> None:
    """Answers a job, see `run_job.answer_job`, with ONNX Runtime alone."""

    def import_runtime() -> None:
        import onnxruntime  # noqa: F401
        import sentencepiece  # noqa: F401

    foreign = ("keras", "keras_hub", "keras_albert", "tensorflow", "jax", "torch")
    run_job.answer_job(job, import_runtime, OnnxModel, foreign)


if __name__ == "__main__":
    main(json.loads(Path(sys.argv[1]).read_text("utf-8")))
