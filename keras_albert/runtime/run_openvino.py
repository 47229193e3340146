"""Runs an OpenVINO folder with openvino, sentencepiece and NumPy, and nothing else.

A WordPiece vocabulary takes no sentencepiece but wordpiece.py beside it, plain Python.

As a program it answers a job, in a process that has only its runtime:
`python -m keras_albert.runtime.run_openvino JOB.json`; see `run_job.answer_job`.
"""

from pathlib import Path
from typing import Any

import numpy as np

from keras_albert.runtime import run_job
from keras_albert.runtime.artifact_model import ArtifactModel, Ports
from keras_albert.runtime.descriptions import described_ports

MODEL_FILES = ("model.xml", "model.bin")


class OpenvinoModel(ArtifactModel):
    """An OpenVINO folder: model.xml, model.bin, the vocabulary and model.json.

    Args:
        folder: what `export_openvino` wrote.
        num_threads: how many threads it takes.
        precision: "f32", or "bf16" for processors that have it.

    Raises:
        ValueError: a file is missing, damaged or of another export.
    """

    kind = "OpenVINO"
    model_files = MODEL_FILES

    def __init__(
        self, folder: str | Path, num_threads: int | None = None, precision: str = "f32"
    ) -> None:
        # Without this it computes in bfloat16 where the processor can, and differs more.
        self._options: dict[str, Any] = {"INFERENCE_PRECISION_HINT": precision}
        if num_threads is not None:
            self._options["INFERENCE_NUM_THREADS"] = num_threads
        super().__init__(folder)

    def _load(self, files: dict[str, bytes]) -> None:
        import openvino

        try:
            self._model = openvino.compile_model(self.folder / MODEL_FILES[0], "CPU", self._options)
        except RuntimeError as error:
            raise self._refusal(error) from error
        self._outputs = {self._name(port): port for port in self._model.outputs}

    def _name(self, port: Any) -> str:
        """The name that model.json has for an input or output; it also bears its neighbours'."""
        known = {name for ports in described_ports(self.description) for name in ports}
        return str(next(iter(known & port.get_names()), port.get_any_name()))

    def _ports(self) -> list[tuple[Ports, Ports]]:
        taken = {self._name(port): _axes(port) for port in self._model.inputs}
        return [(taken, {name: _axes(port) for name, port in self._outputs.items()})]

    def _run(self, inputs: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
        try:
            answers = self._model(inputs)
        except RuntimeError as error:
            raise self._refusal(error, "answer") from error
        return {name: np.array(answers[port]) for name, port in self._outputs.items()}


def _axes(port: Any) -> int | None:
    rank = port.get_partial_shape().rank
    return None if rank.is_dynamic else int(rank.get_length())


if __name__ == "__main__":
    run_job.answer_job(run_job.read_job(), ("openvino", "sentencepiece"), OpenvinoModel)
