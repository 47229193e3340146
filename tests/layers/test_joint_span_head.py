"""JointSpanHead against NumPy, written from google-research/albert `create_v2_model`."""

import keras
import numpy as np

from keras_albert.layers import JointSpanHead

ROWS, LENGTH, HIDDEN, BEAM = 3, 9, 6, 5


def _log_softmax(logits):
    shifted = logits - logits.max(-1, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(-1, keepdims=True))


def _end_logits(states, start, weights):
    """Google's way: the start's state beside every state, then the layers. (S, H), an index."""
    both = np.concatenate([states, np.repeat(states[start][None], len(states), 0)], -1)
    hidden = np.tanh(both @ weights["end_hidden/kernel"] + weights["end_hidden/bias"])
    mean = hidden.mean(-1, keepdims=True)
    variance = ((hidden - mean) ** 2).mean(-1, keepdims=True)
    hidden = (hidden - mean) / np.sqrt(variance + 1e-12)
    hidden = hidden * weights["end_normalization/gamma"] + weights["end_normalization/beta"]
    return (hidden @ weights["end_output/kernel"] + weights["end_output/bias"])[:, 0]


def _reference(states, allowed, gold, weights):
    """One row: (S, H), (S,), an index."""

    def masked(logits):
        return np.where(allowed == 1, logits, -1e30)

    start = masked((states @ weights["start_dense/kernel"] + weights["start_dense/bias"])[:, 0])
    end = masked(_end_logits(states, gold, weights))
    share = np.exp(_log_softmax(start))
    both = np.concatenate([share @ states, states[0]])
    hidden = np.tanh(both @ weights["answer_hidden/kernel"] + weights["answer_hidden/bias"])
    impossible = hidden @ weights["answer_output/kernel"]
    log_start = _log_softmax(start)
    starts = np.argsort(-log_start, kind="stable")[:BEAM]
    log_ends = [_log_softmax(masked(_end_logits(states, s, weights))) for s in starts]
    ends = [np.argsort(-log_end, kind="stable")[:BEAM] for log_end in log_ends]
    return {
        "start": start,
        "end": end,
        "impossible": impossible,
        "start_positions": starts,
        "start_log_probabilities": log_start[starts],
        "end_positions": np.array(ends),
        "end_log_probabilities": np.array(
            [log_end[e] for log_end, e in zip(log_ends, ends, strict=True)]
        ),
    }


def _inputs():
    generator = np.random.default_rng(3)
    states = generator.normal(size=(ROWS, LENGTH, HIDDEN)).astype("float32")
    allowed = np.zeros((ROWS, LENGTH), "float32")
    allowed[:, [0, 3, 4, 5, 6, 7]] = 1
    allowed[1, 8] = 1
    return states, allowed, np.array([[4], [0], [7]], "int32")


def _head():
    head = JointSpanHead(beam_size=BEAM, initializer_range=0.7, dropout=0.4)
    head.build((None, None, HIDDEN))
    generator = np.random.default_rng(4)
    for weight in head.weights:  # biases and the normalisation's shift too
        weight.assign(generator.normal(size=weight.shape).astype("float32"))
    return head


def test_every_output_is_googles():
    head, inputs = _head(), _inputs()
    outputs = {k: keras.ops.convert_to_numpy(v) for k, v in head(*inputs).items()}
    weights = {
        "/".join(w.path.split("/")[-2:]): keras.ops.convert_to_numpy(w).astype("float64")
        for w in head.weights
    }
    for row in range(ROWS):
        states, allowed, gold = (part[row] for part in inputs)
        expected = _reference(states.astype("float64"), allowed, int(gold[0]), weights)
        assert set(expected) == set(outputs)
        for name, values in expected.items():
            if "positions" in name:
                np.testing.assert_array_equal(outputs[name][row], values)
            else:
                np.testing.assert_allclose(outputs[name][row], values, rtol=1e-5, atol=1e-5)


def test_training_leaves_out_the_beam_and_a_short_row_is_filled():
    head, (states, allowed, gold) = _head(), _inputs()
    trained = head(states, allowed, gold, training=True)
    assert not keras.ops.convert_to_numpy(trained["start_log_probabilities"]).any()
    calm = head(states, allowed, gold)
    for name in ("start", "end"):
        np.testing.assert_allclose(
            *(keras.ops.convert_to_numpy(o[name]) for o in (trained, calm)), rtol=1e-5
        )
    short = head(states[:, :2], allowed[:, :2], gold * 0)
    assert short["end_positions"].shape == (ROWS, BEAM, BEAM)
    assert set(keras.ops.convert_to_numpy(short["start_positions"])[:, 0]) == {0}


def test_it_comes_back_from_its_configuration():
    head = _head()
    again = JointSpanHead.from_config(head.get_config())
    again.build((None, None, HIDDEN))
    assert again.get_config() == head.get_config()
    assert [w.shape for w in again.weights] == [w.shape for w in head.weights]
    assert again.dtype_policy.name == "float32"
