"""Preset names and files."""

import json
from pathlib import Path
from typing import Any

import pytest

from keras_albert import presets_index
from keras_albert.errors import InputError

# Issue and README promise exactly these.
NAMES = {
    *(f"albert_{size}_v{v}" for size in ("base", "large", "xlarge", "xxlarge") for v in (1, 2)),
    *(f"albert_{s}_zh" for s in ("tiny", "small", "base", "large", "xlarge", "xxlarge")),
    *("bert_base", "bert_large", "albert_nano", "albert_micro"),
}


def test_the_promised_names_exist() -> None:
    assert set(presets_index.names()) == NAMES


@pytest.mark.parametrize("name", sorted(NAMES))
def test_every_architecture_is_valid_and_named_as_its_file(name: str) -> None:
    assert presets_index.architecture(name).name == name


# transformers' configuration classes hold the published configurations' other names.
@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("albert_xxlarge_v2", {}),  # AlbertConfig's defaults are xxlarge v2 but for its dropout
        (
            "albert_base_v2",
            {"num_hidden_layers": 12, "hidden_size": 768, "intermediate_size": 3072},
        ),
    ],
)
def test_english_architectures_agree_with_transformers(name: str, expected: dict[str, Any]) -> None:
    from transformers import AlbertConfig

    theirs = AlbertConfig(**expected)
    ours = presets_index.architecture(name).backbone
    for key, value in {
        "vocabulary_size": theirs.vocab_size,
        "embedding_dim": theirs.embedding_size,
        "hidden_dim": theirs.hidden_size,
        "num_layers": theirs.num_hidden_layers,
        "intermediate_dim": theirs.intermediate_size,
        "num_groups": theirs.num_hidden_groups,
        "num_inner_repetitions": theirs.inner_group_num,
        "activation": theirs.hidden_act.replace("gelu_new", "gelu_tanh"),
        "hidden_dropout": theirs.hidden_dropout_prob,
        "attention_dropout": theirs.attention_probs_dropout_prob,
        "max_sequence_length": theirs.max_position_embeddings,
        "num_segments": theirs.type_vocab_size,
        "layer_norm_epsilon": theirs.layer_norm_eps,
        "initializer_range": theirs.initializer_range,
    }.items():
        assert ours[key] == value, key


def test_facts_that_are_easy_to_get_wrong() -> None:
    """Published exceptions: dropout by version, activation and heads of the Chinese models."""
    get = presets_index.architecture
    assert get("albert_base_v1").backbone["hidden_dropout"] == 0.1
    assert get("albert_xxlarge_v1").backbone["hidden_dropout"] == 0
    assert get("albert_tiny_zh").backbone["activation"] == "gelu_tanh"
    assert get("albert_base_zh").backbone["activation"] == "relu"
    assert get("albert_xlarge_zh").backbone["initializer_range"] == 0.014
    assert get("albert_xxlarge_zh").backbone["initializer_range"] == 0.01
    assert get("albert_xxlarge_zh").backbone["num_heads"] == 16
    assert any("32" in note for note in get("albert_xlarge_v2").notes)


@pytest.mark.parametrize("lookup", ["architecture", "weights_folder"])
def test_a_near_name_is_suggested(lookup: str) -> None:
    with pytest.raises(InputError, match=r"'albert_bsae_v2'.*Did you mean 'albert_base_v2'\?"):
        getattr(presets_index, lookup)("albert_bsae_v2")


@pytest.mark.parametrize(
    "name", ["", "zzz", "../architectures/albert_base_v2", "albert_base_v2.json"]
)
def test_an_unknown_name_lists_what_is_known(name: str) -> None:
    with pytest.raises(InputError, match="Known: albert_base_v1, .*bert_large") as caught:
        presets_index.architecture(name)
    assert "\n" not in str(caught.value)


def test_recipes_are_found_by_name() -> None:
    for name in presets_index.recipe_names():
        assert presets_index.recipe_path(name).is_file()
    with pytest.raises(InputError, match="no recipe named 'albert_mirco'"):
        presets_index.recipe_path("albert_mirco")


def test_weights_ship_with_some_and_not_with_others() -> None:
    assert presets_index.weights_folder("albert_xxlarge_v2") is None


def _content() -> dict[str, Any]:
    folder = presets_index._folder("architectures")
    return json.loads((folder / "albert_base_v2.json").read_text("utf-8"))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"backbone_parameters": -1}, "backbone_parameters"),
        ({"extra_field": 1}, "extra_field"),
        ({"source": {}}, "without exactly one source.*num_layers"),
        ({"backbone": {"num_layers": [1]}}, "backbone.num_layers"),
    ],
)
def test_a_bad_file_is_described_in_one_line(
    tmp_path: Path, change: dict[str, Any], message: str
) -> None:
    path = tmp_path / "mine.json"
    path.write_text(json.dumps({**_content(), **change}), "utf-8")
    with pytest.raises(
        InputError, match=rf"mine\.json is not an architecture.*{message}"
    ) as caught:
        presets_index.read_architecture(path)
    assert "\n" not in str(caught.value)


def test_a_source_named_twice_is_refused(tmp_path: Path) -> None:
    content = _content()
    content["source"]["elsewhere"] = ["num_layers"]
    path = tmp_path / "mine.json"
    path.write_text(json.dumps(content), "utf-8")
    with pytest.raises(InputError, match="without exactly one source: num_layers"):
        presets_index.read_architecture(path)


def test_every_architecture_has_a_recipe_of_its_name() -> None:
    assert set(presets_index.names()) <= set(presets_index.recipe_names())
