"""The encoder: which weights serve which layer, written out or as a loop, to any depth."""

from collections.abc import Callable, Sequence
from typing import Any

import keras

from keras_albert.errors import InputError, suggest
from keras_albert.layers.attention_mask import MASKED_SCORE, attention_bias
from keras_albert.layers.dropout import fold_in
from keras_albert.layers.loop import repeat
from keras_albert.layers.transformer_block import DRAWS_PER_BLOCK, TransformerBlock

# Lan et al. 2019, section 4.5 and Table 4.
SHARINGS = ("all", "attention", "feedforward", "none")


def group_of_layer(layer: int, num_layers: int, num_groups: int) -> int:
    """The group that serves a layer, in integers: Google's float form misroutes some counts.

    >>> [group_of_layer(i, 4, 2) for i in range(4)]
    [0, 0, 1, 1]
    """
    return layer * num_groups // num_layers


@keras.saving.register_keras_serializable("keras_albert")
class SharedEncoder(keras.layers.Layer):
    """A stack of transformer layers that share weights (Lan et al. 2019, section 3.1).

    Args:
        num_layers: L, how many layers the input passes through.
        num_heads: N.
        intermediate_dim: width of the feed-forward layers.
        sharing: what all layers of a group share: "all" (ALBERT), "attention", "feedforward" or
            "none" (BERT).
        num_groups: layer i is served by group i * num_groups // num_layers.
        num_inner_repetitions: blocks in a group, each with its own weights, applied in order at
            every visit.
        activation: a name `activation_named` knows.
        hidden_dropout: share dropped of the sublayers' outputs in training.
        attention_dropout: share dropped of the attention probabilities in training.
        layer_norm_epsilon: of every normalisation.
        initializer_range: standard deviation of the truncated normal initialiser.
        unroll: write the layers out one after the other. With False, the layers of a group are a
            loop of the backend: compile time and memory for code do not grow with depth. Needs
            sharing "all".

    Raises:
        InputError: an unknown sharing, counts that do not fit together, or a loop over layers
            that do not share all weights.
    """

    def __init__(
        self,
        num_layers: int,
        num_heads: int,
        intermediate_dim: int,
        sharing: str = "all",
        num_groups: int = 1,
        num_inner_repetitions: int = 1,
        activation: str = "gelu_tanh",
        hidden_dropout: float = 0.0,
        attention_dropout: float = 0.0,
        layer_norm_epsilon: float = 1e-12,
        initializer_range: float = 0.02,
        unroll: bool = True,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        if sharing not in SHARINGS:
            raise InputError(
                f"Unknown sharing {sharing!r}; expected one of {', '.join(SHARINGS)}."
                + suggest(str(sharing), SHARINGS)
            )
        if num_layers < 1 or not 1 <= num_groups <= num_layers or num_inner_repetitions < 1:
            raise InputError(
                f"num_layers={num_layers}, num_groups={num_groups}, num_inner_repetitions="
                f"{num_inner_repetitions} do not fit together; expected at least one layer, one "
                "inner repetition and between 1 and num_layers groups."
            )
        if not unroll and sharing != "all":
            raise InputError(
                f"unroll=False is a loop over one set of weights, and sharing={sharing!r} has "
                "one for each layer. Use sharing='all' or unroll=True."
            )
        self.num_layers = num_layers
        self.num_heads = num_heads
        self.intermediate_dim = intermediate_dim
        self.sharing = sharing
        self.num_groups = num_groups
        self.num_inner_repetitions = num_inner_repetitions
        self.activation = activation
        self.hidden_dropout = hidden_dropout
        self.attention_dropout = attention_dropout
        self.layer_norm_epsilon = layer_norm_epsilon
        self.initializer_range = initializer_range
        self.unroll = unroll
        # What an export in whole int8 makes smaller, so that scores keep their steps.
        self.masked_score = MASKED_SCORE
        self.has_dropout = bool(hidden_dropout or attention_dropout)
        self.seed_generator = keras.random.SeedGenerator() if self.has_dropout else None
        self.blocks = self._make_blocks()

    def _make_blocks(self) -> list[TransformerBlock]:
        """Every distinct block: one a group and inner repetition, or one a layer and repetition."""
        visits = self.num_groups if self.sharing == "all" else self.num_layers
        firsts: dict[tuple[int, int], TransformerBlock] = {}
        blocks = []
        for visit in range(visits):
            group = group_of_layer(visit, visits, self.num_groups)
            for inner in range(self.num_inner_repetitions):
                first = firsts.get((group, inner))
                block = TransformerBlock(
                    num_heads=self.num_heads,
                    intermediate_dim=self.intermediate_dim,
                    activation=self.activation,
                    hidden_dropout=self.hidden_dropout,
                    attention_dropout=self.attention_dropout,
                    layer_norm_epsilon=self.layer_norm_epsilon,
                    initializer_range=self.initializer_range,
                    attention_from=first if self.sharing == "attention" else None,
                    feed_forward_from=first if self.sharing == "feedforward" else None,
                    dtype=self.dtype_policy,
                    name=f"block_{visit}_{inner}",
                )
                firsts.setdefault((group, inner), block)
                blocks.append(block)
        return blocks

    def blocks_of_layer(self, layer: int) -> Sequence[TransformerBlock]:
        """The blocks that layer `layer` applies, in order."""
        visit = layer
        if self.sharing == "all":
            visit = group_of_layer(layer, self.num_layers, self.num_groups)
        start = visit * self.num_inner_repetitions
        return self.blocks[start : start + self.num_inner_repetitions]

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        """Makes the weights for inputs of shape (B, S, H)."""
        for block in self.blocks:
            block.build(input_shape)
        self.built = True

    def _bias(self, padding_mask: Any) -> Any:
        return attention_bias(padding_mask, self.compute_dtype, self.masked_score)

    def _checked_depth(self, depth: Any) -> Any:
        if depth is None:
            return self.num_layers
        if isinstance(depth, bool) or not (isinstance(depth, int) or hasattr(depth, "shape")):
            raise InputError(f"depth={depth!r} is not a number of layers; expected an int.")
        if isinstance(depth, int) and not 1 <= depth <= self.num_layers:
            raise InputError(
                f"depth={depth} is not between 1 and the encoder's {self.num_layers} layers."
            )
        return depth

    @staticmethod
    def _seed(base_seed: Any, position: Any) -> Any:
        """The seed of the block that is applied `position`-th, or None without dropout."""
        return None if base_seed is None else fold_in(base_seed, position * DRAWS_PER_BLOCK)

    def _layer_step(self, first: int, bias: Any, base_seed: Any) -> Callable[[Any, Any], Any]:
        """What layer `first` does and those after it that share its blocks: (index, x) -> x.

        The index counts from `first`; it picks the layer's own dropout draws.
        """
        blocks = self.blocks_of_layer(first)

        def step(index: Any, x: Any) -> Any:
            for inner, block in enumerate(blocks):
                seed = self._seed(base_seed, (first + index) * len(blocks) + inner)
                x = block(x, bias, seed=seed)
            return x

        return step

    def call(
        self,
        x: Any,
        padding_mask: Any = None,
        depth: Any = None,
        training: bool | None = None,
        return_hidden_states: bool = False,
        return_attention_scores: bool = False,
    ) -> Any:
        """Runs the layers.

        Args:
            x: (B, S, H).
            padding_mask: (B, S), 1 for a token and 0 for padding; or (B, S, S), 1 where a query
                may attend to a key; or None.
            depth: how many layers to run, an int or a scalar integer tensor. All by default.
            training: whether dropout applies.
            return_hidden_states: also return the input and every layer's output.
            return_attention_scores: also return every block's attention probabilities.

        Returns:
            (B, S, H); or, where states or scores are asked for, a dict with "sequence_output",
            "hidden_states" (a list of depth + 1 tensors (B, S, H)) and "attention_scores" (a
            list of depth * num_inner_repetitions tensors (B, N, S, S)).

        Raises:
            InputError: the depth is out of range, or a tensor where an int is needed.
        """
        depth = self._checked_depth(depth)
        bias = None if padding_mask is None else self._bias(padding_mask)
        base_seed = None
        if training and self.seed_generator is not None:
            base_seed = self.seed_generator.next()

        if return_hidden_states or return_attention_scores or self.sharing != "all":
            if not isinstance(depth, int):
                raise InputError(
                    "A depth that is a tensor needs sharing='all' and returns no hidden states "
                    "or attention scores. Pass an int."
                )
            return self._run_layers(
                x, bias, depth, base_seed, return_hidden_states, return_attention_scores
            )

        starts = [-(-g * self.num_layers // self.num_groups) for g in range(self.num_groups + 1)]
        for start, end in zip(starts[:-1], starts[1:], strict=True):
            if isinstance(depth, int):
                times: Any = min(max(depth - start, 0), end - start)
            else:
                times = keras.ops.clip(keras.ops.cast(depth, "int32") - start, 0, end - start)
            x = repeat(
                self._layer_step(start, bias, base_seed),
                x,
                times,
                maximum=end - start,
                unroll=self.unroll,
            )
        return x

    def run_layer(self, layer: int, x: Any, padding_mask: Any = None) -> Any:
        """One layer by itself, without dropout: what `call` does between two hidden states.

        Args:
            layer: its number, from 0.
            x: (B, S, H), the output of the layer before it, or the encoder's input.
            padding_mask: as in `call`.

        Returns:
            (B, S, H).
        """
        bias = None if padding_mask is None else self._bias(padding_mask)
        return self._layer_step(layer, bias, None)(0, x)

    def _run_layers(
        self,
        x: Any,
        bias: Any,
        depth: int,
        base_seed: Any,
        return_hidden_states: bool,
        return_attention_scores: bool,
    ) -> Any:
        """Layer by layer, keeping what is asked for."""
        hidden_states, attention_scores = [x], []
        for layer in range(depth):
            if return_attention_scores:
                blocks = self.blocks_of_layer(layer)
                for inner, block in enumerate(blocks):
                    seed = self._seed(base_seed, layer * len(blocks) + inner)
                    x, scores = block(x, bias, seed=seed, return_attention_scores=True)
                    attention_scores.append(scores)
            else:
                x = self._layer_step(layer, bias, base_seed)(0, x)
            hidden_states.append(x)
        if not (return_hidden_states or return_attention_scores):
            return x
        result: dict[str, Any] = {"sequence_output": x}
        if return_hidden_states:
            result["hidden_states"] = hidden_states
        if return_attention_scores:
            result["attention_scores"] = attention_scores
        return result

    def compute_output_shape(
        self, input_shape: tuple[int | None, ...], *args: Any, **kwargs: Any
    ) -> tuple[int | None, ...]:
        """(B, S, H), as the input."""
        return input_shape

    def get_config(self) -> dict[str, Any]:
        """The constructor's arguments."""
        return {
            **super().get_config(),
            "num_layers": self.num_layers,
            "num_heads": self.num_heads,
            "intermediate_dim": self.intermediate_dim,
            "sharing": self.sharing,
            "num_groups": self.num_groups,
            "num_inner_repetitions": self.num_inner_repetitions,
            "activation": self.activation,
            "hidden_dropout": self.hidden_dropout,
            "attention_dropout": self.attention_dropout,
            "layer_norm_epsilon": self.layer_norm_epsilon,
            "initializer_range": self.initializer_range,
            "unroll": self.unroll,
        }
