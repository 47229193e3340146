"""Seconds to trace and compile a training step of 2 and of 24 layers, written out and as a loop.

    KERAS_BACKEND=jax python -m bench.compile_time

Prints one line of JSON. The first call compiles, the second only runs: the difference is reported.
"""

import json
import time

import keras
import numpy as np

from keras_albert import AlbertBackbone, AlbertPretrainer


def compile_seconds(num_layers: int, unroll: bool) -> float:
    """First training step less the second, of a model of width 128."""
    keras.utils.set_random_seed(0)
    backbone = AlbertBackbone(
        1000, num_layers, 4, 64, 128, 512, max_sequence_length=32, unroll=unroll
    )
    model = AlbertPretrainer(backbone)
    x = {
        "token_ids": np.ones((4, 32), "int32"),
        "segment_ids": np.zeros((4, 32), "int32"),
        "padding_mask": np.ones((4, 32), "int32"),
        "mask_positions": np.ones((4, 5), "int32"),
    }
    y = {"masked_tokens": np.ones((4, 5), "int32"), "sentence_order": np.zeros(4, "int32")}
    seconds = []
    for _ in range(2):
        start = time.perf_counter()
        keras.Model.train_on_batch(model, x, y)
        seconds.append(time.perf_counter() - start)
    return seconds[0] - seconds[1]


if __name__ == "__main__":
    compile_seconds(1, True)  # what a process compiles once
    found = {
        f"{layers} layers, {'written out' if unroll else 'loop'}": compile_seconds(layers, unroll)
        for layers in (2, 24)
        for unroll in (True, False)
    }
    print(json.dumps({"backend": keras.config.backend(), "compile_seconds": found}))
