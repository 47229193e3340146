"""Metrics of labelled examples: what outputs that are known to be right or wrong give."""

import json
import re
import shutil
from functools import cache

import numpy as np
import pytest

from keras_albert.errors import InputError
from keras_albert.export.held_out import held_out
from keras_albert.models.questions.answer_span import AnswerSpan
from keras_albert.models.saved_task import SavedTask
from tests.exported import LABELS, artifact, model_folder, sentences

pytestmark = pytest.mark.once

QUESTION, PASSAGE = "What does he drop?", "He drops the table now."


@cache
def _saved(kind):
    if kind == "multi_label":
        return _multi_label(SavedTask.load(model_folder("classifier")))
    return SavedTask.load(model_folder(kind))


def _multi_label(saved):
    saved.task.problem = "multi_label"
    return saved


def _finetuned(kind, tmp_path, settings):
    """That model as fine-tuning leaves it."""
    folder = tmp_path / "model"
    multi_label = kind == "multi_label"
    shutil.copytree(model_folder("classifier" if multi_label else kind), folder)
    (folder / "finetune_task.json").write_text(json.dumps(settings))
    saved = SavedTask.load(folder)
    return _multi_label(saved) if multi_label else saved


def _file(tmp_path, rows):
    file = tmp_path / "data.jsonl"
    file.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return file


def _one_hot(indices, classes):
    return np.eye(classes, dtype=np.float32)[np.asarray(indices)]


def _measured(kind, tmp_path, rows, outputs):
    examples = held_out(_saved(kind), _file(tmp_path, rows))
    assert examples.examples == len(rows)
    return _metrics(examples, outputs)


def _metrics(examples, outputs):
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
    asked = {"context": "A table.", "question": "It is a _ .", "options": ["a", "b"]}
    answers = [{"label": 1}, {"label": "B"}, {"answer": "b"}, {"answer": 1}, {"answer": "A"}]
    rows = [{**asked, **answer} for answer in answers]
    right = {"scores": _one_hot([1] * 5, 2)}
    assert _measured("multiple_choice", tmp_path, rows, lambda _: right) == {"accuracy": 0.8}


def test_numbers(tmp_path) -> None:
    rows = [{"text": "a " * n, "label": label} for n, label in ((9, 1), (2, 2.5), (4, [3]))]
    outputs = {"scores": np.array([[1.5], [2.5], [2.0]], np.float32)}
    found = _measured("regression", tmp_path, rows, lambda _: outputs)
    assert found == {"mean_absolute_error": 0.5}


@pytest.mark.parametrize("key", ["label", "labels"])
def test_several_labels(key, tmp_path) -> None:
    labels = (["internals", "sql"], [], ["server"])
    rows = [{"text": "a " * (9 - n), key: some} for n, some in enumerate(labels)]
    outputs = {"probabilities": np.array([[0.6, 0.4, 0.9], [0.1, 0.2, 0.3], [0.9, 0.9, 0.1]])}
    found = _measured("multi_label", tmp_path, rows, lambda _: outputs)
    assert found == {"accuracy": pytest.approx(2 / 3)}


def _pointing_at(saved, text):
    """What a model gives for QUESTION that is sure of a stretch of PASSAGE."""
    encoded = saved.ready_preprocessor().encode([QUESTION], [PASSAGE])
    start = PASSAGE.index(text)
    places = encoded.labels([AnswerSpan(text, start, start + len(text))])
    length = encoded.x["token_ids"].shape[-1]
    return {name: 9 * _one_hot(places[name], length) for name in ("start", "end")}


@pytest.mark.parametrize(
    ("answers", "exact", "f1"),
    [(["now", "Table!"], 1.0, 1.0), (["table now"], 0.0, 2 / 3), ([], 0.0, 0.0)],
)
def test_answers(answers, exact, f1, tmp_path) -> None:
    rows = [{"question": QUESTION, "context": PASSAGE, "answers": answers}]
    outputs = _pointing_at(_saved("question_answerer"), "the table")
    found = _measured("question_answerer", tmp_path, rows, lambda _: outputs)
    assert found == {"exact_match": exact, "f1": pytest.approx(f1)}


def _squad(answers):
    asked = {"id": "1", "question": QUESTION, "answers": answers}
    return json.dumps({"data": [{"paragraphs": [{"context": PASSAGE, "qas": [asked]}]}]})


SQUAD = _squad([{"text": "table", "answer_start": 13}])
CMRC = json.dumps(
    [
        {
            "context_text": PASSAGE,
            "qas": [{"query_id": "1", "query_text": QUESTION, "answers": ["table"]}],
        }
    ]
)
LINES = json.dumps({"question": QUESTION, "context": PASSAGE, "answers": ["table"]})


