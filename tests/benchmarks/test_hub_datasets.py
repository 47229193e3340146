"""Sets by name: what the library itself wrote and loads is what a task reads."""

import inspect

import datasets
import pytest

from keras_albert.benchmarks import hub_datasets, task_named, task_names
from keras_albert.benchmarks.finetune_task import FinetuneTask
from keras_albert.benchmarks.hub_datasets import is_named, read_examples
from keras_albert.errors import InputError

pytestmark = pytest.mark.once

SETS = {
    "glue/mnli": ({"premise": "A\tb.", "hypothesis": "C."}, ["entailment", "neutral", "x"], 1),
    "glue/cola": ({"sentence": "One\nline."}, ["unacceptable", "acceptable"], 1),
    "glue/qqp": ({"question1": "A b.", "question2": "C."}, ["not_duplicate", "duplicate"], 0),
}


def saved(folder, row, names, label):
    features = {name: datasets.Value("string") for name in row}
    features["label"] = datasets.ClassLabel(names=names)
    made = datasets.Dataset.from_list([{**row, "label": label}], datasets.Features(features))
    datasets.DatasetDict({"train": made}).save_to_disk(str(folder))
    return folder


@pytest.mark.parametrize("name", SETS)
def test_glue_as_the_library_has_it(tmp_path, name):
    row, names, label = SETS[name]
    task = task_named(name)
    folder = saved(tmp_path / "set", row, names, label)
    (example,) = read_examples(task, f"datasets:{folder}:train").items
    texts = list(row.values())
    assert [t for t in (example.text, example.text_pair) if t is not None] == texts
    assert example.label == (names[label] if name == "glue/mnli" else str(label))


def test_texts_get_the_names_of_their_labels(tmp_path):
    folder = saved(tmp_path / "set", {"text": "good\nbook"}, ["bad", "good"], 1)
    task = task_named("text-classification")
    source = f"datasets:{folder}:train"
    assert is_named(source) and not is_named("train.jsonl")
    (example,) = read_examples(task, source).items
    assert (example.text, example.label) == ("good\nbook", "good")


def loaded(folder, task, row, features):
    """The one example a task reads of a set with one row."""
    made = datasets.Dataset.from_list([row], features)
    datasets.DatasetDict({"train": made}).save_to_disk(str(folder / "set"))
    examples = read_examples(task_named(task), f"datasets:{folder}/set:train")
    (example,) = examples.items
    assert str(examples.path) == f"datasets:{folder}/set:train"
    return example


@pytest.mark.parametrize("task", ["squad1", "squad2", "cmrc2018"])
def test_questions_as_the_library_has_them(tmp_path, task):
    places = {"text": datasets.List(datasets.Value("string"))}
    places["answer_start"] = datasets.List(datasets.Value("int32"))
    names = ("id", "title", "context", "question")
    features = datasets.Features(
        {**{name: datasets.Value("string") for name in names}, "answers": places}
    )
    row = {"id": "q1", "title": "", "context": "In 1998 it was sold.", "question": "When?"}
    row["answers"] = {"text": ["1998", "in 1998"], "answer_start": [3, 0]}
    example = loaded(tmp_path, task, row, features)
    assert (example.id, example.question, example.answers) == ("q1", "When?", ["1998", "in 1998"])
    assert (example.span.start, example.span.end) == (3, 7)


def test_race_as_the_library_has_it(tmp_path):
    names = ("example_id", "article", "answer", "question")
    features = {name: datasets.Value("string") for name in names}
    features["options"] = datasets.List(datasets.Value("string"))
    row = {"example_id": "high19088.txt", "article": "A b.", "answer": "C", "question": "Who?"}
    row["options"] = list("abcd")
    example = loaded(tmp_path, "race", row, datasets.Features(features))
    assert (example.group, example.options, example.answer) == ("high", list("abcd"), 2)


def test_tags_get_their_names(tmp_path):
    words = datasets.List(datasets.Value("string"))
    tags = datasets.List(datasets.ClassLabel(names=["O", "B-PER", "I-PER"]))
    features = datasets.Features({"tokens": words, "ner_tags": tags})
    row = {"tokens": ["Ada\u00a0B", "New\tY\n", "# w\u2028"], "ner_tags": [1, 2, 0]}
    example = loaded(tmp_path, "token-classification", row, features)
    assert (example.words, example.tags) == (row["tokens"], ["B-PER", "I-PER", "O"])


def test_chinese_benchmark_as_the_library_has_it(tmp_path):
    features = {name: datasets.Value("string") for name in ("sentence1", "sentence2")}
    features["label"] = datasets.ClassLabel(names=["neutral", "entailment", "contradiction"])
    row = {"sentence1": "甲", "sentence2": "乙", "label": 1}
    example = loaded(tmp_path, "clue/cmnli", row, datasets.Features(features))
    assert (example.text, example.text_pair, example.label) == ("甲", "乙", "entailment")


def test_a_missing_column_is_named(tmp_path):
    features = datasets.Features({"context": datasets.Value("string")})
    with pytest.raises(
        InputError, match="row 0: question 0: there is no 'question'.*there is 'context'"
    ):
        loaded(tmp_path, "squad1", {"context": "a"}, features)


def test_what_cannot_be_loaded_is_said(tmp_path):
    with pytest.raises(InputError, match="could not be loaded"):
        read_examples(task_named("text-classification"), f"datasets:{tmp_path}/none:train")
    with pytest.raises(InputError, match="has no set of its own: name one"):
        read_examples(task_named("token-classification"), "datasets:train")


def test_a_missing_column_of_glue_is_named(tmp_path):
    features = datasets.Features({"sentence": datasets.Value("string")})
    with pytest.raises(InputError, match="has no column 'label', which glue/sst2 needs"):
        loaded(tmp_path, "glue/sst2", {"sentence": "a"}, features)


def test_every_family_says_how_it_reads_rows():
    """The library's reader knows no family, and every family reads rows."""
    for name in task_names():
        assert type(task_named(name)).read_rows is not FinetuneTask.read_rows
    source = inspect.getsource(hub_datasets)
    families = ("choices", "questions", "text_classification", "token_classification")
    assert not any(f"benchmarks.{family}" in source for family in families)


def test_hidden_labels_are_none(tmp_path):
    folder = saved(tmp_path / "set", {"text": "a"}, ["x", "y"], -1)
    task = task_named("text-classification")
    (example,) = read_examples(task, f"datasets:{folder}:train", labelled=False).items
    assert example.label is None
