"""Decoding against a search of all spans, and gold logits of CMRC's trial set."""

import numpy as np
import pytest

from keras_albert.benchmarks.questions.cmrc_metrics import cmrc_exact_match
from keras_albert.models.questions.answer_decoding import (
    answer_dict,
    probabilities,
    spans_from_beam,
    spans_from_logits,
)
from keras_albert.models.questions.answer_span import AnswerSpan
from keras_albert.models.questions.question_answerer_preprocessor import (
    AlbertQuestionAnswererPreprocessor,
)

pytestmark = pytest.mark.once
PASSAGE = "一二三四五六七八九十百千万"


@pytest.fixture
def encoded(cmrc_tokenizer):
    return AlbertQuestionAnswererPreprocessor(cmrc_tokenizer, 12, stride=4).encode(
        ["几", "何"], [PASSAGE, "甲乙丙"]
    )


def _all_spans(encoded, start, end, question, longest):
    """Every admissible span's text with its best score."""
    found = {}
    for row in np.flatnonzero(encoded.question_of_row == question):
        begin = encoded.first_position[row]
        first, last = encoded.tokens[row]
        for s in range(begin, begin + last - first):
            for e in range(s, min(begin + last - first, s + longest)):
                if e < encoded.least_end[row, s]:
                    continue
                text = encoded.passages[question][first + s - begin : first + e - begin + 1]
                score = start[row, s] + end[row, e]
                found[text] = max(found.get(text, -np.inf), score)
    return sorted(found.items(), key=lambda item: -item[1])


def test_the_best_spans_are_those_of_a_search_of_all(encoded):
    shape = encoded.x["token_ids"].shape
    generator = np.random.default_rng(0)
    start, end = generator.normal(size=(2, *shape))
    spans, null = spans_from_logits(encoded, start, end, n_best=20, max_answer_tokens=4)
    for question in (0, 1):
        expected = _all_spans(encoded, start, end, question, 4)[:20]
        assert [span.text for span in spans[question]] == [text for text, _ in expected]
        np.testing.assert_allclose([s.score for s in spans[question]], [s for _, s in expected])
        rows = encoded.question_of_row == question
        smallest = (start[rows, 0] + end[rows, 0]).min()
        np.testing.assert_allclose(null[question], smallest - expected[0][1])
        for span in spans[question]:
            assert encoded.passages[question][span.start : span.end] == span.text


def test_only_the_best_starts_and_ends_are_paired(encoded):
    start, end = np.random.default_rng(1).normal(size=(2, *encoded.x["token_ids"].shape))
    spans, _ = spans_from_logits(encoded, start, end, n_best=1)
    begin = encoded.first_position[-1]
    best = (
        begin + start[-1, begin : begin + 3].argmax(),
        begin + end[-1, begin : begin + 3].argmax(),
    )
    expected = ["甲乙丙"[best[0] - begin : best[1] - begin + 1]] if best[0] <= best[1] else []
    assert [span.text for span in spans[1]] == expected


def test_gold_logits_of_cmrc_give_every_answer(cmrc, cmrc_tokenizer):
    preprocessor = AlbertQuestionAnswererPreprocessor(cmrc_tokenizer, sequence_length=512)
    encoded = preprocessor.encode([q.question for q in cmrc], [q.passage for q in cmrc])
    labels = encoded.labels([q.span for q in cmrc])
    rows = np.arange(len(encoded.question_of_row))
    start, end = np.zeros((2, *encoded.x["token_ids"].shape), np.float32)
    # Where a window has no answer, [CLS] stands for that, and the passage is left flat.
    start[rows, labels["start"]] = end[rows, labels["end"]] = 9.0
    spans, null = spans_from_logits(encoded, start, end, max_answer_tokens=512)
    exact = [
        cmrc_exact_match(found[0].text, question.answers)
        for found, question in zip(spans, cmrc, strict=True)
    ]
    wrong = [question for question, right in zip(cmrc, exact, strict=True) if not right]
    # One answer of the file begins amid a word, which no tokens give: AXR of JAXR.
    assert [question.span.text[:4] for question in wrong] == ["AXR（"]
    assert sum(exact) == len(cmrc) - 1
    assert np.isfinite(null).all()


def test_a_beam_is_read_with_the_same_rules(encoded):
    rows = len(encoded.question_of_row)
    outputs = {
        "impossible": np.arange(rows, dtype=np.float32)[::-1, np.newaxis],
        "start_positions": np.zeros((rows, 2), np.int32),
        "start_log_probabilities": np.full((rows, 2), -1.0),
        "end_positions": np.zeros((rows, 2, 2), np.int32),
        "end_log_probabilities": np.full((rows, 2, 2), -2.0),
    }
    last, begin = rows - 1, int(encoded.first_position[-1])
    outputs["start_positions"][last] = [begin + 1, 0]
    outputs["end_positions"][last, 0] = [begin + 2, begin]  # the second ends before it starts
    outputs["end_positions"][last, 1] = [begin, begin + 1]  # starts at [CLS]
    spans, null = spans_from_beam(encoded, outputs)
    assert spans[1] == [AnswerSpan("乙丙", 1, 3, -3.0)]
    assert spans[0] == []
    assert null.tolist() == [1.0, 0.0]
    assert spans_from_beam(encoded, outputs, max_answer_tokens=1)[0][1] == []


def test_a_dict_of_answers_and_none():
    spans = [AnswerSpan("rows", 3, 7, 2.0), AnswerSpan("row", 3, 6, 1.0)]
    np.testing.assert_allclose(probabilities(spans), np.exp([2, 1]) / np.exp([2, 1]).sum())
    answered = answer_dict(spans, -1.0, 0.0)
    assert (answered["prediction"], answered["start"], answered["end"]) == ("rows", 3, 7)
    assert answered["no_answer_score"] == -1.0 and len(answered["n_best"]) == 2
    refused = answer_dict(spans, 1.0, 0.0)
    assert (refused["prediction"], refused["start"]) == ("", None) and refused["n_best"]
    assert answer_dict(spans, 9.0, None)["prediction"] == "rows"
    assert answer_dict([], np.inf, None)["prediction"] == ""
