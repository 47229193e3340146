"""Files of SQuAD 1.1, SQuAD 2.0 and CMRC 2018, and the same as flat rows."""

import re
import warnings
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from keras_albert.benchmarks.examples import Examples
from keras_albert.benchmarks.questions.passage_question import PassageQuestion
from keras_albert.benchmarks.row_files import checked_text, parsed, rows, unpacked, unpacked_suffix
from keras_albert.benchmarks.tables import Rows
from keras_albert.errors import InputError, suggest
from keras_albert.models.questions.answer_span import AnswerSpan

# CMRC 2018's own format names these otherwise than SQuAD.
_NAMES = {
    "context": ("context", "context_text"),
    "question": ("question", "query_text"),
    "id": ("id", "query_id"),
    "qas": ("qas",),
    "answers": ("answers",),
}


# (passage, question, where it stands, its number), or what is wrong.
_Found = Iterator[tuple[str, Any, str, int] | InputError]


def read_squad(
    path: str | Path,
    *,
    labelled: bool = True,
    unanswerable: bool = False,
    skip_bad: bool = False,
) -> Examples:
    """Reads a file in SQuAD's format, in CMRC 2018's, or with a question a row.

    SQuAD: `{"data": [{"paragraphs": [{"context", "qas": [{"id", "question", "answers":
    [{"text", "answer_start"}], "is_impossible"}]}]}]}`. CMRC: `[{"context_text", "qas":
    [{"query_id", "query_text", "answers": [text]}]}]`, whose answers stand where they occur first.
    Rows (see `row_files.rows`): "id", "question", "context" and "answers", which may also be one
    object of two lists, as `datasets` has it, or two columns, "answers.text" and
    "answers.answer_start". A row without an "id" is called by its number.

    An answer that does not stand where the file says, but elsewhere in the passage, is taken from
    the nearest place, with a warning that counts them: 5 of the 1,002 of CMRC's trial set are one
    character off. White space at an answer's ends is left out, and inside of it any is as good as
    any other, as in Google's reader.

    Args:
        path: the file; one that ends in .gz is unpacked.
        labelled: whether questions have answers; else "answers" is not read.
        unanswerable: whether a question may have no answer.
        skip_bad: leave out what cannot be used instead of an error.

    Returns:
        The questions as `PassageQuestion`s.

    Raises:
        InputError: the file cannot be read or has no questions, or, unless `skip_bad`, one of them
            lacks something, its passage is empty, or no answer of it is in its passage; the
            question's id is named.
    """
    return _examples(_questions(Path(path)), Path(path), labelled, unanswerable, skip_bad)


def read_question_rows(
    found: Rows,
    source: str,
    *,
    labelled: bool = True,
    unanswerable: bool = False,
    skip_bad: bool = False,
) -> Examples:
    """Reads questions a row each, see `read_squad`.

    Args:
        found: (where, row or `InputError`).
        source: what they are of, for messages.
        labelled: see `read_squad`.
        unanswerable: likewise.
        skip_bad: likewise.
    """
    return _examples(_of_rows(found), Path(source), labelled, unanswerable, skip_bad)


def _examples(
    found: _Found, path: Path, labelled: bool, unanswerable: bool, skip_bad: bool
) -> Examples:
    items: list[PassageQuestion] = []
    skipped: list[str] = []
    moved: list[str] = []
    seen: set[str] = set()
    for one in found:
        try:
            if isinstance(one, InputError):
                raise one
            item, was_moved = _item(*one, labelled, unanswerable)
            if item.id in seen:
                raise InputError(f"{item.where}: the id occurs twice.")
        except InputError as error:
            if not skip_bad:
                raise
            skipped.append(str(error))
            continue
        seen.add(item.id)
        items.append(item)
        if was_moved:
            moved.append(item.id)
    if not items:
        why = f" that can be used. The first left out: {skipped[0]}" if skipped else "."
        raise InputError(f"{path} holds no questions{why}")
    if moved:
        warnings.warn(
            f"{path}: the answers of {len(moved)} questions (first {moved[0]}) do not stand at "
            "their answer_start; the nearest place where they do was taken.",
            stacklevel=3,
        )
    return Examples(items, path, skipped)


