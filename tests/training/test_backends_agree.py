"""One recipe, one seed, three backends: the same losses."""

import json
import os
import subprocess
import sys

import keras
import numpy as np
import pytest

from keras_albert.training import pretrain
from keras_albert.training.pretraining.training_log import read_metrics

STEPS = 50
CHILD = "import sys; from keras_albert.training import pretrain; pretrain(*sys.argv[1:4])"


@pytest.mark.once
def test_the_first_losses_agree_across_backends(recipe_content, store, tmp_path):
    content = {
        **recipe_content,
        "total_steps": STEPS,
        "gradient_accumulation": 1,
        "checkpoint_every": STEPS,
        "log_every": 1,
        "architecture": {**recipe_content["architecture"], "dropout": 0.0},
    }
    recipe = tmp_path / "recipe.json"
    recipe.write_text(json.dumps(content))
    losses = {}
    for backend in ("tensorflow", "jax", "torch"):
        run = tmp_path / backend
        if backend == keras.backend.backend():
            pretrain(recipe, store, run)
        else:
            subprocess.run(
                [sys.executable, "-c", CHILD, str(recipe), str(store), str(run)],
                env={**os.environ, "KERAS_BACKEND": backend},
                check=True,
            )
        losses[backend] = [line["loss"] for line in read_metrics(run / "metrics.jsonl")]
        assert len(losses[backend]) == STEPS
    # The recipe learns: a run that stood still would agree too.
    assert losses["jax"][-1] < losses["jax"][0] - 0.1
    for backend in ("tensorflow", "torch"):
        np.testing.assert_allclose(losses[backend], losses["jax"], atol=1e-3, rtol=0)
