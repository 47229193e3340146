import json

import numpy as np
import pytest

from keras_albert.errors import InputError
from keras_albert.export import export_tflite
from keras_albert.export.sizes import tflite_bytes
from keras_albert.models.saved_task import SavedTask
from keras_albert.runtime.run_litert import LiteRTModel
from tests.exported import ROOT, artifact, model_folder, sentences

pytestmark = pytest.mark.once

TEXTS = ["A.", "", "VACUUM reclaims storage.", " ".join(["index"] * 12)]


def test_signatures_of_several_lengths_share_the_weights() -> None:
    folder = artifact("token_classifier", "tflite", lengths=(16, 48))
    card = json.loads((folder / "export.json").read_text())
    assert card["sequence_length"] == 48
    whole = json.loads((artifact("token_classifier", "tflite") / "export.json").read_text())
    # A second graph, and no second copy of the weights.
    graph = whole["weight_file_bytes"] - whole["unique_weight_bytes"]
    assert card["weight_file_bytes"] < whole["weight_file_bytes"] + 2 * graph
    several = LiteRTModel(folder)
    ids = np.tile(np.arange(5, 45, dtype=np.int32), (3, 1))
    mask = (np.arange(40) < np.array([[3], [16], [40]])).astype(np.int32)
    inputs = {"token_ids": ids * mask, "segment_ids": mask * 0, "padding_mask": mask}
    expected = LiteRTModel(artifact("token_classifier", "tflite")).on_tokens(inputs, depth=2)
    for rows, length in ((slice(0, 1), 3), (slice(0, 2), 16), (slice(0, 3), 40)):
        part = {name: value[rows, :length] for name, value in inputs.items()}
        scores = several.on_tokens(part, depth=2)["scores"]
        there = part["padding_mask"] > 0
        np.testing.assert_allclose(
            scores[there], expected["scores"][rows, :length][there], atol=1e-5
        )


def test_raw_strings_are_read_as_the_tokenizer_reads_them() -> None:
    folder = artifact("classifier", "tflite", strings=True)
    model = LiteRTModel(folder)
    other = LiteRTModel(artifact("classifier", "tflite"))
    texts = [*TEXTS, *sentences()[:20]]
    for depth in (None, 1):
        found, expected = model.on_texts(texts, depth=depth), other.on_texts(texts, depth=depth)
        np.testing.assert_array_equal(found["token_ids"], expected["token_ids"])
        np.testing.assert_array_equal(found["truncated"], expected["truncated"])
        np.testing.assert_allclose(found["scores"], expected["scores"], atol=1e-5)
    with pytest.raises(ValueError, match="not a string"):
        model.on_texts([b"bytes"])  # type: ignore[list-item]


def test_strings_are_refused_where_there_are_no_operations() -> None:
    with pytest.raises(InputError, match="more than plain texts"):
        export_tflite(model_folder("masked_lm"), ROOT / "none", strings=True)
    with pytest.raises(InputError, match="lengths: 1 is not"):
        export_tflite(model_folder("classifier"), ROOT / "none", lengths=[1, 16])
    assert not (ROOT / "none").exists()


@pytest.mark.parametrize("quantize", ["float16", "int8-full", "int8-int6-embeddings"])
def test_other_quantizations_are_small_and_close(quantize) -> None:
    whole = json.loads((artifact("classifier", "tflite") / "export.json").read_text())
    card = json.loads((artifact("classifier", "tflite", quantize) / "export.json").read_text())
    assert card["weight_file_bytes"] < whole["weight_file_bytes"]
    off = card["verified"]["outputs"]["scores"]["relative_rms_difference"]
    assert 1e-6 < off < {"float16": 0.01}.get(quantize, 0.25)
    assert card["depth_is_input"] == (quantize != "int8-full")


def test_word_embeddings_take_three_quarters_of_a_byte() -> None:
    folders = [artifact("classifier", "tflite", name) for name in ("int8", "int8-int6-embeddings")]
    eight, six = map(LiteRTModel, folders)
    table = SavedTask.load(model_folder("classifier")).task.backbone.token_embedding.embeddings
    stored = [tflite_bytes((folder / "model.tflite").read_bytes()) for folder in folders]
    # Beside the few constants that the arithmetic takes.
    quarter = np.prod(table.shape) / 4
    assert quarter - 256 < stored[0] - stored[1] <= quarter
    found, expected = six.on_texts(TEXTS), eight.on_texts(TEXTS)
    np.testing.assert_array_equal(found["token_ids"], expected["token_ids"])
    assert not np.array_equal(found["scores"], expected["scores"])
    # A masked-token head multiplies the same table.
    for kind in ("masked_lm", "pretrainer"):
        with pytest.raises(InputError, match="6 bits and in 8"):
            export_tflite(model_folder(kind), ROOT / "none", quantize="int8-int6-embeddings")


def test_ranges_of_activations_come_from_the_texts_given() -> None:
    own = artifact("classifier", "tflite", "int8-full", calibration=tuple(sentences()[:8]))
    default = artifact("classifier", "tflite", "int8-full")
    assert (own / "model.tflite").read_bytes() != (default / "model.tflite").read_bytes()
    # The texts are no part of what is shipped.
    assert sentences()[0] not in (own / "model.json").read_text()
