"""Files of labelled texts: three forms, and each mistake with its line."""

import csv

import pytest

from keras_albert.benchmarks import task_named
from keras_albert.errors import InputError

pytestmark = pytest.mark.once


def read_labelled_texts(file, **options):
    return task_named("text-classification").read(file, **options).items


def label_names(file):
    task = task_named("text-classification")
    task.learn(task.read(file))
    return task.labels


def write(tmp_path, name, content):
    file = tmp_path / name
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    return file


def triples(file):
    return [(t.text, t.text_pair, t.label) for t in read_labelled_texts(file)]


def test_the_three_forms_say_the_same(tmp_path):
    expected = [("a, b", None, "x"), ("c", None, "2")]
    lines = '{"text": "a, b", "label": "x", "id": 7}\n\n{"text": "c", "label": "2"}\n'
    assert triples(write(tmp_path, "f.jsonl", lines)) == expected
    assert triples(write(tmp_path, "f.csv", 'id,text,label\n7,"a, b",x\n8,c,2\n')) == expected
    assert triples(write(tmp_path, "f.tsv", "label\ttext\nx\ta, b\n2\tc\n")) == expected


def test_pairs_and_a_byte_order_mark_and_quotes(tmp_path):
    file = write(tmp_path, "f.tsv", '\ufefftext\ttext_pair\tlabel\n"a\tb"\tx\n')
    assert triples(file) == [('"a', 'b"', "x")]


def test_what_pythons_csv_writes_is_read(tmp_path):
    rows = [('a "b"\nc', "x"), (" d,\t", "y")]
    with (tmp_path / "f.csv").open("w", newline="") as file:
        csv.writer(file).writerows([("text", "label"), *rows])
    assert [(t, label) for t, _, label in triples(tmp_path / "f.csv")] == rows


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("f.jsonl", '{"text": "a", "label": "x"}\n{"text": "a"\n', "f.jsonl:2: not JSON"),
        ("f.jsonl", '{"text": "a", "label": "x"}\n\n[1]\n', "f.jsonl:3: expected an object"),
        ("f.jsonl", '{"text": " ", "label": "x"}\n', 'f.jsonl:1: "text" is missing or empty'),
        ("f.jsonl", '{"txet": "a", "label": "x"}\n', "f.jsonl:1: .* 'txet'.* Did you mean 'txet'"),
        ("f.jsonl", "[" * 100_000 + "\n", "f.jsonl:1: not JSON that can be read"),
        ("f.tsv", b"text\tlabel\n\xff\xfe\tx\n", "f.tsv:2 is not UTF-8"),
        ("f.jsonl", '{"text": "a"}\n', 'f.jsonl:1: "label" is missing or is None'),
        ("f.jsonl", '{"text": "a", "label": 0.5}\n', 'f.jsonl:1: "label" .* 0.5'),
        (
            "f.jsonl",
            '{"text": "a", "label": 1}\n{"text": "b", "label": "1"}\n',
            "f.jsonl:2: the label '1' is text, unlike 1 before it",
        ),
        ("f.jsonl", '{"text": "a", "label": 1, "text_pair": ""}\n', 'f.jsonl:1: "text_pair"'),
        (
            "f.jsonl",
            '{"text": "a", "label": 1}\n{"text": "a", "label": 1, "text_pair": "b"}\n',
            "f.jsonl:2: a text_pair, unlike .*f.jsonl:1",
        ),
        ("f.csv", "text,lable\na,x\n", "f.csv:1: no column 'label' .* Did you mean 'lable'"),
        ("f.csv", "text,label\na,x\na,b,c\n", "f.csv:3: 3 columns where the header has 2"),
        ("f.csv", 'text,label\n"a,x\n', "f.csv:2 is not a row of a table"),
        ("f.csv", "text,label\n", "f.csv holds no examples"),
        ("f.csv", "", "f.csv holds no examples"),
        ("f.csv", b"text,label\n\xff\xfe,x\n", "f.csv:2 is not UTF-8"),
        ("f.xlsx", "PK", "ends in .jsonl, .csv or .tsv"),
    ],
)
def test_a_mistake_is_named_with_its_line(tmp_path, name, content, message):
    with pytest.raises(InputError, match=message) as caught:
        read_labelled_texts(write(tmp_path, name, content))
    assert "\n" not in str(caught.value)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(InputError, match="none.jsonl does not exist"):
        read_labelled_texts(tmp_path / "none.jsonl")


@pytest.mark.parametrize(
    ("labels", "names"),
    [(["b", "a", "b"], ["a", "b"]), (["10", "9"], ["9", "10"]), (["10", "x"], ["10", "x"])],
)
def test_label_names_are_in_order(tmp_path, labels, names):
    content = "text,label\n" + "".join(f"t,{label}\n" for label in labels)
    assert label_names(write(tmp_path, "f.csv", content)) == names


def test_one_label_is_an_error(tmp_path):
    file = write(tmp_path, "f.csv", "text,label\na,x\nb,x\n")
    with pytest.raises(InputError, match="at least two labels"):
        label_names(file)


def test_what_is_bad_is_left_out_where_that_is_asked_for(tmp_path):
    lines = b'{"text": "a", "label": "x"}\n{"text": 1}\n\xff\n{"text": "b", "label": "y"}\n'
    file = write(tmp_path, "f.jsonl", lines)
    examples = task_named("text-classification").read(file, skip_bad=True)
    assert [example.text for example in examples.items] == ["a", "b"]
    assert [line.split(":")[1][:1] for line in examples.skipped] == ["2", "3"]
    with pytest.raises(InputError, match="All 1 were bad; the first: .*f.jsonl:1"):
        read_labelled_texts(write(tmp_path, "f.jsonl", "no JSON\n"), skip_bad=True)


def test_a_test_set_has_no_labels(tmp_path):
    file = write(tmp_path, "f.jsonl", '{"text": "a", "id": "7"}\n')
    (example,) = read_labelled_texts(file, labelled=False)
    assert (example.label, example.id) == (None, "7")
