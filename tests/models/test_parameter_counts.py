"""The number of weights, against what the architecture files and the paper's tables say."""

import keras
import pytest

from keras_albert import presets_index
from keras_albert.models.backbone import AlbertBackbone

# transformers' AlbertModel always has the projection from E to H; BERT has none.
NO_PROJECTION = {"bert_base", "bert_large"}


def count(pooler: bool = True, **backbone: object) -> int:
    """Counts a backbone's weights without allocating them: xxlarge alone takes 0.9 GB."""
    with keras.StatelessScope(initialize_variables=False):
        model = AlbertBackbone(**backbone)
        count = model.count_params() - (0 if pooler else model.pooler.count_params())
    # Or Keras would allocate and draw them, two minutes of it, with the next model it builds.
    keras.utils.clear_session(free_memory=False)
    return count


# Counted from the released checkpoints; `test_transformers_counts_the_same` counts them again.
@pytest.mark.parametrize(
    ("name", "parameters"),
    [
        ("albert_base_v1", 11_683_584),
        ("albert_base_v2", 11_683_584),
        ("albert_large_v1", 17_683_968),
        ("albert_large_v2", 17_683_968),
        ("albert_xlarge_v1", 58_724_864),
        ("albert_xlarge_v2", 58_724_864),
        ("albert_xxlarge_v1", 222_595_584),
        ("albert_xxlarge_v2", 222_595_584),
        ("albert_tiny_zh", 4_080_520),
        ("albert_small_zh", 4_742_272),
        ("albert_base_zh", 10_547_968),
        ("albert_large_zh", 16_548_352),
        ("albert_xlarge_zh", 57_589_248),
        ("albert_xxlarge_zh", 221_459_968),
        ("bert_base", 109_482_240),
        ("bert_large", 335_141_888),
    ],
)
def test_published_architectures(name: str, parameters: int) -> None:
    assert presets_index.architecture(name).backbone_parameters == parameters


@pytest.mark.once
@pytest.mark.parametrize("name", [n for n in presets_index.names() if n not in NO_PROJECTION])
def test_transformers_counts_the_same(name: str) -> None:
    """Another implementation, built on PyTorch's device without memory."""
    import torch
    from transformers import AlbertConfig, AlbertModel

    architecture = presets_index.architecture(name)
    ours = architecture.backbone
    config = AlbertConfig(
        vocab_size=ours["vocabulary_size"],
        embedding_size=ours["embedding_dim"],
        hidden_size=ours["hidden_dim"],
        num_hidden_layers=ours["num_layers"],
        num_attention_heads=ours["num_heads"],
        intermediate_size=ours["intermediate_dim"],
        max_position_embeddings=ours["max_sequence_length"],
    )
    with torch.device("meta"):
        theirs = AlbertModel(config)
    assert sum(p.numel() for p in theirs.parameters()) == architecture.backbone_parameters


@pytest.mark.parametrize("name", presets_index.names())
def test_every_file_states_what_is_built(name: str) -> None:
    architecture = presets_index.architecture(name)
    assert count(**architecture.backbone) == architecture.backbone_parameters


def test_xlarge_has_the_same_weights_with_32_heads() -> None:
    """The shapes of a checkpoint cannot tell the head count."""
    architecture = presets_index.architecture("albert_xlarge_v2")
    backbone = {**architecture.backbone, "num_heads": 32}
    assert count(**backbone) == architecture.backbone_parameters


def _base(embedding_dim: int, sharing: str, pooler: bool) -> float:
    backbone = presets_index.architecture("albert_base_v2").backbone
    changed = {**backbone, "embedding_dim": embedding_dim, "sharing": sharing}
    return count(pooler, **changed) / 1e6


# Lan et al. 2019, Tables 3 and 4, base size, vocabulary 30,000, in millions. The numbers printed
# for models that share nothing are those of the weights without the pooler (89.06, not 89.65).
@pytest.mark.parametrize(
    ("embedding_dim", "sharing", "printed"),
    [
        (64, "none", 87),
        (128, "none", 89),
        (256, "none", 93),
        (768, "none", 108),
        (64, "all", 10),
        (128, "all", 12),
        (256, "all", 16),
        (768, "all", 31),
        (128, "attention", 64),
        (128, "feedforward", 38),
        (768, "attention", 83),
        (768, "feedforward", 57),
    ],
)
def test_tables_3_and_4_to_the_printed_million(
    embedding_dim: int, sharing: str, printed: int
) -> None:
    assert round(_base(embedding_dim, sharing, pooler=sharing != "none")) == printed


# Table 1. BERT there has ALBERT's vocabulary size, and again no pooler.
@pytest.mark.parametrize(
    ("name", "changes", "pooler", "printed"),
    [
        ("bert_base", {"vocabulary_size": 30_000}, False, 108),
        ("bert_large", {"vocabulary_size": 30_000}, False, 334),
        ("albert_base_v1", {}, True, 12),
        ("albert_large_v1", {}, True, 18),
    ],
)
def test_table_1_to_the_printed_million(
    name: str, changes: dict[str, int], pooler: bool, printed: int
) -> None:
    backbone = {**presets_index.architecture(name).backbone, **changes}
    assert round(count(pooler, **backbone) / 1e6) == printed


# Table 1 prints 60M and 235M. The released checkpoints have 58.7M and 222.6M, heads not counted;
# no count of the shapes the paper gives reaches the printed numbers.
@pytest.mark.parametrize(
    ("name", "printed"), [("albert_xlarge_v1", 60), ("albert_xxlarge_v1", 235)]
)
def test_table_1_prints_more_than_the_released_checkpoints_have(name: str, printed: int) -> None:
    parameters = presets_index.architecture(name).backbone_parameters / 1e6
    assert 0.94 * printed < parameters < printed
