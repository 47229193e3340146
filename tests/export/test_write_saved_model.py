import json
import subprocess
import sys

import numpy as np
import pytest

from keras_albert.runtime.run_saved_model import SavedModelRunner
from tests.exported import artifact
from tests.runners import WITHOUT_KERAS

pytestmark = pytest.mark.once


def test_without_strings_it_loads_without_operations_on_texts() -> None:
    folder = artifact("classifier", "saved-model", tokens_only=True)
    program = (
        "import sys, tensorflow as tf\n"
        "model = tf.saved_model.load(sys.argv[1])\n"
        "print(sorted(model.signatures), 'tensorflow_text' in sys.modules)"
    )
    printed = subprocess.run(
        [sys.executable, "-c", WITHOUT_KERAS + program, str(folder)],
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    assert printed == "['tokens', 'tokens_at_depth'] False\n"
    whole = SavedModelRunner(artifact("classifier", "saved-model"))
    bare = SavedModelRunner(folder)
    assert whole.reads_strings and not bare.reads_strings
    texts = ["VACUUM reclaims storage.", "", "caf\u00e9"]
    for depth in (None, 1):
        np.testing.assert_allclose(
            bare.on_texts(texts, depth=depth)["scores"],
            whole.on_texts(texts, depth=depth)["scores"],
            atol=1e-5,
        )


def test_a_fixed_depth_is_the_only_one() -> None:
    folder = artifact("classifier", "saved-model", depth=2)
    described = json.loads((folder / "assets.extra" / "model.json").read_text())
    assert (described["depth"], described["depth_is_input"]) == (2, False)
    free = SavedModelRunner(artifact("classifier", "saved-model"))
    fixed = SavedModelRunner(folder)
    np.testing.assert_allclose(
        fixed.on_texts(["A table."])["scores"],
        free.on_texts(["A table."], depth=2)["scores"],
        atol=1e-5,
    )
    with pytest.raises(ValueError, match="2 layers always"):
        fixed.on_texts(["A table."], depth=3)
