"""A corpus as documents of sentences: plain text or JSON lines, streaming.

Memory depends on the longest document that is allowed, never on the size of the corpus.
"""

import itertools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import sentencex

from keras_albert.errors import InputError, suggest
from keras_albert.text.json_objects import parse_json
from keras_albert.text.lines import STANDARD_INPUT
from keras_albert.text.sources import (
    DEFAULT_MAX_LINE_BYTES,
    find_files,
    is_json_lines,
    read_lines,
)

Split = Literal["auto", "lines", "paragraphs", "wrapped"]
"""How plain text is laid out: see `read_documents`."""

_SPLITS = ("auto", "lines", "paragraphs", "wrapped")

MAX_DOCUMENT_SENTENCES = 10_000
MAX_DOCUMENT_CHARACTERS = 8 << 20
"""Where a plain-text document is cut, whichever comes first: it must fit in memory."""

# `str.splitlines` knows nine more, which stand within a line: U+2028, U+0085, a form feed.
_LINE_ENDS = re.compile(r"\r\n|\n|\r")
_BLANK_LINES = re.compile(r"(?:\r\n|\n|\r){2}")
_SAMPLED_LINES = 200
_SAMPLED_CHARACTERS = 1 << 20
_ENDS = (".", "!", "?", "\u2026", ":", ";", "\u3002", "\uff01", "\uff1f", "\uff1b", "\uff1a")
_CLOSERS = "\"'\u2019\u201d)]}\u300d\u300f\uff09\u00bb"
_UNSPACED_LANGUAGES = ("zh", "ja", "th", "lo", "km", "my")


@dataclass(frozen=True)
class Document:
    """A document: consecutive sentences that belong together.

    Attributes:
        id: the `id` field of a JSON line, else `source#number`, counted from 1.
        sentences: its sentences, at least one, in order; single spaces within, none around.
        source: the file it came from, `-` for standard input.
    """

    id: str
    sentences: list[str]
    source: str


def read_documents(
    sources: Sequence[str],
    *,
    text_field: str = "text",
    paragraphs_field: str = "paragraphs",
    id_field: str = "id",
    language: str = "en",
    split: Split = "auto",
    max_line_bytes: int = DEFAULT_MAX_LINE_BYTES,
) -> Iterator[Document]:
    """Reads documents from files, folders, globs and standard input, one after another.

    JSON lines (`.jsonl`, `.ndjson`, `.json`, or standard input that begins with `{`): an object a
    line is a document, with a list of strings in `paragraphs_field` or one string in `text_field`.
    Paragraphs are split into sentences by sentencex.

    Plain text (everything else), by `split`:

    - `"lines"`: a line is a sentence and a blank line ends a document (BERT's and ALBERT's input).
    - `"paragraphs"`: a line is a paragraph, split into sentences; the file is one document.
    - `"wrapped"`: lines are broken to a width, blank lines end paragraphs, and paragraphs are split
      into sentences; the file is one document.
    - `"auto"` decides for each file from its first 200 lines that are not blank. If more than one
      in five runs on into the next (it does not end like a sentence, and the next begins with a
      letter that is no capital): `"wrapped"`. Else, if more than one in five holds several
      sentences: `"paragraphs"`. Else `"lines"`.

    Plain-text documents are cut at 10,000 sentences or 8 Mi characters. Everything may be gzipped.

    Args:
        sources: see `sources.find_files`; `-` is standard input.
        text_field: the field of a JSON line that holds its text.
        paragraphs_field: the field that holds its list of paragraphs; it goes first.
        id_field: the field that holds its name, a string or a number; it may be missing.
        language: language code, for sentence splitting (`en`, `zh`, `de`, ...).
        split: how plain text is laid out. In JSON lines a text's blank lines end paragraphs, unless
            this is `"lines"`: then each line of a text or a paragraph is a sentence.
        max_line_bytes: how long a line of a file may be.

    Yields:
        The documents that hold at least one sentence.

    Raises:
        InputError: a source matches nothing, a named file or the whole corpus holds no text, a
            file is binary, not UTF-8, damaged or has too long a line, or a JSON line is not as
            described. File and line are named.
    """
    if split not in _SPLITS:
        raise InputError(
            f"split={split!r} is unknown: use one of {', '.join(map(repr, _SPLITS))}."
            + suggest(split, _SPLITS)
        )
    files = find_files(sources)
    named = {str(source) for source in sources}
    corpus_is_empty = True
    for source in files:
        file_is_empty = True
        lines = enumerate(read_lines(source, max_line_bytes), start=1)
        for document in _file_documents(
            source, lines, text_field, paragraphs_field, id_field, language, split
        ):
            corpus_is_empty = file_is_empty = False
            yield document
        if file_is_empty and source in named:
            where = "Standard input" if source == STANDARD_INPUT else source
            raise InputError(f"{where} holds no text: it is empty or blank.")
    if corpus_is_empty:
        raise InputError(f"The corpus holds no text: all of {len(files)} files are empty or blank.")


Lines = Iterator[tuple[int, str]]  # line numbers, from 1, and lines


def _file_documents(
    source: str,
    lines: Lines,
    text_field: str,
    paragraphs_field: str,
    id_field: str,
    language: str,
    split: Split,
) -> Iterator[Document]:
    """The documents of one file."""
    first = next(((number, line) for number, line in lines if line.strip()), None)
    if first is None:
        return
    lines = itertools.chain([first], lines)
    if is_json_lines(source) or (source == STANDARD_INPUT and first[1].lstrip()[0] == "{"):
        fields = (text_field, paragraphs_field, id_field)
        yield from _json_documents(source, lines, fields, language, split)
        return
    if split == "auto":
        sample = _sample(lines)
        split = _guess_split([line for _, line in sample], language)
        lines = itertools.chain(sample, lines)
    sentences: Iterator[str | None]
    if split == "lines":
        sentences = (_squeeze(line) or None for _, line in lines)
    elif split == "paragraphs":
        sentences = (part for _, line in lines for part in _sentences(line, language))
    else:
        sentences = _wrapped_sentences(lines, language)
    yield from _cut(source, sentences)


