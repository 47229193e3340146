"""AlbertTextEmbedder: transformers' hidden states, pooled by NumPy."""

import keras
import numpy as np
import pytest
import torch

from keras_albert import (
    AlbertBackbone,
    AlbertTextClassifierPreprocessor,
    AlbertTextEmbedder,
    InputError,
)
from tests.foreign import hf_model, save_torch
from tests.peer import padded_batch


def test_every_pooling_of_every_layer_equals_transformers(tmp_path):
    theirs = hf_model("AlbertModel")
    folder = save_torch(theirs, tmp_path / "hf")
    batch = padded_batch()
    batch.pop("mask_positions")
    with torch.no_grad():
        outputs = theirs(
            input_ids=torch.from_numpy(batch["token_ids"]).long(),
            token_type_ids=torch.from_numpy(batch["segment_ids"]).long(),
            attention_mask=torch.from_numpy(batch["padding_mask"]).long(),
            output_hidden_states=True,
        )
    states = [state.numpy() for state in outputs.hidden_states]
    mask = batch["padding_mask"][..., None]
    backbone = AlbertBackbone.from_preset(folder)
    for pooling, layer, expected in [
        ("mean", None, (states[4] * mask).sum(1) / mask.sum(1)),
        ("mean", 2, (states[2] * mask).sum(1) / mask.sum(1)),
        ("mean", 0, (states[0] * mask).sum(1) / mask.sum(1)),
        ("cls", -2, states[3][:, 0]),
        ("pooled", None, outputs.pooler_output.numpy()),
    ]:
        model = AlbertTextEmbedder(backbone, pooling=pooling, layer=layer, normalize=False)
        ours = keras.ops.convert_to_numpy(model(batch))
        np.testing.assert_allclose(ours, expected, atol=1e-5, err_msg=f"{pooling} {layer}")
    normalized = AlbertTextEmbedder.from_preset(folder)
    expected = (states[4] * mask).sum(1) / mask.sum(1)
    expected /= np.linalg.norm(expected, axis=-1, keepdims=True)
    ours = keras.ops.convert_to_numpy(normalized(batch))
    np.testing.assert_allclose(ours, expected, atol=1e-5)


def test_texts_become_vectors_that_can_be_taught(backbone, tokenizer, tmp_path):
    preprocessor = AlbertTextClassifierPreprocessor(tokenizer, sequence_length=32)
    model = AlbertTextEmbedder(backbone, preprocessor, layer=1)
    texts = ["A table.", "Rows", "A table."]
    vectors = model.predict(texts, verbose=0)
    assert vectors.shape == (3, 16)
    np.testing.assert_allclose(vectors[0], vectors[2], atol=1e-6)
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=-1), 1, atol=1e-5)
    model.save_to_preset(str(tmp_path / "preset"))
    again = AlbertTextEmbedder.from_preset(tmp_path / "preset")
    np.testing.assert_allclose(again.predict(texts, verbose=0), vectors, atol=1e-6)
    model.compile(optimizer=keras.optimizers.Adam(1e-2))
    targets = np.eye(16)[:3]
    before = model.evaluate(texts, targets, verbose=0)
    model.fit(texts, targets, epochs=3, verbose=0)
    assert model.evaluate(texts, targets, verbose=0) < before


@pytest.mark.once
@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"pooling": "men"}, "Did you mean 'mean'"),
        ({"layer": 3}, "layer=3"),
        ({"layer": -3}, "layer=-3"),
        ({"pooling": "pooled", "layer": 0}, "layer=0"),
    ],
)
def test_settings_that_do_not_fit_are_refused(backbone, options, message):
    with pytest.raises(InputError, match=message):
        AlbertTextEmbedder(backbone, **options)
