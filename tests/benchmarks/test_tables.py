"""Rows of files: where each stands, and what is wrong with it."""

import json

import pandas
import pytest

from keras_albert.benchmarks import tables, task_named
from keras_albert.benchmarks.columns import ReadingOptions
from keras_albert.errors import InputError

pytestmark = pytest.mark.once


def test_lines_are_decoded_one_by_one(tmp_path):
    file = tmp_path / "f"
    file.write_bytes(b"\xef\xbb\xbfa\r\n\xff\nb")
    found = list(tables.decoded_lines(file))
    assert [where.rsplit(":")[-1] for where, _ in found] == ["1", "2", "3"]
    assert (found[0][1], found[2][1]) == ("a", "b")
    assert "is not UTF-8" in str(found[1][1])


def test_columns_without_a_header(tmp_path):
    (tmp_path / "f").write_text('a\t"b\n')
    found = tables.tab_rows(tmp_path / "f", ("x", "y"))
    assert [row for _, row in found] == [{"x": "a", "y": '"b'}]


def test_a_header_that_is_not_utf8_is_an_error(tmp_path):
    (tmp_path / "f").write_bytes(b"\xff\n")
    with pytest.raises(InputError, match="f:1 is not UTF-8"):
        list(tables.tab_rows(tmp_path / "f"))


def test_a_bad_row_of_a_table_takes_no_other_with_it(tmp_path):
    (tmp_path / "f").write_bytes(
        b'text,label\r\n"a\nb",x\r\n"unpaired,x\r\n"c ""d""",y\n\xff,x\n\ne,y\n"last,x\nf,y'
    )
    found = list(tables.comma_rows(tmp_path / "f"))
    assert [row["text"] for _, row in found if isinstance(row, dict)] == ["a\nb", 'c "d"', "e", "f"]
    bad = [str(row).split(":")[1][:2] for _, row in found if isinstance(row, InputError)]
    assert bad == ["4 ", "6 ", "9 "]


def test_what_is_collected_is_in_order():
    def make(row, where):
        if row < 0:
            raise InputError(f"{where}: below 0")
        return row

    found = [("f:1", 1), ("f:2", -1), ("f:3", InputError("f:3: no JSON")), ("f:4", 4)]
    examples = tables.collect("f", iter(found), make, skip_bad=True)
    assert examples.items == [1, 4]
    assert examples.skipped == ["f:2: below 0", "f:3: no JSON"]
    with pytest.raises(InputError, match="f:2: below 0"):
        tables.collect("f", iter(found), make)
    with pytest.raises(InputError, match="f holds no examples"):
        tables.collect("f", iter([]), make)


def test_the_nearest_key_is_suggested():
    with pytest.raises(InputError, match="f:1: .*'txt'.* Did you mean 'txt'"):
        tables.required_text({"txt": "a"}, "text", "f:1")


