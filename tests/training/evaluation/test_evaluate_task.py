"""evaluate_task on GLUE: what MNLI's model answers for AX is in the benchmark's own form."""

import json

import pytest

from keras_albert.errors import InputError
from keras_albert.training import FinetuneSettings, finetune
from keras_albert.training.evaluation.evaluate_task import evaluate_task, is_finetuned

pytestmark = pytest.mark.once
SETTINGS = FinetuneSettings(epochs=1, batch_size=4, sequence_length=16, learning_rate=1e-3)


def test_mnli_answers_ax(whole_run, tmp_path):
    header = "index\tgenre\tsentence1\tsentence2\tgold_label\n"
    labels = ("entailment", "neutral", "contradiction")
    lines = [f"{n}\tfiction\tabc {n}\tde fg\t{labels[n % 3]}\n" for n in range(12)]
    train = tmp_path / "train.tsv"
    train.write_text(header + "".join(lines))
    result = finetune(
        *(whole_run[0], train, train, tmp_path / "run"), task="glue/mnli", settings=SETTINGS
    )
    # What the settings leave open is Table 14's: MNLI's dropout in the network is 0.
    assert result["settings"]["backbone_dropout"] == 0
    assert result["labels"] == ["contradiction", "entailment", "neutral"]
    assert is_finetuned(tmp_path / "run") and not is_finetuned(whole_run[0])
    again = evaluate_task(tmp_path / "run", train)
    assert again["metrics"]["accuracy"] == result["accuracy"]
    ax = tmp_path / "AX.tsv"
    ax.write_text("index\tsentence1\tsentence2\n0\tabc\tde\n1\tfg\t\n")
    found = evaluate_task(
        *(tmp_path / "run", ax, tmp_path / "E"),
        task="glue/ax",
        labelled=False,
        submission=tmp_path / "sent",
    )
    assert (found["task"], found["n"], found["metrics"]) == ("glue/ax", 2, {})
    lines = (tmp_path / "sent" / "AX.tsv").read_text().splitlines()
    assert lines[0] == "index\tprediction" and [line[0] for line in lines[1:]] == ["0", "1"]
    assert {line.split("\t")[1] for line in lines[1:]} <= set(labels)
    rows = (tmp_path / "E" / "predictions.jsonl").read_text().splitlines()
    assert json.loads(rows[1])["text_pair"] == ""
    with pytest.raises(InputError, match="A submission needs an answer"):
        evaluate_task(
            *(tmp_path / "run", write_bad(tmp_path, header)),
            skip_bad=True,
            submission=tmp_path / "sent",
        )


def write_bad(folder, header):
    file = folder / "bad.tsv"
    file.write_text(f"{header}0\tfiction\ta\tb\tneutral\n1\tfiction\ta\n")
    return file
