"""Documents and sentences from every kind of file."""

import gzip
import io
import json
import os
import sys
import textwrap
import tracemalloc
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import sentencex

from keras_albert.errors import InputError
from keras_albert.text import Document, read_documents
from keras_albert.text import corpus as corpus_module


def read(path: Path | str, **options: Any) -> list[Document]:
    return list(read_documents([str(path)], **options))


def write(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def sentences_of(paragraphs: list[str]) -> list[str]:
    """What sentencex finds, apart from our reader."""
    found = []
    for paragraph in paragraphs:
        parts = sentencex.segment("en", " ".join(paragraph.split()))
        found += [part.strip() for part in parts if part.strip()]
    return found


def test_a_sentence_a_line_and_blank_lines_between_documents(tmp_path: Path) -> None:
    path = write(tmp_path / "a.txt", "\n\nOne  is.\nTwo is.\n \n\nThree is.\n")
    assert read(path) == [
        Document(f"{path}#1", ["One is.", "Two is."], str(path)),
        Document(f"{path}#2", ["Three is."], str(path)),
    ]


def test_the_form_of_plain_text_is_found(tmp_path: Path, paragraphs: list[str]) -> None:
    """The same text as sentences, as a paragraph a line, and wrapped, gives the same sentences."""
    some = [" ".join(p.split()) for p in paragraphs[2000:2300] if p.rstrip().endswith(".")]
    expected = sentences_of(some)
    forms = {
        "lines": "\n\n".join("\n".join(sentences_of([p])) for p in some),
        "paragraphs": "\n".join(some),
        "spaced": "\n\n".join(some),
        "wrapped": "\n\n".join(textwrap.fill(p, 72, break_on_hyphens=False) for p in some),
    }
    for form, text in forms.items():
        documents = read(write(tmp_path / f"{form}.txt", text))
        assert [s for d in documents for s in d.sentences] == expected, form
        assert len(documents) == (len(some) if form == "lines" else 1), form


def test_the_form_can_be_given(tmp_path: Path) -> None:
    path = write(tmp_path / "a.txt", "One. Two.\nthree goes\non.\n\nFour.")
    assert [d.sentences for d in read(path, split="lines")] == [
        ["One. Two.", "three goes", "on."],
        ["Four."],
    ]
    assert [d.sentences for d in read(path, split="wrapped")] == [
        ["One.", "Two.", "three goes on.", "Four."]
    ]
    assert [d.sentences for d in read(path, split="paragraphs")] == [
        ["One.", "Two.", "three goes", "on.", "Four."]
    ]
    with pytest.raises(InputError, match="Did you mean 'lines'"):
        read(path, split="line")


def test_chinese(tmp_path: Path) -> None:
    path = write(
        tmp_path / "zh.txt",
        "\u4f60\u597d\u3002\u6211\u662f\u5b66\n\u751f\uff01\u4f60\u5462\uff1f\n",
    )
    (document,) = read(path, language="zh")
    assert document.sentences == [
        "\u4f60\u597d\u3002",
        "\u6211\u662f\u5b66\u751f\uff01",
        "\u4f60\u5462\uff1f",
    ]


def test_a_document_of_one_sentence_is_a_document(tmp_path: Path) -> None:
    assert [d.sentences for d in read(write(tmp_path / "a.txt", "Only one."))] == [["Only one."]]


def test_json_lines_in_both_forms(tmp_path: Path) -> None:
    lines: list[dict[str, Any]] = [
        {"id": "a", "paragraphs": ["One. Two.", "Three\nfour."]},
        {"id": 7, "text": "One. Two.\n\nThree\nfour."},
        {"text": "", "id": "nothing in it"},
        {"text": "Five."},
        {"body": "x", "paragraphs": [], "text": "unread"},
    ]
    path = write(tmp_path / "a.jsonl", "\n\n".join(map(json.dumps, lines)))
    expected = ["One.", "Two.", "Three four."]
    assert read(path) == [
        Document("a", expected, str(path)),
        Document("7", expected, str(path)),
        Document(f"{path}#7", ["Five."], str(path)),
    ]
    assert read(path, split="lines")[0].sentences == ["One. Two.", "Three", "four."]


def test_other_fields(tmp_path: Path) -> None:
    path = write(tmp_path / "a.jsonl", '{"body": "One.", "key": "k"}')
    (document,) = read(path, text_field="body", id_field="key")
    assert (document.id, document.sentences) == ("k", ["One."])


def test_the_manual_against_sentencex(manual: Path, paragraphs: list[str]) -> None:
    documents = read(manual)
    assert len(documents) == 1145
    assert len({document.id for document in documents}) == len(documents)
    assert [s for d in documents for s in d.sentences] == sentences_of(paragraphs)


def test_standard_input_is_json_when_it_begins_like_it(monkeypatch: pytest.MonkeyPatch) -> None:
    for content in (b'{"text": "One."}\n', b"One.\n", gzip.compress(b"One.\n")):
        reader = io.BufferedReader(io.BytesIO(content))  # type: ignore[arg-type]
        monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=reader))
        assert read("-") == [Document("-#1", ["One."], "-")]


