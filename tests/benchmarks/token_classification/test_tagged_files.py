"""CoNLL 2003's columns, CoNLL-U and JSON lines."""

from pathlib import Path

import datasets
import pandas
import pytest

from keras_albert.benchmarks.token_classification.tagged_files import read_tagged_words
from keras_albert.errors import InputError

pytestmark = pytest.mark.once

# The first lines of the shared task's description (Tjong Kim Sang and De Meulder 2003, figure 1).
CONLL = """-DOCSTART- -X- O O

U.N. NNP I-NP I-ORG
official NN I-NP O
Ekeus NNP I-NP I-PER
heads VBZ I-VP O

# NN I-NP O
"""
CONLLU = """# sent_id = 1
# text = Vamonos al mar
1-2\tVamonos\t_\t_\t_\t_\t_\t_\t_\t_
1\tVamos\tir\tVERB\t_\t_\t0\troot\t_\t_
2\tnos\tnosotros\tPRON\t_\t_\t1\tobj\t_\t_
2.1\tx\tx\tX\t_\t_\t_\t_\t_\t_
3\t# mar\tmar\tNOUN\t_\t_\t1\tobl\t_\t_

"""


def _write(folder: Path, name: str, content: str) -> Path:
    (folder / name).write_text(content, "utf-8")
    return folder / name


def test_conll_columns(tmp_path: Path) -> None:
    path = _write(tmp_path, "train.txt", CONLL)
    first, second = read_tagged_words(path).items
    assert first.words == ["U.N.", "official", "Ekeus", "heads"]
    assert first.tags == ["I-ORG", "O", "I-PER", "O"]
    assert (second.words, second.tags, second.where) == (["#"], ["O"], f"{path}:8")
    assert read_tagged_words(path, tag_column=1).items[0].tags == ["NNP", "NN", "NNP", "VBZ"]
    words = _write(tmp_path, "words.txt", "one\ntwo\n\nthree")
    assert [e.words for e in read_tagged_words(words, labelled=False).items] == [
        ["one", "two"],
        ["three"],
    ]


def test_conllu_and_json_lines(tmp_path: Path) -> None:
    (sentence,) = read_tagged_words(_write(tmp_path, "a.conllu", CONLLU)).items
    assert sentence.words == ["Vamos", "nos", "# mar"]
    assert sentence.tags == ["VERB", "PRON", "NOUN"]
    rows = '{"id": 7, "words": ["a b", "c"], "tags": ["X", "Y"]}\n'
    (row,) = read_tagged_words(_write(tmp_path, "a.jsonl", rows)).items
    assert (row.id, row.words, row.tags) == (7, ["a b", "c"], ["X", "Y"])


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.txt", "a O\nb\n", "a.txt:2: 'b' has no tag"),
        ("a.txt", "\n\n", "no examples"),
        ("a.conllu", "1\ta\n", "a.conllu:1: 2 columns"),
        ("a.jsonl", '{"words": ["a"], "tags": ["O", "O"]}', "a.jsonl:1: 1 words and 2 tags"),
        ("a.jsonl", '{"words": "a", "tags": ["O"]}', '"words" is missing'),
        ("a.jsonl", '{"words": ["a", 3], "tags": ["O", "O"]}', "holds 3"),
    ],
)
def test_bad_files_are_named_by_line(name, content, message, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=message):
        read_tagged_words(_write(tmp_path, name, content))


def test_bad_sentences_are_left_out_where_that_is_asked_for(tmp_path: Path) -> None:
    path = _write(tmp_path, "a.txt", "a O\n\nb\nc O\n\nd O\n")
    examples = read_tagged_words(path, skip_bad=True)
    assert [e.words for e in examples.items] == [["a"], ["d"]]
    assert examples.skipped == [
        f"{path}:3: 'b' has no tag: expected a word and, behind it, its tag."
    ]


