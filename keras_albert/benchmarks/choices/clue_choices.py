"""CLUE's choices: C3 (questions on dialogues and passages) and ChID (idioms for blanks)."""

import json
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from keras_albert.benchmarks.choices.choice_example import ChoiceExample
from keras_albert.benchmarks.choices.multiple_choice import MultipleChoice, checked_options
from keras_albert.benchmarks.examples import Examples
from keras_albert.benchmarks.row_files import checked_text
from keras_albert.benchmarks.tables import Rows, collect, json_rows
from keras_albert.errors import InputError, suggest
from keras_albert.files import read_json, write_aside, write_json

_BLANK = re.compile(r"#idiom\d+#")
# Characters kept on either side of a blank; the preprocessor keeps 128 tokens.
_AROUND = 60
DATASETS = ("c3", "chid")


class ClueChoices(MultipleChoice):
    """C3 (Sun et al. 2020, arXiv 1904.09679) and ChID (Zheng et al. 2019, arXiv 1906.01265).

    Files are those of CLUE's download. C3: a JSON list of `[[texts], [{"question", "choice",
    "answer"}], id]`, the answer being one of the choices. ChID: an object a line with "content",
    texts with blanks such as `#idiom000378#`, and "candidates"; the answers stand beside it, in
    `train_answer.json` for `train.json`, as `{"#idiom000378#": number}`.

    Args:
        dataset: "c3" or "chid".

    Raises:
        InputError: an unknown dataset.
    """

    def __init__(self, dataset: str) -> None:
        if dataset not in DATASETS:
            raise InputError(
                f"CLUE has no choices {dataset!r}; known: {', '.join(DATASETS)}."
                + suggest(dataset, DATASETS)
            )
        self.dataset = dataset
        self.name = f"clue/{dataset}"
        self.submission = f"{dataset}11_predict.json"
        self.sequence_length = 512 if dataset == "c3" else 160

    def hub_set(self) -> tuple[str, str]:
        return "clue/clue", self.dataset

    def read(self, path: str | Path, *, labelled: bool = True, skip_bad: bool = False) -> Examples:
        path = Path(path)
        # The download's test1.0.json is the older of two test sets.
        older = path.name == "test1.0.json"
        self.submission = f"{self.dataset}{'10' if older else '11'}_predict.json"
        if self.dataset == "c3":
            found: Rows = _c3_rows(path)
        else:
            beside = path.with_name(f"{path.stem}_answer{path.suffix}")
            answers = read_json(beside) if labelled else {}
            if not isinstance(answers, dict):
                raise InputError(f"{beside}: expected an object with a number for each blank.")
            found = _blanks(json_rows(path), answers)
        return self._collected(found, str(path), labelled, skip_bad)

    def read_rows(
        self, rows: Rows, source: str, *, labelled: bool = True, skip_bad: bool = False
    ) -> Examples:
        """C3: a question a row. ChID: a row as in the files, its answers under "answers"."""
        found = _c3_named(rows) if self.dataset == "c3" else _blanks(rows, None)
        return self._collected(found, source, labelled, skip_bad)

    def _collected(self, found: Rows, source: str, labelled: bool, skip_bad: bool) -> Examples:
        def make(row: dict[str, Any], where: str) -> ChoiceExample:
            for key in ("context", "question"):
                if not isinstance(row[key], str):
                    raise InputError(f"{where}: its {key} is {row[key]!r}; expected text.")
                checked_text(row[key], where)
            options = checked_options(row["options"], where)
            answer = row["answer"]
            if isinstance(answer, str) and answer in options:
                answer = options.index(answer)
            if not labelled:
                answer = None
            elif (
                isinstance(answer, bool)
                or not isinstance(answer, int)
                or not 0 <= answer < len(options)
            ):
                raise InputError(f"{where}: the answer {answer!r} is not one of its options.")
            name = str(row["id"])
            return ChoiceExample(row["context"], row["question"], options, answer, where, name)

        return collect(source, found, make, skip_bad=skip_bad)

    def write_submission(self, predictions: Sequence[dict[str, Any]], path: Path) -> None:
        """Writes an object a line with "id" and "label" (C3), or one object by blank (ChID)."""
        file = self.submission_file(path)
        if self.dataset == "chid":
            write_json(file, {row["id"]: row["prediction"] for row in predictions})
            return
        with write_aside(file) as aside, aside.open("w", encoding="utf-8") as lines:
            for row in predictions:
                number = row["id"]
                number = int(number) if number.isdecimal() else number
                lines.write(json.dumps({"id": number, "label": row["prediction"]}) + "\n")


def _c3_rows(path: Path) -> Rows:
    content = read_json(path)
    if not isinstance(content, list):
        raise InputError(f"{path}: expected C3's list, found {type(content).__name__}.")
    number = 0
    for place, entry in enumerate(content):
        where = f"{path}: [{place}]"
        fits = isinstance(entry, list) and len(entry) >= 2
        if not fits or not all(isinstance(part, list) for part in entry[:2]):
            yield where, InputError(f"{where}: expected a list of texts and one of questions.")
            continue
        texts, questions = entry[:2]
        for question in questions:
            named = f"{where}: question {number}"
            number += 1
            if not isinstance(question, dict) or not all(isinstance(t, str) for t in texts):
                yield named, InputError(f"{named}: expected an object, and texts before it.")
                continue
            yield named, _c3_row("\n".join(texts), question, number - 1)


def _c3_row(context: str, question: dict[str, Any], number: int) -> dict[str, Any]:
    return {
        "context": context,
        # A "_" would be where an option belongs.
        "question": str(question.get("question", "")).replace("_", "＿"),
        "options": question.get("choice"),
        "answer": question.get("answer"),
        "id": question.get("id", number),
    }


def _c3_named(rows: Rows) -> Rows:
    for number, (where, row) in enumerate(rows):
        if isinstance(row, InputError):
            yield where, row
        else:
            context = row["context"]
            text = "\n".join(context) if isinstance(context, list) else context
            # Its "id" is the passage's, of which there may be several questions.
            yield where, _c3_row(text, {**row, "id": number}, number)


def _blanks(rows: Rows, answers: dict[str, Any] | None) -> Iterator[tuple[str, Any]]:
    """A row a blank; `answers` by blank, or None where each row has its own."""
    for where, row in rows:
        if isinstance(row, InputError):
            yield where, row
            continue
        texts = row.get("content")
        if not isinstance(texts, list) or not all(isinstance(text, str) for text in texts):
            yield (
                where,
                InputError(f'{where}: "content" is {texts!r:.60}; expected a list of texts.'),
            )
            continue
        known = answers
        if known is None:
            given = row.get("answers") or {}
            known = dict(zip(given.get("text", []), given.get("candidate_id", []), strict=False))
        for text in texts:
            for blank in _BLANK.finditer(text):
                name = blank.group()
                yield (
                    f"{where}: {name}",
                    {
                        "context": "",
                        "question": _around(text, blank.start(), blank.end()),
                        "options": row.get("candidates"),
                        "answer": known.get(name),
                        "id": name,
                    },
                )


def _around(text: str, start: int, end: int) -> str:
    """The text about a blank, which is "_"; other blanks are dots."""
    before, after = (
        _BLANK.sub("……", part).replace("_", "＿") for part in (text[:start], text[end:])
    )
    return f"{before[-_AROUND:]}_{after[:_AROUND]}"
