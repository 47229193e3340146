"""Sets by name: what the library itself wrote and loads is what a task reads."""

import datasets
import pytest

from keras_albert.errors import InputError
from keras_albert.tasks import task_named
from keras_albert.tasks.hub_datasets import fetched, is_named

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
    file = fetched(task, f"datasets:{folder}:train", tmp_path)
    (example,) = task.read(file).items
    texts = [" ".join(text.split()) for text in row.values()]
    assert [t for t in (example.text, example.text_pair) if t is not None] == texts
    assert example.label == (names[label] if name == "glue/mnli" else str(label))


def test_texts_get_the_names_of_their_labels(tmp_path):
    folder = saved(tmp_path / "set", {"text": "good\nbook"}, ["bad", "good"], 1)
    task = task_named("text-classification")
    source = f"datasets:{folder}:train"
    assert is_named(source) and not is_named("train.jsonl")
    (example,) = task.read(fetched(task, source, tmp_path)).items
    assert (example.text, example.label) == ("good\nbook", "good")


def test_what_cannot_be_loaded_is_said(tmp_path):
    with pytest.raises(InputError, match="could not be loaded"):
        fetched(task_named("text-classification"), f"datasets:{tmp_path}/none:train", tmp_path)
    with pytest.raises(InputError, match="race reads files only"):
        fetched(task_named("race"), "datasets:train", tmp_path)
