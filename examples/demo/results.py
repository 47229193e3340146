"""Reads what the steps wrote and hands it to the page. Nothing here is typed in."""

import json
import statistics
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from examples.demo.page import dots, loss_curves, write_page
from examples.demo.steps import Steps
from keras_albert import AlbertPretrainer
from keras_albert.data.masking import MaskingOptions
from keras_albert.data.pipeline import PretrainingData
from keras_albert.data.token_store import TokenStore
from keras_albert.files import read_json, write_json
from keras_albert.text.tokenizers.tokenizer import AlbertTokenizer
from keras_albert.training.pretraining.training_log import read_metrics
from keras_albert.training.recipe import Recipe, load_recipe


def collect(
    steps: Steps,
    rows: Mapping[str, int],
    texts: Sequence[Mapping[str, str]],
    answers: Mapping[str, Sequence[Mapping[str, Any]]],
    baseline: Mapping[str, Any],
    shipped: str,
) -> None:
    """Writes `results.json` and `index.html` into the demo's folder."""
    folder = steps.folder
    recipe = load_recipe(folder / "pretrained" / "recipe.json")
    run = read_json(folder / "pretrained" / "command.json")
    evaluations = [
        _evaluation(
            f"{recipe.name} (this run)",
            folder / "pretrained" / "evaluation.json",
            str(folder / "pretrained"),
        ),
        _evaluation(f"{shipped} (shipped)", folder / "shipped.json", shipped),
    ]
    classification = _classification(folder)
    results = {
        "started": steps.started,
        "folder": folder.name,
        "total_seconds": time.monotonic() - steps.clock,
        "versions": run["versions"],
        "rows": dict(rows),
        "store": read_json(folder / "store_train" / "manifest.json")["counts"],
        "vocabulary_size": read_json(folder / "vocabulary" / "command.json")["result"]["size"],
        "pretraining": {
            "name": recipe.name,
            "parameters": evaluations[0]["parameters"],
            "steps": recipe.total_steps,
            "batch_size": recipe.data.batch_size,
            "sequence_length": recipe.data.sequence_length,
            "seconds": run["seconds"],
        },
        "masking": _masking(folder, recipe),
        "evaluations": evaluations,
        "baseline": dict(baseline),
        "shipped": shipped,
        "order_verdict": _order_verdict(evaluations, baseline),
        "classification": classification,
        "classification_verdict": _classification_verdict(classification),
        "artifacts": [_artifact(folder, n) for n in ("saved_model", "tflite", "tflite_int8")],
        "answers": {
            "names": list(answers),
            "rows": [
                {**text, "answers": [dict(found[i]) for found in answers.values()]}
                for i, text in enumerate(texts)
            ],
        },
        "steps": steps.steps,
    }
    write_json(folder / "results.json", results)
    metrics = read_metrics(folder / "pretrained" / "metrics.jsonl")
    plots = {
        "loss_curves": loss_curves(metrics),
        "classification_plot": dots(classification["rows"], classification["chance"]),
    }
    write_page(folder / "index.html", {**results, **plots})
    print(json.dumps({"evaluations": evaluations, "classification": classification}, indent=2))
    print(f"\nThe page: {folder / 'index.html'}")


def _parameters(model: str) -> int:
    return AlbertPretrainer.from_preset(model, load_weights=False).count_params()


def _masking(folder: Path, recipe: Recipe) -> dict[str, float]:
    """Counted from the instances of a hundred batches, not from the settings."""
    tokenizer = AlbertTokenizer.load(folder / "vocabulary")
    settings = recipe.data
    data = PretrainingData(
        TokenStore(folder / "store_train", tokenizer.fingerprint),
        tokenizer,
        sequence_length=settings.sequence_length,
        batch_size=settings.batch_size,
        max_predictions=settings.max_predictions,
        seed=recipe.seed,
        masking=MaskingOptions(
            probability=settings.masking_probability, max_ngram=settings.max_ngram
        ),
        short_seq_prob=settings.short_sequence_probability,
    )
    return data.masking_statistics(100)


def _evaluation(name: str, file: Path, model: str) -> dict[str, Any]:
    result = read_json(file)["result"]
    row: dict[str, Any] = {"name": name, "parameters": _parameters(model)}
    for key, task in (("masked", "masked_tokens"), ("order", "sentence_order")):
        found = result[task]
        row[key] = {k: found[k] for k in ("accuracy", "interval", "n")}
        row[key]["chance"] = found["chance"]["accuracy"]
    return row


def _order_verdict(rows: Sequence[Mapping[str, Any]], baseline: Mapping[str, Any]) -> str:
    words = baseline["accuracy"]
    parts = [
        f"A logistic regression on bags of pieces, learned from pairs cut the same way, is right "
        f"in {words:.3f} (n = {baseline['n']:,})."
    ]
    for row in rows:
        low, high = row["order"]["interval"]
        if low > words:
            found = "is above chance and above the bag of pieces"
        elif low > row["order"]["chance"]:
            found = "is above chance"
            found += " and below the bag of pieces" if high < words else ", near the bag of pieces"
        else:
            found = "cannot be told from chance: its training was too short for sentence order"
        parts.append(f"{row['name']} {found}.")
    return " ".join(parts)


def _classification(folder: Path) -> dict[str, Any]:
    rows = []
    for name in ("pretrained", "scratch"):
        metrics = read_json(folder / f"parts_{name}" / "metrics.json")
        # Of the last epoch: the best one is chosen on the very paragraphs it is measured on.
        values = metrics["last_epoch"]["accuracies"]
        rows.append(
            {
                "name": {"pretrained": "pretrained", "scratch": "random weights"}[name],
                "values": values,
                "mean": statistics.mean(values),
                "deviation": statistics.stdev(values),
            }
        )
    counts = metrics["counts"]
    return {
        "rows": rows,
        "seeds": [run["seed"] for run in metrics["seeds"]],
        "epochs": metrics["settings"]["epochs"],
        "classes": len(metrics["labels"]),
        "train": sum(counts["train"].values()),
        "validation": sum(counts["validation"].values()),
        "chance": metrics["chance"]["accuracy"],
    }


def _classification_verdict(found: Mapping[str, Any]) -> str:
    pretrained, scratch = found["rows"]
    gain = pretrained["mean"] - scratch["mean"]
    apart = min(pretrained["values"]) > max(scratch["values"])
    return (
        f"Pretraining changes the mean by {gain:+.3f}; "
        + ("every" if apart else "not every")
        + " pretrained seed is above every seed from random weights."
    )


def _artifact(folder: Path, name: str) -> dict[str, Any]:
    card = read_json(folder / name / "export.json")
    return {
        "name": name,
        "bytes": card["weight_file_bytes"],
        "ratio": card["weight_file_bytes"] / card["unique_weight_bytes"],
        "difference": max(o["largest_difference"] for o in card["verified"]["outputs"].values()),
    }
