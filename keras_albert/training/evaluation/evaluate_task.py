"""How well a fine-tuned model does on a file of its task, and its answers for a benchmark."""

import contextlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import keras

from keras_albert import files
from keras_albert.benchmarks import SETTINGS_FILE, restore, task_named
from keras_albert.benchmarks.columns import ReadingOptions
from keras_albert.benchmarks.finetune_task import FinetuneTask
from keras_albert.benchmarks.hub_datasets import read_examples
from keras_albert.errors import InputError
from keras_albert.files import read_json
from keras_albert.folder_lock import folder_lock
from keras_albert.models.presets.from_preset import TASK_FILE, preset_folder, saved_class
from keras_albert.training.evaluation.depth_curve import depth_curve, read_depths
from keras_albert.training.evaluation.intervals import wilson_interval
from keras_albert.training.evaluation.kept_predictions import KeptPredictions, weights_digest
from keras_albert.training.versions import versions


def evaluate_task(
    model: str | Path,
    data: str | Path,
    output: str | Path | None = None,
    *,
    task: str | None = None,
    submission: str | Path | None = None,
    labelled: bool = True,
    batch_size: int = 32,
    sequence_length: int | None = None,
    depths: tuple[int, ...] | str | None = None,
    skip_bad: bool = False,
    reading: ReadingOptions | None = None,
    progress: Callable[[int, int], None] | None = None,
    message: Callable[[str], None] | None = None,
) -> dict[str, Any]:
    """Answers a file with a fine-tuned model and measures the answers.

    A threshold that was tuned in fine-tuning is used as it is. With an output, an evaluation that
    was stopped goes on: what was predicted lies in `OUTPUT.unfinished/` until all is done.

    Args:
        model: a run's folder or its `model/`.
        data: a file in the task's format, or a set by name, "datasets:validation", see
            `benchmarks.hub_datasets.read_examples`.
        output: a folder for `metrics.json`, `predictions.jsonl` and `versions.json`, which a
            report can be made from; or None for none.
        task: its name, where it is not the one the model was fine-tuned on: a task with the same
            labels, such as "glue/ax" after "glue/mnli".
        submission: a file for the answers as the benchmark's server wants them; or a folder, in
            which it gets the benchmark's name.
        labelled: False for a test set: nothing is measured.
        batch_size: rows at a time.
        sequence_length: tokens a row; by default as trained.
        depths: measure the answers at these depths too, ascending; or "all".
        skip_bad: leave out examples that cannot be used, and say so.
        reading: how the file is to be read; names of columns are by default those the model was
            fine-tuned with.
        progress: called with (rows answered, rows): examples, or windows of long passages.
        message: is given lines for people: what is left out.

    Returns:
        {"task", "main_metric", "metrics", "n", "correct" and "interval" (where answers are right
        or wrong), "layers", "depths" (where asked for, see `depth_curve`), "labels", "threshold",
        "skipped", "files"}.

    Raises:
        InputError: the model was not fine-tuned here, the file or an example cannot be used,
            examples would be missing in the submission, what was predicted before the stop is
            another model's or file's, or another process is evaluating to the same output.
    """
    with contextlib.nullcontext() if output is None else folder_lock(output):
        return _evaluate_task(
            model,
            data,
            output,
            task=task,
            submission=submission,
            labelled=labelled,
            batch_size=batch_size,
            sequence_length=sequence_length,
            depths=depths,
            skip_bad=skip_bad,
            reading=reading,
            progress=progress,
            message=message,
        )


