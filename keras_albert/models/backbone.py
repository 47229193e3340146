"""AlbertBackbone: the network without heads."""

from numbers import Integral, Real
from typing import Any

import keras
import keras_hub

from keras_albert.errors import InputError
from keras_albert.layers.factorized_embedding import FactorizedEmbedding
from keras_albert.layers.fused_parts import mark_query_key_value
from keras_albert.layers.initialization import RandomWeights
from keras_albert.layers.shared_encoder import SharedEncoder
from keras_albert.models.presets.from_preset import PresetNames
from keras_albert.models.quantization.kept_quantization import KeepsQuantization


@keras.saving.register_keras_serializable("keras_albert")
class AlbertBackbone(KeepsQuantization, PresetNames, keras_hub.models.Backbone):
    """ALBERT's network without heads (Lan et al. 2019).

    Factorized embedding -> transformer layers that share weights -> pooler on the first token.
    The defaults are ALBERT v2's. BERT is the same network with `embedding_dim == hidden_dim` and
    `sharing="none"`.

    Args:
        vocabulary_size: V.
        num_layers: L, how many layers the input passes through.
        num_heads: N.
        embedding_dim: E.
        hidden_dim: H, a multiple of N.
        intermediate_dim: width of the feed-forward layers.
        num_groups: layer i is served by group i * num_groups // num_layers.
        num_inner_repetitions: blocks in a group, applied in order at every visit.
        dropout: what `hidden_dropout` and `attention_dropout` are where they are not given.
        max_sequence_length: how many positions are learned.
        num_segments: how many segment types.
        dtype: a Keras dtype or dtype policy.
        sharing: what layers share: "all", "attention", "feedforward" or "none" (paper Table 4).
        activation: of the feed-forward layers and the masked-token head: "gelu_tanh" (or
            "gelu_new"), "gelu" (erf), "relu", ...
        hidden_dropout: share dropped of embeddings and sublayer outputs in training.
        attention_dropout: share dropped of attention probabilities in training.
        layer_norm_epsilon: of every normalisation.
        initializer_range: standard deviation of the truncated normal initialiser.
        embedding_projection: whether there is a Dense layer from E to H. None: where they
            differ.
        unroll: write the layers out; False makes them a loop, whose compile time does not grow
            with depth.
        pooler: whether there is the Dense layer on the first token. Checkpoints of tasks that
            read every token may lack it; what reads the pooled vector needs it.

    Call arguments:
        inputs: a dict of "token_ids", "segment_ids" and "padding_mask" (1 for a token, 0 for
            padding), each (B, S) integers.
        depth: how many layers to run, an int or a scalar tensor; all by default.
        return_hidden_states: adds "hidden_states", a list of depth + 1 tensors (B, S, H).
        return_attention_scores: adds "attention_scores", a list of tensors (B, N, S, S).

    Returns:
        A dict of "sequence_output" (B, S, H) and, where there is a pooler, "pooled_output" (B, H).

    Raises:
        InputError: arguments that do not fit together; a depth out of range.

    Example:
    ```python
    backbone = AlbertBackbone.from_preset("albert_base_v2", load_weights=False)
    outputs = backbone(
        {
            "token_ids": np.array([[2, 13, 1, 3, 0]]),
            "segment_ids": np.array([[0, 0, 0, 0, 0]]),
            "padding_mask": np.array([[1, 1, 1, 1, 0]]),
        },
        depth=6,
    )
    ```
    """

    def __init__(
        self,
        vocabulary_size: int,
        num_layers: int,
        num_heads: int,
        embedding_dim: int,
        hidden_dim: int,
        intermediate_dim: int,
        num_groups: int = 1,
        num_inner_repetitions: int = 1,
        dropout: float = 0.0,
        max_sequence_length: int = 512,
        num_segments: int = 2,
        dtype: Any = None,
        sharing: str = "all",
        activation: str = "gelu_tanh",
        hidden_dropout: float | None = None,
        attention_dropout: float | None = None,
        layer_norm_epsilon: float = 1e-12,
        initializer_range: float = 0.02,
        embedding_projection: bool | None = None,
        unroll: bool = True,
        pooler: bool = True,
        **kwargs: Any,
    ) -> None:
        _check_counts(
            vocabulary_size=vocabulary_size,
            num_layers=num_layers,
            num_heads=num_heads,
            embedding_dim=embedding_dim,
            hidden_dim=hidden_dim,
            intermediate_dim=intermediate_dim,
            num_groups=num_groups,
            num_inner_repetitions=num_inner_repetitions,
            max_sequence_length=max_sequence_length,
            num_segments=num_segments,
        )
        _check_rates(
            dropout=dropout, hidden_dropout=hidden_dropout, attention_dropout=attention_dropout
        )
        hidden_dropout = dropout if hidden_dropout is None else hidden_dropout
        attention_dropout = dropout if attention_dropout is None else attention_dropout

        # === Layers ===
        self.embedding = FactorizedEmbedding(
            vocabulary_size=vocabulary_size,
            embedding_dim=embedding_dim,
            hidden_dim=hidden_dim,
            max_sequence_length=max_sequence_length,
            num_segments=num_segments,
            projection=embedding_projection,
            dropout=hidden_dropout,
            layer_norm_epsilon=layer_norm_epsilon,
            initializer_range=initializer_range,
            dtype=dtype,
            name="embedding",
        )
        self.encoder = SharedEncoder(
            num_layers=num_layers,
            num_heads=num_heads,
            intermediate_dim=intermediate_dim,
            sharing=sharing,
            num_groups=num_groups,
            num_inner_repetitions=num_inner_repetitions,
            activation=activation,
            hidden_dropout=hidden_dropout,
            attention_dropout=attention_dropout,
            layer_norm_epsilon=layer_norm_epsilon,
            initializer_range=initializer_range,
            unroll=unroll,
            dtype=dtype,
            name="encoder",
        )
        self.pooler = None
        if pooler:
            self.pooler = keras.layers.Dense(
                hidden_dim,
                activation="tanh",
                kernel_initializer=RandomWeights(stddev=initializer_range),
                dtype=dtype,
                name="pooler",
            )
        self.token_embedding = self.embedding.token_embedding

        # === Functional Model ===
        inputs = {
            name: keras.Input(shape=(None,), dtype="int32", name=name)
            for name in ("token_ids", "segment_ids", "padding_mask")
        }
        super().__init__(inputs=inputs, outputs=self._connect(inputs), dtype=dtype, **kwargs)

        # === Config ===
        self.vocabulary_size = vocabulary_size
        self.num_layers = num_layers
        self.num_heads = num_heads
        self.embedding_dim = embedding_dim
        self.hidden_dim = hidden_dim
        self.intermediate_dim = intermediate_dim
        self.num_groups = num_groups
        self.num_inner_repetitions = num_inner_repetitions
        self.max_sequence_length = max_sequence_length
        self.num_segments = num_segments
        self.sharing = sharing
        self.activation = activation
        self.hidden_dropout = hidden_dropout
        self.attention_dropout = attention_dropout
        self.layer_norm_epsilon = layer_norm_epsilon
        self.initializer_range = initializer_range
        self.embedding_projection = embedding_projection
        self.unroll = unroll

    def _connect(
        self, inputs: dict[str, Any], training: bool | None = None, **encoder_options: Any
    ) -> dict[str, Any]:
        x = self.embedding(inputs["token_ids"], inputs["segment_ids"], training=training)
        encoded = self.encoder(
            x, padding_mask=inputs["padding_mask"], training=training, **encoder_options
        )
        outputs = encoded if isinstance(encoded, dict) else {"sequence_output": encoded}
        if self.pooler is not None:
            outputs["pooled_output"] = self.pooler(outputs["sequence_output"][:, 0, :])
        return outputs

    def require_pooler(self, reader: str) -> None:
        """Checks that there is a pooled vector for `reader`.

        Raises:
            InputError: the backbone was made with `pooler=False`.
        """
        if self.pooler is None:
            raise InputError(
                f"{reader} reads the pooled vector, and this backbone has none (pooler=False). "
                "Use a checkpoint or a backbone with one."
            )

    def call(
        self,
        inputs: dict[str, Any],
        training: bool | None = None,
        mask: Any = None,
        depth: Any = None,
        return_hidden_states: bool = False,
        return_attention_scores: bool = False,
    ) -> dict[str, Any]:
        """See the class."""
        if depth is None and not (return_hidden_states or return_attention_scores):
            return super().call(inputs, training=training, mask=mask)
        return self._connect(
            inputs,
            training=training,
            depth=depth,
            return_hidden_states=return_hidden_states,
            return_attention_scores=return_attention_scores,
        )

    def default_lora_layer_names(self) -> list[str]:
        """The layers that `enable_lora` adapts."""
        return ["query_key_value"]

    def enable_lora(self, rank: int, target_layer_names: list[str] | None = None) -> None:
        """Freezes the network and adds low-rank matrices that train (Hu et al. 2021, LoRA).

        By default beside the product that makes queries, keys and values, (H, rank) and
        (rank, 3H): queries, keys and values share the first matrix and have columns of their own in
        the second. All layers of a group share both as they share the rest. A task's head stays
        trainable, the pooler does not. Compile afterwards. Saving a task saves the sum of the
        weights and what was learned; `save_lora_weights` and `load_lora_weights` keep the latter
        apart.

        Args:
            rank: of the matrices.
            target_layer_names: names of Dense layers.
        """
        super().enable_lora(rank, target_layer_names)
        for layer in self._flatten_layers(include_self=False):
            # Keras leaves the bias of an adapted layer trainable.
            if getattr(layer, "lora_enabled", False) and layer.bias is not None:
                layer.bias.trainable = False
        for block in self.encoder.blocks:
            adapted = block.self_attention.query_key_value
            if adapted.lora_enabled:
                mark_query_key_value(adapted.lora_kernel_b, self.num_heads)

    def get_config(self) -> dict[str, Any]:
        """The constructor's arguments."""
        return {
            **super().get_config(),
            "vocabulary_size": self.vocabulary_size,
            "num_layers": self.num_layers,
            "num_heads": self.num_heads,
            "embedding_dim": self.embedding_dim,
            "hidden_dim": self.hidden_dim,
            "intermediate_dim": self.intermediate_dim,
            "num_groups": self.num_groups,
            "num_inner_repetitions": self.num_inner_repetitions,
            "max_sequence_length": self.max_sequence_length,
            "num_segments": self.num_segments,
            "sharing": self.sharing,
            "activation": self.activation,
            "hidden_dropout": self.hidden_dropout,
            "attention_dropout": self.attention_dropout,
            "layer_norm_epsilon": self.layer_norm_epsilon,
            "initializer_range": self.initializer_range,
            "embedding_projection": self.embedding_projection,
            "unroll": self.unroll,
            "pooler": self.pooler is not None,
        }


def _check_counts(**counts: Any) -> None:
    for name, value in counts.items():
        # NumPy's integers are numbers of things, too.
        if isinstance(value, bool) or not isinstance(value, Integral) or value < 1:
            raise InputError(f"{name}={value!r} is not a whole number of 1 or more.")


def _check_rates(**rates: Any) -> None:
    for name, value in rates.items():
        number = isinstance(value, Real) and not isinstance(value, bool)
        if value is not None and not (number and 0 <= value < 1):
            raise InputError(f"{name}={value!r} is not a share to drop: expected 0 to below 1.")