# CMRC's script knows no articles: of the two words "the table" one is right.
@pytest.mark.parametrize(
    ("task", "name", "content", "exact", "f1"),
    [
        ("squad1", "data.json", SQUAD, 1.0, 1.0),
        ("squad1", "data.jsonl", LINES, 1.0, 1.0),
        ("cmrc2018", "data.json", SQUAD, 0.0, 2 / 3),
        ("cmrc2018", "data.json", CMRC, 0.0, 2 / 3),
        ("cmrc2018", "data.jsonl", LINES, 0.0, 2 / 3),
    ],
)
def test_answers_are_measured_as_the_task_does(task, name, content, exact, f1, tmp_path) -> None:
    saved = _finetuned("question_answerer", tmp_path, {"task": task})
    (tmp_path / name).write_text(content)
    examples = held_out(saved, tmp_path / name)
    outputs = _pointing_at(saved, "the table")
    found = _metrics(examples, lambda _: outputs)
    assert found == {"exact_match": exact, "f1": pytest.approx(f1)}


@pytest.mark.parametrize(("impossible", "right"), [(5.0, 1.0), (-5.0, 0.0)])
def test_no_answer_is_right_where_there_is_none(impossible, right, tmp_path) -> None:
    settings = {"task": "squad2", "threshold": 0.0, "head": "joint"}
    saved = _finetuned("joint_question_answerer", tmp_path, settings)
    (tmp_path / "data.json").write_text(_squad([]))
    at = {k: v.argmax(axis=-1) for k, v in _pointing_at(saved, "table").items()}
    outputs = {
        "impossible": np.array([[impossible]]),
        "start_positions": at["start"][:, np.newaxis],
        "start_log_probabilities": np.zeros((1, 1)),
        "end_positions": at["end"][:, np.newaxis, np.newaxis],
        "end_log_probabilities": np.zeros((1, 1, 1)),
    }
    found = _metrics(held_out(saved, tmp_path / "data.json"), lambda _: outputs)
    assert found == {"exact_match": right, "f1": right}


TAGS = ["O", "B-PER", "I-PER"]
RACE = {
    "article": "A table.",
    "questions": ["It is a _ .", "What?"],
    "options": [["a", "b", "c"], ["d", "e", "f"]],
    "answers": ["B", "C"],
}


@pytest.mark.parametrize(
    ("kind", "settings", "name", "content", "outputs", "metrics"),
    [
        (
            "classifier",
            {"task": "text-classification", "labels": LABELS},
            "data.csv",
            "text,label\na b c,sql\na,server\n",
            {"scores": _one_hot([0, 2], 3)},
            # Of the three labels that occur, in the file or in the answers, one is all right.
            {"accuracy": 0.5, "macro_f1": pytest.approx(1 / 3)},
        ),
        (
            "multi_label",
            {"task": "text-multilabel", "labels": LABELS},
            "data.tsv",
            "text\tlabels\na b c\tsql|internals\na\tserver\n",
            {
                "probabilities": np.array([[0.9, 0.1, 0.9], [0.9, 0.9, 0.9]]),
                "scores": np.array([[2.0, -2.0, 2.0], [2.0, 2.0, 2.0]]),
            },
            # Three labels right, two too many, none left out.
            {
                "accuracy": 0.5,
                "micro_f1": 0.75,
                "macro_f1": pytest.approx((2 / 3 + 1 + 2 / 3) / 3),
                "exact": 0.5,
            },
        ),
        (
            "regression",
            {"task": "glue/stsb"},
            "dev.tsv",
            "index\tsentence1\tsentence2\tscore\n0\ta b c\tb\t2.5\n1\ta\tc\t4\n",
            {"scores": np.array([[2.0], [3.5]])},
            {
                "mean_absolute_error": 0.5,
                "pearson": pytest.approx(1.0),
                "spearman": pytest.approx(1.0),
                "pearson_and_spearman": pytest.approx(1.0),
            },
        ),
        (
            "token_classifier",
            {"task": "token-classification", "labels": TAGS},
            "data.txt",
            "A DT O\ntable NN B-PER\n\nTables NN O\nare VB O\n",
            {"scores": np.broadcast_to(_one_hot([0], 3), (2, 64, 3))},
            # Tags of words are mostly right, and the one entity is not found.
            {"accuracy": 0.75, "precision": 0.0, "recall": 0.0, "f1": 0.0, "f1_PER": 0.0},
        ),
        (
            "multiple_choice",
            {"task": "race"},
            "1.txt",
            json.dumps(RACE),
            {"scores": _one_hot([1, 1], 3)},
            {"accuracy": 0.5},
        ),
    ],
)
def test_a_finetuned_model_reads_its_task_s_files(
    kind, settings, name, content, outputs, metrics, tmp_path
) -> None:
    saved = _finetuned(kind, tmp_path, settings)
    (tmp_path / name).write_text(content)
    examples = held_out(saved, tmp_path / name)
    assert examples.examples == 2
    assert _metrics(examples, lambda _: outputs) == metrics


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


CHOICE = {"context": "A table.", "question": "It is a _ .", "options": ["a", "b"]}
PAIR = {"text": "a", "text_pair": "b"}
ASKED = {"question": QUESTION, "context": PASSAGE}


