"""AlbertTextEmbedderPreprocessor as KerasHub's base class finds and loads it."""

import keras_hub
import numpy as np

from keras_albert import AlbertTextEmbedder, AlbertTextEmbedderPreprocessor


def test_kerashub_s_base_classes_load_the_embedder(backbone, tokenizer, tmp_path):
    model = AlbertTextEmbedder(backbone, AlbertTextEmbedderPreprocessor(tokenizer, 16))
    model.save_to_preset(tmp_path / "preset")
    folder = str(tmp_path / "preset")
    again = keras_hub.models.TextEmbedder.from_preset(folder)
    assert type(again) is AlbertTextEmbedder
    preprocessor = keras_hub.models.TextEmbedderPreprocessor.from_preset(folder)
    assert type(preprocessor) is AlbertTextEmbedderPreprocessor
    assert preprocessor.sequence_length == 16
    vectors = again.encode_text("A table.")
    np.testing.assert_allclose(vectors, model.predict(["A table."], verbose=0), atol=1e-6)
