"""Making a backend compute the same bits each time."""

import contextlib
from collections.abc import Iterator

import keras


@contextlib.contextmanager
def deterministic_operations(seed: int) -> Iterator[None]:
    """Seeds Python, NumPy and the backend, and asks the backend for deterministic kernels.

    JAX needs nothing on CPU and TPU; on NVIDIA GPUs set
    `XLA_FLAGS=--xla_gpu_deterministic_ops=true` before Python starts. PyTorch is put back as it was
    on leaving. TensorFlow has no way back: it stays deterministic for the rest of the process.

    Args:
        seed: of the recipe.
    """
    keras.utils.set_random_seed(seed)
    backend = keras.backend.backend()
    if backend == "tensorflow":
        import tensorflow as tf

        tf.config.experimental.enable_op_determinism()
        yield
    elif backend == "torch":
        import torch

        before = torch.are_deterministic_algorithms_enabled()
        fill = torch.utils.deterministic.fill_uninitialized_memory
        torch.use_deterministic_algorithms(True)
        # Filling fresh memory with NaN finds bugs and costs time; the results do not need it.
        torch.utils.deterministic.fill_uninitialized_memory = False
        try:
            yield
        finally:
            torch.use_deterministic_algorithms(before)
            torch.utils.deterministic.fill_uninitialized_memory = fill
    else:
        yield
