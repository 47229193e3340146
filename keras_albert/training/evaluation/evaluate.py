"""How well a pretrained model does on a held-out token store."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import keras
import numpy as np

from keras_albert import files
from keras_albert.data.masking import MaskingOptions
from keras_albert.data.pipeline import PretrainingData
from keras_albert.data.token_store import TokenStore
from keras_albert.errors import InputError
from keras_albert.models import AlbertPretrainer
from keras_albert.training.evaluation.depth_curve import read_depths
from keras_albert.training.evaluation.intervals import wilson_interval
from keras_albert.training.pretraining.pipeline_errors import own_errors
from keras_albert.training.recipe import Recipe, load_recipe


def evaluate(
    model: str | Path,
    data_directory: str | Path,
    *,
    batch_size: int = 32,
    sequence_length: int | None = None,
    seed: int = 0,
    depths: tuple[int, ...] | str | None = None,
    output: str | Path | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> dict[str, Any]:
    """Masked-token and sentence-order accuracy on held-out documents, beside chance.

    Each document is cut once and masked once, the same way for every model with the same settings.
    Masking and pairs are those of the run's recipe where `model` is a run's folder.

    Args:
        model: a run's folder or a preset folder of an `AlbertPretrainer`.
        data_directory: a token store of documents the model has not seen, made with its tokenizer.
        batch_size: rows at a time; it does not change the result beyond rounding.
        sequence_length: tokens a row; by default that of the model's preprocessor.
        depths: measure at these depths too, ascending; or "all".
        seed: what cuts, order and masks are drawn from.
        output: a JSON file to write the result to.
        progress: called with (batches done, batches in all).

    Returns:
        {"masked_tokens": {"n", "correct", "accuracy", "interval", "loss", "chance": {...}},
        "sentence_order": {...}, "instances", "layers", "settings"}; where depths are asked for also
        "depths", a list of {"depth", "masked_tokens", "sentence_order"}. "interval" is
        Wilson's at 95%. The chance level of masked tokens is the share of the piece that is most
        often hidden in these very data, the best that a constant answer can do; that of sentence
        order is 0.5. Losses are means a token and a pair, in nats.

    Raises:
        InputError: there is no model or no store there, or the store was made with another
            tokenizer.
    """
    pretrainer = AlbertPretrainer.from_preset(model)
    preprocessor = pretrainer.preprocessor
    if preprocessor is None:
        raise InputError(f"{model} has no preprocessor, so its tokenizer and lengths are unknown.")
    tokenizer = preprocessor.tokenizer
    positions = pretrainer.backbone.max_sequence_length
    if sequence_length is not None and sequence_length > positions:
        raise InputError(
            f"sequence_length={sequence_length} is more than the {positions} positions of {model}: "
            "lower it."
        )
    data = _data(
        TokenStore(data_directory, tokenizer.fingerprint),
        tokenizer,
        _recipe_beside(Path(model)),
        batch_size=batch_size,
        sequence_length=sequence_length or preprocessor.sequence_length,
        max_predictions=preprocessor.mask_selection_length,
        seed=seed,
    )
    batch_size = data.batch_size
    steps = -(-data.num_instances // batch_size)
    counts = np.zeros(pretrainer.backbone.vocabulary_size, np.int64)
    pairs = np.zeros(2, np.int64)

    def batches() -> Any:
        for number, (x, y, weights) in enumerate(data.evaluation_batches(), 1):
            masked = y["masked_tokens"][weights["masked_tokens"] > 0]
            np.add.at(counts, masked, 1)
            np.add.at(pairs, y["sentence_order"][weights["sentence_order"] > 0], 1)
            if progress is not None:
                progress(number - 1, steps)
            yield x, y, weights

    found = _measure(pretrainer, batches(), steps)
    if progress is not None:
        progress(steps, steps)
    result: dict[str, Any] = {
        "masked_tokens": _accuracy(found, "masked_tokens", int(counts.sum())),
        "sentence_order": _accuracy(found, "sentence_order", int(pairs.sum())),
        "instances": int(pairs.sum()),
        "layers": pretrainer.backbone.num_layers,
        "settings": {
            "model": str(model),
            "data": str(data_directory),
            "sequence_length": data.options.sequence_length,
            "max_predictions": data.options.max_predictions,
            "seed": seed,
            "mode": data.options.mode,
            "pair_objective": data.options.sentence_task,
        },
    }
    frequent = int(counts.argmax())
    result["masked_tokens"]["chance"] = {
        "accuracy": int(counts[frequent]) / max(int(counts.sum()), 1),
        "how": f"always answering {tokenizer.id_to_token(frequent)!r}, the piece hidden most often",
    }
    result["sentence_order"]["chance"] = {"accuracy": 0.5, "how": "a fair coin"}
    result["sentence_order"]["swapped"] = int(pairs[1])
    if depths is not None:
        result["depths"] = []
        for depth in read_depths(depths, pretrainer):
            found = _measure(pretrainer.at_depth(depth), data.evaluation_batches(), steps)
            of_depth = {
                name: _accuracy(found, name, result[name]["n"])
                for name in ("masked_tokens", "sentence_order")
            }
            result["depths"].append({"depth": depth, **of_depth})
    if output is not None:
        files.write_json(output, result)
    return result


def _measure(model: keras.Model, batches: Any, steps: int) -> dict[str, float]:
    """Weighted means over all batches, by Keras's metrics, compiled."""
    names = ("masked_tokens", "sentence_order")
    model.compile(
        optimizer=None,
        # Keras asks a model that never had one for a loss; what it gives is not read.
        loss={name: keras.losses.SparseCategoricalCrossentropy(from_logits=True) for name in names},
        weighted_metrics={
            name: [
                keras.metrics.SparseCategoricalAccuracy(name="accuracy"),
                # Not the model's loss, which averages over batches instead of tokens.
                keras.metrics.SparseCategoricalCrossentropy(name="nll", from_logits=True),
            ]
            for name in names
        },
    )
    # Keras's own `evaluate`: KerasHub's would run the preprocessor over what are instances already.
    with own_errors() as kept:
        found = keras.Model.evaluate(model, kept(batches), steps=steps, verbose=0, return_dict=True)
    return {key: float(value) for key, value in found.items()}