def _content(path: Path) -> Any:
    """A file as JSON; None where it has rows."""
    if unpacked_suffix(path) in (".jsonl", ".ndjson", ".parquet"):
        return None
    try:
        packed = unpacked(path)
    except InputError as error:
        if path.is_file():
            raise InputError(f"{path} is not a gzipped JSON file: {error}") from error
        raise
    content = parsed(packed)
    if content is None and packed.strip() != b"null":
        first = packed.strip().splitlines()[:1]
        if first and isinstance(parsed(first[0]), Mapping):
            return None
        raise InputError(f"{path} is not a JSON file, nor JSON lines.")
    return content


def _questions(path: Path) -> _Found:
    """All questions of a file."""
    content = _content(path)
    first = content
    if isinstance(content, Mapping):
        first = content.get("data", content)
    if isinstance(first, list):
        first = first[0] if first else {}
    one_a_row = isinstance(first, Mapping) and "question" in first and "context" in first
    if content is None or one_a_row:
        yield from _of_rows(rows(path))
        return
    if isinstance(content, Mapping):
        articles = _member(content, "data", f"{path}", list)
    elif isinstance(content, list) and "paragraphs" not in first:
        articles = None
    elif isinstance(content, list):
        articles = content
    else:
        raise InputError(
            f"{path}: expected SQuAD's object with \"data\", or CMRC's list; found "
            f"{type(content).__name__}."
        )
    if articles is None:
        paragraphs = [(f"{path}: [{i}]", paragraph) for i, paragraph in enumerate(content)]
    else:
        paragraphs = [
            (f"{path}: data[{i}].paragraphs[{j}]", paragraph)
            for i, article in enumerate(articles)
            for j, paragraph in enumerate(
                _member(article, "paragraphs", f"{path}: data[{i}]", list)
            )
        ]
    for where, paragraph in paragraphs:
        try:
            passage = _passage(paragraph, where)
            # Files hold paragraphs nobody asked about.
            near = suggest("qas", map(str, paragraph)) if "qas" not in paragraph else " "
            questions = _member(paragraph, "qas", where, list) if near else []
        except InputError as error:
            yield error
            continue
        for number, question in enumerate(questions):
            yield passage, question, where, number


def _of_rows(found: Rows) -> _Found:
    for number, (where, row) in enumerate(found):
        try:
            if isinstance(row, InputError):
                raise row
            passage = _passage(row, where)
        except InputError as error:
            yield error
            continue
        given = {key: value for key, value in row.items() if value is not None}
        given.setdefault("id", number)
        yield passage, given, where, number


def _passage(container: Any, where: str) -> str:
    passage = checked_text(_member(container, "context", where, str), where)
    if not passage.strip():
        raise InputError(f"{where}: its context is empty, so nothing can be answered.")
    return passage


def _item(
    passage: str, question: Any, where: str, number: int, labelled: bool, unanswerable: bool
) -> tuple[PassageQuestion, bool]:
    """A question, and whether its answer stands elsewhere than the file says."""
    name = str(_member(question, "id", f"{where}, question {number}", str | int))
    # Of a row its own place; SQuAD's objects are found by the id.
    nested = re.match(r"(.*): (?:data)?\[\d+\]", where, re.DOTALL)
    where = f"{nested[1] if nested else where}: question {name}"
    text = checked_text(_member(question, "question", where, str), where)
    # It may be empty: one of CMRC's trial set is.
    if not labelled:
        return PassageQuestion(name, text, passage, None, None, where), False
    given = [] if question.get("is_impossible") else _given(question, where)
    if not given:
        if unanswerable:
            return PassageQuestion(name, text, passage, [], None, where), False
        raise InputError(
            f"{where}: it has no answer. Questions that may have none are the task squad2."
        )
    answers = [_answer(answer, where) for answer in given]
    texts = [answer for answer, _ in answers]
    for answer, start in answers:
        found = _place(answer, start, passage)
        if found is not None:
            begin, end, moved = found
            span = AnswerSpan(passage[begin:end], begin, end)
            return PassageQuestion(name, text, passage, texts, span, where), moved
    raise InputError(f"{where}: its answer {texts[0][:60]!r} is not in its passage.")


