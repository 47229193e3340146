"""What the runners of artifacts have in common: the folder, its checks, and how it is asked."""

import abc
import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, ClassVar

import numpy as np

from keras_albert.runtime.depths import checked_depth
from keras_albert.runtime.descriptions import check_description, check_ports
from keras_albert.runtime.digests import ITSELF, description_digest
from keras_albert.runtime.run_job import check_inputs
from keras_albert.runtime.text_encoder import TextEncoder

# What comes of reading a description that is something else.
_UNREADABLE = (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError)
# Names, and how many axes each has; None where a runtime does not say.
Ports = dict[str, int | None]


class ArtifactModel(abc.ABC):
    """A folder that an export wrote: the model's files, the vocabulary and model.json.

    Args:
        folder: the folder.

    Raises:
        ValueError: a file is missing, damaged or of another export.
    """

    # What the format is called, and where its description lies; the vocabulary lies beside it.
    kind: ClassVar[str]
    description_file: ClassVar[str] = "model.json"
    # The model's files. None: all that have a checksum, where the runtime opens the folder itself.
    model_files: ClassVar[tuple[str, ...] | None] = None

    def __init__(self, folder: str | Path) -> None:
        self.folder = Path(folder)
        described = self.folder / self.description_file
        files = {}
        try:
            self.description: dict[str, Any] = json.loads(described.read_text("utf-8"))
            # Exports made before there was a choice say nothing of it.
            name = str(self.description.get("vocabulary_file", "spiece.model"))
            vocabulary = str(Path(self.description_file).with_name(name))
            checksums = dict(self.description["sha256"])
            wrong = []
            for name in dict.fromkeys((*(self.model_files or checksums), vocabulary)):
                content = (self.folder / name).read_bytes()
                if hashlib.sha256(content).hexdigest() != checksums.get(name):
                    wrong.append(name)
                # What the runtime opens by itself need not be held.
                if self.model_files is not None or name == vocabulary:
                    files[name] = content
        except _UNREADABLE as error:
            raise ValueError(
                f"{self.folder} is not a complete {self.kind} export: {error}"
            ) from error
        # Exports of version 0.1.0 have no digest of the description.
        if self.description.get(ITSELF, description_digest(self.description)) != (
            description_digest(self.description)
        ):
            wrong.insert(0, self.description_file)
        if wrong:
            raise ValueError(
                f"{self.folder / wrong[0]} is not the file that was exported (its checksum "
                "differs): it is damaged or was replaced; export again"
            )
        check_description(self.description, described)
        self._vocabulary = files[vocabulary]
        self.reads_strings = self._has_strings(self.description.get("options", {}))
        # A graph that reads texts needs no tokenizer beside it, nor its library.
        self._encoder = None if self.reads_strings else self._new_encoder()
        self._load(files)
        for inputs, outputs in self._ports():
            check_ports(self.description, self._model_path, inputs, outputs)

    @property
    def encoder(self) -> TextEncoder:
        """What turns texts into ids outside the graph."""
        if self._encoder is None:
            self._encoder = self._new_encoder()
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
        check_inputs(inputs, self.description)
        return self._run({**inputs, **self._depth_input(depth)})

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

    def _new_encoder(self) -> TextEncoder:
        return TextEncoder(self._vocabulary, self.description)

    def _has_strings(self, options: dict[str, Any]) -> bool:
        """Whether the graph reads texts, by the options of its export."""
        return bool(options.get("strings"))

    @abc.abstractmethod
    def _load(self, files: dict[str, bytes]) -> None:
        """Gives the runtime the files, by name, that have been checked."""

    @abc.abstractmethod
    def _ports(self) -> list[tuple[Ports, Ports]]:
        """What the loaded model takes and gives, in each way it is asked: see `check_ports`."""

    @abc.abstractmethod
    def _run(self, inputs: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
        """The runtime's outputs by name, for checked arrays and, where it is an input, "depth"."""

    def _depth_input(self, depth: int | None) -> dict[str, np.ndarray]:
        layers = checked_depth(depth, self.description)
        return {} if layers is None else {"depth": np.array(layers, np.int32)}

    @property
    def _model_path(self) -> Path:
        """The file, or the folder, that the runtime opens."""
        return self.folder / self.model_files[0] if self.model_files else self.folder

    def _refusal(self, error: Exception, what: str = "load") -> ValueError:
        """What to raise where a runtime fails: one line of what it said."""
        reason = " ".join(str(error).split())[:200]
        return ValueError(f"{self._model_path} does not {what}: {reason}")


def encoded_strings(texts: Sequence[str]) -> list[bytes]:
    """Texts as a graph takes them, in UTF-8.

    Args:
        texts: the texts.

    Raises:
        ValueError: something is not text, or cannot be written in UTF-8.

    >>> encoded_strings(["naïve"])
    [b'na\\xc3\\xafve']
    """
    for number, text in enumerate(texts):
        if not isinstance(text, str):
            raise ValueError(f"text {number} is {type(text).__name__}, not a string")
    try:
        return [text.encode() for text in texts]
    except UnicodeEncodeError as error:
        raise ValueError(
            f"a text holds a lone surrogate at character {error.start}; was it read with the "
            "right encoding?"
        ) from error
