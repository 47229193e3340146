"""JSON: as the standard library reads it, but for what cannot be meant."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keras_albert.errors import InputError
from keras_albert.text.json_objects import check_characters, parse_json

values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(st.characters(codec="utf-8")),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(st.characters(codec="utf-8")), inner),
    max_leaves=8,
)


@given(values, st.booleans())
def test_what_json_writes_is_read(value, ascii_only):
    assert parse_json(json.dumps(value, ensure_ascii=ascii_only)) == value


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('{"a": 1', "^not JSON: "),
        ("[" * 100_000, "^not JSON that can be read: it is nested too deeply"),
        ("9" * 5_000, "^not JSON that can be read"),
        ('{"label": 1, "b": {"x": 1, "x": 2}}', '^"x" stands twice in one object'),
        ('{"a": ["b", {"text": "x\\ud800"}]}', r'^"text" holds a lone surrogate \(.ud800\)'),
        ('{"\\uDFFF": 1}', "holds a lone surrogate"),
        ('"\\ud83d"', "^a text holds a lone surrogate"),
        ('{"a": "\ud800"}', "holds a lone surrogate"),
    ],
)
def test_what_cannot_be_meant_is_refused(text, message):
    with pytest.raises(InputError, match=message) as caught:
        parse_json(text)
    assert "\n" not in str(caught.value) and str(caught.value).isascii()


def test_pairs_of_surrogates_are_characters():
    assert parse_json('"\\ud83d\\ude00"') == "\U0001f600"
    check_characters({"a": ["\U0001f600", {"b": None}]})
