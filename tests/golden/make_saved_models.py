"""Makes tests/golden/saved_on_BACKEND/: a small model saved on a backend, and what it answered.

    for backend in tensorflow jax torch; do
        KERAS_BACKEND=$backend python tests/golden/make_saved_models.py
    done

tests/models/test_saved_models.py loads each of them on every backend.
"""

from pathlib import Path

import keras
import numpy as np

from keras_albert import AlbertBackbone, AlbertPretrainer

HERE = Path(__file__).parent


def main() -> None:
    keras.utils.set_random_seed(3)
    backbone = AlbertBackbone(
        vocabulary_size=30,
        num_layers=4,
        num_heads=2,
        embedding_dim=8,
        hidden_dim=16,
        intermediate_dim=32,
        num_groups=2,
        max_sequence_length=12,
        initializer_range=0.3,
    )
    model = AlbertPretrainer(backbone)
    rng = np.random.default_rng(3)
    x = {
        "token_ids": rng.integers(0, 30, (4, 10)).astype("int32"),
        "segment_ids": rng.integers(0, 2, (4, 10)).astype("int32"),
        "padding_mask": (np.arange(10) < np.array([[10], [7], [4], [1]])).astype("int32"),
        "mask_positions": rng.integers(0, 10, (4, 3)).astype("int32"),
    }
    y = {
        "masked_tokens": rng.integers(0, 30, (4, 3)).astype("int32"),
        "sentence_order": np.array([0, 1, 1, 0], "int32"),
    }
    # Some training, so that there is an optimizer whose state must stay out of the preset.
    model.fit(x, y, epochs=2, verbose=0)
    folder = HERE / f"saved_on_{keras.backend.backend()}"
    model.save_to_preset(folder)
    np.savez(
        HERE / f"{folder.name}.npz",
        **{f"x_{k}": v for k, v in x.items()},
        **model.predict(x, verbose=0),
    )


if __name__ == "__main__":
    main()
