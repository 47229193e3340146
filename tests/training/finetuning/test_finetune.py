"""finetune: learns what can be learnt, says how well, and leaves a model that answers alike."""

import json
import random
from unittest import mock

import keras
import numpy as np
import pytest

from keras_albert.benchmarks import task_named
from keras_albert.errors import InputError
from keras_albert.inference import load_predictor
from keras_albert.models import AlbertTextClassifier
from keras_albert.training import FinetuneSettings, finetune
from tests.foreign import google_config, google_variables, hf_model, save_tf1

SETTINGS = FinetuneSettings(
    learning_rate=0.003, epochs=6, batch_size=8, warmup_fraction=0.3, seeds=(1, 2)
)


def write_texts(file, seed, count, pairs=False):
    """Texts of two alphabets: what a small model can learn in seconds."""
    rng = random.Random(seed)
    lines = []
    for number in range(count):
        label, letters = (("late", "fghij"), ("early", "abcde"))[number % 2]
        words = ["".join(rng.choices(letters, k=3)) for _ in range(4)]
        row = {"text": " ".join(words[:2] if pairs else words), "label": label}
        if pairs:
            row["text_pair"] = " ".join(words[2:])
        lines.append(json.dumps(row) + "\n")
    file.write_text("".join(lines))
    return file


@pytest.fixture(scope="module")
def texts(tmp_path_factory):
    folder = tmp_path_factory.mktemp("texts")
    train = write_texts(folder / "train.jsonl", 1, 200)
    return train, write_texts(folder / "validation.jsonl", 2, 50)


@pytest.fixture(scope="module")
def finetuned(whole_run, texts, tmp_path_factory):
    output = tmp_path_factory.mktemp("finetuned") / "run"
    steps = []
    # TensorFlow's part of `keras.utils.set_random_seed`, on every backend.
    with mock.patch("tensorflow.random.set_seed") as seeded:
        result = finetune(
            *(whole_run[0], *texts, output),
            settings=SETTINGS,
            progress=lambda *a: steps.append((*a, seeded.call_count)),
        )
    return output, result, steps


def test_it_learns_and_says_how_well(finetuned):
    output, result, steps = finetuned
    assert result["accuracy"] > 0.9
    # The default of 128, cut to the positions the model has.
    assert result["settings"]["sequence_length"] == 32
    assert result["n"] == 50 and result["correct"] == round(result["accuracy"] * 50)
    assert result["interval"][0] > result["chance"]["accuracy"] == 0.5
    assert result["labels"] == ["early", "late"]
    assert [run["seed"] for run in result["seeds"]] == [1, 2]
    assert all(len(run["epochs"]) == 6 for run in result["seeds"])
    assert result["accuracy"] == max(run["accuracy"] for run in result["seeds"])
    assert result["last_epoch"]["mean"] == pytest.approx(
        np.mean([run["epochs"][-1]["accuracy"] for run in result["seeds"]])
    )
    assert [step for step, *_ in steps] == list(range(1, 301))
    assert {total for _, total, *_ in steps} == {300}


def test_a_seed_keeps_its_compiled_step_from_epoch_to_epoch(finetuned):
    """TensorFlow drops every kernel when its generator is seeded, and compiles the step again."""
    _, _, steps = finetuned
    assert [seeded for *_, seeded in steps] == [1] * 150 + [2] * 150


def test_it_leaves_what_it_says(finetuned):
    output, result, _ = finetuned
    assert {path.name for path in output.iterdir()} == {
        *("model", "metrics.json", "predictions.jsonl", "versions.json")
    }
    assert not output.with_name("run.unfinished").exists()
    assert json.loads((output / "metrics.json").read_text()) == result
    assert json.loads((output / "model/labels.json").read_text()) == ["early", "late"]
    versions = json.loads((output / "versions.json").read_text())
    assert versions["backend"] == keras.backend.backend()


