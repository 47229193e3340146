"""MRR beside scikit-learn's ranking average precision; the example runs."""

import sys

import numpy as np
import pytest
from sklearn.metrics import label_ranking_average_precision_score

from examples import semantic_search

pytestmark = pytest.mark.once


def test_with_one_right_paragraph_it_is_the_average_precision() -> None:
    rng = np.random.default_rng(0)
    scores = rng.normal(size=(20, 30))
    wanted = rng.integers(0, 30, 20)
    truth = np.eye(30)[wanted]
    expected = label_ranking_average_precision_score(truth, scores)
    found = semantic_search.mean_reciprocal_rank(scores, np.arange(30), wanted)
    assert found == pytest.approx(expected)


def test_the_best_of_several_counts_and_ties_do_not_help() -> None:
    page_of, wanted = np.array([0, 0, 1, 2]), np.array([0, 0])
    scores = np.array([[1.0, 3.0, 2.0, 0.0], [1.0, 1.0, 1.0, 1.0]])
    found = semantic_search.mean_reciprocal_rank(scores, page_of, wanted)
    assert found == pytest.approx((1 + 1 / 3) / 2)
    np.testing.assert_array_equal(semantic_search.ranks(scores[:1]), [[2, 0, 1, 3]])


def test_titles_lose_their_numbers() -> None:
    pages = [
        {"title": "34.8. The Fast-Path Interface", "paragraphs": ["a", "b"]},
        {"title": "Part III. Server Administration", "paragraphs": []},
        {"title": "CREATE TABLE", "paragraphs": ["c"]},
    ]
    texts, page_of, queries, wanted = semantic_search.collect(pages)
    assert (texts, page_of.tolist()) == (["a", "b", "c"], [0, 0, 2])
    assert (queries, wanted.tolist()) == (["The Fast-Path Interface", "CREATE TABLE"], [0, 2])


def test_as_a_program(monkeypatch, capsys) -> None:
    monkeypatch.setattr(sys, "argv", ["program", "--small"])
    semantic_search.main()
    assert capsys.readouterr().out.count("MRR") == 4
    monkeypatch.setattr(sys, "argv", ["program", "--small", "--query", "index"])
    semantic_search.main()
    assert capsys.readouterr().out.count("\n- ") == 4
