"""The comparison beside scikit-learn used directly, and what it says of texts that are easy."""

import json
import random

import pytest
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

from examples.comparison import NAMES, bag_of_words, compare, draw, pretrained_on, sentences_of
from examples.demo.corpus import read_pages
from keras_albert.training.recipe import FinetuneSettings

pytestmark = pytest.mark.once

SETTINGS = FinetuneSettings(learning_rate=1e-3, epochs=1, batch_size=16, sequence_length=16)


def rows(count: int, seed: int) -> list[dict[str, str]]:
    """A label for the word that is there among many others."""
    draws = random.Random(seed)
    made = []
    for _ in range(count):
        label = draws.choice(["cat", "cat", "dog"])
        words = [f"word{draws.randrange(50)}" for _ in range(6)]
        words.insert(draws.randrange(7), {"cat": "meows", "dog": "barks"}[label])
        made.append({"text": " ".join(words) + ". The end.", "label": label})
    return made


def test_texts_become_documents_of_sentences(tmp_path) -> None:
    found = sentences_of(["One here. Two there.", "Three."], tmp_path / "texts.jsonl")
    assert found == [["One here.", "Two there."], ["Three."]]
    assert sentences_of(["很好。下次再来！"], tmp_path / "zh.jsonl", "zh") == [
        ["很好。", "下次再来！"]
    ]


def test_a_draw_is_repeatable_and_has_every_label() -> None:
    given = [{"text": f"{n}", "label": "rare" if n == 77 else "frequent"} for n in range(100)]
    drawn = draw(given, 5)
    assert drawn == draw(given, 5)
    assert len({row["text"] for row in drawn}) == 5
    assert {row["label"] for row in drawn} == {"rare", "frequent"}
    assert sorted(draw(given, 100), key=str) == sorted(given, key=str)


def test_the_plain_baseline_is_as_good_as_scikit_learns_own_pipeline() -> None:
    train, validation = rows(200, 1), rows(100, 2)
    pipeline = make_pipeline(TfidfVectorizer(sublinear_tf=True), LogisticRegression(C=100))
    texts, labels = ([row[key] for row in train] for key in ("text", "label"))
    pipeline.fit(texts, labels)
    expected = pipeline.score(*([row[key] for row in validation] for key in ("text", "label")))
    assert bag_of_words(train, validation, "en") == pytest.approx(expected, abs=0.03)
    assert expected > 0.95


def test_the_baseline_counts_the_two_texts_of_a_pair_apart() -> None:
    """Which of the two texts has the word cannot be told from both together."""
    pairs = []
    for row in rows(200, 3):
        texts = [row["text"], "word1 word2 word3"]
        if row["label"] == "dog":
            texts.reverse()
        texts = [text.replace("barks", "meows") for text in texts]
        pairs.append({"text": texts[0], "text_pair": texts[1], "label": row["label"]})
    assert bag_of_words(pairs[:150], pairs[150:], "en") == 1.0


def test_all_three_are_measured_on_the_same_texts(tmp_path, capsys) -> None:
    train, validation = rows(80, 1), rows(70, 2)
    texts = [text for page in read_pages()[:20] for text in page["paragraphs"] if text.strip()]
    model = pretrained_on(texts, tmp_path, small=True)
    arguments = {"counts": (500,), "settings": SETTINGS, "small": True}
    table = compare(model, train, validation, tmp_path, **arguments)
    assert json.loads((tmp_path / "comparison.json").read_text("utf-8")) == table
    (row,) = table
    assert (row["labelled"], row["validation"]) == (64, 64)
    frequent = max(("cat", "dog"), key=[r["label"] for r in draw(train, 64)].count)
    hits = [r["label"] == frequent for r in validation[:64]]
    assert row["chance"] == pytest.approx(sum(hits) / 64)
    for name in NAMES[:2]:
        folder = tmp_path / f"{name.replace(' ', '_')}_64"
        metrics = json.loads((folder / "metrics.json").read_text("utf-8"))
        assert metrics["from_scratch"] == (name == "from scratch")
        last = metrics["seeds"][0]["epochs"][-1]
        assert row[name]["mean"] == pytest.approx(last["accuracy"])
    printed = [line.split() for line in capsys.readouterr().out.splitlines()]
    (numbers,) = [words for words in printed if words[:1] == ["64"]]
    assert numbers[-1] == f"{row[NAMES[2]]['mean']:.3f}"
