"""AlbertMaskedLM beside transformers' AlbertForPreTraining, whose masked-token head it shares."""

import numpy as np

from keras_albert import AlbertMaskedLM
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