def _accuracy(found: dict[str, float], name: str, n: int) -> dict[str, Any]:
    # Keras gives the share in float32; what was counted is a whole number.
    correct = round(found[f"{name}_accuracy"] * n)
    return {
        "n": n,
        "correct": correct,
        "accuracy": correct / max(n, 1),
        "interval": list(wilson_interval(correct, n)),
        "loss": found[f"{name}_nll"],
    }


def _recipe_beside(model: Path) -> Recipe | None:
    """The recipe of the run that `model` is, or is the model/ of."""
    files_there = [folder / "recipe.json" for folder in (model, model.parent)]
    found = [file for file in files_there if file.is_file()]
    return load_recipe(found[0]) if found else None


def _data(
    store: TokenStore, tokenizer: Any, recipe: Recipe | None, *, batch_size: int, **settings: Any
) -> PretrainingData:
    if recipe is not None:
        settings |= {
            "masking": MaskingOptions(
                probability=recipe.data.masking_probability,
                max_ngram=recipe.data.max_ngram,
                mode=recipe.data.mode,
            ),
            "mode": recipe.data.mode,
            "sentence_task": recipe.data.pair_objective,
            "short_seq_prob": recipe.data.short_sequence_probability,
        }
    # Once through the documents is enough.
    settings["dupe_factor"] = 1
    one_by_one = PretrainingData(store, tokenizer, batch_size=1, **settings)
    size = min(batch_size, one_by_one.num_instances)
    return PretrainingData(store, tokenizer, batch_size=size, **settings)
