"""Which weights serve which layer; the loop beside the layers written out; dropout; depth."""

import keras
import numpy as np
import pytest

from keras_albert.errors import InputError
from keras_albert.layers import SharedEncoder
from keras_albert.layers.shared_encoder import group_of_layer
from tests import peer


def _encoder(**options):
    keras.utils.set_random_seed(4)
    encoder = SharedEncoder(
        **{"num_layers": 6, "num_heads": 2, "intermediate_dim": 24, "initializer_range": 0.2}
        | options
    )
    encoder.build((None, None, 12))
    return encoder


def _inputs():
    rng = np.random.default_rng(2)
    mask = np.ones((3, 5), "int32")
    mask[2, 3:] = 0
    return rng.normal(size=(3, 5, 12)).astype("float32"), mask


def test_groups_are_counted_in_integers():
    # google-research/albert computes int(i / num_layers * num_groups), which in floating point
    # routes layer 15 of 22 in 22 groups to group 14.
    assert [group_of_layer(i, 22, 22) for i in range(22)] == list(range(22))
    assert [group_of_layer(i, 5, 2) for i in range(5)] == [0, 0, 0, 1, 1]


@pytest.mark.parametrize(
    ("sharing", "attentions", "feed_forwards"),
    [("all", 2, 2), ("attention", 2, 6), ("feedforward", 6, 2), ("none", 6, 6)],
)
def test_what_is_shared(sharing, attentions, feed_forwards):
    encoder = _encoder(sharing=sharing, num_groups=2)
    used = [encoder.blocks_of_layer(i)[0] for i in range(6)]
    assert len({id(block.self_attention) for block in used}) == attentions
    assert len({id(block.self_attention_norm) for block in used}) == attentions
    assert len({id(block.feed_forward) for block in used}) == feed_forwards
    assert len({id(block.feed_forward_norm) for block in used}) == feed_forwards
    attention = 12 * 36 + 36 + 12 * 12 + 12 + 24
    feed_forward = 2 * 12 * 24 + 24 + 12 + 24
    assert encoder.count_params() == attentions * attention + feed_forwards * feed_forward


# Layers of one group, of two groups unevenly, and of four.
@pytest.mark.parametrize(
    ("num_layers", "num_groups", "inner"),
    [(3, 1, 1), (3, 2, 2), pytest.param(6, 4, 2, marks=pytest.mark.once)],
)
def test_loop_equals_the_layers_written_out(num_layers, num_groups, inner):
    x, mask = _inputs()
    models = []
    for unroll in (True, False):
        encoder = _encoder(
            num_layers=num_layers,
            num_groups=num_groups,
            num_inner_repetitions=inner,
            unroll=unroll,
        )
        tokens = keras.Input((None, 12), name="x")
        padding = keras.Input((None,), dtype="int32", name="mask")
        outputs = encoder(tokens, padding_mask=padding)
        models.append(keras.Model({"x": tokens, "mask": padding}, outputs))
    written_out, loop = models
    loop.set_weights(written_out.get_weights())
    batch = {"x": x, "mask": mask}
    np.testing.assert_allclose(
        keras.ops.convert_to_numpy(loop(batch)),
        keras.ops.convert_to_numpy(written_out(batch)),
        atol=1e-5,
    )
    weight = np.random.default_rng(1).normal(size=(3, 5, 12)).astype("float32")

    def loss(outputs):
        return keras.ops.sum(keras.ops.multiply(outputs, weight))

    for first, second in zip(
        peer.gradients(loop, batch, loss), peer.gradients(written_out, batch, loss), strict=True
    ):
        np.testing.assert_allclose(first, second, atol=2e-5, rtol=1e-4)


def test_dropout_of_the_loop_is_that_of_the_layers_written_out():
    x, mask = _inputs()
    results = []
    for unroll in (True, False):
        encoder = _encoder(hidden_dropout=0.3, attention_dropout=0.2, unroll=unroll)
        results.append(
            [keras.ops.convert_to_numpy(encoder(x, mask, training=True)) for _ in range(2)]
        )
    np.testing.assert_allclose(results[0], results[1], atol=1e-5)
    assert np.abs(results[0][0] - results[0][1]).max() > 0.1  # a fresh draw at every call


def test_dropout_only_in_training():
    x, mask = _inputs()
    encoder = _encoder(hidden_dropout=0.3)
    np.testing.assert_array_equal(
        keras.ops.convert_to_numpy(encoder(x, mask)),
        keras.ops.convert_to_numpy(encoder(x, mask, training=False)),
    )


@pytest.mark.parametrize("unroll", [True, False])
def test_depth_is_a_prefix_of_the_hidden_states(unroll):
    x, mask = _inputs()
    encoder = _encoder(num_groups=2, unroll=unroll)
    states = encoder(x, mask, return_hidden_states=True)["hidden_states"]
    assert len(states) == 7
    for depth in range(1, 7):
        for given in (depth, keras.ops.convert_to_tensor(depth, "int32")):
            np.testing.assert_allclose(
                keras.ops.convert_to_numpy(encoder(x, mask, depth=given)),
                keras.ops.convert_to_numpy(states[depth]),
                atol=1e-5,
            )


def test_a_tensor_depth_needs_shared_layers():
    x, mask = _inputs()
    encoder = _encoder(sharing="none")
    with pytest.raises((InputError, ValueError), match="sharing='all'"):
        encoder(x, mask, depth=keras.ops.convert_to_tensor(2, "int32"))


def test_attention_can_be_kept_within_parts_of_a_row():
    """A (B, S, S) mask keeps two halves of a row apart: each equals itself alone."""
    x, _ = _inputs()
    x = np.concatenate([x, x], axis=1)
    encoder = _encoder()
    apart = np.kron(np.eye(2, dtype="int32"), np.ones((5, 5), "int32"))[None].repeat(3, axis=0)
    together = keras.ops.convert_to_numpy(encoder(x, apart))
    alone = keras.ops.convert_to_numpy(encoder(x[:, :5], np.ones((3, 5), "int32")))
    np.testing.assert_allclose(together[:, :5], alone, atol=1e-5)
    np.testing.assert_allclose(together[:, 5:], alone, atol=1e-5)


def test_config_round_trip():
    encoder = _encoder(sharing="attention", num_groups=3, num_inner_repetitions=2)
    copy = SharedEncoder.from_config(encoder.get_config())
    assert copy.get_config() == encoder.get_config()


def test_one_layer_by_itself_masks_as_the_encoder_is_told_to():
    """Exports in whole int8 make the masked score small, and early exit runs layer by layer."""
    encoder = _encoder()
    x, mask = _inputs()
    usual = keras.ops.convert_to_numpy(encoder(x, padding_mask=mask, depth=1))
    encoder.masked_score = -1.0
    expected = keras.ops.convert_to_numpy(encoder(x, padding_mask=mask, depth=1))
    got = keras.ops.convert_to_numpy(encoder.run_layer(0, x, mask))
    assert np.abs(expected - usual).max() > 1e-4
    np.testing.assert_allclose(got, expected, atol=1e-6)
