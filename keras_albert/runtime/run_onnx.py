"""Runs an ONNX folder with onnxruntime, sentencepiece and NumPy, and nothing else.

A WordPiece vocabulary takes no sentencepiece but wordpiece.py beside it, plain Python.

As a program it answers a job, in a process that has only its runtime:
`python -m keras_albert.runtime.run_onnx JOB.json`; see `run_job.answer_job`.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from keras_albert.runtime import run_job
from keras_albert.runtime.artifact_model import ArtifactModel, Ports

MODEL_FILE = "model.onnx"


class OnnxModel(ArtifactModel):
    """An ONNX folder: model.onnx, the vocabulary and model.json.

    Args:
        folder: what `export_onnx` wrote.
        num_threads: how many threads an operation takes.

    Raises:
        ValueError: a file is missing, damaged or of another export.
    """

    kind = "ONNX"
    model_files = (MODEL_FILE,)

    def __init__(self, folder: str | Path, num_threads: int | None = None) -> None:
        self._num_threads = num_threads
        super().__init__(folder)

    def _load(self, files: dict[str, bytes]) -> None:
        from onnxruntime import InferenceSession, SessionOptions
        from onnxruntime.capi import onnxruntime_pybind11_state as native

        # They have no class in common, and which one comes is not documented.
        self._failures = tuple(
            kind
            for kind in vars(native).values()
            if isinstance(kind, type) and issubclass(kind, Exception)
        )
        options = SessionOptions()
        if self._num_threads is not None:
            options.intra_op_num_threads = self._num_threads
        try:
            self._session = InferenceSession(
                files[MODEL_FILE], options, providers=["CPUExecutionProvider"]
            )
        except self._failures as error:
            raise self._refusal(error) from error
        self._outputs = [output.name for output in self._session.get_outputs()]

    def _ports(self) -> list[tuple[Ports, Ports]]:
        return [(_axes(self._session.get_inputs()), _axes(self._session.get_outputs()))]

    def _run(self, inputs: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
        try:
            answers = self._session.run(self._outputs, inputs)
        except self._failures as error:
            raise self._refusal(error, "answer") from error
        return dict(zip(self._outputs, answers, strict=True))


def _axes(ports: Sequence[Any]) -> Ports:
    return {port.name: len(port.shape) for port in ports}


if __name__ == "__main__":
    run_job.answer_job(run_job.read_job(), ("onnxruntime", "sentencepiece"), OnnxModel)
