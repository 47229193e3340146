"""Runs a TFLite folder with ai-edge-litert, sentencepiece and NumPy, and nothing else.

A WordPiece vocabulary takes no sentencepiece but wordpiece.py beside it, plain Python.

As a program it answers a job, in a process that has only its runtime:
`python -m keras_albert.runtime.run_litert JOB.json`; see `run_job.answer_job`.
"""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from keras_albert.runtime import run_job
from keras_albert.runtime.artifact_model import ArtifactModel, Ports, encoded_strings
from keras_albert.runtime.task_kinds import kind_named

MODEL_FILE = "model.tflite"
SIGNATURE = "tokens"
MOST_THREADS = 4


class LiteRTModel(ArtifactModel):
    """A TFLite folder: model.tflite, the vocabulary and model.json.

    Args:
        folder: what `export_tflite` wrote.
        num_threads: how many threads the interpreter takes; by default one a processor, at most
            4. (LiteRT's own default is one.)

    Raises:
        ValueError: a file is missing, damaged or of another export.
    """

    kind = "TFLite"
    model_files = (MODEL_FILE,)

    def __init__(self, folder: str | Path, num_threads: int | None = None) -> None:
        self._num_threads = num_threads or min(os.cpu_count() or 1, MOST_THREADS)
        super().__init__(folder)

    def _load(self, files: dict[str, bytes]) -> None:
        # Signatures of one length each, the shortest first; 0 stands for any length.
        lengths = self.description.get("options", {}).get("lengths")
        self._lengths = sorted(lengths) if lengths else [0]
        try:
            self._interpreter = self._opened(files[MODEL_FILE])
            self._runners = {
                length: self._interpreter.get_signature_runner(
                    f"{SIGNATURE}_{length}" if length else SIGNATURE
                )
                for length in self._lengths
            }
            if self.reads_strings:
                self._on_strings = self._interpreter.get_signature_runner("texts")
        except (ValueError, RuntimeError) as error:
            raise self._refusal(error) from error

    def _opened(self, content: bytes) -> Any:
        from ai_edge_litert import interpreter

        if not self.reads_strings:
            return interpreter.Interpreter(model_content=content, num_threads=self._num_threads)
        from tensorflow_text import tflite_registrar

        return interpreter.InterpreterWithCustomOps(
            model_content=content,
            num_threads=self._num_threads,
            custom_op_registerers=tflite_registrar.SELECT_TFTEXT_OPS,
        )

    def _ports(self) -> list[tuple[Ports, Ports]]:
        return [
            (_axes(runner.get_input_details()), _axes(runner.get_output_details()))
            for runner in self._runners.values()
        ]

    def _run(self, inputs: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
        if self._lengths == [0]:
            return self._answered(self._runners[0], inputs)
        return self._at_fixed_length(inputs)

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
            parts.append(self._answered(self._runners[length], one))
        joined = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
        for name in kind_named(self.description["task"]).along_tokens:
            joined[name] = _fitted(joined[name], width, axis=1)
        return joined

    def on_texts(
        self,
        texts: Sequence[str],
        second_texts: Sequence[str] | None = None,
        depth: int | None = None,
    ) -> dict[str, np.ndarray]:
        """See `ArtifactModel.on_texts`; a graph that reads texts gives the outputs alone."""
        if not self.reads_strings or second_texts is not None:
            return super().on_texts(texts, second_texts, depth)
        strings = np.array(encoded_strings(texts), np.bytes_)
        return self._answered(self._on_strings, {"text": strings, **self._depth_input(depth)})

    def _answered(self, runner: Any, inputs: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
        try:
            return {name: np.array(value) for name, value in runner(**inputs).items()}
        except RuntimeError as error:
            raise self._refusal(error, "answer") from error


def _axes(details: dict[str, Any]) -> Ports:
    return {name: len(found["shape"]) for name, found in details.items()}


def _fitted(array: np.ndarray, length: int, axis: int = -1) -> np.ndarray:
    """Cut or filled up with zeros to a length along an axis."""
    array = np.take(array, range(min(length, array.shape[axis])), axis=axis)
    edges = [(0, 0)] * array.ndim
    edges[axis] = (0, length - array.shape[axis])
    return np.pad(array, edges)


def main(job: dict[str, Any]) -> None:
    """Answers a job, see `run_job.answer_job`, with LiteRT alone."""
    runtime: tuple[str, ...] = ("ai_edge_litert.interpreter", "sentencepiece")
    foreign: tuple[str, ...] = run_job.FOREIGN
    if run_job.described(job, LiteRTModel.description_file)["options"].get("strings"):
        run_job.hide_keras()
        runtime += ("tensorflow_text",)
        # TensorFlow, which tensorflow-text brings, imports JAX wherever it is installed.
        foreign = tuple(name for name in foreign if name not in ("tensorflow", "jax"))
    run_job.answer_job(job, runtime, LiteRTModel, foreign)


if __name__ == "__main__":
    main(run_job.read_job())
