"""The page of a pretraining run: what was measured is on it, beside models of other depths."""

import json

import pytest

from keras_albert.errors import InputError
from keras_albert.reports import write_pretraining_report

pytestmark = pytest.mark.once


def _head(accuracy):
    return {
        "n": 40,
        "correct": round(40 * accuracy),
        "accuracy": accuracy,
        "interval": [accuracy - 0.0625, accuracy + 0.0625],
        "loss": 1.375,
        "chance": {"accuracy": 0.0625, "how": "always answering <the>"},
    }


def _evaluation(folder, layers, masked, depths=(), **settings):
    folder.mkdir()
    result = {
        "masked_tokens": _head(masked),
        "sentence_order": _head(0.75),
        "instances": 40,
        "layers": layers,
        "settings": {"data": "HELD_OUT", "sequence_length": 64, **settings},
        "depths": [
            {"depth": d, "masked_tokens": _head(a), "sentence_order": _head(a)} for d, a in depths
        ],
    }
    (folder / "evaluation.json").write_text(json.dumps({"command": "evaluate", "result": result}))
    return folder


def test_losses_accuracies_and_depths_are_shown(tmp_path):
    run = _evaluation(tmp_path / "run", 2, 0.875, [(1, 0.3125), (2, 0.875)])
    beside = _evaluation(tmp_path / "one", 1, 0.4375)
    lines = [{"step": step, "loss": 4.0 / step, "learning_rate": 1e-3} for step in (1, 2)]
    (run / "metrics.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines) + '{"st')
    made = write_pretraining_report(run, beside=[beside])
    assert made == {"report": str(run / "report.html"), "kind": "pretrained", "examples": 40}
    page = (run / "report.html").read_text()
    for figure in ("0.875", "0.812 to 0.938", "0.062", "0.312", "0.438", "1.375"):
        assert figure in page, figure
    assert "&lt;the&gt;" in page and "<the>" not in page
    assert page.count("<svg") == 3 and "trained with so many" in page
    assert "<script" not in page and "<link" not in page and " src=" not in page


def test_without_depths_or_a_log_there_are_figures_alone(tmp_path):
    write_pretraining_report(_evaluation(tmp_path / "run", 2, 0.875), tmp_path / "page.html")
    page = (tmp_path / "page.html").read_text()
    assert "0.875" in page and "<svg" not in page and "Learning" not in page


def test_what_does_not_fit_is_named(tmp_path):
    run = _evaluation(tmp_path / "run", 2, 0.875, [(1, 0.3125), (2, 0.875)])
    other = _evaluation(tmp_path / "other", 1, 0.5, sequence_length=32)
    with pytest.raises(InputError, match="another sequence_length"):
        write_pretraining_report(run, beside=[other])
    with pytest.raises(InputError, match="no depths"):
        write_pretraining_report(other, beside=[run])
    (other / "evaluation.json").write_text("[]")
    with pytest.raises(InputError, match="not an evaluation of a pretrained model"):
        write_pretraining_report(other)
    assert not list(tmp_path.rglob("*.html"))
