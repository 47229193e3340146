"""Runs an ONNX folder with onnxruntime, sentencepiece and NumPy, and nothing else.

A WordPiece vocabulary takes no sentencepiece but keras_albert/text/wordpiece.py, plain Python.

This file imports nothing of keras_albert. As a program it answers a job, in a process that has
only its runtime: `python run_onnx.py JOB.json`; see `run_job.answer_job`.
"""

from pathlib import Path

import numpy as np

if __package__:
    from keras_albert.inference import run_job
    from keras_albert.inference.artifact_model import ArtifactModel
else:  # Run by its path: Python looks for modules in this file's own folder.
    import run_job  # type: ignore[import-not-found, no-redef]
    from artifact_model import ArtifactModel  # type: ignore[import-not-found, no-redef]

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
        from onnxruntime.capi import onnxruntime_pybind11_state as failures

        options = SessionOptions()
        if self._num_threads is not None:
            options.intra_op_num_threads = self._num_threads
        try:
            self._session = InferenceSession(
                files[MODEL_FILE], options, providers=["CPUExecutionProvider"]
            )
        except (failures.Fail, failures.InvalidGraph, failures.InvalidProtobuf) as error:
            raise self._refusal(MODEL_FILE, error) from error
        self._outputs = [output.name for output in self._session.get_outputs()]

    def _run(self, inputs: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
        answers = self._session.run(self._outputs, inputs)
        return dict(zip(self._outputs, answers, strict=True))


if __name__ == "__main__":
    run_job.answer_job(run_job.read_job(), ("onnxruntime", "sentencepiece"), OnnxModel)
