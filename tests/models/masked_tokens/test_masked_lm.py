"""AlbertMaskedLM beside transformers' AlbertForPreTraining, whose masked-token head it shares."""

import numpy as np
import pytest

from keras_albert import AlbertMaskedLM, AlbertMaskedLMPreprocessor, InputError
from tests import peer
from tests.contracts import arrays


def test_logits_equal_transformers():
    other = peer.peer_pretrainer("gelu_new", 1, 1)
    pretrainer = peer.our_pretrainer(other)
    ours = AlbertMaskedLM(pretrainer.backbone)
    ours.masked_token_head.set_weights(pretrainer.masked_token_head.get_weights())
    batch = peer.padded_batch()
    expected = peer.peer_outputs(other, batch)["masked_tokens"].detach().numpy()
    np.testing.assert_allclose(arrays(ours(batch))[0], expected, atol=1e-5, rtol=0)


def test_masks_are_filled_in_the_texts_order(backbone, tokenizer):
    preprocessor = AlbertMaskedLMPreprocessor(tokenizer, sequence_length=32)
    model = AlbertMaskedLM(backbone, preprocessor)
    texts = ["The [MASK] of a [MASK] holds many rows of data.", "[MASK]", "A [MASK]."]
    together = model.fill_masks(texts, top_k=500)
    assert [len(masks) for masks in together] == [2, 1, 1]
    for text, masks in zip(texts, together, strict=True):
        (alone,) = model.fill_masks([text], top_k=3)
        for one, other in zip(alone, masks, strict=True):
            assert sum(token["probability"] for token in other) == pytest.approx(1, abs=1e-6)
            for a, b in zip(one, other[:3], strict=True):
                assert a["id"] == b["id"]
                assert a["probability"] == pytest.approx(b["probability"], abs=1e-5)
    with pytest.raises(InputError, match="top_k=0"):
        model.fill_masks(texts, top_k=0)
