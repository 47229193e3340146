"""Runs a SavedModel folder with tensorflow and tensorflow-text, and nothing else.

As a program it answers a job, in a process that has only its runtime:
`python -m keras_albert.runtime.run_saved_model JOB.json`; see `run_job.answer_job`.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np

from keras_albert.runtime import run_job
from keras_albert.runtime.artifact_model import ArtifactModel, Ports, encoded_strings


class SavedModelRunner(ArtifactModel):
    """A SavedModel folder whose signatures take raw strings.

    Args:
        folder: what `export_saved_model` wrote.

    Raises:
        ValueError: a file is missing, damaged or of another export.
    """

    kind = "SavedModel"
    description_file = "assets.extra/model.json"

    def _has_strings(self, options: dict[str, Any]) -> bool:
        # A model on ids alone reads its texts as other artifacts do.
        return not options.get("tokens_only")

    def _load(self, files: dict[str, bytes]) -> None:
        import tensorflow as tf

        if self.reads_strings:
            import tensorflow_text  # noqa: F401  Registers the tokenizer's operation.
        self._tf = tf
        try:
            self._model = tf.saved_model.load(str(self.folder))
            self._signatures = dict(self._model.signatures)
            # The one that takes all that model.json lists.
            deepest = "tokens_at_depth" if self.description.get("depth_is_input") else "tokens"
            self._on_tokens = self._signatures[deepest]
        except (OSError, ValueError, KeyError, RuntimeError, AttributeError) as error:
            raise self._refusal(error) from error

    def _ports(self) -> list[tuple[Ports, Ports]]:
        taken = self._on_tokens.structured_input_signature[1]
        return [(_axes(taken), _axes(self._on_tokens.structured_outputs))]

    def _run(self, inputs: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
        names = [*self.description["inputs"], *(["depth"] if "depth" in inputs else [])]
        return self._call("tokens", {name: np.asarray(inputs[name], np.int32) for name in names})

    def on_texts(
        self,
        texts: Sequence[str],
        second_texts: Sequence[str] | None = None,
        depth: int | None = None,
    ) -> dict[str, np.ndarray]:
        """See `ArtifactModel.on_texts`."""
        if not self.reads_strings:
            return super().on_texts(texts, second_texts, depth)
        strings = {"text": self._strings(texts), **self._depth_input(depth)}
        if second_texts is None:
            return self._call("serving_default", strings)
        strings["second_text"] = self._strings(second_texts)
        return self._call("pairs", strings)

    def _call(self, name: str, inputs: dict[str, Any]) -> dict[str, np.ndarray]:
        given = dict(inputs)
        if "depth" in given and given["depth"] == self.description["depth"]:
            del given["depth"]
        if "depth" in given:
            name = f"{name}_at_depth"
        tensors = {key: self._tf.convert_to_tensor(value) for key, value in given.items()}
        if name not in self._signatures:
            raise ValueError(f"{self.folder} has no signature {name}; export again")
        try:
            outputs = self._signatures[name](**tensors)
        except (self._tf.errors.OpError, TypeError) as error:
            raise self._refusal(error, "answer") from error
        return {key: value.numpy() for key, value in outputs.items()}

    def _strings(self, texts: Sequence[str]) -> Any:
        return self._tf.constant(encoded_strings(texts), self._tf.string)


def _axes(tensors: dict[str, Any]) -> Ports:
    return {name: tensor.shape.rank for name, tensor in tensors.items()}


def main(job: dict[str, Any]) -> None:
    """Answers a job, see `run_job.answer_job`, with TensorFlow alone."""
    run_job.hide_keras()
    # TensorFlow imports JAX wherever it is installed.
    foreign = tuple(name for name in run_job.FOREIGN if name not in ("tensorflow", "jax"))
    runtime = ["tensorflow"]
    if run_job.described(job, SavedModelRunner.description_file)["options"].get("tokens_only"):
        # What reads ids alone must do without the operations on texts.
        foreign += ("tensorflow_text",)
    else:
        runtime.append("tensorflow_text")
    run_job.answer_job(job, runtime, SavedModelRunner, foreign)


if __name__ == "__main__":
    main(run_job.read_job())
