"""keras-albert report."""

import json


def test_a_page_of_a_run(run, tmp_path):
    result = {"task": "t", "main_metric": "accuracy", "metrics": {"accuracy": 1.0}}
    (tmp_path / "metrics.json").write_text(json.dumps(result))
    answer = {"text": "x", "gold": 1.0, "prediction": 1.0}
    (tmp_path / "predictions.jsonl").write_text(json.dumps(answer) + "\n")
    made = run("report", "--run", tmp_path, "--output", tmp_path / "page.html")
    assert made["report"] == str(tmp_path / "page.html")
    assert "<h1>t</h1>" in (tmp_path / "page.html").read_text()


def test_a_folder_that_is_no_run(refused, tmp_path):
    assert "metrics.json" in refused("report", "--run", tmp_path)
