"""FinetuneTask: what fine-tuning, evaluation and reports ask of a task."""

import abc
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from keras_albert.benchmarks.columns import ReadingOptions
from keras_albert.benchmarks.encoded_examples import Encoded
from keras_albert.benchmarks.examples import Examples
from keras_albert.benchmarks.tables import Rows
from keras_albert.errors import InputError


class FinetuneTask(abc.ABC):
    """A task: its files, its model, its answers and its metrics.

    Fine-tuning reads both files, calls `learn` with the training examples, `build` once a seed,
    `encode`, trains, and after every epoch predicts, decodes and measures the validation
    examples. `settings` is saved as `finetune_task.json` in the model's folder (KerasHub's
    own `task.json` there is the Keras class); `tasks.restore` makes the task again from it.

    Attributes:
        name: on the command line, such as "squad2" or "glue/mnli".
        main_metric: what epochs and seeds are chosen by; a greater value is better.
        sequence_length: tokens a row where the user says nothing.
        recipe: the fine-tuning preset whose settings are the defaults, or None.
        labels: names of the classes in the order of the model's outputs, where there are classes.
        submission: what a file of answers for the benchmark is called, or None where it has no
            format for one.
        threshold: a number tuned on the validation examples that answers depend on (SQuAD 2's
            null threshold), or None.
        reading: how files of rows are to be read: names of columns, encoding, separator.
    """

    name: str
    main_metric: str
    sequence_length: int = 512
    recipe: str | None = None
    submission: str | None = None

    labels: list[str] | None = None
    threshold: float | None = None
    reading: ReadingOptions = ReadingOptions()

    @abc.abstractmethod
    def read(self, path: str | Path, *, labelled: bool = True, skip_bad: bool = False) -> Examples:
        """Reads a file in the task's official format.

        Args:
            path: the file.
            labelled: False for a test set, whose labels are missing or hidden.
            skip_bad: leave out what cannot be used and say so in `Examples.skipped`, instead of
                an error.

        Raises:
            InputError: the file cannot be read, or, unless `skip_bad`, an example in it; file and
                line (or question) are named.
        """

    def read_rows(
        self, rows: Rows, source: str, *, labelled: bool = True, skip_bad: bool = False
    ) -> Examples:
        """Reads rows of a set that the `datasets` library has loaded.

        Args:
            rows: (where, row or `InputError`); a row is a dict by column, with the names of
                classes in place of their numbers, None for hidden ones.
            source: the set's name, for messages.
            labelled: see `read`.
            skip_bad: see `read`.

        Raises:
            InputError: see `read`; or the task reads files only.
        """
        raise InputError(f"{source}: {self.name} reads files only.")

    def hub_set(self) -> tuple[str, str] | None:
        """The benchmark's name and configuration in the `datasets` library's hub, or None."""
        return None

    def notes(self) -> list[str]:
        """What was seen in the training examples and people should know, a line each."""
        return []

    def learn(self, train: Examples) -> None:  # noqa: B027
        """Takes from the training examples what the task does not fix, such as the labels."""

    def as_learned(self, examples: Examples) -> Examples:
        """Examples with labels as the model's outputs are called, where files have others."""
        return examples

    def problem(self, item: Any) -> str | None:
        """What is wrong with an example now that `learn` has been called, or None.

        Such as a label that training lacks. Examples for which it says something are left out
        where bad ones are to be skipped.
        """
        return None

    def chance(self, train: Examples, validation: Examples) -> dict[str, Any] | None:
        """What an answer that is always the same scores in validation.

        Returns:
            {"accuracy", "how"}, or None where there is no such answer.
        """
        return None

    @abc.abstractmethod
    def build(self, backbone: Any, tokenizer: Any, *, sequence_length: int, dropout: float) -> Any:
        """The model, with its preprocessor, not compiled.

        Args:
            backbone: an `AlbertBackbone`.
            tokenizer: an `AlbertTokenizer` or a `WordPieceTokenizer`.
            sequence_length: tokens a row.
            dropout: in front of the head, where the head has any.
        """

    @abc.abstractmethod
    def encode(self, model: Any, examples: Examples, *, training: bool = False) -> Encoded:
        """Examples as arrays.

        Args:
            model: what `build` made; its preprocessor does the work.
            examples: what `read` gave.
            training: for training; a task may leave out or add rows there.

        Raises:
            InputError: a label is not among the task's.
        """

    @abc.abstractmethod
    def decode(
        self, model: Any, examples: Examples, encoded: Encoded, outputs: Any
    ) -> list[dict[str, Any]]:
        """The answers.

        Args:
            model: what `build` made.
            examples: E examples.
            encoded: what `encode` made of them.
            outputs: what the model's `predict` gave for `encoded.x`, in its order.

        Returns:
            E dicts, all JSON. Each has "id" where the format has one, what was asked ("text" and
            "text_pair"; "words"; "question" and "context"; "context", "question" and "options"),
            "prediction", "probabilities" (by label) or "score", and, where the examples have
            labels, "gold", "correct" (for choices among classes) and "loss" (in nats).
        """

    @abc.abstractmethod
    def metrics(
        self, examples: Examples, predictions: Sequence[dict[str, Any]]
    ) -> dict[str, float]:
        """The task's official metrics, `main_metric` among them, as fractions of 1."""

    def tune(self, examples: Examples, predictions: Sequence[dict[str, Any]]) -> None:  # noqa: B027
        """Sets `threshold` where the task has one."""

    def submission_file(self, path: str | Path) -> Path:
        """Where a submission goes: `path`, or, where that is a folder, the benchmark's name in it.

        A path without a suffix is a folder, too, which need not be there yet.

        Raises:
            InputError: the task has no format for submissions.
        """
        if self.submission is None:
            raise InputError(f"{self.name} has no format for submissions.")
        path = Path(path)
        return path / self.submission if path.is_dir() or not path.suffix else path

    def write_submission(self, predictions: Sequence[dict[str, Any]], path: Path) -> None:
        """Writes answers as the benchmark's server wants them.

        Args:
            predictions: of a whole test file, in its order.
            path: see `submission_file`.

        Raises:
            InputError: the task has no such format.
        """
        raise InputError(f"{self.name} has no format for submissions.")

    def settings(self) -> dict[str, Any]:
        """What makes the task again, as JSON: its name and what it learned."""
        settings = {"task": self.name, "labels": self.labels, "threshold": self.threshold}
        given = self.reading.given()
        return {**settings, **({"reading": given} if given else {})}
