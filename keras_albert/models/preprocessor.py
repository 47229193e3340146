"""What every preprocessor has: texts in, NumPy arrays out, also inside tf.data."""

from pathlib import Path
from typing import Any

import keras
import numpy as np

from keras_albert.convert import is_foreign, open_checkpoint
from keras_albert.errors import InputError
from keras_albert.files import read_json
from keras_albert.models.backbone import AlbertBackbone
from keras_albert.models.presets.from_preset import (
    CONFIG_FILE,
    PREPROCESSOR_FILE,
    damage_named,
    saved_class,
    tokenizer_folder,
)
from keras_albert.models.text_packing import pack
from keras_albert.models.texts import is_symbolic, read_texts
from keras_albert.text.tokenizers.find_tokenizer import load_tokenizer
from keras_albert.text.tokenizers.tokenizer import AlbertTokenizer


class AlbertPreprocessor:
    """Mixed into a KerasHub preprocessor: `call`, `from_preset`, packing.

    A subclass says in `_arrays` what it makes of lists of strings.

    Texts are read by sentencepiece and packed by NumPy, with no TensorFlow in between. Mapped over
    a `tf.data.Dataset`, the same code runs as a Python function in the graph, so the ids are equal
    everywhere; what must leave Python takes the tokenizer's `in_graph`.
    """

    backbone_cls = AlbertBackbone
    # For KerasHub, which builds the class that a preset names: a `WordPieceTokenizer` too.
    tokenizer_cls = AlbertTokenizer

    tokenizer: Any
    sequence_length: int
    truncate: str

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # On JAX, Keras runs a whole model layer by layer before each `predict_on_batch` where a
        # part of it is not built, and this is part of its task.
        self.built = True

    def build(self, input_shape: Any = None) -> None:
        """Nothing to build."""
        self.built = True

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """`call`, with a tuple `(x, y)` or `(x, y, sample_weight)` taken apart as KerasHub does.

        Keras's own way in is left out: there are no weights or types to handle, and it wraps an
        error of one line in many.
        """
        if len(args) == 1 and type(args[0]) is tuple and len(args[0]) in (2, 3) and not kwargs:
            args = args[0]
        return self.call(*args, **kwargs)

    def call(self, x: Any, y: Any = None, sample_weight: Any = None) -> Any:
        """Texts to arrays.

        Args:
            x: texts, or a tuple of two for pairs; see `read_texts`. As everywhere in KerasHub,
                `preprocessor((first, second))` reads the second as labels: a pair is
                `preprocessor(x=(first, second))`.
            y: labels, passed on.
            sample_weight: weights, passed on.

        Returns:
            A dict of NumPy arrays, in a tuple with labels and weights where there are any.

        Raises:
            InputError: what was passed is not texts.
        """
        if is_symbolic(x):
            outputs = self._call_in_graph(x)
        else:
            outputs = self._call_in_python(x)
        return self._packed(outputs, y, sample_weight)

    def _packed(self, outputs: tuple[Any, ...], y: Any, sample_weight: Any) -> Any:
        return keras.utils.pack_x_y_sample_weight(outputs[0], y, sample_weight)

    def _arrays(self, segments: tuple[list[Any], ...], generator: np.random.Generator) -> Any:
        """(x,) or (x, y, sample_weight), structures of arrays with a batch axis."""
        raise TypeError(f"{type(self).__name__} does not define _arrays.")

    def _next_generator(self) -> np.random.Generator:
        """The source of chance of the next call."""
        return np.random.default_rng(0)

    def _read(self, x: Any) -> tuple[tuple[list[Any], ...], bool]:
        """The segments, and whether they are a batch."""
        return read_texts(x)

    def _call_in_python(self, x: Any) -> tuple[Any, ...]:
        segments, batched = self._read(x)
        outputs = self._arrays(segments, self._next_generator())
        return outputs if batched else keras.tree.map_structure(lambda a: a[0], outputs)

    def _call_in_graph(self, x: Any) -> tuple[Any, ...]:
        import tensorflow as tf

        parts = x if isinstance(x, tuple) else (x,)
        # One run on a short text shows the structure, types and shapes of what comes out.
        example = self._arrays(tuple(["a\na"] for _ in parts), np.random.default_rng(0))
        leaves = keras.tree.flatten(example)

        def run(*values: Any) -> list[np.ndarray]:
            values = tuple(v.tolist() if isinstance(v, np.ndarray) else v for v in values)
            return keras.tree.flatten(self._call_in_python(values))

        outputs = tf.numpy_function(run, parts, [leaf.dtype for leaf in leaves])
        for output, leaf in zip(outputs, leaves, strict=True):
            output.set_shape([*parts[0].shape, *leaf.shape[1:]])
        return keras.tree.pack_sequence_as(example, outputs)

    def _pack(self, segments: tuple[list[str], ...]) -> dict[str, np.ndarray]:
        return pack(
            [self.tokenizer.encode(segment) for segment in segments],
            sequence_length=self.sequence_length,
            truncate=self.truncate,
            cls_token_id=self.tokenizer.cls_token_id,
            sep_token_id=self.tokenizer.sep_token_id,
            pad_token_id=self.tokenizer.pad_token_id,
        )

    @classmethod
    def from_preset(cls, preset: str | Path, **kwargs: Any) -> Any:
        """Loads a preprocessor with its tokenizer from a preset.

        From a preset saved by a preprocessor of another class, the tokenizer is taken, and the
        sequence length unless it is given.

        Args:
            preset: see `PresetNames.from_preset`.
            **kwargs: constructor arguments, instead of the preset's.

        Raises:
            InputError: there is no such preset, or it has no tokenizer.
        """
        folder = tokenizer_folder(preset)
        local = Path(folder)
        if "://" not in folder and is_foreign(local):
            with open_checkpoint(local) as checkpoint:
                if checkpoint.tokenizer is None:
                    raise InputError(
                        f"{preset} has no tokenizer. Load a vocabulary: "
                        "keras_albert.load_tokenizer(PATH)."
                    )
                found = {
                    "tokenizer": load_tokenizer(checkpoint.tokenizer.path),
                    "sequence_length": min(512, checkpoint.backbone["max_sequence_length"]),
                }
            return cls(**{**found, **kwargs})
        with damage_named(folder):
            if local.is_dir():
                saved = saved_class(local / PREPROCESSOR_FILE)
                if saved is None or not issubclass(saved, cls):
                    kwargs.setdefault("sequence_length", _sequence_length(local))
            return super().from_preset(folder, **kwargs)  # type: ignore[misc]


def _sequence_length(folder: Path) -> int:
    """What the preset's own preprocessor is set to, or as many positions as its model has."""
    if (folder / PREPROCESSOR_FILE).is_file():
        return int(read_json(folder / PREPROCESSOR_FILE)["config"]["sequence_length"])
    return int(read_json(folder / CONFIG_FILE)["config"]["max_sequence_length"])
