"""Google's folders, archives and modules."""

import json
import shutil
import tarfile
import tempfile
from pathlib import Path

import keras
import numpy as np
import pytest

from keras_albert import AlbertJointQuestionAnswerer
from keras_albert.convert.tf1 import open_tf1
from keras_albert.errors import InputError
from tests.foreign import google_config, google_variables, hf_model, save_tf1


def packed(folder, path):
    with tarfile.open(path, "w:gz") as tar:
        tar.add(folder, folder.name)
    return path


def test_folder_archive_prefix_and_index_hold_the_same(tf1_folder, tmp_path):
    (tf1_folder / "30k-clean.model").write_text("x")
    archive = packed(tf1_folder, tmp_path / "albert_base_v2.tar.gz")
    prefix = tf1_folder / "model.ckpt-best"
    expected = google_variables(hf_model())["bert/pooler/dense/kernel"]
    for path in (tf1_folder, archive, prefix, Path(f"{prefix}.index")):
        with open_tf1(path) as checkpoint:
            assert set(checkpoint.heads) == {"masked_tokens", "sentence_order"}
            assert checkpoint.tokenizer.path.read_text() == "x"
            np.testing.assert_array_equal(checkpoint.read("pooler/kernel"), expected)


@pytest.fixture
def unpacked(tmp_path, monkeypatch):
    """What lies in a folder for temporary files of the test's own."""
    (tmp_path / "temporary").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))
    return lambda: sorted((tmp_path / "temporary").iterdir())


def test_nothing_of_an_archive_is_left(tf1_folder, tmp_path, unpacked):
    before = unpacked()
    archive = packed(tf1_folder, tmp_path / "a.tar.gz")
    with open_tf1(archive):
        assert len(unpacked()) == len(before) + 1
    assert unpacked() == before
    (tf1_folder / "albert_config.json").write_text("{}")
    with pytest.raises(InputError, match="lacks"):
        open_tf1(packed(tf1_folder, tmp_path / "b.tar.gz"))
    (tf1_folder / "albert_config.json").unlink()
    with pytest.raises(InputError, match=r"holds no albert_config\.json"):
        open_tf1(packed(tf1_folder, tmp_path / "c.tar.gz"))
    (tmp_path / "d.tar.gz").write_bytes(archive.read_bytes()[:5000])
    with pytest.raises(InputError, match="damaged"):
        open_tf1(tmp_path / "d.tar.gz")
    assert unpacked() == before


def test_a_tf_hub_module(tmp_path):
    """`assets/` and `variables/`, with a prefix to every name."""
    peer = hf_model()
    config = google_config(peer, "gelu")
    save_tf1(google_variables(peer), config, tmp_path / "variables", "variables", "module/")
    (tmp_path / "assets").mkdir()
    (tmp_path / "variables" / "albert_config.json").rename(
        tmp_path / "assets" / "albert_config.json"
    )
    with open_tf1(tmp_path) as checkpoint:
        assert "masked_tokens" in checkpoint.heads


@pytest.mark.parametrize(
    ("head", "classes", "found"),
    [
        (None, 3, {"num_classes": 3, "problem": "single_label", "dropout": 0.1}),
        (None, 1, {"num_classes": 1, "problem": "regression", "dropout": 0.1}),
        ("multiple_choice", 1, {"dropout": 0.1}),
    ],
)
def test_fine_tuned_heads(tmp_path, head, classes, found):
    peer = hf_model()
    variables = google_variables(peer)
    variables = {k: v for k, v in variables.items() if not k.startswith("cls/")}
    weights = np.random.default_rng(0).normal(size=(classes, 48)).astype("float32")
    variables |= {"output_weights": weights, "output_bias": np.ones(classes, "float32")}
    save_tf1(variables, google_config(peer, "gelu"), tmp_path)
    with open_tf1(tmp_path, head=head) as checkpoint:
        name = head or "classifier"
        assert checkpoint.heads == {name: found}
        np.testing.assert_array_equal(checkpoint.read(f"{name}/kernel"), weights.T)


