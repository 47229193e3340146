"""Race: reading comprehension from examinations (Lai et al. 2017)."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from keras_albert.benchmarks.choices.choice_example import ChoiceExample
from keras_albert.benchmarks.choices.multiple_choice import (
    MultipleChoice,
    answer_number,
    checked_options,
)
from keras_albert.benchmarks.examples import Examples
from keras_albert.benchmarks.tables import Rows, collect, required_text
from keras_albert.errors import InputError
from keras_albert.files import read_json
from keras_albert.text.json_objects import check_characters

GROUPS = ("middle", "high")
_KEYS = ("article", "questions", "options")


class Race(MultipleChoice):
    """RACE's folders: a JSON file a passage, under `middle/` and `high/`.

    `read` takes a folder such as RACE/train (both parts), RACE/test/high (one of them), or a
    single file. A file holds "article", "questions", "options" (a list of four a question) and
    "answers" (letters). Accuracy is also measured for middle and high apart, as the paper does.
    """

    name = "race"
    recipe = "race"

    def read(self, path: str | Path, *, labelled: bool = True, skip_bad: bool = False) -> Examples:
        path = Path(path)
        files = [path] if path.is_file() else sorted(path.rglob("*.txt"), key=_place)
        if not files:
            raise InputError(
                f"{path} holds no passages: expected .txt files, as in RACE/train/middle."
            )
        items: list[Any] = []
        skipped: list[str] = []
        for file in files:
            for found in _questions(file, labelled):
                if isinstance(found, InputError):
                    if not skip_bad:
                        raise found
                    skipped.append(str(found))
                else:
                    items.append(found)
        if not items:
            left_out = f" All {len(skipped)} were bad; the first: {skipped[0]}" if skipped else ""
            raise InputError(f"{path} holds no questions.{left_out}")
        return Examples(items, path, skipped)

    def read_rows(
        self, rows: Rows, source: str, *, labelled: bool = True, skip_bad: bool = False
    ) -> Examples:
        return collect(
            source, rows, lambda row, where: _of_row(row, where, labelled), skip_bad=skip_bad
        )

    def hub_set(self) -> tuple[str, str]:
        return "ehovy/race", "all"


def _of_row(row: dict[str, Any], where: str, labelled: bool) -> ChoiceExample:
    """A row of the library's set: a question each, called by its file."""
    article, question = (required_text(row, key, where) for key in ("article", "question"))
    options = checked_options(row.get("options"), where)
    right = answer_number(row.get("answer"), len(options), where) if labelled else None
    name = str(row.get("example_id", where))
    group = next((part for part in GROUPS if name.startswith(part)), None)
    return ChoiceExample(article, question, options, right, where, f"{name}-{where}", group)


def _place(file: Path) -> tuple[str, int, str]:
    """By part, then by number: 9.txt before 10.txt."""
    number = int(file.stem) if file.stem.isdecimal() else -1
    return (str(file.parent), number, file.name)


def _questions(file: Path, labelled: bool) -> Iterator[ChoiceExample | InputError]:
    try:
        content = read_json(file)
        check_characters(content)
        if not isinstance(content, dict):
            raise InputError(f"{file}: expected an object with {', '.join(_KEYS)}.")
        for key in (*_KEYS, *(("answers",) if labelled else ())):
            if key not in content:
                raise InputError(f"{file}: {key!r} is missing.")
        article = content["article"]
        if not isinstance(article, str):
            raise InputError(f"{file}: its article is {type(article).__name__}, not a string.")
        lists = [content[key] for key in _KEYS[1:]] + ([content["answers"]] if labelled else [])
        if not all(isinstance(value, list) for value in lists) or len(set(map(len, lists))) > 1:
            raise InputError(
                f"{file}: expected as many options and answers as questions, in lists."
            )
        questions = lists[0]
        answers = content["answers"] if labelled else [None] * len(questions)
    except InputError as error:
        yield error if str(file) in str(error) else InputError(f"{file}: {error}")
        return
    group = next((part for part in GROUPS if part in file.parts), None)
    for number, (question, options, answer) in enumerate(
        zip(questions, content["options"], answers, strict=True)
    ):
        where = f"{file}: question {number}"
        try:
            if not isinstance(question, str):
                raise InputError(f"{where} is {type(question).__name__}, not a string.")
            options = checked_options(options, where)
            right = answer_number(answer, len(options), where) if labelled else None
            name = f"{content.get('id', file.name)}-{number}"
            yield ChoiceExample(article, question, options, right, where, name, group)
        except InputError as error:
            yield error
