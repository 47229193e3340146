"""Answers marked where they stand, and nothing a browser would run."""

import pytest

from keras_albert.reports.passages import marked, marked_passage

pytestmark = pytest.mark.once


def test_overlapping_spans_are_both_shown():
    page = str(marked("one two three", [(0, 7, "mark"), (4, 13, "u")]))
    assert page == "<mark>one </mark><u><mark>two</mark></u><u> three</u>"


def test_a_passage_is_escaped_and_cut_around_its_answers():
    context = "x" * 1000 + "<script>Paris</script> & more" + "y" * 1000
    start = context.index("Paris")
    page = str(
        marked_passage(
            {
                "context": context,
                "prediction": "Paris",
                "start": start,
                "end": start + 5,
                "gold": ["Paris", "more", "not there"],
            }
        )
    )
    assert "&lt;script&gt;<u><mark>Paris</mark></u>&lt;/script&gt;" in page
    assert "<script>" not in page
    assert "<u>more</u>" in page
    assert page.startswith("… x") and page.endswith("y …") and len(page) < 800


def test_the_answer_of_the_file_is_marked_where_the_file_has_it():
    row = {"context": "Rome is Rome", "prediction": "", "start": None, "gold": ["Rome"]}
    assert str(marked_passage(row)) == "<u>Rome</u> is Rome"
    assert str(marked_passage({**row, "gold_start": 8})) == "Rome is <u>Rome</u>"


def test_without_an_answer_the_passage_begins_at_its_start():
    page = str(marked_passage({"context": "Rome", "prediction": "", "start": None, "gold": []}))
    assert page == "Rome"
