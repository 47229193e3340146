"""JointSpanHead: starts, ends given a start, and whether there is an answer (SQuAD 2)."""

from typing import Any

import keras
from keras import ops

from keras_albert.layers.initialization import RandomWeights
from keras_albert.layers.quantized_weights import float_kernel

# What a position has that is out of the question: Google's -1e30, whose softmax is 0.
OUT = -1e30


@keras.saving.register_keras_serializable("keras_albert")
class JointSpanHead(keras.layers.Layer):
    """SQuAD 2's head: google-research/albert `squad_utils.create_v2_model`.

    A start is scored by a Dense layer. An end is scored given a start: the states of both
    positions -> Dense(H, tanh) -> LayerNorm -> Dense(1). Whether there is an answer is read from
    [CLS] and the mean of all states, weighted by the probability that the answer starts there:
    Dense(H, tanh) -> dropout -> Dense(1, no bias). In training the start is the right one; else it
    is each of the `beam_size` likeliest.

    It runs in float32: -1e30 is beyond half precision.

    Args:
        beam_size: K, likeliest starts, and for each of them likeliest ends. Google's 5.
        dropout: share of the answerability's hidden vector dropped in training; Google's 0.1.
        layer_norm_epsilon: of the normalisation; `tf.contrib.layers.layer_norm`'s 1e-12.
        initializer_range: standard deviation of the truncated normal initialiser.
    """

    def __init__(
        self,
        beam_size: int = 5,
        dropout: float = 0.1,
        layer_norm_epsilon: float = 1e-12,
        initializer_range: float = 0.02,
        **kwargs: Any,
    ) -> None:
        super().__init__(**{**kwargs, "dtype": "float32"})
        self.beam_size = beam_size
        self.dropout = dropout
        self.layer_norm_epsilon = layer_norm_epsilon
        self.initializer_range = initializer_range
        self.start_dense = self._dense(1, "start_dense")
        self.end_normalization = keras.layers.LayerNormalization(
            epsilon=layer_norm_epsilon, dtype="float32", name="end_normalization"
        )
        self.end_output = self._dense(1, "end_output")
        self.answer_output = self._dense(1, "answer_output", use_bias=False)
        self.answer_dropout = keras.layers.Dropout(dropout, dtype="float32", name="answer_dropout")

    def _dense(self, units: int, name: str, **options: Any) -> keras.layers.Dense:
        initializer = RandomWeights(stddev=self.initializer_range)
        return keras.layers.Dense(
            units, kernel_initializer=initializer, dtype="float32", name=name, **options
        )

    def build(
        self,
        sequence_output_shape: tuple[int | None, ...],
        passage_mask_shape: tuple[int | None, ...] | None = None,
        start_positions_shape: tuple[int | None, ...] | None = None,
    ) -> None:
        """Makes the weights for a sequence output of shape (B, S, H)."""
        hidden_dim = int(sequence_output_shape[-1] or 0)
        # Its tanh stands in `_ends`, behind the sum of its two products.
        self.end_hidden = self._dense(hidden_dim, "end_hidden")
        self.answer_hidden = self._dense(hidden_dim, "answer_hidden", activation="tanh")
        for layer in (self.start_dense, self.end_output, self.answer_output):
            layer.build((None, hidden_dim))
        for layer in (self.end_hidden, self.answer_hidden):
            layer.build((None, 2 * hidden_dim))
        self.end_normalization.build((None, None, hidden_dim))
        self.built = True

    def call(
        self,
        sequence_output: Any,
        passage_mask: Any,
        start_positions: Any,
        training: bool | None = None,
    ) -> dict[str, Any]:
        """Scores starts, ends and answerability.

        Args:
            sequence_output: (B, S, H).
            passage_mask: (B, S), 1 where an answer may start or end: the passage, and [CLS] for
                none.
            start_positions: (B, 1), where the answer starts; 0 where there is none.
            training: whether dropout applies; the beam is left out then, and its outputs are 0.

        Returns:
            "start" (B, S), logits; "end" (B, S), logits given `start_positions`; "impossible"
            (B, 1), the logit of "no answer here"; and the beam: "start_positions" (B, K) and
            "start_log_probabilities" (B, K), "end_positions" (B, K, K) and
            "end_log_probabilities" (B, K, K), the second axis by start.
        """
        states = ops.cast(sequence_output, "float32")
        allowed = ops.cast(passage_mask, "float32")
        start = self._masked(ops.squeeze(self.start_dense(states), axis=-1), allowed)
        gold = ops.cast(start_positions, "int32")
        end = self._masked(self._ends(states, gold), allowed[:, None])[:, 0]
        weights = ops.softmax(start, axis=-1)
        pooled = ops.squeeze(ops.matmul(weights[:, None], states), axis=1)
        hidden = self.answer_hidden(ops.concatenate([pooled, states[:, 0]], axis=-1))
        impossible = self.answer_output(self.answer_dropout(hidden, training=training))
        outputs = {"start": start, "end": end, "impossible": impossible}
        beam = self._no_beam(states) if training else self._beam(states, start, allowed)
        return {**outputs, **beam}

    def _ends(self, states: Any, starts: Any) -> Any:
        """(B, S, H) and (B, K) -> (B, K, S), logits of ends given starts."""
        length = ops.shape(states)[1]
        chosen = ops.cast(
            ops.expand_dims(starts, -1) == ops.arange(length, dtype="int32"), "float32"
        )
        of_starts = ops.matmul(chosen, states)
        # Dense of two vectors side by side is the sum of two products; the first is the same for
        # all K starts.
        kernel, hidden_dim = float_kernel(self.end_hidden), states.shape[-1]
        by_end = ops.matmul(states, kernel[:hidden_dim]) + self.end_hidden.bias
        by_start = ops.matmul(of_starts, kernel[hidden_dim:])
        hidden = ops.tanh(ops.expand_dims(by_end, 1) + ops.expand_dims(by_start, 2))
        return ops.squeeze(self.end_output(self.end_normalization(hidden)), axis=-1)

    def _masked(self, logits: Any, allowed: Any) -> Any:
        return logits * allowed + OUT * (1.0 - allowed)

    def _beam(self, states: Any, start: Any, allowed: Any) -> dict[str, Any]:
        log_start, starts = self._top(ops.log_softmax(start, axis=-1))
        ends = self._masked(self._ends(states, starts), allowed[:, None])
        log_end, end_positions = self._top(ops.log_softmax(ends, axis=-1))
        return {
            "start_positions": starts,
            "start_log_probabilities": log_start,
            "end_positions": end_positions,
            "end_log_probabilities": log_end,
        }

    def _top(self, log_probabilities: Any) -> tuple[Any, Any]:
        """The K largest along the last axis, and where they are; a short row is filled up."""
        padding = [(0, 0)] * (len(log_probabilities.shape) - 1) + [(0, self.beam_size)]
        filled = ops.pad(log_probabilities, padding, constant_values=2 * OUT)
        values, places = ops.top_k(filled, self.beam_size)
        return values, ops.cast(places, "int32")

    def _no_beam(self, states: Any) -> dict[str, Any]:
        rows, width = ops.shape(states)[0], self.beam_size
        return {
            "start_positions": ops.zeros((rows, width), "int32"),
            "start_log_probabilities": ops.zeros((rows, width), "float32"),
            "end_positions": ops.zeros((rows, width, width), "int32"),
            "end_log_probabilities": ops.zeros((rows, width, width), "float32"),
        }

    def compute_output_spec(
        self, sequence_output: Any, passage_mask: Any, start_positions: Any, training: Any = None
    ) -> dict[str, Any]:
        """The outputs' shapes."""
        rows, length = sequence_output.shape[0], sequence_output.shape[1]
        width = self.beam_size
        shapes = {
            "start": ((rows, length), "float32"),
            "end": ((rows, length), "float32"),
            "impossible": ((rows, 1), "float32"),
            "start_positions": ((rows, width), "int32"),
            "start_log_probabilities": ((rows, width), "float32"),
            "end_positions": ((rows, width, width), "int32"),
            "end_log_probabilities": ((rows, width, width), "float32"),
        }
        return {
            name: keras.KerasTensor(shape, dtype=dtype) for name, (shape, dtype) in shapes.items()
        }

    def get_config(self) -> dict[str, Any]:
        """The constructor's arguments."""
        return {
            **super().get_config(),
            "beam_size": self.beam_size,
            "dropout": self.dropout,
            "layer_norm_epsilon": self.layer_norm_epsilon,
            "initializer_range": self.initializer_range,
        }