def _squeeze(text: str) -> str:
    return " ".join(text.split())


def _sentences(text: str, language: str) -> list[str]:
    """One paragraph's sentences. Its line ends are spaces: sentencex would stop at them."""
    parts = sentencex.segment(language, _squeeze(text))
    return [part.strip() for part in parts if part.strip()]


def _sample(lines: Lines) -> list[tuple[int, str]]:
    sample: list[tuple[int, str]] = []
    characters = full = 0
    for number, line in lines:
        sample.append((number, line))
        characters += len(line)
        full += bool(line.strip())
        if full == _SAMPLED_LINES or characters >= _SAMPLED_CHARACTERS:
            break
    return sample


def _is_small_letter(character: str) -> bool:
    """Whether it is a letter and no capital, as all Chinese ones are."""
    return character.isalpha() and not character.isupper()


def _guess_split(lines: Sequence[str], language: str) -> Split:
    """The layout of plain text, by the rule that `read_documents` states."""
    full = sum(bool(line.strip()) for line in lines)
    runs_on = 0
    for line, following in itertools.pairwise(map(str.strip, lines)):
        ends = line.rstrip(_CLOSERS).endswith(_ENDS)
        runs_on += bool(line) and not ends and _is_small_letter(following[:1])
    if runs_on > 0.2 * full:
        return "wrapped"
    several = sum(len(_sentences(line, language)) > 1 for line in lines)
    return "paragraphs" if several > 0.2 * full else "lines"


def _wrapped_sentences(lines: Lines, language: str) -> Iterator[str | None]:
    """Sentences of wrapped text, paragraph by paragraph, none of them held beyond a limit."""
    glue = "" if language in _UNSPACED_LANGUAGES else " "
    held: list[str] = []
    characters = 0
    for _, line in itertools.chain(lines, [(0, "")]):
        if line.strip():
            held.append(line.strip())
            characters += len(line)
            if characters <= _SAMPLED_CHARACTERS:
                continue
        if not held:
            continue
        sentences = _sentences(glue.join(held), language)
        held, characters = [], 0
        if line.strip() and len(sentences) > 1:
            # The paragraph goes on: its last sentence may not be complete.
            held = [sentences.pop()]
            characters = len(held[0])
        yield from sentences


def _cut(source: str, sentences: Iterator[str | None]) -> Iterator[Document]:
    """Documents from sentences, with None where one ends, none longer than the limits."""
    held: list[str] = []
    number = characters = 0
    for sentence in itertools.chain(sentences, [None]):
        if sentence is not None:
            held.append(sentence)
            characters += len(sentence)
            if len(held) < MAX_DOCUMENT_SENTENCES and characters < MAX_DOCUMENT_CHARACTERS:
                continue
        if held:
            number += 1
            yield Document(f"{source}#{number}", held, source)
            held, characters = [], 0


def _json_documents(
    source: str, lines: Lines, fields: tuple[str, str, str], language: str, split: Split
) -> Iterator[Document]:
    """One document an object, those without any text left out."""
    text_field, paragraphs_field, id_field = fields
    for number, line in lines:
        if not line.strip():
            continue
        where = f"{source}, line {number}"
        try:
            content = parse_json(line)
        except InputError as error:
            joint = " is " if str(error).startswith("not JSON") else ": "
            raise InputError(
                f'{where}{joint}{error} Expected one object a line, like {{"{text_field}": "..."}}.'
            ) from error
        if not isinstance(content, dict):
            raise InputError(f"{where} is a {type(content).__name__}, not an object with fields.")
        paragraphs = _paragraphs(content, text_field, paragraphs_field, where)
        name = content.get(id_field)
        if name is None:
            name = f"{source}#{number}"
        elif isinstance(name, bool) or not isinstance(name, str | int | float):
            raise InputError(f"{where}: {id_field!r} is neither a string nor a number.")
        if split == "lines":
            parts = [_squeeze(part) for text in paragraphs for part in _LINE_ENDS.split(text)]
        else:
            parts = [part for text in paragraphs for part in _sentences(text, language)]
        sentences = [part for part in parts if part]
        if sentences:
            yield Document(str(name), sentences, source)


def _paragraphs(
    content: dict[str, Any], text_field: str, paragraphs_field: str, where: str
) -> list[str]:
    """The paragraphs of one JSON object, in either of the two forms."""
    if paragraphs_field in content:
        paragraphs = content[paragraphs_field]
        if not isinstance(paragraphs, list) or not all(isinstance(p, str) for p in paragraphs):
            raise InputError(f"{where}: {paragraphs_field!r} is not a list of strings.")
    elif text_field in content:
        text = content[text_field]
        if not isinstance(text, str):
            raise InputError(f"{where}: {text_field!r} is a {type(text).__name__}, not a string.")
        paragraphs = _BLANK_LINES.split(text)
    else:
        near = suggest(text_field, content) or suggest(paragraphs_field, content)
        raise InputError(
            f"{where} has neither {text_field!r} nor {paragraphs_field!r}; its fields are "
            f"{', '.join(map(repr, content)) or 'none'}. Name the one that holds the text.{near}"
        )
    return list(paragraphs)
