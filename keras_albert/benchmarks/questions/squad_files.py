"""Files of SQuAD 1.1, SQuAD 2.0 and CMRC 2018."""

import gzip
import json
import warnings
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from keras_albert.benchmarks.examples import Examples
from keras_albert.benchmarks.questions.passage_question import PassageQuestion
from keras_albert.errors import InputError, suggest
from keras_albert.files import read_json
from keras_albert.models.questions.answer_span import AnswerSpan

# CMRC 2018's own format names these otherwise than SQuAD.
_NAMES = {
    "context": ("context", "context_text"),
    "question": ("question", "query_text"),
    "id": ("id", "query_id"),
    "qas": ("qas",),
    "answers": ("answers",),
}


def read_squad(
    path: str | Path,
    *,
    labelled: bool = True,
    unanswerable: bool = False,
    skip_bad: bool = False,
) -> Examples:
    """Reads a file in SQuAD's format, or in CMRC 2018's.

    SQuAD: `{"data": [{"paragraphs": [{"context", "qas": [{"id", "question", "answers":
    [{"text", "answer_start"}], "is_impossible"}]}]}]}`. CMRC: `[{"context_text", "qas":
    [{"query_id", "query_text", "answers": [text]}]}]`, whose answers stand where they occur first.

    An answer that does not stand where the file says, but elsewhere in the passage, is taken from
    the nearest place, with a warning that counts them: 5 of the 1,002 of CMRC's trial set are one
    character off.

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
    path = Path(path)
    items: list[PassageQuestion] = []
    skipped: list[str] = []
    moved: list[str] = []
    seen: set[str] = set()
    for passage, where, question in _questions(path, skipped if skip_bad else None):
        try:
            item, was_moved = _item(passage, question, where, labelled, unanswerable)
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
            stacklevel=2,
        )
    return Examples(items, path, skipped)


def _content(path: Path) -> Any:
    if path.suffix != ".gz":
        return read_json(path)
    try:
        return json.loads(gzip.decompress(path.read_bytes()))
    except FileNotFoundError as error:
        raise InputError(f"{path} does not exist.") from error
    except (OSError, EOFError, ValueError) as error:
        raise InputError(f"{path} is not a gzipped JSON file: {error}.") from error


def _questions(path: Path, skipped: list[str] | None) -> Iterator[tuple[Any, str, Any]]:
    """(passage, place of its paragraph, question) of all questions."""
    content = _content(path)
    if isinstance(content, Mapping):
        articles = _member(content, "data", f"{path}", list)
        paragraphs = [
            (f"{path}: data[{i}].paragraphs[{j}]", paragraph)
            for i, article in enumerate(articles)
            for j, paragraph in enumerate(
                _member(article, "paragraphs", f"{path}: data[{i}]", list)
            )
        ]
    elif isinstance(content, list):
        paragraphs = [(f"{path}: [{i}]", paragraph) for i, paragraph in enumerate(content)]
    else:
        raise InputError(f"{path}: expected SQuAD's object with \"data\", or CMRC's list.")
    for where, paragraph in paragraphs:
        try:
            passage = _member(paragraph, "context", where, str)
            questions = _member(paragraph, "qas", where, list)
            if not passage.strip():
                raise InputError(f"{where}: its context is empty, so nothing can be answered.")
        except InputError as error:
            if skipped is None:
                raise
            skipped.append(str(error))
            continue
        for question in questions:
            yield passage, where, question


def _item(
    passage: str, question: Any, where: str, labelled: bool, unanswerable: bool
) -> tuple[PassageQuestion, bool]:
    """A question, and whether its answer stands elsewhere than the file says."""
    name = str(_member(question, "id", f"{where}, a question", str | int))
    where = f"{where.split(': ')[0]}: question {name}"
    text = _member(question, "question", where, str)
    # It may be empty: one of CMRC's trial set is.
    if not labelled:
        return PassageQuestion(name, text, passage, None, None, where), False
    given = _member(question, "answers", where, list)
    if question.get("is_impossible"):
        given = []
    if not given:
        if unanswerable:
            return PassageQuestion(name, text, passage, [], None, where), False
        raise InputError(
            f"{where}: it has no answer. Questions that may have none are the task squad2."
        )
    answers = [_answer(answer, where) for answer in given]
    texts = [answer for answer, _ in answers]
    for answer, start in answers:
        at = _place(answer, start, passage)
        if at is not None:
            stripped = answer.strip()
            begin = at + len(answer) - len(answer.lstrip())
            span = AnswerSpan(stripped, begin, begin + len(stripped))
            moved = start is not None and at != start
            return PassageQuestion(name, text, passage, texts, span, where), moved
    raise InputError(f"{where}: its answer {texts[0][:60]!r} is not in its passage.")


def _answer(answer: Any, where: str) -> tuple[str, int | None]:
    """A text and where it begins, or None where the file does not say."""
    if isinstance(answer, str):
        text, start = answer, None
    else:
        text = _member(answer, "text", f"{where}, an answer", str)
        start = answer.get("answer_start")
        if start is not None and (isinstance(start, bool) or not isinstance(start, int)):
            raise InputError(
                f"{where}: answer_start is {start!r}; expected the number of a character."
            )
    if not text.strip():
        raise InputError(f"{where}: an answer is empty. No answer at all is written [].")
    return text, start


def _place(answer: str, start: int | None, passage: str) -> int | None:
    """Where the answer stands, nearest to `start`, or None."""
    if start is None:
        found = passage.find(answer)
        return found if found >= 0 else None
    start = max(start, 0)
    if passage.startswith(answer, start):
        return start
    after = passage.find(answer, start)
    before = passage.rfind(answer, 0, start + len(answer))
    places = [place for place in (before, after) if place >= 0]
    return min(places, key=lambda place: abs(place - start)) if places else None


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
                raise InputError(f"{where}: {name!r} is {type(value).__name__}, not as expected.")
            return value
    raise InputError(
        f"{where}: there is no {' or '.join(map(repr, names))}."
        + suggest(key, [str(name) for name in container])
    )
