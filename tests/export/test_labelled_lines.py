"""A line of JSON as what each kind's benchmark task reads; bad ones are in `test_held_out`."""

import pytest

from keras_albert.benchmarks.choices.choice_example import ChoiceExample
from keras_albert.benchmarks.questions.passage_question import PassageQuestion
from keras_albert.benchmarks.text_classification.text_example import TextExample
from keras_albert.benchmarks.token_classification.tagged_files import TaggedWords
from keras_albert.export.labelled_lines import labelled_line
from keras_albert.models.saved_task import SavedTask
from tests.exported import model_folder

pytestmark = pytest.mark.once


@pytest.mark.parametrize(
    ("kind", "row", "expected"),
    [
        ("classifier", {"text": "a", "label": "sql"}, TextExample("a", None, "sql", "f:1")),
        ("regression", {"text": "a", "label": 2}, TextExample("a", None, [2.0], "f:1")),
        (
            "sentence_order",
            {"text": "a", "text_pair": "b", "label": "swapped"},
            TextExample("a", "b", "swapped", "f:1"),
        ),
        (
            "token_classifier",
            {"words": ["a"], "tags": ["O"]},
            TaggedWords(["a"], ["O"], "f:1"),
        ),
        (
            "multiple_choice",
            {"context": "c", "question": "q", "options": ["x", "y"], "label": "B"},
            ChoiceExample("c", "q", ["x", "y"], 1, "f:1", "f:1"),
        ),
        (
            "question_answerer",
            {"question": "q", "context": "c", "answers": ["c"]},
            PassageQuestion("f:1", "q", "c", ["c"], None, "f:1"),
        ),
    ],
)
def test_a_line_is_what_the_benchmark_reads(kind, row, expected) -> None:
    assert labelled_line(SavedTask.load(model_folder(kind)), row, "f:1") == expected