def _given(question: Mapping[str, Any], where: str) -> list[Any]:
    """The answers of a question, each a text or an object."""
    if "answers" not in question and "answers.text" in question:
        texts = question["answers.text"]
        starts = question.get("answers.answer_start", [None] * len(texts))
        question = {"answers": {"text": texts, "answer_start": starts}}
    given = _member(question, "answers", where, list | Mapping)
    if isinstance(given, list):
        return given
    texts = _member(given, "text", f"{where}, its answers", list | str)
    texts = [texts] if isinstance(texts, str) else texts
    starts = given.get("answer_start")
    starts = [None] * len(texts) if starts is None else starts
    starts = starts if isinstance(starts, list) else [starts]
    if len(starts) != len(texts):
        raise InputError(f"{where}: {len(texts)} answers and {len(starts)} answer_start.")
    return [
        {"text": text, "answer_start": start} for text, start in zip(texts, starts, strict=True)
    ]


def _answer(answer: Any, where: str) -> tuple[str, int | None]:
    """A text and where it begins, or None where the file does not say."""
    if isinstance(answer, str):
        text, start = answer, None
    else:
        text = _member(answer, "text", f"{where}, an answer", str)
        start = answer.get("answer_start")
        if isinstance(start, float) and start.is_integer():
            start = int(start)  # pandas, where other rows lack it
        if start is not None and (isinstance(start, bool) or not isinstance(start, int)):
            raise InputError(
                f"{where}: answer_start is {start!r}; expected the number of a character."
            )
    if not text.strip():
        raise InputError(f"{where}: an answer is empty. No answer at all is written [].")
    return checked_text(text, where), start


def _place(answer: str, start: int | None, passage: str) -> tuple[int, int, bool] | None:
    """Where the answer stands, nearest to `start`, and whether that is elsewhere; or None.

    White space at its ends may be missing in the passage, and inside of it be another.
    """
    stripped = answer.strip()
    ahead = len(answer) - len(answer.lstrip())
    # With white space at its end an answer may begin at `start` with or without it.
    said = [] if start is None else [max(start, 0) + ahead, max(start, 0)]
    for begin in said:
        if passage.startswith(stripped, begin):
            return begin, begin + len(stripped), False
    pattern = re.compile(r"\s+".join(map(re.escape, stripped.split())))
    places = [match.span() for match in pattern.finditer(passage)]
    if not places:
        return None
    if start is None:
        return (*places[0], False)
    begin, end = min(places, key=lambda place: abs(place[0] - said[0]))
    return begin, end, begin not in said


def _member(container: Any, key: str, where: str, kind: Any) -> Any:
    """What an object has under a key, or under CMRC's name for it."""
    names = _NAMES.get(key, (key,))
    if not isinstance(container, Mapping):
        raise InputError(
            f"{where}: expected an object with {key!r}, got {type(container).__name__}."
        )
    for name in names:
        if name in container:
            value = container[name]
            if not isinstance(value, kind) or isinstance(value, bool):
                raise InputError(
                    f"{where}: {name!r} is {type(value).__name__}, not as expected: "
                    f"{repr(value)[:60]}."
                )
            return value
    known = [str(name) for name in container]
    raise InputError(
        f"{where}: there is no {' or '.join(map(repr, names))}; there is "
        f"{', '.join(map(repr, known[:12])) or 'nothing'}.{suggest(key, known)}"
    )
