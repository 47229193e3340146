"""Reading TensorFlow 1 checkpoints, one variable at a time."""

from pathlib import Path

import numpy as np

from keras_albert.convert.name_tables import TF1_TRAINING_STATE
from keras_albert.convert.stored_tensor import StoredTensor
from keras_albert.errors import InputError


def read_tf1(prefix: Path) -> dict[str, StoredTensor]:
    """The weights of a checkpoint, unread, without optimizer slots and step counts.

    TF-Hub's prefix `module/` is taken off.

    Args:
        prefix: the path up to `.index`.

    Raises:
        InputError: TensorFlow cannot read the checkpoint.
    """
    import tensorflow as tf

    def damaged(error: Exception) -> InputError:
        reason = " ".join(str(error).split())[:200]
        return InputError(
            f"{prefix} cannot be read as a TensorFlow checkpoint: {reason} Is {prefix.name}.data-* "
            "complete beside the index? Fetch it again."
        )

    # CheckpointReader turns most errors into the classes of tf.errors, and some into these.
    failures = (tf.errors.OpError, ValueError, RuntimeError, MemoryError, LookupError)
    try:
        reader = tf.train.load_checkpoint(str(prefix))
        shapes = reader.get_variable_to_shape_map()
        dtypes = reader.get_variable_to_dtype_map()
    except failures as error:
        raise damaged(error) from error

    def tensor(stored: str, name: str) -> StoredTensor:
        def load() -> np.ndarray:
            try:
                values = reader.get_tensor(stored)
            except failures as error:
                raise damaged(error) from error
            return values.view(np.uint16) if dtype == "bfloat16" else values

        dtype = dtypes[stored].name
        return StoredTensor(name, tuple(shapes[stored]), dtype, prefix, load)

    tensors = {}
    for stored in sorted(shapes):
        name = stored.removeprefix("module/")
        if not set(name.split("/")) & set(TF1_TRAINING_STATE):
            tensors[name] = tensor(stored, name)
    return tensors
