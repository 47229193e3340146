"""The tokenizers: SentencePiece and WordPiece, as Python, as Keras layers and in a graph."""

# Before any module of this room: see keras_albert.registration.
import keras_hub  # noqa: F401
