"""Rows as pandas and `datasets` themselves write them."""

import gzip
import json

import datasets
import pandas
import pytest

from keras_albert.benchmarks.row_files import checked_text, class_names, rows
from keras_albert.errors import InputError

pytestmark = pytest.mark.once
# What no reader may take for an end of a line or of a field.
HOSTILE = ["a\u2028b\x85c", "d\te\nf\r", "\u00a0", '{"', "José", "\ufeff,;|"]
ROWS = [{"tokens": HOSTILE, "n": 1}, {"tokens": ["b"], "n": 2}]
FRAME = pandas.DataFrame(ROWS)
SET = datasets.Dataset.from_list(ROWS)
WRITERS = {
    "lines.jsonl": lambda path: FRAME.to_json(path, orient="records", lines=True),
    "lines.json": lambda path: SET.to_json(path),
    "array.json": lambda path: FRAME.to_json(path, orient="records"),
    "columns.json": lambda path: FRAME.to_json(path),
    "lists.json": lambda path: path.write_text(json.dumps(FRAME.to_dict("list"))),
    "table.json": lambda path: FRAME.to_json(path, orient="table", index=False),
    "pandas.parquet": lambda path: FRAME.to_parquet(path),
    "datasets.parquet": lambda path: SET.to_parquet(path),
    "lines.jsonl.gz": lambda path: FRAME.to_json(path, orient="records", lines=True),
    "marked.jsonl": lambda path: path.write_text(
        "\n".join(map(json.dumps, ROWS)), encoding="utf-8-sig"
    ),
    "old.jsonl": lambda path: path.write_bytes("\r".join(map(json.dumps, ROWS)).encode()),
}


@pytest.mark.parametrize("name", WRITERS)
def test_rows_come_back_as_they_were_written(name, tmp_path):
    path = tmp_path / name
    WRITERS[name](path)
    found = list(rows(path))
    assert [dict(row) for _, row in found] == ROWS
    assert all(where.startswith(str(path)) for where, _ in found)


def test_numbers_of_classes_get_the_names_that_the_file_notes(tmp_path):
    tags = datasets.List(datasets.ClassLabel(names=["O", "B-PER"]))
    features = datasets.Features({"tags": tags, "kind": datasets.ClassLabel(names=["x", "y"])})
    rows_ = [{"tags": [1, 0], "kind": -1}, {"tags": [0], "kind": 1}]
    datasets.Dataset.from_list(rows_, features).to_parquet(tmp_path / "a.parquet")
    found = [row for _, row in rows(tmp_path / "a.parquet")]
    assert found == [{"tags": ["B-PER", "O"], "kind": None}, {"tags": ["O"], "kind": "y"}]
    assert class_names({"feature": {"names": ["a"]}}) == ["a"] and class_names("x") is None


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.jsonl", b'{"a": 1}\n[1]\n', "a.jsonl:2: expected an object, found list"),
        ("a.jsonl", b'{"a": 1}\n\n{"a"\n', "a.jsonl:3: not JSON"),
        ("a.jsonl", b'{"a": 1}\n"\xff"\n', "a.jsonl:2 is not UTF-8"),
        ("a.json", b"[3]", "row 0: expected an object, found int"),
        ("a.json", b"3\n", "a.json: expected rows, found int"),
        ("a.parquet", b"PAR1", "is not a Parquet file"),
        ("a.json.gz", b"{}", "is not a gzipped file"),
    ],
)
def test_what_is_wrong_is_named_by_line(name, content, message, tmp_path):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(InputError, match=message) as error:
        for _, row in rows(tmp_path / name):
            if isinstance(row, InputError):
                raise row
    assert str(tmp_path) in str(error.value)


def test_half_a_surrogate_pair_is_no_text():
    assert checked_text("José 😀", "x:1") == "José 😀"
    with pytest.raises(InputError, match=r"x:1: the text holds '\\ud800'.*character 1"):
        checked_text("a\ud800", "x:1")


def test_packed_rows_are_what_is_in_them(tmp_path):
    (tmp_path / "a.json.gz").write_bytes(gzip.compress(json.dumps(ROWS).encode("utf-8-sig")))
    assert [row for _, row in rows(tmp_path / "a.json.gz")] == ROWS
