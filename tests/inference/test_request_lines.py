"""Lines of JSON and of text, for each kind of model; what is wrong is named by line."""

import io
import json
from pathlib import Path
from typing import Any

import pandas
import pytest

from keras_albert.benchmarks.columns import ReadingOptions
from keras_albert.errors import InputError
from keras_albert.inference.request_lines import (
    Request,
    is_row_file,
    item_of_row,
    open_input,
    read_requests,
    row_requests,
)

pytestmark = pytest.mark.once


def _read(content: str | bytes, kind: str, is_json: bool | None = None) -> list[Any]:
    raw = content.encode() if isinstance(content, str) else content
    return list(read_requests(io.BytesIO(raw), "a.jsonl", kind, is_json))


def test_texts_and_objects_are_told_apart_by_the_first_line() -> None:
    assert _read("\ufeffone\n\n{two}\n", "text_classifier") == [
        Request(1, "one"),
        Request(3, "{two}"),
    ]
    rows = '{"id": 4, "text": "a"}\n{"text": "a", "text_pair": "b"}'
    assert _read(rows, "text_classifier") == [Request(1, "a", 4), Request(2, ["a", "b"])]
    assert _read('{"text": "a"}', "text_classifier", is_json=False)[0].item == '{"text": "a"}'


@pytest.mark.parametrize(
    ("kind", "row", "item"),
    [
        ("token_classifier", {"words": ["a", "b"]}, ["a", "b"]),
        ("token_classifier", {"text": "a b"}, "a b"),
        ("question_answerer", {"question": "q", "context": "c"}, ["q", "c"]),
        ("joint_question_answerer", {"text": "q", "text_pair": "c"}, ["q", "c"]),
        ("sentence_order", {"text": "a", "text_pair": "b"}, ["a", "b"]),
        ("text_embedder", {"text": "a", "text_pair": None}, "a"),
        (
            "multiple_choice",
            {"context": "c", "question": "q", "options": ["a", "b"], "more": 1},
            {"context": "c", "question": "q", "options": ["a", "b"]},
        ),
    ],
)
def test_every_kind_reads_its_own_fields(kind, row, item) -> None:
    assert item_of_row(row, kind) == item


@pytest.mark.parametrize(
    ("kind", "line", "message"),
    [
        ("text_classifier", '{"txt": "a"}', "Did you mean 'txt'"),
        ("text_classifier", '{"text": 3}', '"text" is 3'),
        ("text_classifier", '{"text": "\\ud800"}', "surrogate"),
        ("token_classifier", '{"words": ["a", "\\ud800"]}', "surrogate"),
        (
            "multiple_choice",
            '{"context": "c", "question": "q", "options": ["a", "\\ud800"]}',
            "surrogate",
        ),
        ("text_classifier", '{"text"', "not JSON"),
        ("text_classifier", "[1]", "expected an object"),
        ("sentence_order", '{"text": "a"}', '"text_pair" is missing'),
        ("question_answerer", '{"question": "a"}', '"context" is missing'),
        ("token_classifier", '{"words": ["a", 3]}', '"words" is'),
        ("multiple_choice", '{"context": "", "question": "", "options": ["a"]}', "two or more"),
        ("multiple_choice", '{"context": "", "question": "", "options": ["a", ""]}', "option is"),
        ("multiple_choice", '{"context": "", "options": ["a", "b"]}', '"question" is missing'),
    ],
)
def test_a_bad_line_is_named_and_the_next_is_read(kind, line, message) -> None:
    good = '{"text": "a", "text_pair": "b", "question": "a", "context": "b", "options": ["a", "b"]}'
    first, second = _read(f"{line}\n{good}\n", kind, is_json=True)
    assert isinstance(first, tuple) and first[0] == 1
    with pytest.raises(InputError, match=message) as caught:
        raise first[1]
    assert str(caught.value).startswith("a.jsonl:1: ") and "\n" not in str(caught.value)
    assert isinstance(second, Request)


