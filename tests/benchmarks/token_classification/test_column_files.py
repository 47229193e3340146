"""Columns: tabs or spaces, one number of them, comments, line ends; hostile fields come back."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from keras_albert.benchmarks.token_classification.column_files import (
    column_sentences,
    conllu_sentences,
    read_lines,
)
from keras_albert.errors import InputError

pytestmark = pytest.mark.once


def read(folder: Path, content: str | bytes, tag_column: int = -1) -> list[list[list[str]]]:
    path = folder / "a.txt"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    sentences = []
    for sentence in column_sentences(path, tag_column):
        for line in sentence:
            if isinstance(line.columns, InputError):
                raise line.columns
        sentences.append([line.columns for line in sentence])
    return sentences


# Whatever a field may hold: everything but a tab, LF, CR and half of a surrogate pair.
FIELD = st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="\t\n\r"), min_size=1, max_size=6
) | st.sampled_from(
    ["10\u00a0000", "New York", "a\u2028b", "\x85", "\x0b\x0c\x1c", "#", "{", "[]", "\u3000", "-"]
)
TAGS = st.sampled_from(["O", "B-NUM", "B-\u00a0X", "I-a b"])


@settings(max_examples=150, deadline=None)
@given(
    sentences=st.lists(
        st.lists(st.tuples(FIELD, TAGS), min_size=1, max_size=4), min_size=1, max_size=4
    ),
    ends=st.sampled_from(["\n", "\r\n", "\r"]),
)
def test_hostile_fields_come_back(sentences, ends, tmp_path_factory):
    # The first line has every tag, so that none looks like a comment's.
    known = [[("x", tag) for tag in ("O", "B-NUM", "B-\u00a0X", "I-a b")], *sentences]
    lines = [ends.join(f"{word}\t{tag}" for word, tag in one) + ends for one in known]
    folder = tmp_path_factory.mktemp("columns")
    assert read(folder, ends.join(lines)) == [[list(pair) for pair in one] for one in known]


@pytest.mark.parametrize("ends", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("last", ["", "ends"])
def test_lines_end_in_three_ways(ends, last, tmp_path):
    content = f"a O{ends}b  B-X{ends}{ends}c O" + (ends if last else "")
    assert read(tmp_path, content) == [[["a", "O"], ["b", "B-X"]], [["c", "O"]]]


@pytest.mark.parametrize(
    ("content", "sentences"),
    [
        # MultiCoNER: comments with a tab over lines with spaces.
        ("# id 7\tdomain=en\na _ _ O\nb _ _ B-X\n", [[["a", *"__O"], ["b", "_", "_", "B-X"]]]),
        # The same over two columns with tabs: its tag is no other line's.
        ("# id 7\tdomain=en\na\tO\nb\tB-X\n", [[["a", "O"], ["b", "B-X"]]]),
        ("# a\n# text = a b\na\tO\n\n# b c\td\tf\nc\tO\n", [[["a", "O"]], [["c", "O"]]]),
        # A real mark, and words that begin with one.
        ("# O\n1 O\n", [[["#", "O"], ["1", "O"]]]),
        ("#\tO\n#tag\tB-X\n", [[["#", "O"], ["#tag", "B-X"]]]),
        ("a O\n# O\n# B-X\n", [[["a", "O"], ["#", "O"], ["#", "B-X"]]]),
        ("a NN I-NP O\n\n# NN I-NP O\n", [[["a", "NN", "I-NP", "O"]], [["#", "NN", "I-NP", "O"]]]),
        ("-DOCSTART- -X- O O\n\na NN I-NP O\n", [[["a", "NN", "I-NP", "O"]]]),
        ("-DOCSTART-\tO\na\tO\n", [[["a", "O"]]]),
        # A blank line may hold tabs (WNUT 2017).
        ("a\tO\n\t\nb\tO\n", [[["a", "O"]], [["b", "O"]]]),
        ("\ufeffa O\n", [[["a", "O"]]]),
        ("10\u00a0000\tB-NUM\n", [[["10\u00a0000", "B-NUM"]]]),
        ("10\u00a0000 B-NUM\n", [[["10\u00a0000", "B-NUM"]]]),
        ("New York\tB-LOC\n", [[["New York", "B-LOC"]]]),
    ],
)
def test_what_is_a_word(content, sentences, tmp_path):
    assert read(tmp_path, content) == sentences


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("a\tO\nb O\nc\tO\n", "a.txt:2: 'b O' has no tag.*separated by tabs"),
        ("a O\nNew York O\nc O\n", "a.txt:2: 'New York O' has 3 columns, .* have 2, .* spaces"),
        ("a\tO\nb\tO\t\n\nc\tO\n", "a.txt:2: .* has 3 columns"),
        (b"a O\n\xff O\n", "a.txt:2 is not UTF-8"),
    ],
)
def test_a_line_unlike_the_others_is_named(content, message, tmp_path):
    with pytest.raises(InputError, match=message):
        read(tmp_path, content)


def test_conllu_has_comments_anywhere_and_lines_keep_their_numbers(tmp_path):
    (tmp_path / "a.conllu").write_text("# a\n1\tx\n# b\n2\t#y z\n\n3\tw\n")
    found = list(conllu_sentences(tmp_path / "a.conllu"))
    assert [[(line.number, line.columns) for line in one] for one in found] == [
        [(2, ["1", "x"]), (4, ["2", "#y z"])],
        [(6, ["3", "w"])],
    ]
    assert read_lines(tmp_path / "a.conllu")[0] == "# a"
