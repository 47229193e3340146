"""evaluate against a count made by hand in NumPy from the model's logits."""

import json

import keras
import numpy as np
import pytest
from keras import ops

from keras_albert.data.masking import MaskingOptions
from keras_albert.data.pipeline import PretrainingData
from keras_albert.data.token_store import TokenStore
from keras_albert.errors import InputError
from keras_albert.models import AlbertPretrainer
from keras_albert.training import evaluate


def test_equals_a_count_by_hand(whole_run, held_out_store, tokenizer, tmp_path):
    run = whole_run[0]
    seen = []
    result = evaluate(
        run,
        held_out_store,
        batch_size=16,
        seed=3,
        output=tmp_path / "evaluation.json",
        progress=lambda done, total: seen.append((done, total)),
    )
    assert json.loads((tmp_path / "evaluation.json").read_text()) == result
    assert seen == [(done, 4) for done in range(5)]

    model = AlbertPretrainer.from_preset(str(run / "model"))
    data = PretrainingData(
        TokenStore(held_out_store),
        tokenizer,
        sequence_length=32,
        batch_size=1,
        max_predictions=5,
        seed=3,
        masking=MaskingOptions(),
        dupe_factor=1,
    )
    hits = {"masked_tokens": [], "sentence_order": []}
    losses = {"masked_tokens": [], "sentence_order": []}
    pieces = []
    for x, y, weights in data.evaluation_batches():
        logits = {k: ops.convert_to_numpy(v) for k, v in model(x, training=False).items()}
        for name in hits:
            used = weights[name] > 0
            scores = logits[name][used].astype("float64")
            target = y[name][used]
            hits[name] += (scores.argmax(-1) == target).tolist()
            log_sum = np.log(np.exp(scores).sum(-1))
            losses[name] += (log_sum - scores[np.arange(len(target)), target]).tolist()
        pieces += y["masked_tokens"][weights["masked_tokens"] > 0].tolist()
    assert result["instances"] == len(hits["sentence_order"]) == data.num_instances
    for name in hits:
        assert result[name]["n"] == len(hits[name])
        assert result[name]["correct"] == sum(hits[name])
        assert result[name]["accuracy"] == pytest.approx(np.mean(hits[name]))
        assert result[name]["loss"] == pytest.approx(np.mean(losses[name]), rel=1e-4)
        low, high = result[name]["interval"]
        assert low <= result[name]["accuracy"] <= high
    assert result["masked_tokens"]["chance"]["accuracy"] == pytest.approx(
        np.bincount(pieces).max() / len(pieces)
    )
    assert result["sentence_order"]["chance"]["accuracy"] == 0.5


@pytest.mark.once
def test_the_batch_size_changes_nothing(whole_run, held_out_store):
    small, large = (
        evaluate(whole_run[0] / "model", held_out_store, batch_size=size) for size in (5, 1000)
    )
    for name in ("masked_tokens", "sentence_order"):
        assert small[name]["n"] == large[name]["n"]
        assert small[name]["correct"] == large[name]["correct"]
        assert small[name]["loss"] == pytest.approx(large[name]["loss"], rel=1e-4)


def test_a_store_of_another_tokenizer_is_an_error(whole_run, held_out_store, tmp_path):
    manifest = json.loads((held_out_store / "manifest.json").read_text())
    manifest["tokenizer_fingerprint"] = "0" * 64
    for file in held_out_store.iterdir():
        if file.is_file():
            (tmp_path / file.name).write_bytes(file.read_bytes())
    (tmp_path / "manifest.json").write_text(json.dumps(manifest))
    with pytest.raises(InputError, match="made with another tokenizer"):
        evaluate(whole_run[0], tmp_path)


def test_a_folder_without_a_model_is_an_error(tmp_path, held_out_store):
    with pytest.raises(InputError, match="holds no model"):
        evaluate(tmp_path, held_out_store)


@pytest.mark.once
def test_the_global_policy_is_untouched(whole_run, held_out_store):
    before = keras.config.dtype_policy().name
    evaluate(whole_run[0], held_out_store)
    assert keras.config.dtype_policy().name == before


@pytest.mark.once
def test_depths_are_measured_as_the_whole_is(whole_run, held_out_store):
    result = evaluate(whole_run[0], held_out_store, depths="all")
    assert [point["depth"] for point in result["depths"]] == [1, 2] and result["layers"] == 2
    for name in ("masked_tokens", "sentence_order"):
        deepest = result["depths"][-1][name]
        assert deepest["correct"] == result[name]["correct"]
        assert deepest["loss"] == pytest.approx(result[name]["loss"], rel=1e-5)
        assert result["depths"][0][name]["loss"] != deepest["loss"]