def test_the_saved_model_answers_texts_with_the_measured_accuracy(finetuned, texts):
    output, result, _ = finetuned
    classifier = AlbertTextClassifier.from_preset(str(output))
    validation = task_named("text-classification").read(texts[1]).items
    logits = classifier.predict([text.text for text in validation], verbose=0)
    answers = [result["labels"][number] for number in np.asarray(logits).argmax(-1)]
    hits = [answer == text.label for answer, text in zip(answers, validation, strict=True)]
    assert np.mean(hits) == result["accuracy"]


@pytest.mark.once
def test_from_scratch_starts_elsewhere_and_a_seed_repeats(whole_run, texts, tmp_path):
    settings = SETTINGS.model_copy(update={"seeds": (1,), "epochs": 1})
    losses = []
    for name, from_scratch in (("a", True), ("b", True), ("c", False)):
        result = finetune(
            whole_run[0], *texts, tmp_path / name, settings=settings, from_scratch=from_scratch
        )
        assert result["from_scratch"] is from_scratch
        losses.append(result["seeds"][0]["epochs"][0]["loss"])
    assert losses[0] == losses[1] != losses[2]


@pytest.mark.once
def test_pairs(whole_run, tmp_path):
    file = write_texts(tmp_path / "pairs.jsonl", 3, 200, pairs=True)
    settings = SETTINGS.model_copy(update={"seeds": (5,), "epochs": 1})
    result = finetune(whole_run[0], file, file, tmp_path / "run", settings=settings)
    assert result["counts"]["train"] == {"early": 100, "late": 100}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"task": "text-clasification"}, "Did you mean 'text-classification'"),
        ({"settings": FinetuneSettings(sequence_length=64)}, "sequence_length=64 .* 32 positions"),
        ({"model": "albert_bse_v2"}, "Did you mean 'albert_base_v2'"),
    ],
)
def test_a_mistake_is_named_and_nothing_is_left(whole_run, texts, tmp_path, change, message):
    arguments = {"model": whole_run[0], "train": texts[0], "validation": texts[1], **change}
    with pytest.raises(InputError, match=message):
        finetune(output=tmp_path / "run", **arguments)
    assert not list(tmp_path.iterdir())


def test_a_label_that_training_lacks_is_named_with_its_line(whole_run, texts, tmp_path):
    file = tmp_path / "validation.jsonl"
    file.write_text('{"text": "a", "label": "late"}\n{"text": "b", "label": "erly"}\n')
    with pytest.raises(InputError, match=r"validation.jsonl:2: .*'erly' .* Did you mean 'early'"):
        finetune(whole_run[0], texts[0], file, tmp_path / "run")


def test_an_output_that_holds_something_is_an_error(whole_run, texts, tmp_path):
    (tmp_path / "thesis.txt").write_text("years of work")
    with pytest.raises(InputError, match="not empty"):
        finetune(whole_run[0], *texts, tmp_path)


@pytest.mark.once
def test_a_published_chinese_checkpoint_is_finetuned_as_it_is(tmp_path):
    """Google's own folder in, an answer out: no conversion before."""
    pieces = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *"好书我很喜欢坏读不下去，。"]
    model = hf_model(vocab_size=len(pieces), hidden_act="relu")
    source = save_tf1(google_variables(model), google_config(model, "relu"), tmp_path / "zh")
    (source / "vocab_chinese.txt").write_text("\n".join(pieces) + "\n", "utf-8")
    lines = [("好书，我很喜欢。", "good"), ("坏书，读不下去。", "bad")] * 8
    file = tmp_path / "texts.jsonl"
    rows = [json.dumps({"text": text, "label": label}) + "\n" for text, label in lines]
    file.write_text("".join(rows), "utf-8")
    settings = SETTINGS.model_copy(update={"epochs": 1, "seeds": (1,)})
    result = finetune(source, file, file, tmp_path / "run", settings=settings)
    assert result["settings"]["sequence_length"] == 40  # the positions the checkpoint has
    answers = load_predictor(tmp_path / "run" / "model").predict([text for text, _ in lines])
    right = [a["label"] == label for a, (_, label) in zip(answers, lines, strict=True)]
    assert sum(right) == result["correct"]
