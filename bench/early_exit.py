"""What early exit saves: time, beside the layers saved, at equal and at 1% lower accuracy.

    KERAS_BACKEND=jax python -m bench.early_exit [--mails FOLDER] [--steps 400] [--rounds 5]

`albert_micro`'s block twelve times over (12 layers as ALBERT-base has, width 128) is fine-tuned on
the spam example's older mails with all depths trained, thresholds are tuned on half of the later
mails, and the other half is timed: one row at a time and 32 at a time, interleaved with the full
depth as Keras predicts it (one compiled program, the same lengths). "ideal" is the full depth's
layers by the layers that rows took: what would be saved if only arithmetic took time. Prints JSON.
"""

import argparse
import json
import os
import statistics
import time
from pathlib import Path
from typing import Any

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import numpy as np

from examples.mails import read_mails, read_sample
from keras_albert import (
    AlbertBackbone,
    AlbertTextClassifier,
    AlbertTextClassifierPreprocessor,
    AlbertTokenizer,
)
from keras_albert.inference.early_exit.early_exit import EarlyExit, length_batches
from keras_albert.inference.early_exit.exit_rule import ExitRule
from keras_albert.inference.early_exit.exit_tuning import cheapest_rule
from keras_albert.inference.early_exit.row_answers import RowAnswers
from keras_albert.inference.early_exit.stream_exit import StreamExit

LENGTH = 64
LAYERS = 12


def trained(rows: list[dict[str, str]], steps: int) -> AlbertTextClassifier:
    """A classifier whose every depth was trained."""
    keras.utils.set_random_seed(0)
    preprocessor = AlbertTextClassifierPreprocessor(
        AlbertTokenizer.from_preset("albert_micro"), sequence_length=LENGTH
    )
    backbone = AlbertBackbone.from_preset("albert_micro", num_layers=LAYERS)
    task = AlbertTextClassifier(backbone, 2, preprocessor)
    rate = keras.optimizers.schedules.PolynomialDecay(1e-3, steps, 0.0)
    task.compile(optimizer=keras.optimizers.AdamW(rate, global_clipnorm=1.0))
    task.train_depths(distillation=0.3)
    texts, labels = [row["text"] for row in rows], [int(row["label"] == "spam") for row in rows]
    epochs = -(-steps * 32 // len(texts))
    task.fit(texts, labels, batch_size=32, epochs=epochs, group_by_length=False, verbose=0)
    return task


def full_depth(task: Any, x: Any, batch_size: int) -> np.ndarray:
    """The full depth, in the batches and lengths that early exit has."""
    inputs, batches = length_batches(task, x, batch_size)
    scores = np.zeros((len(inputs["token_ids"]), 2), np.float32)
    order = batches.order
    for first, last, length in batches.runs():
        for start in range(first, last, batch_size):
            places = order[start : min(start + batch_size, last)]
            filled = np.concatenate([places, np.repeat(places[-1:], batch_size - len(places))])
            part = {name: value[filled][..., :length] for name, value in inputs.items()}
            scores[places] = keras.Model.predict_on_batch(task, part)[: len(places)]
    return scores


def measure(task: Any, rules: dict[str, ExitRule], x: Any, gold: np.ndarray, rounds: int) -> Any:
    """Every way at batch 1 and 32, in turn."""
    found: dict[str, Any] = {}
    for batch_size in (1, 32):
        few = {name: value[: 200 if batch_size == 1 else None] for name, value in x.items()}
        right = gold[: len(few["token_ids"])]
        ways: dict[str, Any] = {"full depth": lambda b=batch_size, f=few: full_depth(task, f, b)}
        runners = {}
        for name, rule in rules.items():
            for made in (EarlyExit, StreamExit):
                runners[f"{name}, {made.__name__}"] = made(task, rule, batch_size)
        results = {name: runner.predict(few) for name, runner in runners.items()}
        ways |= {name: lambda r=r, f=few: r.predict(f).scores for name, r in runners.items()}
        times: dict[str, list[float]] = {name: [] for name in ways}
        accuracies = {name: float((way().argmax(1) == right).mean()) for name, way in ways.items()}
        for _ in range(rounds):
            for name, way in ways.items():
                start = time.perf_counter()
                way()
                times[name].append(time.perf_counter() - start)
        full = statistics.median(times["full depth"])
        found[f"batch {batch_size}"] = {
            name: {
                "accuracy": round(accuracies[name], 4),
                "milliseconds_a_row": round(1000 * statistics.median(seconds) / len(right), 3),
                "speed": round(full / statistics.median(seconds), 2),
                **(_saved(results[name]) if name in results else {}),
            }
            for name, seconds in times.items()
        }
    return found


def _saved(result: Any) -> dict[str, float]:
    return {
        "mean_depth": round(float(result.depths.mean()), 2),
        "ideal": round(LAYERS / float(result.depths.mean()), 2),
        "rows_saved": round(result.rows_at_full_depth / result.rows_computed, 2),
    }


def main(mails: Path | None, steps: int, rounds: int) -> dict[str, Any]:
    """Trains, tunes and measures on this process's backend."""
    rows = read_mails(mails) if mails else read_sample()
    task = trained(rows["train"][:2000], steps)
    held_out = rows["validation"]
    gold = np.array([int(row["label"] == "spam") for row in held_out])
    x = task.preprocessor(x=[row["text"] for row in held_out])
    half = len(gold) // 2
    tuning = {name: np.asarray(value)[:half] for name, value in x.items()}
    measured = {name: np.asarray(value)[half:] for name, value in x.items()}
    scores = np.stack(task.predict(tuning, depth=tuple(range(1, LAYERS + 1)), verbose=0))
    answers = RowAnswers.of(task)
    rules, tuned = {}, {}
    for name, loss in (("equal accuracy", 0.0), ("1% lower", 0.01)):
        rule, found = cheapest_rule(
            scores, answers, lambda s: float((s.argmax(1) == gold[:half]).mean()), loss
        )
        rules[name] = rule
        tuned[name] = {
            "criterion": rule.criterion,
            "threshold": round(rule.threshold, 4),
            "accuracy": [round(found["full_depth"], 4), round(found["at_exit"], 4)],
            "mean_depth": round(found["mean_depth"], 2),
        }
    curve = [round(float((s.argmax(1) == gold[:half]).mean()), 4) for s in scores]
    return {
        "backend": keras.config.backend(),
        "rows": {"tuned on": half, "measured on": len(gold) - half},
        "accuracy_by_depth": curve,
        "tuned": tuned,
        "measured": measure(task, rules, measured, gold[half:], rounds),
    }


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, prog="python -m bench.early_exit")
    parser.add_argument("--mails", type=Path, help="the npm package's data folder; see examples")
    parser.add_argument("--steps", type=int, default=400)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    print(json.dumps(main(options.mails, options.steps, options.rounds), indent=2))