TEXT = 'Say "no",\nnow;\there \u2028 | \u00a0\x0b\x85.'
PAIR = {"premise": "c", "hypothesis": "d", "label": 0}
# Task -> rows as people have them, options, and what is read of the first.
PEOPLE = {
    "text-classification": (
        [{"Sentence": TEXT, "Category": "caf\u00e9"}, {"Sentence": "b", "Category": "x"}],
        {},
        (TEXT, None, "caf\u00e9"),
    ),
    "text-classification of pairs": (
        [
            {"premise": TEXT, "hypothesis": "b", "label": 1},
            PAIR,
        ],
        {},
        (TEXT, "b", "1"),
    ),
    "text-classification by options": (
        [{"text": "no", "body": TEXT, "said": "b", "class": "y", "label": "z"}],
        {"text_column": "body", "text_pair_column": "said", "label_column": "class"},
        (TEXT, "b", "y"),
    ),
    "text-multilabel": ([{"review": TEXT, "labels": ["b", "a"]}], {}, (TEXT, None, ["a", "b"])),
    "text-regression": ([{"tweet": TEXT, "score": 2.5}], {}, (TEXT, None, 2.5)),
    "multiple-choice": (
        [{"passage": TEXT, "query": "Who?", "choices": ["a", "b, \u2028 c"], "label": 1}],
        {},
        (TEXT, "Who?", ["a", "b, \u2028 c"], 1),
    ),
}
CONTAINERS = {
    "f.csv": lambda frame, path: frame.to_csv(path, index=False),
    "indexed.csv": lambda frame, path: frame.to_csv(path),
    "f.csv.gz": lambda frame, path: frame.to_csv(path, index=False),
    "semicolons.csv": lambda frame, path: frame.to_csv(path, index=False, sep=";"),
    "f.tsv": lambda frame, path: frame.to_csv(path, index=False, sep="\t"),
    "f.tsv.gz": lambda frame, path: frame.to_csv(path, index=False, sep="\t"),
    "wide.csv": lambda frame, path: frame.to_csv(path, index=False, encoding="utf-16"),
    "marked.csv": lambda frame, path: frame.to_csv(path, index=False, encoding="utf-8-sig"),
    "f.json": lambda frame, path: frame.to_json(path, orient="records"),
    "columns.json": lambda frame, path: frame.to_json(path),
    "f.jsonl": lambda frame, path: frame.to_json(path, orient="records", lines=True),
    "f.jsonl.gz": lambda frame, path: frame.to_json(path, orient="records", lines=True),
    "f.parquet": lambda frame, path: frame.to_parquet(path),
}


@pytest.mark.parametrize("container", CONTAINERS)
@pytest.mark.parametrize("case", PEOPLE)
def test_every_task_reads_every_container(tmp_path, case, container):
    rows, options, expected = PEOPLE[case]
    CONTAINERS[container](pandas.DataFrame(rows), tmp_path / container)
    task = task_named(case.split()[0])
    task.reading = ReadingOptions(**options)
    examples = task.read(tmp_path / container)
    first = examples.items[0]
    if case == "multiple-choice":
        found = (first.context, first.question, first.options, first.answer)
    else:
        found = (first.text, first.text_pair, first.label)
    assert found == expected
    assert len(examples) == len(rows)


@pytest.mark.parametrize("case", PEOPLE)
@pytest.mark.parametrize("container", ["f.jsonl", "f.json"])
def test_half_a_character_is_named_and_skipped(tmp_path, case, container):
    (row, *_), options, _ = PEOPLE[case]
    task = task_named(case.split()[0])
    task.reading = ReadingOptions(**options)
    for key, value in row.items():
        bad = {**row, key: [*value, "\ud800"] if isinstance(value, list) else "x\ud800"}
        if container == "f.json":
            content, place = json.dumps([bad, row]), ": row 1"
        else:
            content, place = f"{json.dumps(bad)}\n{json.dumps(row)}\n", ":1"
        (tmp_path / container).write_text(content)
        with pytest.raises(InputError) as caught:
            task.read(tmp_path / container)
        message = f'{tmp_path / container}{place}: "{key}" holds a lone surrogate (\\ud800)'
        assert str(caught.value).startswith(message) and "UTF-8" not in str(caught.value)
        examples = task.read(tmp_path / container, skip_bad=True)
        assert (len(examples), len(examples.skipped)) == (1, 1)


def test_another_encoding_is_read_where_it_is_named(tmp_path):
    path = tmp_path / "f.csv"
    pandas.DataFrame(PEOPLE["text-classification"][0][1:] * 2).to_csv(path, index=False)
    path.write_bytes(path.read_bytes() + "caf\u00e9,y\n".encode("cp1252"))
    task = task_named("text-classification")
    with pytest.raises(InputError, match="f.csv:4 is not UTF-8.*--encoding cp1252"):
        task.read(path)
    task.reading = ReadingOptions(encoding="cp1252")
    assert task.read(path).items[-1].text == "caf\u00e9"


def test_a_file_of_another_name_needs_its_separator(tmp_path):
    (tmp_path / "f.txt").write_text("text|label\na|x\n")
    with pytest.raises(InputError, match="--separator"):
        tables.rows(tmp_path / "f.txt")
    found = list(tables.rows(tmp_path / "f.txt", ReadingOptions(separator="|")))
    assert [row for _, row in found] == [{"text": "a", "label": "x"}]
