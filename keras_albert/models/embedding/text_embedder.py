"""AlbertTextEmbedder: a vector for each text."""

from typing import Any

import keras
import keras_hub
from keras import ops

from keras_albert.errors import InputError, suggest
from keras_albert.models.backbone import AlbertBackbone
from keras_albert.models.embedding.text_embedder_preprocessor import AlbertTextEmbedderPreprocessor
from keras_albert.models.task import AlbertTask

POOLINGS = ("mean", "cls", "pooled")


@keras.saving.register_keras_serializable("keras_albert")
class AlbertTextEmbedder(AlbertTask, keras_hub.models.TextEmbedder):
    """Vectors of texts from any layer of a backbone; it has no weights of its own.

    `predict(texts)` gives (B, H), as does KerasHub's `encode_text`. Trained on nothing but masked
    tokens and sentence order, the vectors are rough: the mean of a middle layer is usually better
    than the last.

    Args:
        backbone: an `AlbertBackbone`.
        preprocessor: an `AlbertTextEmbedderPreprocessor`, or None for inputs that are arrays
            already.
        pooling: "mean", of all tokens but padding, `[CLS]` and `[SEP]` among them; "cls", the
            first token's; "pooled", what the pooler makes of it.
        layer: of which layer, 1 to L; 0 is the embeddings, and negative numbers count from the
            end. All L by default. Layers above it are not computed.
        normalize: divide by the Euclidean length, so that a dot product is the cosine.

    Call arguments:
        inputs: a dict of the backbone's inputs, (B, S).
        depth: the layer, instead of `layer`.

    Returns:
        (B, H), float32.

    Raises:
        InputError: an unknown pooling, a layer out of range, or a backbone without a pooler where
            it is asked for.

    Example:
    ```python
    embedder = AlbertTextEmbedder.from_preset("albert_micro", layer=2)
    vectors = embedder.predict(["How do I take a backup?", "VACUUM reclaims storage."])
    vectors @ vectors.T  # cosines, (2, 2)
    ```
    """

    has_head = False
    distilled = "values"

    backbone_cls = AlbertBackbone
    preprocessor_cls = AlbertTextEmbedderPreprocessor

    def __init__(
        self,
        backbone: AlbertBackbone,
        preprocessor: Any = None,
        pooling: str = "mean",
        layer: int | None = None,
        normalize: bool = True,
        **kwargs: Any,
    ) -> None:
        if pooling not in POOLINGS:
            raise InputError(
                f"Unknown pooling {pooling!r}; expected one of {', '.join(POOLINGS)}."
                + suggest(str(pooling), POOLINGS)
            )
        layers = backbone.num_layers
        if layer is not None and (
            isinstance(layer, bool) or not isinstance(layer, int) or not -layers <= layer <= layers
        ):
            raise InputError(
                f"layer={layer!r} is not among this backbone's: 0 (the embeddings) to {layers}, "
                f"or -{layers} to -1 from the end."
            )
        if pooling == "pooled":
            backbone.require_pooler('pooling="pooled"')
            if layer == 0:
                raise InputError('pooling="pooled" reads a layer\'s output; layer=0 has none.')
        # === Layers ===
        self.backbone = backbone
        self.preprocessor = preprocessor

        # === Functional Model ===
        # Before the base class, which builds by them.
        self.pooling = pooling
        self.reads_pooler = pooling == "pooled"
        self.layer = layer
        self.normalize = normalize
        super().__init__(**self._functional_arguments(backbone), **kwargs)

    def _connect(
        self, inputs: dict[str, Any], backbone: Any, depth: Any = None, **options: Any
    ) -> Any:
        layer = self.layer if depth is None else depth
        if isinstance(layer, int) and layer < 0:
            layer += backbone.num_layers + 1
        rows = self._backbone_inputs(inputs)
        if isinstance(layer, int) and layer == 0:
            states = backbone.embedding(rows["token_ids"], rows["segment_ids"], **options)
            outputs = {"sequence_output": states}
        else:
            # Keras takes no further arguments where it lays out a graph, as it does here at first.
            if layer is None:
                outputs = backbone(rows, **options)
            else:
                outputs = backbone._connect(rows, depth=layer, **options)
        if self.pooling == "pooled":
            vectors = ops.cast(outputs["pooled_output"], "float32")
        elif self.pooling == "cls":
            vectors = ops.cast(outputs["sequence_output"][:, 0, :], "float32")
        else:
            weights = ops.cast(ops.expand_dims(inputs["padding_mask"], axis=-1), "float32")
            states = ops.cast(outputs["sequence_output"], "float32")
            vectors = ops.sum(states * weights, axis=1) / ops.maximum(ops.sum(weights, axis=1), 1.0)
        return ops.normalize(vectors, axis=-1) if self.normalize else vectors

    def compile_defaults(self) -> dict[str, Any]:
        """The cosine with the vectors given as labels.

        So `fit(texts, vectors)` learns another model's vectors, (B, H).
        """
        return {"loss": keras.losses.CosineSimilarity()}

    def get_config(self) -> dict[str, Any]:
        """The constructor's arguments."""
        return {
            **super().get_config(),
            "pooling": self.pooling,
            "layer": self.layer,
            "normalize": self.normalize,
        }
