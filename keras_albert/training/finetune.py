"""Fine-tuning a pretrained model on labelled texts."""

import statistics
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import keras
import numpy as np

from keras_albert import files
from keras_albert.convert import is_foreign, open_checkpoint
from keras_albert.errors import InputError, suggest
from keras_albert.files import read_json
from keras_albert.models import (
    AlbertBackbone,
    AlbertTextClassifier,
    AlbertTextClassifierPreprocessor,
)
from keras_albert.models.from_preset import CONFIG_FILE, tokenizer_folder
from keras_albert.text.tokenizer import AlbertTokenizer
from keras_albert.training.determinism import deterministic_operations
from keras_albert.training.intervals import wilson_interval
from keras_albert.training.labelled_texts import LabelledText, label_names, read_labelled_texts
from keras_albert.training.optimizer_factory import make_optimizer
from keras_albert.training.recipe import FinetuneSettings
from keras_albert.training.versions import versions

TASKS = ("text-classification",)
Arrays = dict[str, np.ndarray]


def finetune(
    model: str | Path,
    train: str | Path,
    validation: str | Path,
    output: str | Path,
    *,
    task: str = "text-classification",
    settings: FinetuneSettings | None = None,
    from_scratch: bool = False,
    progress: Callable[[int, int, dict[str, float]], None] | None = None,
) -> dict[str, Any]:
    """Fine-tunes a classifier, once a seed, and keeps the best.

    A seed decides the new head's weights, the order of the texts and dropout. After each epoch the
    validation texts are classified; the weights of the best epoch of the best seed are saved.
    Because that choice is made on the validation texts, their accuracy is a little too high: the
    result also has each seed's last epoch, which nothing chose.

    OUTPUT holds `model/`, a preset folder for `AlbertTextClassifier.from_preset` with the label
    names in `labels.json`, `metrics.json` with the result, and `versions.json`.

    Args:
        model: a run's folder, a preset folder or a preset's name.
        train: labelled texts to learn from; see `read_labelled_texts`.
        validation: labelled texts to choose and measure with.
        output: the folder to make.
        task: "text-classification".
        settings: learning rate, epochs, seeds, ...
        from_scratch: same architecture and tokenizer, random weights: what pretraining is
            compared with.
        progress: called after every update with (step, steps of all seeds, values).

    Returns:
        {"accuracy", "correct", "n", "interval" (of the saved model), "best_seed", "best_epoch",
        "last_epoch": {"mean", "standard_deviation", "accuracies"}, "best_epochs": {the same},
        "chance", "labels", "seeds": [...], "settings", ...}: what metrics.json holds.

    Raises:
        InputError: the model, a file, a label or a setting cannot be used; file and line are named.
    """
    if task not in TASKS:
        raise InputError(
            f"There is no task {task!r}; known: {', '.join(TASKS)}.{suggest(task, TASKS)}"
        )
    settings = _fitting(settings or FinetuneSettings(), model)
    texts = {"train": read_labelled_texts(train), "validation": read_labelled_texts(validation)}
    labels = label_names(texts["train"])
    targets = {name: _targets(part, labels, train) for name, part in texts.items()}
    with files.write_directory_aside(output) as aside:
        tokenizer = AlbertTokenizer.from_preset(str(model))
        preprocessor = AlbertTextClassifierPreprocessor(
            tokenizer, sequence_length=settings.sequence_length
        )
        inputs = {name: _inputs(part, preprocessor) for name, part in texts.items()}
        runs: list[dict[str, Any]] = []
        best: dict[str, Any] = {}
        for seed in settings.seeds:
            with deterministic_operations(seed):
                classifier = _build(model, preprocessor, len(labels), settings, from_scratch)
                run, weights = _train(
                    classifier, inputs, targets, settings, seed, len(runs), progress
                )
            runs.append(run)
            if not best or run["accuracy"] > best["run"]["accuracy"]:
                best = {"run": run, "weights": weights, "classifier": classifier}
        best["classifier"].set_weights(best["weights"])
        best["classifier"].save_to_preset(str(aside / "model"))
        files.write_json(aside / "model" / "labels.json", labels)
        result = {
            **{key: best["run"][key] for key in ("accuracy", "correct", "n", "interval")},
            "best_seed": best["run"]["seed"],
            "best_epoch": best["run"]["best_epoch"],
            "best_epochs": _spread([run["accuracy"] for run in runs]),
            "last_epoch": _spread([run["epochs"][-1]["accuracy"] for run in runs]),
            "chance": _chance(targets, labels),
            "task": task,
            "from_scratch": from_scratch,
            "labels": labels,
            "counts": {name: _count(part, labels) for name, part in targets.items()},
            "seeds": runs,
            "settings": settings.model_dump(mode="json"),
            "files": {"model": str(model), "train": str(train), "validation": str(validation)},
        }
        files.write_json(aside / "metrics.json", result)
        files.write_json(aside / "versions.json", versions())
    return result


