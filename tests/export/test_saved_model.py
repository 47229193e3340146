import json
from pathlib import Path

import numpy as np
import pytest

from keras_albert.export import export_saved_model
from keras_albert.export.sizes import saved_model_bytes
from tests.exported import LABELS, model_folder


# tests/inference/test_predictor.py has a SavedModel from every backend.
@pytest.mark.once
def test_strings_in_answers_out_without_keras(tmp_path: Path) -> None:
    # The export ran the SavedModel in a process without Keras and held it to 1e-4: see the card.
    folder = tmp_path / "out"
    export_saved_model(model_folder("classifier"), folder)
    card = json.loads((folder / "export.json").read_text())
    for output in card["verified"]["outputs"].values():
        assert output["largest_difference"] < 1e-5
        assert output["largest_value"] > 0.1
    assert card["verified"]["rows_tokenized_differently"] == 0
    lengths = {tuple(shape) for shape in card["verified"]["shapes"]}
    assert len(lengths) > 3

    import tensorflow as tf
    import tensorflow_text  # noqa: F401

    served = tf.saved_model.load(str(folder)).signatures
    texts = tf.constant(["VACUUM reclaims storage.", "", b"bytes that are \xff not UTF-8"])
    outputs = served["serving_default"](text=texts)
    probabilities = outputs["probabilities"].numpy()
    np.testing.assert_allclose(probabilities.sum(axis=1), 1.0, rtol=1e-5)
    labels = [LABELS[i] for i in probabilities.argmax(axis=1)]
    assert [label.decode() for label in outputs["label"].numpy()] == labels
    pairs = served["pairs"](text=texts, second_text=texts)
    assert pairs["segment_ids"].numpy().max() == 1
    # Weights are written once: beside them, the variables' file has their names, the graph none.
    assert card["weight_file_bytes"] < 1.05 * card["unique_weight_bytes"] + 4096
    assert saved_model_bytes(folder) < card["unique_weight_bytes"] + 4096
