import numpy as np

from keras_albert.inference.run_saved_model import SavedModelRunner
from tests.exported import artifact


def test_the_two_ways_in_agree() -> None:
    runner = SavedModelRunner(artifact("classifier", "saved-model"))
    outputs = runner.on_texts(["VACUUM reclaims storage.", "", "A table."], ["x", "y", "z"])
    inputs = {name: outputs[name] for name in ("token_ids", "segment_ids", "padding_mask")}
    for name, value in runner.on_tokens(inputs).items():
        np.testing.assert_allclose(outputs[name], value, atol=1e-6)