def test_what_is_not_utf_8_and_texts_alone() -> None:
    ((number, error),) = _read(b"\xff\n", "text_classifier")
    assert number == 1 and "not UTF-8" in str(error)
    ((_, error),) = _read("just a text", "multiple_choice")
    assert '"options"' in str(error)


def test_files_are_known_by_their_names(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text(json.dumps({"text": "a"}))
    (tmp_path / "a.txt").write_text("a")
    stdin = io.BytesIO()
    for name, expected in (("a.jsonl", True), ("a.txt", False)):
        file, _, is_json = open_input(str(tmp_path / name), stdin)
        file.close()
        assert is_json is expected
    assert open_input("-", stdin) == (stdin, "standard input", None)
    with pytest.raises(InputError, match="does not exist"):
        open_input(str(tmp_path / "b"), stdin)


TEXT = 'Say "no",\nnow;\there \u2028 | \u00a0\x0b\x85.'
# Kind -> a row as people have it, and what the model is asked.
ROWS: dict[str, tuple[dict[str, Any], Any]] = {
    "text_classifier": ({"Sentence": TEXT, "label": "x"}, TEXT),
    "text_embedder": ({"premise": TEXT, "hypothesis": "b"}, [TEXT, "b"]),
    "sentence_order": ({"text": TEXT, "text_pair": "b"}, [TEXT, "b"]),
    "question_answerer": ({"question": "q", "context": TEXT}, ["q", TEXT]),
    "token_classifier": ({"review": TEXT}, TEXT),
    "multiple_choice": (
        {"passage": TEXT, "question": "q", "option1": "a", "option2": "b"},
        {"context": TEXT, "question": "q", "options": ["a", "b"]},
    ),
}


@pytest.mark.parametrize("name", ["a.csv", "a.csv.gz", "a.tsv", "a.json", "a.jsonl", "a.parquet"])
@pytest.mark.parametrize("kind", ROWS)
def test_rows_are_read_as_fine_tuning_reads_them(tmp_path: Path, kind: str, name: str) -> None:
    row, item = ROWS[kind]
    frame = pandas.DataFrame([{**row, "id": "first"}, {**row, "id": "second"}])
    path = tmp_path / name
    if name.endswith("parquet"):
        frame.to_parquet(path)
    elif ".json" in name:
        frame.to_json(path, orient="records", lines=name.endswith("l"))
    else:
        frame.to_csv(path, index=False, sep="\t" if "tsv" in name else ",")
    assert is_row_file(str(path))
    found = list(row_requests(str(path), kind))
    assert [(request.item, request.id) for request in found if isinstance(request, Request)] == [
        (item, "first"),
        (item, "second"),
    ]
    assert found[0].line < found[1].line  # type: ignore[union-attr]


def test_rows_by_options_and_bad_ones_by_line(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("body;said\na;b\nc\nd;e\n")
    reading = ReadingOptions(text_column="body", text_pair_column="said")
    first, bad, last = row_requests(str(path), "text_classifier", reading)
    assert [r.item for r in (first, last) if isinstance(r, Request)] == [["a", "b"], ["d", "e"]]
    assert isinstance(bad, tuple) and bad[0] == 3 and "a.csv:3: 1 columns" in str(bad[1])
    assert is_row_file("a.dat", ReadingOptions(separator=";"))
    assert not is_row_file("a.txt") and not is_row_file("-")
    with pytest.raises(InputError, match="words with tags"):
        is_row_file("a.conll")


def test_lines_are_cut_at_their_ends_only() -> None:
    text = "a\x0b\x0c\x1c\x85\u2028\u2029b"
    for end in ("\n", "\r\n", "\r"):
        found = _read(f"{text}{end}c", "text_classifier")
        assert found == [Request(1, text), Request(2, "c")]
    with pytest.raises(InputError, match="looks like a JSON array"):
        _read('[{"text": "a"}]', "text_classifier")
