"""A trained model as it lies in a folder: the task, its tokenizer and what else using it takes."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import keras

from keras_albert.errors import InputError
from keras_albert.files import read_json
from keras_albert.models.presets.from_preset import (
    TASK_FILE,
    TOKENIZER_FILE,
    preset_folder,
    saved_class,
)
from keras_albert.models.text_packing import check_packing
from keras_albert.runtime.descriptions import MAX_ANSWER_TOKENS
from keras_albert.runtime.task_kinds import TASK_KINDS, TaskKind, kind_of_class
from keras_albert.text.tokenizers.find_tokenizer import load_tokenizer
from keras_albert.text.tokenizers.tokenizer import AlbertTokenizer
from keras_albert.text.tokenizers.wordpiece_tokenizer import WordPieceTokenizer

LABELS_FILE = "labels.json"
# What a preprocessor may be told beside its tokenizer and the length of a row.
PREPROCESSOR_SETTINGS = ("overlap", "question_length", "stride", "truncate")
# What fine-tuning leaves beside the model: the task's settings, such as a tuned threshold.
FINETUNE_TASK_FILE = "finetune_task.json"
_OUTPUT_ACTIVATIONS = {
    keras.activations.linear: "logits",
    keras.activations.softmax: "probabilities",
    keras.activations.sigmoid: "probabilities",
}


@dataclass(frozen=True)
class SavedTask:
    """A task read from a preset folder, ready to answer texts.

    Attributes:
        folder: where it was read from.
        facts: what there is to know of its kind.
        task: the Keras model, in float32.
        tokenizer: its tokenizer.
        sequence_length: S, the most tokens a row takes; longer texts are cut.
        truncate: how a pair that is too long is cut, see `text_packing.kept_lengths`.
        labels: the C label names of a classifier of texts or tokens.
    """

    folder: Path
    facts: TaskKind
    task: Any
    tokenizer: AlbertTokenizer | WordPieceTokenizer
    sequence_length: int
    truncate: str
    labels: list[str] | None

    @property
    def kind(self) -> str:
        """The kind's name, one of `TASK_KINDS`."""
        return self.facts.name

    @classmethod
    def load(cls, path: str | Path, *, sequence_length: int | None = None) -> "SavedTask":
        """Reads a task with all its weights, in float32 whatever it was trained in.

        Args:
            path: a preset folder, a run's folder or the name of a shipped preset.
            sequence_length: S; by default what the preset's preprocessor is set to, or as many
                positions as the model learned.

        Raises:
            InputError: the folder lacks a part, a part is damaged, or the length does not fit.
        """
        # A published checkpoint is fine-tuned for nothing: it is not fetched to find that out.
        preset = preset_folder(path, download=False)
        if preset is None or "://" in preset:
            raise InputError(
                f"{str(path)!r} names no folder with trained weights. Pass the folder of a trained "
                "model."
            )
        folder = Path(preset)
        task_class = saved_class(folder / TASK_FILE)
        facts = None if task_class is None else kind_of_class(task_class)
        if facts is None:
            found = "no task" if task_class is None else task_class.__name__
            raise InputError(
                f"{folder} holds {found}; expected {TASK_FILE} of one of "
                f"{', '.join(kind.model.split(':')[1] for kind in TASK_KINDS.values())}. A "
                "backbone alone answers nothing: fine-tune it first."
            )
        if not (folder / TOKENIZER_FILE).is_file():
            raise InputError(f"{folder} is not complete: {TOKENIZER_FILE} is missing.")
        # The vocabulary first: KerasHub hands a damaged one to TensorFlow, which answers with an
        # error class of its own.
        tokenizer = load_tokenizer(folder)
        task = task_class.from_preset(str(folder), dtype="float32")  # type: ignore[union-attr]

        longest = task.backbone.max_sequence_length
        if sequence_length is None:
            sequence_length = min(getattr(task.preprocessor, "sequence_length", longest), longest)
        truncate = getattr(task.preprocessor, "truncate", "longest_first")
        check_packing(sequence_length, truncate)
        if sequence_length > longest:
            raise InputError(
                f"sequence_length={sequence_length} is above the {longest} positions that the "
                f"model in {folder} learned."
            )
        if tokenizer.vocabulary_size() > task.backbone.vocabulary_size:
            raise InputError(
                f"{folder} does not fit together: its tokenizer has "
                f"{tokenizer.vocabulary_size()} pieces and its model embeds "
                f"{task.backbone.vocabulary_size}."
            )
        labels = _labels(folder, task) if facts.has_labels else None
        return cls(folder, facts, task, tokenizer, sequence_length, truncate, labels)

    def description(self) -> dict[str, Any]:
        """What a program needs beside weights and vocabulary to turn texts into answers, as JSON.

        What belongs to the tokenizer is described at its `description`; "outputs" says whether a
        classifier's scores are "logits" or "probabilities" already. A question answerer has the
        settings of `QuestionAnswering.answer` that fine-tuning chose.
        """
        tokenizer = self.tokenizer
        described: dict[str, Any] = {
            "task": self.kind,
            "sequence_length": self.sequence_length,
            "truncate": self.truncate,
            "vocabulary_size": tokenizer.vocabulary_size(),
            "vocabulary_sha256": tokenizer.fingerprint,
            "special_token_ids": {
                "pad": tokenizer.pad_token_id,
                "unk": tokenizer.unk_token_id,
                "cls": tokenizer.cls_token_id,
                "sep": tokenizer.sep_token_id,
                "mask": tokenizer.mask_token_id,
            },
            **tokenizer.description(),
        }
        described |= {name: getattr(self.task, name) for name in self.facts.settings}
        if self.facts.has_labels:
            described["labels"] = self.labels
        if self.facts.has_problem:
            described["outputs"] = _OUTPUT_ACTIVATIONS.get(self.task.activation, "scores")
        if self.task.preprocessor is not None:
            settings = self.task.preprocessor.get_config()
            described["preprocessor"] = {
                name: settings[name] for name in PREPROCESSOR_SETTINGS if name in settings
            }
        if self.facts.answers_questions:
            described |= self._answer_settings()
        return described

    def ready_preprocessor(self) -> Any:
        """The task's preprocessor, or one with default settings where it was saved without."""
        if self.task.preprocessor is None:
            self.task.preprocessor = self.task.preprocessor_cls(
                self.tokenizer, sequence_length=self.sequence_length
            )
        return self.task.preprocessor

    def _answer_settings(self) -> dict[str, Any]:
        """What fine-tuning chose for answers, where it did."""
        file = self.folder / FINETUNE_TASK_FILE
        chosen = read_json(file) if file.is_file() else {}
        return {
            "no_answer_threshold": chosen.get("threshold"),
            "max_answer_tokens": chosen.get("max_answer_tokens", MAX_ANSWER_TOKENS),
        }


def _labels(folder: Path, task: Any) -> list[str]:
    """The label names beside the model, or numbers where there are none."""
    if not (folder / LABELS_FILE).is_file():
        return [str(index) for index in range(task.num_classes)]
    labels = read_json(folder / LABELS_FILE)
    if (
        not isinstance(labels, list)
        or len(labels) != task.num_classes
        or not all(isinstance(label, str) for label in labels)
        or len(set(labels)) != len(labels)
    ):
        raise InputError(
            f"{folder / LABELS_FILE} does not fit: expected a list of {task.num_classes} different "
            "strings, one for each class."
        )
    return labels
