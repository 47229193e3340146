"""A backbone as GPTQ and AWQ want to see it: ids to states, then blocks from states to states."""

from collections.abc import Iterator
from typing import Any

from keras import ops


class EmbeddedTokens:
    """Ids (B, S) -> the encoder's input (B, S, H), all of the first segment."""

    def __init__(self, backbone: Any) -> None:
        self._embedding = backbone.embedding

    def __call__(self, token_ids: Any) -> Any:
        """Embeds."""
        return self._embedding(token_ids, ops.zeros_like(token_ids))


class CalibratedEncoder:
    """All layers of an encoder as the one block that Keras calibrates.

    Keras calibrates block after block. A block that serves several layers would be calibrated with
    the first one's activations; here its weights see those of all of them.
    """

    def __init__(self, backbone: Any) -> None:
        self._encoder = backbone.encoder

    def __call__(self, x: Any) -> Any:
        """(B, S, H) -> (B, S, H), written out: what Keras hangs into layers works in no loop."""
        for layer in range(self._encoder.num_layers):
            x = self._encoder.run_layer(layer, x)
        return x

    def _flatten_layers(self) -> Iterator[Any]:
        return iter(self._encoder._flatten_layers())
