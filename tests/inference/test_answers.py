"""Every predictor answers through one protocol, and refuses what is no list of requests."""

import numpy as np
import pandas
import pytest

from keras_albert.errors import InputError
from keras_albert.inference import load_predictor
from keras_albert.inference.answers import texts_or_pairs, with_depths
from keras_albert.inference.early_exit.exit_predictor import ExitPredictor
from keras_albert.inference.early_exit.exit_rule import ExitRule
from keras_albert.inference.predictor import Predictor
from keras_albert.runtime.task_kinds import TASK_KINDS
from tests.exported import artifact, model_folder

pytestmark = pytest.mark.once
EARLY = [name for name, kind in TASK_KINDS.items() if kind.one_answer_a_row]


def _folder(kind: str):
    return model_folder("classifier" if kind == "text_classifier" else kind)


def _refused(predictor: Predictor) -> None:
    for bad in ("abc", b"abc", {"context": "a"}, 3, None):
        with pytest.raises(InputError, match="takes a list of requests") as caught:
            predictor.predict(bad)  # type: ignore[arg-type]
        assert "\n" not in str(caught.value)
    for top_k in (0, True, "5"):
        with pytest.raises(InputError, match="is not a whole number"):
            predictor.predict([], top_k=top_k)  # type: ignore[arg-type]
    assert predictor.predict([]) == []


@pytest.mark.parametrize("kind", sorted(TASK_KINDS))
def test_one_request_alone_is_no_list_of_letters(kind) -> None:
    _refused(load_predictor(_folder(kind)))


@pytest.mark.parametrize("kind", EARLY)
def test_nor_where_rows_leave_early(kind) -> None:
    """`ExitPredictor.predict("abc")` answered three letters."""
    _refused(ExitPredictor(_folder(kind), ExitRule()))


def test_nor_in_an_artifact() -> None:
    _refused(load_predictor(artifact("classifier", "tflite")))


def test_any_container_of_texts_is_one() -> None:
    predictor = load_predictor(_folder("text_classifier"))
    texts = ["A table.", "Rows", ""]
    expected = predictor.predict(texts)
    series = pandas.Series(texts, index=[7, 3, 5])
    for asked in (tuple(texts), np.array(texts, object), series, iter(texts), map(str, texts)):
        assert predictor.predict(asked) == expected


def test_early_exit_answers_are_the_predictors_with_a_depth() -> None:
    """At the last layer for all, nothing differs but the depth."""
    texts = ["A table.", "Rows of a table are read.", ["one", "other"]]
    never = ExitRule(min_depth=3)
    for asked in (texts[:2], texts[2:]):
        ours = ExitPredictor(_folder("text_classifier"), never).predict(asked)
        for answer, other in zip(
            ours, load_predictor(_folder("text_classifier")).predict(asked), strict=True
        ):
            assert answer.pop("depth") == 3
            assert list(answer) == list(other)
            assert answer["label"] == other["label"] and answer["text"] == other["text"]
            assert answer["scores"] == pytest.approx(other["scores"], abs=1e-5)


def test_texts_pairs_and_depths() -> None:
    assert texts_or_pairs([("a", "b"), ["c", "d"]]) == [["a", "b"], ["c", "d"]]
    with pytest.raises(InputError, match="item 0 and item 1 differ"):
        texts_or_pairs(["a", ["b", "c"]])
    with pytest.raises(InputError, match="Text 1 is bytes.*Decode bytes first"):
        texts_or_pairs(["a", b"b"])
    assert with_depths([{"a": 1}], None) == [{"a": 1}]
    assert with_depths([{"a": 1}], np.array([2])) == [{"a": 1, "depth": 2}]
