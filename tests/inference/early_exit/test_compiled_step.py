"""A compiled function reads the weights as they are at the call."""

import keras
import numpy as np

from keras_albert.inference.early_exit.compiled_step import compiled_step


def test_it_computes_the_function_at_every_shape():
    dense = keras.layers.Dense(2)
    dense.build((None, 3))

    def function(x, more):
        return dense(x) + more["bias"]

    step = compiled_step(function, dense.variables)
    for rows in (1, 4):
        x = np.random.default_rng(rows).normal(size=(rows, 3)).astype("float32")
        bias = np.ones(2, "float32")
        for scale in (1.0, 2.0):
            dense.kernel.assign(np.full((3, 2), scale, "float32"))
            found = keras.ops.convert_to_numpy(step(x, {"bias": bias}))
            expected = np.repeat(scale * x.sum(1, keepdims=True), 2, axis=1) + 1
            np.testing.assert_allclose(found, expected, atol=1e-5)