def test_standard_input_through_a_pipe(monkeypatch: pytest.MonkeyPatch) -> None:
    reading, writing = os.pipe()
    os.write(writing, b"One.\nTwo.\n\nThree.")
    os.close(writing)
    with os.fdopen(reading) as pipe:
        monkeypatch.setattr(sys, "stdin", pipe)
        assert [d.sentences for d in read("-")] == [["One.", "Two."], ["Three."]]


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("{'text': 1}", "line 2 is not JSON"),
        ('{"text": "cut', "line 2 is not JSON"),
        ("[" * 100_000, "line 2 is not JSON"),
        ('["a"]', "line 2 is a list, not an object"),
        ('{"txet": "x"}', "line 2 has neither 'text' nor 'paragraphs'.*Did you mean 'txet'"),
        ("{}", "its fields are none"),
        ('{"text": 5}', "'text' is a int"),
        ('{"paragraphs": "x"}', "'paragraphs' is not a list of strings"),
        ('{"paragraphs": ["x", null]}', "'paragraphs' is not a list of strings"),
        ('{"text": "x", "id": [1]}', "'id' is neither"),
        ('{"text": "x\\ud800"}', "lone surrogate"),
    ],
)
def test_bad_json_lines_are_named(tmp_path: Path, line: str, message: str) -> None:
    path = write(tmp_path / "a.jsonl", f'{{"text": "Fine."}}\n{line}\n')
    with pytest.raises(InputError, match=message) as error:
        read(path)
    assert str(path) in str(error.value)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    "content", [b"", b"\n \n\t\n", b"\xef\xbb\xbf", gzip.compress(b"", mtime=0)]
)
def test_an_empty_file_is_an_error_when_it_is_named(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "empty.txt"
    path.write_bytes(content)
    with pytest.raises(InputError, match=r"empty\.txt holds no text"):
        read(path)
    with pytest.raises(InputError, match="all of 1 files are empty"):
        read(tmp_path)
    (tmp_path / "full.txt").write_text("One.")
    assert [d.sentences for d in read(tmp_path)] == [["One."]]


@pytest.mark.parametrize("split", ["lines", "paragraphs", "wrapped"])
def test_text_without_blank_lines_is_cut(tmp_path: Path, split: str) -> None:
    path = write(tmp_path / "a.txt", "A sentence here.\n" * 25_000)
    documents = read(path, split=split)
    assert [len(document.sentences) for document in documents] == [10_000, 10_000, 5_000]
    assert [document.id for document in documents] == [f"{path}#{n}" for n in (1, 2, 3)]


def test_a_paragraph_longer_than_the_buffer_keeps_its_sentences(tmp_path: Path) -> None:
    line = "The first sentence is this and\nthe second one follows. "
    path = write(tmp_path / "a.txt", line * 30_000)
    sentences = [s for d in read(path, split="wrapped") for s in d.sentences]
    assert set(sentences) == {"The first sentence is this and the second one follows."}
    assert len(sentences) == 30_000


def peak_memory(path: Path, **options: Any) -> int:
    """The most memory that reading a file takes, in bytes."""
    tracemalloc.start()
    for _ in read_documents([str(path)], **options):
        pass
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak


@pytest.mark.parametrize(
    ("name", "split"), [("a.txt", "lines"), ("a.txt", "wrapped"), ("a.jsonl.gz", "auto")]
)
def test_a_corpus_100_times_larger_takes_the_same_memory(
    tmp_path: Path, name: str, split: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The limits are lowered, so that the small corpus already reaches them.
    monkeypatch.setattr(corpus_module, "MAX_DOCUMENT_SENTENCES", 50)
    monkeypatch.setattr(corpus_module, "_SAMPLED_CHARACTERS", 1_000)
    line = "This is a sentence of some length, like many.\n"
    if name.endswith(".gz"):
        line = json.dumps({"text": line * 5}) + "\n"
    peaks = []
    for times in (1, 100):
        content = (line * (60 if name.endswith(".gz") else 200) * times).encode()
        path = tmp_path / f"{times}-{name}"
        path.write_bytes(gzip.compress(content, 1) if name.endswith(".gz") else content)
        peaks.append(peak_memory(path, split=split))
    assert len(content) > 900_000
    assert peaks[1] < 1.3 * peaks[0] + 200_000