@pytest.mark.parametrize(
    ("kind", "row", "message"),
    [
        ("classifier", {"text": "a"}, '"label" is missing'),
        ("classifier", {"text": "a", "label": "no"}, "none of the model's: sql"),
        ("classifier", {"text": "a", "label": "servr"}, "Did you mean 'server'"),
        ("classifier", {"text": "a", "label": ["sql"]}, "expected text or a whole number"),
        ("classifier", {"text": " ", "label": "sql"}, '"text" is missing or empty'),
        ("classifier", {"text": "a", "text_pair": 3, "label": "sql"}, '"text_pair" is 3'),
        ("multi_label", {"text": "a"}, "expected a list of texts"),
        ("multi_label", {"text": "a", "label": 3}, "expected a list of texts"),
        ("multi_label", {"text": "a", "labels": [["sql"]]}, "expected a list of texts"),
        ("multi_label", {"text": "a", "labels": ["sql", "no"]}, "'no' is none of the model's"),
        ("regression", {"text": "a"}, "expected a number"),
        ("regression", {"text": "a", "label": "much"}, "'much'; expected a number"),
        ("regression", {"text": "a", "label": [1, 2]}, r"is \[1, 2\]; the model gives numbers: 1"),
        ("token_classifier", {"words": ["A", "table"], "tags": ["O"]}, "2 words, 1 tags"),
        ("token_classifier", {"words": [], "tags": []}, "0 words"),
        ("token_classifier", {"words": "A table", "tags": ["O", "O"]}, '"words".*list of texts'),
        ("token_classifier", {"words": ["A", 1], "tags": ["O", "O"]}, '"words".*list of texts'),
        ("token_classifier", {"words": ["A"]}, '"tags" is missing'),
        ("token_classifier", {"words": ["A"], "tags": ["B-LOC"]}, "none of the model's: O"),
        ("multiple_choice", {**CHOICE, "label": "C"}, "'C'; expected 0 to 1, or A to B"),
        ("multiple_choice", {**CHOICE, "answer": 2}, "2; expected 0 to 1"),
        ("multiple_choice", {**CHOICE, "answer": [1]}, "expected 0 to 1"),
        ("multiple_choice", CHOICE, "None; expected 0 to 1"),
        ("multiple_choice", {**CHOICE, "options": "ab", "answer": 0}, "list of two or more"),
        ("multiple_choice", {**CHOICE, "context": 3, "answer": 0}, "not text: 3"),
        ("multiple_choice", {"options": ["a", "b"], "answer": 0}, "neither a context nor"),
        ("sentence_order", {**PAIR, "label": "?"}, "neither"),
        ("sentence_order", {**PAIR, "label": ["in_order"]}, "neither"),
        ("sentence_order", {**PAIR, "label": True}, "neither"),
        ("sentence_order", {"text": "a", "label": 0}, '"text_pair" is missing'),
        ("question_answerer", {**ASKED, "answers": "table"}, "'table'; expected a list of texts"),
        (
            "question_answerer",
            {**ASKED, "answers": {"text": ["table"]}},
            "expected a list of texts",
        ),
        (
            "question_answerer",
            {**ASKED, "answers": [{"text": "table"}]},
            "expected a list of texts",
        ),
        ("question_answerer", ASKED, '"answers" is missing'),
        ("masked_lm", {"text": 3}, '"text" is missing or empty: 3'),
    ],
)
def test_a_bad_line_is_named(kind, row, message, tmp_path) -> None:
    file = tmp_path / "data.jsonl"
    file.write_text(f"\n{json.dumps(row)}\n")
    with pytest.raises(InputError, match=f"^{re.escape(str(file))}:2: .*{message}") as caught:
        held_out(_saved(kind), file)
    assert "\n" not in str(caught.value)


def test_pairs_and_single_texts_do_not_mix(tmp_path) -> None:
    file = _file(tmp_path, [{**PAIR, "label": "sql"}, {"text": "a", "label": "sql"}])
    with pytest.raises(InputError, match="data.jsonl:2: no text_pair"):
        held_out(_saved("classifier"), file)


def test_vectors_have_no_labels(tmp_path) -> None:
    with pytest.raises(InputError, match="no labels"):
        held_out(_saved("text_embedder"), _file(tmp_path, [{"text": "a"}]))


@pytest.mark.parametrize(
    ("kind", "settings", "content", "message"),
    [
        (
            "token_classifier",
            {"task": "ner", "labels": TAGS},
            "A O\n\ntable B-LOC\n",
            "data:3: .*B-L",
        ),
        ("question_answerer", {"task": "squad1"}, _squad([]), "data: question 1: it has no answer"),
        ("classifier", {"task": "squad1"}, SQUAD, "squad1, which the text_classifier"),
        ("regression", {"task": "glue/cola"}, "", "glue/cola, which the text_classifier"),
    ],
)
def test_bad_examples_of_a_finetuned_model(kind, settings, content, message, tmp_path) -> None:
    saved = _finetuned(kind, tmp_path, settings)
    (tmp_path / "data").write_text(content)
    with pytest.raises(InputError, match=message):
        held_out(saved, tmp_path / "data")
