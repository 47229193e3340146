"""CoNLL 2003's columns, CoNLL-U and JSON lines."""

from pathlib import Path

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