def _fitting(settings: FinetuneSettings, model: str | Path) -> FinetuneSettings:
    """The settings with the default sequence length cut to the model's positions.

    Raises:
        InputError: a length was given and is more than the model has positions for.
    """
    folder = Path(tokenizer_folder(model))
    if not folder.is_dir():  # an address, not downloaded yet: the model checks its inputs itself
        return settings
    if is_foreign(folder):
        with open_checkpoint(folder) as checkpoint:
            config = checkpoint.backbone
    else:
        config = read_json(folder / CONFIG_FILE)["config"]
    positions = config.get("max_sequence_length", settings.sequence_length)
    if settings.sequence_length <= positions:
        return settings
    if "sequence_length" in settings.model_fields_set:
        raise InputError(
            f"sequence_length={settings.sequence_length} is more than the {positions} positions "
            f"of {model}: lower it."
        )
    return settings.model_copy(update={"sequence_length": positions})


def _targets(texts: list[LabelledText], labels: list[str], train: str | Path) -> np.ndarray:
    numbers = {label: number for number, label in enumerate(labels)}
    for text in texts:
        if text.label not in numbers:
            raise InputError(
                f"{text.where}: the label {text.label!r} does not occur in {train}."
                + suggest(text.label, labels)
            )
    return np.array([numbers[text.label] for text in texts], np.int32)


def _inputs(texts: list[LabelledText], preprocessor: AlbertTextClassifierPreprocessor) -> Arrays:
    first = [text.text for text in texts]
    if texts[0].text_pair is None:
        return preprocessor(x=first)
    return preprocessor(x=(first, [text.text_pair or "" for text in texts]))


def _build(
    model: str | Path,
    preprocessor: AlbertTextClassifierPreprocessor,
    num_classes: int,
    settings: FinetuneSettings,
    from_scratch: bool,
) -> AlbertTextClassifier:
    changes: dict[str, Any] = {}
    if settings.backbone_dropout is not None:
        changes = dict.fromkeys(("hidden_dropout", "attention_dropout"), settings.backbone_dropout)
    backbone = AlbertBackbone.from_preset(
        str(model), load_weights=not from_scratch, dtype=settings.precision, **changes
    )
    return AlbertTextClassifier(
        backbone, num_classes, preprocessor=preprocessor, dropout=settings.dropout
    )


