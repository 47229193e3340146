"""Networks that are not read are named, with what would be missing."""

import keras_hub
import pytest
import transformers

from keras_albert.convert.open_checkpoint import open_checkpoint, source_of
from keras_albert.convert.other_networks import not_read, other_backbone
from keras_albert.errors import InputError

SIZES = {"hidden_size": 8, "num_hidden_layers": 1, "num_attention_heads": 2, "vocab_size": 60}
MISSING = {
    "RobertaConfig": "byte pairs",
    "XLMRobertaConfig": "SentencePiece's ids",
    "CamembertConfig": "SentencePiece's ids",
    "DistilBertConfig": "no segment types and no pooler",
    "ModernBertConfig": "rotary positions.*byte pairs",
    "ElectraConfig": "names of their own",
    "DebertaV2Config": "disentangled",
    "MPNetConfig": "bias by distance",
    "NomicBertConfig": "rotary positions",
    "GPT2Config": "decoder",
    "T5Config": "encoder with a decoder",
    "ViTConfig": "does not know what it computes",
}


@pytest.mark.parametrize("name", MISSING)
def test_a_configuration_of_transformers(name, tmp_path):
    getattr(transformers, name)().save_pretrained(tmp_path)
    with pytest.raises(InputError, match=f"is of .*{MISSING[name]}.*ALBERT and BERT") as caught:
        open_checkpoint(tmp_path)
    assert "\n" not in str(caught.value)


def test_a_preset_of_kerashub(tmp_path):
    sizes = {"num_layers": 1, "num_heads": 2, "hidden_dim": 8, "intermediate_dim": 8}
    keras_hub.models.DistilBertBackbone(vocabulary_size=9, **sizes).save_to_preset(str(tmp_path))
    with pytest.raises(InputError, match="KerasHub's DistilBertBackbone.*no pooler"):
        source_of(tmp_path)


def test_names():
    assert other_backbone("keras_hub>RobertaBackbone") == "RobertaBackbone"
    assert other_backbone("keras_nlp>FNetBackbone") == "FNetBackbone"
    assert other_backbone("keras_albert>AlbertBackbone") is None
    assert other_backbone(None) is None
    assert "Fourier" in not_read("FNetBackbone")
    assert "Fourier" in not_read("fnet")
