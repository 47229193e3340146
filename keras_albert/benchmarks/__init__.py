"""The tasks a model is fine-tuned on: official file formats in, official metrics out.

`task_named("glue/mnli")` makes a task by its name, `restore` makes the one a model's `task.json`
describes. A task's module is imported when the task is asked for.
"""

import importlib
from collections.abc import Mapping
from typing import Any

from keras_albert.benchmarks.columns import ReadingOptions
from keras_albert.benchmarks.finetune_task import FinetuneTask
from keras_albert.errors import InputError, suggest

SETTINGS_FILE = "finetune_task.json"
"""Where a fine-tuned model's folder has its task's `settings`."""

GLUE_NAMES = ("cola", "sst2", "mrpc", "stsb", "qqp", "mnli", "qnli", "rte", "wnli", "ax")
CLUE_NAMES = ("afqmc", "tnews", "iflytek", "cmnli", "csl", "wsc", "ocnli")
# A name with a "/" goes to its class as the argument `dataset`, without the family before it.
# Task name -> "module:class" under keras_albert.benchmarks.
_CLASSES: dict[str, str] = {
    "text-classification": "text_classification.text_classification:TextClassification",
    "text-regression": "text_classification.text_regression:TextRegression",
    "text-multilabel": "text_classification.text_multilabel:TextMultilabel",
    "token-classification": "token_classification.token_classification:TokenClassification",
    "multiple-choice": "choices.multiple_choice:MultipleChoice",
    "race": "choices.race:Race",
    "squad1": "questions.squad1:Squad1",
    "squad2": "questions.squad2:Squad2",
    "cmrc2018": "questions.cmrc2018:Cmrc2018",
    **{f"glue/{name}": "text_classification.glue:Glue" for name in GLUE_NAMES},
    **{f"clue/{name}": "choices.clue_choices:ClueChoices" for name in ("c3", "chid")},
    "clue/cluener": "token_classification.cluener:Cluener",
    **{f"clue/{name}": "text_classification.clue:Clue" for name in CLUE_NAMES},
}
_ALIASES = {"ner": "token-classification", "conll": "token-classification"}


def task_names() -> list[str]:
    """The names of all tasks, in the order of the families."""
    return list(_CLASSES)


def task_named(name: str, **options: Any) -> FinetuneTask:
    """The task of that name.

    Args:
        name: such as "squad2" or "glue/mnli"; "ner" is "token-classification".
        options: arguments of the task's class, such as SQuAD's `n_best`.

    Raises:
        InputError: there is no such task, or it has no such option.
    """
    name = _ALIASES.get(name, name)
    target = _CLASSES.get(name)
    if target is None:
        known = [*_CLASSES, *_ALIASES]
        raise InputError(
            f"There is no task {name!r}; known: {', '.join(known)}.{suggest(name, known)}"
        )
    module, _, class_name = target.partition(":")
    task_class = getattr(importlib.import_module(f"keras_albert.benchmarks.{module}"), class_name)
    if "/" in name:
        options["dataset"] = name.partition("/")[2]
    try:
        return task_class(**options)
    except TypeError as error:
        raise InputError(f"The task {name} takes no such option: {error}.") from error


def restore(settings: Mapping[str, Any]) -> FinetuneTask:
    """The task that `FinetuneTask.settings` described.

    "labels", "threshold" and "reading" are set on the task; whatever else `settings` holds beside
    "task" goes to the class as an argument.

    Raises:
        InputError: "task" is missing or unknown.
    """
    if "task" not in settings:
        raise InputError(
            f'Expected a task\'s settings with the key "task", got {dict(settings)!r}.'
        )
    learned = ("task", "labels", "threshold", "reading")
    options = {key: value for key, value in settings.items() if key not in learned}
    task = task_named(settings["task"], **options)
    task.labels = settings.get("labels")
    task.threshold = settings.get("threshold")
    # Names of columns are the model's; encoding and separator were those of the training files.
    reading = settings.get("reading") or {}
    if not isinstance(reading, Mapping):
        raise InputError(f'A task\'s "reading" is {reading!r}; expected names of columns.')
    names = ("text_column", "text_pair_column", "label_column")
    task.reading = ReadingOptions(**{name: reading.get(name) for name in names})
    return task
