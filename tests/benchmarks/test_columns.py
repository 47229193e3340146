"""Names of columns: the task's own, those people use, those a person gives."""

import pytest

from keras_albert.benchmarks.columns import PAIR_NAMES, TEXT_NAMES, ReadingOptions, text_row
from keras_albert.errors import InputError

pytestmark = pytest.mark.once


def _texts(row, **options):
    found = text_row(row, ReadingOptions(**options), "f:1", "label")
    return found.get("text"), found.get("text_pair"), found.get("label")


@pytest.mark.parametrize("name", ["text", *TEXT_NAMES, "Text", " SENTENCE "])
def test_usual_names_of_a_text(name):
    assert _texts({name: "a", "Label": 1, "n": 2}) == ("a", None, 1)


@pytest.mark.parametrize(
    "names", [("text", "text_pair"), *PAIR_NAMES, ("Premise", "Hypothesis"), ("Text", "Text_Pair")]
)
def test_usual_names_of_a_pair(names):
    assert _texts({names[1]: "b", names[0]: "a", "category": "x"}) == ("a", "b", "x")


def test_the_tasks_own_names_go_before_others():
    row = {"text": "a", "sentence": "b", "label": 0, "class": 1, "sentence1": "c", "sentence2": "d"}
    assert _texts(row) == ("a", None, 0)


def test_names_that_are_given_go_before_all():
    row = {"text": "a", "b": "b", "c": "c", "label": 0, "d": 1}
    assert _texts(row, text_column="b", label_column="d") == ("b", None, 1)
    assert _texts(row, text_column="b", text_pair_column="c") == ("b", "c", 0)
    assert _texts(row, text_pair_column="c") == ("a", "c", 0)
    assert _texts({"text": "a", "text_pair": "b"}, text_column="text_pair") == ("b", None, None)


@pytest.mark.parametrize(
    ("row", "options", "message"),
    [
        ({"review": "a", "comment": "b"}, {}, "'review' and 'comment' .* --text-column"),
        ({"text": "a", "class": 1, "score": 2}, {}, "may both be the label: .* --label-column"),
        ({"text": "a"}, {"text_column": "txt"}, "no column 'txt'.*there is 'text'.*Did you mean"),
        ({"text": "a"}, {"text_pair_column": "b"}, "no column 'b' .--text-pair-column"),
        ({"text": "a"}, {"label_column": "b"}, "no column 'b' .--label-column"),
    ],
)
def test_what_is_missing_or_may_be_two_is_said(row, options, message):
    with pytest.raises(InputError, match=f"^f:1: .*{message}"):
        _texts(row, **options)


def test_options_are_checked():
    assert ReadingOptions(separator="\\t", encoding="latin1").given() == {
        "separator": "\t",
        "encoding": "iso8859-1",
    }
    for separator in ("ab", "", '"', "\n"):
        with pytest.raises(InputError, match="separator"):
            ReadingOptions(separator=separator)
    kept = ReadingOptions(text_column="a", label_column="b").changed(
        ReadingOptions(text_column="c", separator=";")
    )
    assert kept.given() == {"text_column": "c", "label_column": "b", "separator": ";"}
