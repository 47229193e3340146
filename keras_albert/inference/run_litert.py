"""Runs a TFLite folder with ai-edge-litert, sentencepiece and NumPy, and nothing else.

A WordPiece vocabulary takes no sentencepiece but keras_albert/text/wordpiece.py, plain Python.

This file imports nothing of keras_albert. As a program it answers a job, in a process that has
only its runtime: `python run_litert.py JOB.json`; see `answer_job`.
"""

import hashlib
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

if __package__:
    from keras_albert.inference.text_encoder import TextEncoder
else:  # Run by its path: Python looks for modules in this file's own folder.
    from text_encoder import TextEncoder  # type: ignore[import-not-found, no-redef]

MODEL_FILE = "model.tflite"
SIGNATURE = "tokens"


class LiteRTModel:
    """A TFLite folder: model.tflite, the vocabulary and model.json.

    Args:
        folder: what `export_tflite` wrote.
        num_threads: how many threads the interpreter takes.

    Raises:
        ValueError: a file is missing, damaged or of another export.
    """

    def __init__(self, folder: str | Path, num_threads: int | None = None) -> None:
        from ai_edge_litert.interpreter import Interpreter

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
        try:
            self._interpreter = Interpreter(
                model_content=files[MODEL_FILE], num_threads=num_threads
            )
            self._run = self._interpreter.get_signature_runner(SIGNATURE)
        except (ValueError, RuntimeError) as error:
            reason = " ".join(str(error).split())[:200]
            raise ValueError(f"{folder / MODEL_FILE} does not load: {reason}") from error

    def on_tokens(self, inputs: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
        """Runs on arrays of ids.

        Args:
            inputs: "token_ids", "segment_ids", "padding_mask", int32 (B, S), and where the model
                predicts masked tokens "mask_positions", int32 (B, P).

        Returns:
            The model's outputs by name.
        """
        return {name: np.array(value) for name, value in self._run(**inputs).items()}

    def on_texts(
        self, texts: Sequence[str], second_texts: Sequence[str] | None = None
    ) -> dict[str, np.ndarray]:
        """Runs on texts or pairs: the outputs, and "truncated" (B,) and the ids it read.

        Raises:
            ValueError: something is not text.
        """
        inputs, truncated = self.encoder(texts, second_texts)
        return {**inputs, **self.on_tokens(inputs), "truncated": truncated}


def answer_job(job: dict[str, Any]) -> None:
    """Runs a folder on texts and writes all outputs to one file.

    Args:
        job: "artifact", the folder; "texts", a list of [texts, second texts or null]; "output", an
            .npz file to write, with names such as "0/scores" for the first of "texts".
    """
    model = LiteRTModel(job["artifact"])
    results: dict[str, Any] = {}
    for number, (texts, second_texts) in enumerate(job["texts"]):
        for name, value in model.on_texts(texts, second_texts).items():
            results[f"{number}/{name}"] = value
    foreign = {"keras", "keras_hub", "keras_albert", "tensorflow", "jax", "torch"}
    found = sorted(foreign & set(sys.modules))
    if found:
        raise ValueError(f"the process that should have LiteRT alone has loaded {found}")
    np.savez(job["output"], **results)


if __name__ == "__main__":
    answer_job(json.loads(Path(sys.argv[1]).read_text("utf-8")))