def _train(
    classifier: AlbertTextClassifier,
    inputs: dict[str, Arrays],
    targets: dict[str, np.ndarray],
    settings: FinetuneSettings,
    seed: int,
    seeds_done: int,
    progress: Callable[[int, int, dict[str, float]], None] | None,
) -> tuple[dict[str, Any], list[np.ndarray]]:
    """One seed: what was measured, and the weights of the best epoch."""
    count = len(targets["train"])
    batch_size = min(settings.batch_size, count)
    steps = count // batch_size
    total = steps * settings.epochs
    classifier.compile(
        optimizer=make_optimizer(
            settings.optimizer,
            learning_rate=settings.learning_rate,
            total_steps=total,
            warmup_steps=round(total * settings.warmup_fraction),
            weight_decay=settings.weight_decay,
            clip=settings.clip,
            precision=settings.precision,
        )
    )
    run: dict[str, Any] = {"seed": seed, "epochs": []}
    best: dict[str, Any] = {}
    kept: list[np.ndarray] = []
    for epoch in range(1, settings.epochs + 1):
        order = np.random.default_rng([seed, epoch]).permutation(count)
        done = seeds_done * total + (epoch - 1) * steps

        def report(step: int, logs: Any, done: int = done, best: Any = best) -> None:
            if progress is not None:
                progress(done + step + 1, len(settings.seeds) * total, best)

        # Keras's own `fit`: KerasHub's would tokenize, and what comes is tokenized already.
        history = keras.Model.fit(
            classifier,
            _batches(inputs["train"], targets["train"], order, batch_size),
            steps_per_epoch=steps,
            shuffle=False,
            verbose=0,
            callbacks=[keras.callbacks.LambdaCallback(on_train_batch_end=report)],
        ).history
        measured = _measure(classifier, inputs["validation"], targets["validation"], batch_size)
        measured = {
            "epoch": epoch,
            "train_loss": float(history["loss"][0]),
            "train_accuracy": float(history["accuracy"][0]),
            **measured,
        }
        run["epochs"].append(measured)
        if not best or measured["accuracy"] > best["accuracy"]:
            best = {"accuracy": measured["accuracy"], "loss": measured["loss"]}
            kept = classifier.get_weights()
            run["best_epoch"] = epoch
            run.update({key: measured[key] for key in ("accuracy", "correct", "n", "interval")})
    return run, kept


def _batches(
    inputs: Arrays, targets: np.ndarray, order: np.ndarray, batch_size: int
) -> Iterator[tuple[Arrays, np.ndarray]]:
    """Whole batches only: what is left over comes at another place in the next epoch's order."""
    for start in range(0, len(order) - batch_size + 1, batch_size):
        rows = order[start : start + batch_size]
        yield {name: array[rows] for name, array in inputs.items()}, targets[rows]


def _measure(
    classifier: AlbertTextClassifier, inputs: Arrays, targets: np.ndarray, batch_size: int
) -> dict[str, Any]:
    """Accuracy and cross-entropy over all rows, from the logits, in float64."""
    n = len(targets)
    # Filled up to whole batches, so that nothing is compiled for the last one.
    rows = np.arange(-(-n // batch_size) * batch_size) % n
    padded = {name: array[rows] for name, array in inputs.items()}
    logits = keras.Model.predict(classifier, padded, batch_size=batch_size, verbose=0)
    logits = np.asarray(logits[:n], np.float64)
    highest = logits.max(-1, keepdims=True)
    log_sums = (highest + np.log(np.exp(logits - highest).sum(-1, keepdims=True)))[:, 0]
    correct = int((logits.argmax(-1) == targets).sum())
    return {
        "accuracy": correct / n,
        "correct": correct,
        "n": n,
        "interval": list(wilson_interval(correct, n)),
        "loss": float((log_sums - logits[np.arange(n), targets]).mean()),
    }


def _spread(accuracies: list[float]) -> dict[str, Any]:
    deviation = statistics.stdev(accuracies) if len(accuracies) > 1 else None
    return {
        "mean": statistics.fmean(accuracies),
        "standard_deviation": deviation,
        "accuracies": accuracies,
    }


def _chance(targets: dict[str, np.ndarray], labels: list[str]) -> dict[str, Any]:
    """What always giving the label that is most frequent in training scores."""
    frequent = Counter(targets["train"].tolist()).most_common(1)[0][0]
    return {
        "accuracy": float((targets["validation"] == frequent).mean()),
        "how": f"always answering {labels[frequent]!r}, the most frequent label in training",
    }


def _count(targets: np.ndarray, labels: list[str]) -> dict[str, int]:
    return {label: int((targets == number).sum()) for number, label in enumerate(labels)}
