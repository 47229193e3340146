"""Runs an artifact: with its runtime alone where it reads plain texts."""

from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

from keras_albert.errors import InputError
from keras_albert.runtime.row_batches import Arrays, batches_by_length, in_order
from keras_albert.runtime.task_kinds import kind_named
from keras_albert.runtime.text_encoder import TextEncoder

# Rows a step; near lengths are put together, so that little is padding.
BATCH_SIZE = 32


class ArtifactRunner:
    """An artifact, loaded.

    Args:
        model: a `runtime.artifact_model.ArtifactModel`.
        folder: where it lies, with its vocabulary.
        depth: how many layers to run; as the artifact is set by default.

    Attributes:
        description: its model.json.
        runtime: its format.
    """

    texts_at_once: int | None = BATCH_SIZE

    def __init__(self, model: Any, folder: str | Path, depth: int | None = None) -> None:
        self._model, self._folder, self._depth = model, Path(folder), depth
        self.description: dict[str, Any] = model.description
        self.runtime = str(self.description.get("format"))

    @property
    def encoder(self) -> TextEncoder:
        """The artifact's own."""
        encoder: TextEncoder = self._model.encoder
        return encoder

    @cached_property
    def preprocessor(self) -> Any:
        """The task's preprocessor with the artifact's vocabulary and settings; it takes Keras."""
        from keras_albert.text.tokenizers.find_tokenizer import load_tokenizer

        beside = self._folder / "assets.extra"
        tokenizer = load_tokenizer(beside if beside.is_dir() else self._folder)
        try:
            return artifact_preprocessor(self.description, tokenizer)
        except InputError:
            raise
        except ValueError as error:
            raise InputError(f"{self._folder} cannot be asked: {error}.") from error

    def on_texts(self, texts: Sequence[str], second_texts: Sequence[str] | None = None) -> Arrays:
        """See `ArtifactModel.on_texts`."""
        outputs: Arrays = self._model.on_texts(texts, second_texts, depth=self._depth)
        return outputs

    def on_rows(self, x: Arrays) -> Arrays:
        """Outputs by name for R rows, (R, ...), see `export.named_outputs`.

        Args:
            x: the preprocessor's arrays, (R, S) or (R, C, S).

        Raises:
            InputError: the artifact cannot read them.
        """
        kind = kind_named(self.description["task"])
        wanted = {name: x[name] for name in self.description["inputs"]}
        batches, order = batches_by_length(wanted, BATCH_SIZE)
        try:
            outputs = [self._model.on_tokens(batch, depth=self._depth) for batch in batches]
        except ValueError as error:
            raise InputError(f"The rows cannot be answered: {error}.") from error
        positions = wanted["token_ids"].shape[-1]
        widths = {name: positions for name in kind.along_tokens}
        return in_order(outputs, order, widths, kind.padding)


def artifact_preprocessor(description: dict[str, Any], tokenizer: Any) -> Any:
    """The preprocessor of an artifact's task, with the settings it was exported with.

    Args:
        description: the artifact's model.json.
        tokenizer: of its vocabulary.

    Raises:
        ValueError: the description is of no task, or lacks something.
    """
    cls = kind_named(description.get("task")).model_class.preprocessor_cls
    settings = dict(description.get("preprocessor", {}))
    try:
        return cls(tokenizer, sequence_length=int(description["sequence_length"]), **settings)
    except TypeError as error:
        raise ValueError(f"the model's preprocessor cannot be made of {settings}") from error
