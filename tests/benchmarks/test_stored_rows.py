"""JSON in all the forms pandas and `datasets` write, and Parquet."""

import json
import sys

import datasets
import pandas
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from keras_albert.benchmarks import stored_rows
from keras_albert.errors import InputError
from tests.text.hostile import HOSTILE

pytestmark = pytest.mark.once
texts = st.text(st.characters(codec="utf-8"))
FORMS = {
    "records.json": lambda frame, path: frame.to_json(path, orient="records"),
    "indented.json": lambda frame, path: frame.to_json(path, orient="records", indent=2),
    "columns.json": lambda frame, path: frame.to_json(path),
    "indented_columns.json": lambda frame, path: frame.to_json(path, indent=2),
    "table.json": lambda frame, path: frame.to_json(path, orient="table", index=False),
    "lines.json": lambda frame, path: frame.to_json(path, orient="records", lines=True),
    "lines.jsonl.gz": lambda frame, path: frame.to_json(path, orient="records", lines=True),
    "characters.jsonl": lambda frame, path: frame.to_json(
        path, orient="records", lines=True, force_ascii=False
    ),
    "frame.parquet": lambda frame, path: frame.to_parquet(path),
}


@pytest.mark.parametrize("form", FORMS)
@settings(max_examples=20, deadline=None)
@given(rows=st.lists(st.tuples(texts, st.integers(0, 9)), min_size=1, max_size=4))
@example(rows=[(text, 1) for text in HOSTILE if len(text) < 1000])
def test_what_pandas_writes_comes_back(tmp_path_factory, form, rows):
    path = tmp_path_factory.mktemp("t") / form
    FORMS[form](pandas.DataFrame(rows, columns=["text", "label"]), path)
    read = stored_rows.parquet_rows if form.endswith("parquet") else stored_rows.json_rows
    assert [(row["text"], row["label"]) for _, row in read(path)] == rows


@pytest.mark.parametrize(
    ("content", "bad"),
    [
        ('{"text": "\\ud800"}\n{"text": "b"}\n', ':1: "text" holds a lone surrogate'),
        ('[{"text": "\\udfff"}, {"text": "b"}]', ': row 1: "text" holds a lone surrogate'),
        ('["a", {"text": "b"}]', ": row 1: expected an object, found str"),
        ('{"a": 1, "a": 2}\n{"text": "b"}\n', ':1: "a" stands twice'),
        ('{"text": }\n{"text": "b"}\n', ":1: not JSON"),
    ],
)
def test_a_bad_row_is_named_and_the_next_is_read(tmp_path, content, bad):
    path = tmp_path / "f.json"
    path.write_text(content)
    (_, first), (_, second) = stored_rows.json_rows(path)
    assert isinstance(first, InputError) and str(first).startswith(f"{path}{bad}")
    assert second == {"text": "b"}


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (json.dumps({"data": [{"paragraphs": []}]}, indent=1), "one JSON object with 'data'"),
        ('[\n{"a": 1, "a": 2}\n]', '"a" stands twice'),
    ],
)
def test_a_value_that_is_no_rows_is_refused(tmp_path, content, message):
    (tmp_path / "f.json").write_text(content)
    with pytest.raises(InputError, match=message):
        list(stored_rows.json_rows(tmp_path / "f.json"))


def test_numbered_classes_have_their_names(tmp_path):
    names = datasets.ClassLabel(names=["bad", "good"])
    features = datasets.Features({"label": names, "labels": datasets.List(names)})
    rows = [{"label": 1, "labels": [0, 1]}, {"label": -1, "labels": []}]
    datasets.Dataset.from_list(rows, features).to_parquet(str(tmp_path / "f.parquet"))
    found = [row for _, row in stored_rows.parquet_rows(tmp_path / "f.parquet")]
    assert found == [
        {"label": "good", "labels": ["bad", "good"]},
        {"label": None, "labels": []},
    ]


def test_what_is_not_parquet_and_a_library_that_is_missing(tmp_path, monkeypatch):
    (tmp_path / "f.parquet").write_text("text,label\n")
    with pytest.raises(InputError, match="is not a Parquet file that can be read"):
        list(stored_rows.parquet_rows(tmp_path / "f.parquet"))
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(InputError, match=r"pip install keras-albert\[datasets\]"):
        list(stored_rows.parquet_rows(tmp_path / "f.parquet"))