def test_spans(tmp_path):
    peer = hf_model()
    variables = {k: v for k, v in google_variables(peer).items() if not k.startswith("cls/")}
    variables["cls/squad/output_weights"] = np.ones((2, 48), "float32")
    variables["cls/squad/output_bias"] = np.zeros(2, "float32")
    save_tf1(variables, google_config(peer, "gelu"), tmp_path)
    with open_tf1(tmp_path) as checkpoint:
        assert set(checkpoint.heads) == {"spans"}


def joint_span_variables(hidden=48):
    """The names and shapes that `squad_utils.create_v2_model` gives its variables."""
    shapes = {
        "start_logits/dense/kernel": (hidden, 1),
        "start_logits/dense/bias": (1,),
        "end_logits/dense_0/kernel": (2 * hidden, hidden),
        "end_logits/dense_0/bias": (hidden,),
        "end_logits/LayerNorm/gamma": (hidden,),
        "end_logits/LayerNorm/beta": (hidden,),
        "end_logits/dense_1/kernel": (hidden, 1),
        "end_logits/dense_1/bias": (1,),
        "answer_class/dense_0/kernel": (2 * hidden, hidden),
        "answer_class/dense_0/bias": (hidden,),
        "answer_class/dense_1/kernel": (hidden, 1),
    }
    generator = np.random.default_rng(8)
    return {name: generator.normal(size=s).astype("float32") for name, s in shapes.items()}


def test_the_joint_head_of_squad_2(tmp_path):
    peer = hf_model()
    variables = {k: v for k, v in google_variables(peer).items() if not k.startswith("cls/")}
    head = joint_span_variables()
    save_tf1({**variables, **head}, google_config(peer, "gelu"), tmp_path)
    with open_tf1(tmp_path) as checkpoint:
        assert set(checkpoint.heads) == {"joint_spans"}
        np.testing.assert_array_equal(
            checkpoint.read("joint_spans/end_hidden/kernel"), head["end_logits/dense_0/kernel"]
        )
    model = AlbertJointQuestionAnswerer.from_preset(str(tmp_path), preprocessor=None)
    layer = model.joint_spans
    weights = {
        "start_logits/dense/kernel": layer.start_dense.kernel,
        "end_logits/dense_0/bias": layer.end_hidden.bias,
        "end_logits/LayerNorm/gamma": layer.end_normalization.gamma,
        "end_logits/LayerNorm/beta": layer.end_normalization.beta,
        "end_logits/dense_1/kernel": layer.end_output.kernel,
        "end_logits/dense_1/bias": layer.end_output.bias,
        "answer_class/dense_0/kernel": layer.answer_hidden.kernel,
        "answer_class/dense_1/kernel": layer.answer_output.kernel,
    }
    for name, weight in weights.items():
        np.testing.assert_array_equal(keras.ops.convert_to_numpy(weight), head[name])


def test_which_of_several_checkpoints(tf1_folder):
    for file in list(tf1_folder.glob("model.ckpt-best.*")):
        shutil.copy(file, tf1_folder / file.name.replace("best", "500"))
    with open_tf1(tf1_folder):
        pass  # the best is meant
    for file in list(tf1_folder.glob("model.ckpt-best.*")):
        file.rename(tf1_folder / file.name.replace("best", "1000"))
    with pytest.raises(InputError, match=r"2 checkpoints.*pass the path of one"):
        open_tf1(tf1_folder)
    for file in tf1_folder.glob("model.ckpt*"):
        file.unlink()
    with pytest.raises(InputError, match="0 checkpoints"):
        open_tf1(tf1_folder)


def test_a_checkpoint_without_its_configuration(tf1_folder):
    (tf1_folder / "albert_config.json").unlink()
    with pytest.raises(InputError, match="how many layers and heads"):
        open_tf1(tf1_folder)


def test_sizes_that_are_not_those_of_the_weights(tf1_folder):
    file = tf1_folder / "albert_config.json"
    config = json.loads(file.read_text())
    file.write_text(json.dumps({**config, "intermediate_size": 97}))
    with pytest.raises(InputError, match="does not fit its configuration"):
        open_tf1(tf1_folder)
    file.write_text(json.dumps({**config, "num_hidden_groups": 2}))
    with pytest.raises(InputError, match="lacks 16 weights"):
        open_tf1(tf1_folder)
