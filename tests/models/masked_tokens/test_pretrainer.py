"""AlbertPretrainer beside transformers' AlbertForPreTraining on the same weights."""

import keras
import numpy as np
import pytest
import torch

from keras_albert.errors import InputError
from keras_albert.models import AlbertBackbone, AlbertPretrainer
from tests import peer

VARIANTS = [
    ("gelu", 1, 1),
    ("gelu_new", 1, 1),
    ("relu", 1, 1),
    ("gelu_new", 2, 1),
    ("gelu_new", 1, 2),
    ("gelu", 2, 2),
]


def _numpy(x):
    return x.detach().numpy() if isinstance(x, torch.Tensor) else keras.ops.convert_to_numpy(x)


@pytest.mark.parametrize(("activation", "num_groups", "inner"), VARIANTS)
def test_outputs_equal_transformers(activation, num_groups, inner):
    other = peer.peer_pretrainer(activation, num_groups, inner)
    ours = peer.our_pretrainer(other)
    batch = peer.padded_batch()
    expected = peer.peer_outputs(other, batch)
    heads = ours(batch)
    states = ours.backbone(
        {k: v for k, v in batch.items() if k != "mask_positions"},
        return_hidden_states=True,
        return_attention_scores=True,
    )
    for name, result in {**heads, **states}.items():
        if name in ("hidden_states", "attention_scores"):
            assert len(result) == len(expected[name])
            pairs = list(zip(result, expected[name], strict=True))
        else:
            pairs = [(result, expected[name])]
        for got, wanted in pairs:
            np.testing.assert_allclose(_numpy(got), _numpy(wanted), atol=1e-5, rtol=0)


@pytest.mark.parametrize(("activation", "num_groups", "inner"), VARIANTS)
def test_gradients_equal_transformers(activation, num_groups, inner):
    other = peer.peer_pretrainer(activation, num_groups, inner)
    ours = peer.our_pretrainer(other)
    batch = peer.padded_batch()
    rng = np.random.default_rng(5)
    weights = {
        "masked_tokens": rng.normal(size=(2, 5, 211)).astype("float32") / 211,
        "sentence_order": rng.normal(size=(2, 2)).astype("float32"),
    }

    expected = peer.peer_outputs(other, batch)
    sum((expected[name] * torch.from_numpy(w)).sum() for name, w in weights.items()).backward()
    # The tied embedding has one gradient there too, under the embedding's name.
    by_name = {
        name: (torch.zeros_like(p) if p.grad is None else p.grad).numpy()
        for name, p in other.named_parameters()
    }
    wanted = peer.in_our_order(by_name, other.config)

    def loss(outputs):
        return sum(
            keras.ops.sum(keras.ops.multiply(outputs[name], w)) for name, w in weights.items()
        )

    found = dict(
        zip(
            (v.path for v in ours.trainable_variables),
            peer.gradients(ours, batch, loss),
            strict=True,
        )
    )
    variables = peer.model_variables(ours)
    assert len(variables) == len(found)
    for variable, gradient in zip(variables, wanted, strict=True):
        assert np.abs(gradient).max() > 0 or "query_key_value/bias" in variable.path
        np.testing.assert_allclose(
            found[variable.path], gradient, atol=1e-4, rtol=1e-4, err_msg=variable.path
        )


def test_depth_is_the_depth_of_a_shallower_peer():
    deep = peer.peer_pretrainer()
    ours = peer.our_pretrainer(deep)
    shallow = peer.peer_pretrainer(num_hidden_layers=2)
    shallow.load_state_dict(deep.state_dict())
    batch = peer.padded_batch()
    expected = peer.peer_outputs(shallow, batch)
    for depth in (2, keras.ops.convert_to_tensor(2, "int32")):
        for name, got in ours(batch, depth=depth).items():
            np.testing.assert_allclose(_numpy(got), _numpy(expected[name]), atol=1e-5, rtol=0)


@pytest.mark.parametrize("depth", [0, 5, -1, 1.5, True, "two"])
def test_a_depth_out_of_range_is_refused(depth):
    model = AlbertPretrainer(AlbertBackbone(50, 4, 2, 8, 16, 32, max_sequence_length=20))
    with pytest.raises((InputError, ValueError), match="depth"):
        model(peer.padded_batch(50), depth=depth)


def test_training_lowers_both_losses():
    keras.utils.set_random_seed(1)
    model = AlbertPretrainer(
        AlbertBackbone(211, 2, 2, 16, 32, 64, max_sequence_length=20, initializer_range=0.1)
    )
    model.compile(optimizer=keras.optimizers.Adam(5e-3))
    batch = peer.padded_batch()
    labels = {
        "masked_tokens": np.arange(10, dtype="int32").reshape(2, 5),
        "sentence_order": np.array([0, 1], "int32"),
    }
    history = model.fit(batch, labels, batch_size=2, epochs=15, verbose=0).history
    assert history["masked_tokens_loss"][-1] < 0.7 * history["masked_tokens_loss"][0]
    assert history["sentence_order_loss"][-1] < 0.7 * history["sentence_order_loss"][0]
    assert history["loss"][0] == pytest.approx(
        history["masked_tokens_loss"][0] + history["sentence_order_loss"][0], abs=1e-4
    )
