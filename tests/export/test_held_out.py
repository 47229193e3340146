"""Metrics of labelled examples: what outputs that are known to be right or wrong give."""

import json

import numpy as np
import pytest

from keras_albert.errors import InputError
from keras_albert.export.held_out import held_out
from keras_albert.models.saved_task import SavedTask
from tests.exported import artifact, model_folder, sentences

pytestmark = pytest.mark.once


def _file(tmp_path, rows):
    file = tmp_path / "data.jsonl"
    file.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return file


def _one_hot(indices, classes):
    return np.eye(classes, dtype=np.float32)[np.asarray(indices)]


def _measured(kind, tmp_path, rows, outputs):
    examples = held_out(SavedTask.load(model_folder(kind)), _file(tmp_path, rows))
    assert examples.examples == len(rows)
    batches, order = examples.batches()
    # Whatever the batches are, rows come back in their order.
    parts, start = [], 0
    for batch in batches:
        rows_of = order[start : start + len(batch["token_ids"])]
        parts.append({name: value[rows_of] for name, value in outputs(examples).items()})
        start += len(rows_of)
    return examples.measure(parts, order)


def test_classes(tmp_path) -> None:
    rows = [{"text": "a " * n, "label": label} for n, label in ((9, "sql"), (2, "server"))]
    found = _measured("classifier", tmp_path, rows, lambda _: {"scores": _one_hot([0, 2], 3)})
    assert found == {"accuracy": 0.5}


def test_orders_and_choices(tmp_path) -> None:
    orders = [{"text": "a", "text_pair": "b", "label": "swapped"}] * 4
    right = {"sentence_order": _one_hot([1, 1, 1, 0], 2)}
    assert _measured("sentence_order", tmp_path, orders, lambda _: right) == {"accuracy": 0.75}
    asked = {"context": "A table.", "question": "It is a _ .", "options": ["a", "b"], "label": 1}
    right = {"scores": _one_hot([1], 2)}
    assert _measured("multiple_choice", tmp_path, [asked], lambda _: right) == {"accuracy": 1.0}


def test_tags_count_by_word(tmp_path) -> None:
    rows = [{"words": ["A", "table"], "tags": ["O", "B-PER"]}]

    def all_outside(examples):
        shape = examples.inputs["token_ids"].shape
        return {"scores": np.broadcast_to(_one_hot([0], 3), (*shape, 3))}

    assert _measured("token_classifier", tmp_path, rows, all_outside) == {"accuracy": 0.5}


def test_hidden_tokens(tmp_path) -> None:
    rows = [{"text": text} for text in sentences()[:3]]
    saved = SavedTask.load(model_folder("masked_lm"))
    ids = [saved.tokenizer.encode([row["text"]])[0] for row in rows]

    def right(examples):
        positions = examples.inputs["mask_positions"]
        hidden = [
            [line[max(p - 1, 0)] for p in places]
            for line, places in zip(ids, positions, strict=True)
        ]
        return {"masked_tokens": _one_hot(hidden, saved.tokenizer.vocabulary_size())}

    found = _measured("masked_lm", tmp_path, rows, right)
    assert found == {"masked_token_accuracy": 1.0}


def test_the_card_has_the_metric_before_and_after(tmp_path) -> None:
    rows = [{"text": text, "label": "sql"} for text in sentences()[:20]]
    folder = artifact("classifier", "tflite", data=_file(tmp_path, rows))
    metrics = json.loads((folder / "export.json").read_text())["metrics"]
    assert metrics["examples"] == 20
    assert metrics["keras"] == metrics["artifact"]
    labels = [answer["label"] for answer in _answers(rows)]
    assert metrics["keras"]["accuracy"] == pytest.approx(np.mean([x == "sql" for x in labels]))


def _answers(rows):
    from keras_albert.inference import load_predictor

    predictor = load_predictor(model_folder("classifier"))
    return predictor.predict([row["text"] for row in rows])


@pytest.mark.parametrize(
    ("kind", "row", "message"),
    [
        ("classifier", {"text": "a"}, "has no 'label'"),
        ("classifier", {"text": "a", "label": "no"}, "none of the model's: sql"),
        ("sentence_order", {"text": "a", "text_pair": "b", "label": "?"}, "neither"),
        ("text_embedder", {"text": "a"}, "no labels"),
    ],
)
def test_bad_examples(kind, row, message, tmp_path) -> None:
    with pytest.raises(InputError, match=message):
        held_out(SavedTask.load(model_folder(kind)), _file(tmp_path, [row]))