ROWS = [
    {"id": 1, "tokens": ["Ada", "New York", "10\u00a0000"], "ner_tags": [1, 2, 0]},
    {"id": 2, "tokens": ["\u2028", "d\te\nf"], "ner_tags": [0, 1]},
]
NAMES = ["O", "B-PER", "B-LOC"]


def _writers():
    frame = pandas.DataFrame(ROWS)
    tags = datasets.List(datasets.ClassLabel(names=NAMES))
    features = {"id": datasets.Value("int64"), "tokens": datasets.List(datasets.Value("string"))}
    made = datasets.Dataset.from_list(ROWS, datasets.Features({**features, "ner_tags": tags}))
    return {
        "a.jsonl": lambda path: frame.to_json(path, orient="records", lines=True),
        "a.json": lambda path: frame.to_json(path),
        "a.txt": lambda path: frame.to_json(path, orient="records"),
        "b.txt": lambda path: made.to_json(path),
        "a.parquet": lambda path: frame.to_parquet(path),
        "named.parquet": lambda path: made.to_parquet(path),
    }


@pytest.mark.parametrize("name", _writers())
def test_rows_as_pandas_and_datasets_write_them(name, tmp_path: Path) -> None:
    _writers()[name](tmp_path / name)
    names = {} if name.startswith("named") else {"tag_names": NAMES}
    first, second = read_tagged_words(tmp_path / name, **names).items
    assert (first.words, first.tags) == (ROWS[0]["tokens"], ["B-PER", "B-LOC", "O"])
    assert (second.words, second.tags, second.id) == (ROWS[1]["tokens"], ["O", "B-PER"], 2)
    assert first.place(2).endswith((":1, word 2", "row 0, word 2"))
    hidden = read_tagged_words(tmp_path / name, labelled=False).items[0]
    assert (hidden.words, hidden.tags) == (first.words, None)


def test_columns_of_rows_have_names(tmp_path: Path) -> None:
    path = _write(tmp_path, "a.jsonl", '{"form": ["a"], "tags": ["X"], "upos": ["DET"]}')
    (row,) = read_tagged_words(path, word_column="form", tag_column="upos").items
    assert (row.words, row.tags) == (["a"], ["DET"])
    with pytest.raises(InputError, match="word_column='form': columns of this file have numbers"):
        read_tagged_words(_write(tmp_path, "a.txt", "a O\n"), word_column="form")


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.txt", '{"words": ["a"], "tags": ["O"]}\n{"words"', r"a.txt:2: not JSON"),
        ("a.txt", '{"words": ["a"],, "tags": ["O"]}\n', "begins as JSON does"),
        (
            "a.jsonl",
            '{"tokens": ["a"], "ner_tags": [3]}',
            "3, and .* no names .*tag_names",
        ),
        ("a.jsonl", '{"token": ["a"]}', '"words" is missing; there is .token.'),
        ("a.jsonl", '{"words": ["\\ud800"], "tags": ["O"]}', r"a.jsonl:1: .*surrogate pair"),
        ("a.txt", "a\t\nb\tO\n", "a.txt:1: the tag is empty"),
        ("a.txt", "\tO\nb\tO\n", "a.txt:1: the word is empty"),
    ],
)
def test_what_is_read_as_something_else_is_refused(name, content, message, tmp_path) -> None:
    with pytest.raises(InputError, match=message):
        read_tagged_words(_write(tmp_path, name, content))


def test_brackets_in_front_are_words_where_no_json_is(tmp_path: Path) -> None:
    (row,) = read_tagged_words(_write(tmp_path, "a.txt", "[ O\n1 O\n] B-X\n")).items
    assert row.words == ["[", "1", "]"]
    (row,) = read_tagged_words(_write(tmp_path, "a.txt", '{"\tO\n"}\tB-X\n')).items
    assert row.words == ['{"', '"}']
    assert row.place(1) == f"{tmp_path / 'a.txt'}:2"
