"""Tables of text: what pandas and Python's csv write comes back, whatever stands in a field."""

import csv

import pandas
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from keras_albert.benchmarks import delimited
from keras_albert.errors import InputError
from tests.text.hostile import HOSTILE

pytestmark = pytest.mark.once
fields = st.text(st.characters(codec="utf-8")) | st.sampled_from(HOSTILE)
# Where marks stand only where needed, pandas puts none around a carriage return: such a file does
# not say whether it ends a row.
# Nor do the halves of a field with a tab and a line end, each of which looks like a row.
unreturned = fields.filter(lambda text: "\r" not in text and not {"\t", "\n"} <= set(text))
marked_tables = st.lists(st.tuples(unreturned, unreturned), min_size=1, max_size=5)
tables = st.lists(st.tuples(fields, fields), min_size=1, max_size=5)


def _read(path, **options):
    found = list(delimited.separated_rows(path, **options))
    assert not [row for _, row in found if isinstance(row, InputError)], found
    return [(row["text"], row["label"]) for _, row in found]


@pytest.mark.parametrize("separator", delimited.SEPARATORS)
@pytest.mark.parametrize("name", ["f.csv", "f.tsv", "f.csv.gz"])
@settings(max_examples=25, deadline=None)
@given(rows=tables)
@example(rows=[(text, "x") for text in HOSTILE if len(text) < 1000])
def test_what_pandas_writes_comes_back(tmp_path_factory, name, separator, rows):
    path = tmp_path_factory.mktemp("t") / name
    frame = pandas.DataFrame(rows, columns=["text", "label"])
    quoting = csv.QUOTE_ALL
    frame.to_csv(path, sep=separator, index=False, quoting=quoting)
    given_separator = separator if name == "f.tsv" else None
    assert _read(path, separator=given_separator) == rows


@settings(max_examples=50, deadline=None)
@given(rows=marked_tables)
@example(rows=[(text, "x") for text in HOSTILE if len(text) < 1000 and "\r" not in text])
@example(rows=[('"', "x"), ('a "b"', "y"), ("c\td", "z")])
@example(rows=[('"quoted"', "x"), ("a", "y")])
def test_tabs_with_marks_only_where_needed_come_back(tmp_path_factory, rows):
    path = tmp_path_factory.mktemp("t") / "f.tsv"
    pandas.DataFrame(rows, columns=["text", "label"]).to_csv(path, sep="\t", index=False)
    found = list(delimited.separated_rows(path))
    assert [(row["text"], row["label"]) for _, row in found if isinstance(row, dict)] == rows


plain = st.text(st.characters(codec="utf-8", exclude_characters="\t\r\n"))


@settings(max_examples=50, deadline=None)
@given(rows=st.lists(st.tuples(plain, plain.filter(bool)), min_size=1, max_size=5))
@example(rows=[('"He said', "x"), ('b"', "y"), ("\x0b\x0c\x85\u2028\u00a0", "z")])
def test_tabs_without_marks_come_back_character_by_character(tmp_path_factory, rows):
    path = tmp_path_factory.mktemp("t") / "f.tsv"
    lines = [("text", "label"), *rows]
    path.write_bytes("".join("\t".join(row) + "\n" for row in lines).encode())
    found = [(row["text"], row["label"]) for _, row in delimited.tab_rows(path)]
    assert found == rows


@pytest.mark.parametrize(
    ("content", "rows"),
    [
        ("text;label\na, b;x\n", [("a, b", "x")]),
        ("label|text\nx|a;b\n", [("a;b", "x")]),
        ("sep=;\r\ntext;label\r\na;x\r\n", [("a", "x")]),
        ("text,label\ra,x\rb,y\r", [("a", "x"), ("b", "y")]),
        ('text,label,"a;b"\na,x,1\n', [("a", "x")]),
        ("\ufefftext;label\na;x\n", [("a", "x")]),
    ],
)
def test_the_separator_is_that_of_the_header(tmp_path, content, rows):
    (tmp_path / "f.csv").write_bytes(content.encode())
    assert _read(tmp_path / "f.csv") == rows


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("f.csv", "text,label,label\na,x,y\n", "f.csv:1: the header has 'label' 2 times"),
        ("f.tsv", "label\ttext\tlabel\n", "f.tsv:1: the header has 'label' 2 times"),
        ("f.csv", '{"text": "a", "label": "x"}\n', "f.csv:1 looks like JSON"),
        ("f.tsv", '[{"text": "a"}]\n', "f.tsv:1 looks like JSON"),
        ("f.csv", "text;label,class\n", "separated by ',' or by ';': say which with --separator"),
    ],
)
def test_a_header_that_means_two_things_is_refused(tmp_path, name, content, message):
    (tmp_path / name).write_text(content)
    with pytest.raises(InputError, match=message):
        list(delimited.separated_rows(tmp_path / name))


def test_places_are_lines(tmp_path):
    (tmp_path / "f.csv").write_text('text,label\n"a\nb",x\nc\nd,y\n')
    found = list(delimited.comma_rows(tmp_path / "f.csv"))
    assert [where.rsplit(":")[-1] for where, _ in found] == ["2", "4", "5"]
    assert "1 columns where the header has 2" in str(found[1][1])