def _evaluate_task(
    model: str | Path,
    data: str | Path,
    output: str | Path | None,
    *,
    task: str | None,
    submission: str | Path | None,
    labelled: bool,
    batch_size: int,
    sequence_length: int | None,
    depths: tuple[int, ...] | str | None,
    skip_bad: bool,
    reading: ReadingOptions | None,
    progress: Callable[[int, int], None] | None,
    message: Callable[[str], None] | None,
) -> dict[str, Any]:
    """`evaluate_task`, while no other process writes there."""
    folder = _finetuned_folder(model)
    known = restore(read_json(folder / SETTINGS_FILE))
    asked = known if task is None else _same_labels(task_named(task), known)
    asked.reading = known.reading.changed(reading)
    examples = read_examples(asked, data, labelled=labelled, skip_bad=skip_bad)
    sent = None if submission is None else asked.submission_file(submission)
    if sent is not None and examples.skipped:
        raise InputError(
            f"{examples.skipped[0]} A submission needs an answer to every example: mend the file."
        )
    for line in examples.skipped:
        if message is not None:
            message(f"Left out: {line}")
    trained = saved_class(folder / TASK_FILE).from_preset(  # type: ignore[union-attr]
        str(folder), dtype="float32"
    )
    if sequence_length is not None:
        if sequence_length > trained.backbone.max_sequence_length:
            raise InputError(
                f"sequence_length={sequence_length} is more than the "
                f"{trained.backbone.max_sequence_length} positions of {model}: lower it."
            )
        trained.preprocessor.sequence_length = sequence_length
    identity = {
        "weights": weights_digest(trained),
        "data": files.sha256(data) if Path(data).is_file() else str(data),
        "task": asked.name,
        "examples": len(examples),
        "batch_size": batch_size,
        "sequence_length": trained.preprocessor.sequence_length,
        "backend": keras.config.backend(),
        **({"reading": given} if (given := asked.reading.given()) else {}),
    }
    kept = KeptPredictions(output, identity, message or (lambda _: None))
    encoded = asked.encode(trained, examples)

    def report(done: int) -> None:
        if progress is not None:
            progress(done, len(encoded))

    report(0)
    outputs = kept.predict(trained, encoded.x, min(batch_size, len(encoded)), progress=report)
    answers = asked.decode(trained, examples, encoded, outputs)
    curve = None
    if depths is not None:
        if not labelled:
            raise InputError("A curve over depths needs labels, and the data are unlabelled.")
        size = min(batch_size, len(encoded))
        curve = depth_curve(asked, trained, examples, encoded, read_depths(depths, trained), size)
    if sent is not None:
        asked.write_submission(answers, sent)
    result: dict[str, Any] = {
        "task": asked.name,
        "main_metric": asked.main_metric,
        "metrics": asked.metrics(examples, answers) if labelled else {},
        "n": len(answers),
        "labels": asked.labels,
        "threshold": asked.threshold,
        "layers": trained.backbone.num_layers,
        **({} if curve is None else {"depths": curve}),
        "skipped": {"data": examples.skipped} if examples.skipped else {},
        "files": {"model": str(model), "data": str(data), "validation": str(data)},
    }
    if labelled and all("correct" in answer for answer in answers):
        result["correct"] = sum(bool(answer["correct"]) for answer in answers)
        result["interval"] = list(wilson_interval(result["correct"], len(answers)))
    if output is not None:
        with files.write_directory_aside(output, replace=_is_evaluation(Path(output))) as aside:
            files.write_json(aside / "metrics.json", result)
            files.write_json_lines(aside / "predictions.jsonl", answers)
            files.write_json(aside / "versions.json", versions())
    kept.remove()
    return result


def is_finetuned(model: str | Path) -> bool:
    """Whether a path is that of a model that `finetune` made."""
    path = Path(model)
    return any((folder / SETTINGS_FILE).is_file() for folder in (path, path / "model"))


def _finetuned_folder(model: str | Path) -> Path:
    folder = preset_folder(model, download=False)
    if folder is None or not (Path(folder) / SETTINGS_FILE).is_file():
        raise InputError(
            f"{model} was not fine-tuned by `keras-albert finetune`: there is no {SETTINGS_FILE}. "
            "Fine-tune it first; a pretrained model is measured on a token store."
        )
    return Path(folder)


def _same_labels(asked: FinetuneTask, known: FinetuneTask) -> FinetuneTask:
    if asked.labels is not None and asked.labels != known.labels:
        raise InputError(
            f"{asked.name} has the labels {', '.join(asked.labels)}, and the model was fine-tuned "
            f"on {known.name} with {', '.join(known.labels or ['none'])}."
        )
    asked.labels, asked.threshold = known.labels, known.threshold
    return asked


def _is_evaluation(folder: Path) -> bool:
    """Whether a folder holds nothing but what an evaluation left."""
    names = {"metrics.json", "predictions.jsonl", "versions.json", "command.json", "report.html"}
    return folder.is_dir() and all(path.name in names for path in folder.iterdir())
