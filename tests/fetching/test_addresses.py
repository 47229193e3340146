"""Names and addresses: a server on this machine in place of Google's, clients that are stubs."""

import inspect
import io
import shutil
import sys
import tarfile
import zipfile
from pathlib import Path

import huggingface_hub
import numpy as np
import pytest

from keras_albert.convert import open_checkpoint
from keras_albert.errors import InputError
from keras_albert.fetching import addresses, downloads
from keras_albert.fetching.addresses import is_address, local_path
from tests.file_server import publish, serving, tar_of


@pytest.fixture(autouse=True)
def kept(tmp_path, monkeypatch):
    """Keras's folder, and no waiting between attempts."""
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "kept"))
    monkeypatch.setattr(downloads.time, "sleep", lambda seconds: None)
    return tmp_path / "kept" / "keras_albert"


def zip_of(folder):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for file in folder.iterdir():
            archive.write(file, file.name)
    return packed.getvalue()


@pytest.fixture
def google(tf1_folder, monkeypatch):
    """albert_base_v2, served from this machine."""
    with serving(tar_of(tf1_folder)) as server:
        publish(monkeypatch, "albert_base_v2", server.address("albert_base_v2.tar.gz"))
        yield server


def test_a_published_name_is_fetched_unpacked_and_read(google, tf1_folder, kept):
    google.break_after = [3000]
    folder = local_path("albert_base_v2")
    assert folder.is_relative_to(kept / "albert_base_v2")
    assert (kept / "albert_base_v2" / "albert_base_v2.tar.gz").read_bytes() == google.content
    with open_checkpoint("albert_base_v2") as found, open_checkpoint(tf1_folder) as original:
        assert found.names() == original.names()
        for name in found.names():
            np.testing.assert_array_equal(found.read(name), original.read(name))
    assert len(google.requests) == 2  # one that broke off, one that went on, none later


def test_the_archive_can_be_removed_to_save_space(google, kept):
    folder = local_path("albert_base_v2")
    (kept / "albert_base_v2" / "albert_base_v2.tar.gz").unlink()
    assert local_path("albert_base_v2") == folder
    assert len(google.requests) == 1
    shutil.rmtree(kept / "albert_base_v2")
    assert local_path("albert_base_v2") == folder
    assert len(google.requests) == 2


def test_an_archive_placed_by_hand(google, kept):
    google.statuses = [404]
    with pytest.raises(InputError) as caught:
        local_path("albert_base_v2")
    message = str(caught.value)
    place = kept / "albert_base_v2" / "albert_base_v2.tar.gz"
    assert f"copy it to {place}. Or pass hf://albert/albert-base-v2." in message
    place.write_bytes(google.content)
    with open_checkpoint("albert_base_v2") as found:
        assert "masked_tokens" in found.heads
    assert len(google.requests) == 1


def test_an_archive_that_is_replaced_is_unpacked_again(google, tf1_folder, kept):
    first = local_path("albert_base_v2")
    (tf1_folder / "new.txt").write_text("new")
    place = kept / "albert_base_v2" / "albert_base_v2.tar.gz"
    place.write_bytes(tar_of(tf1_folder))
    with pytest.raises(InputError, match="has changed since it was first used"):
        local_path("albert_base_v2")
    place.with_name(f"{place.name}.json").unlink()
    second = local_path("albert_base_v2")
    assert second != first and (second / "new.txt").is_file() and not first.exists()


@pytest.mark.parametrize("fact", [{"sha256": "0" * 64}, {"size": 5}])
def test_what_is_not_published_is_not_unpacked(google, kept, monkeypatch, fact):
    publish(monkeypatch, "albert_base_v2", google.address("albert_base_v2.tar.gz"), **fact)
    with pytest.raises(InputError, match="published"):
        local_path("albert_base_v2")
    assert not list(kept.rglob("unpacked-*")) and not list(kept.rglob("*.gz"))


def test_clue_s_zip_with_its_own_names(tf1_folder, monkeypatch):
    (tf1_folder / "albert_config.json").rename(tf1_folder / "albert_config_tiny_g.json")
    (tf1_folder / "vocab.txt").write_text("[PAD]\n")
    with serving(zip_of(tf1_folder)) as server:
        publish(monkeypatch, "albert_tiny_zh", server.address("albert_tiny_zh_google.zip"))
        with open_checkpoint("albert_tiny_zh") as found:
            assert found.tokenizer.kind == "wordpiece"
            assert found.heads.keys() == {"masked_tokens", "sentence_order"}


def test_the_address_of_an_archive(hf_folder, kept):
    with serving(tar_of(hf_folder, "some/where")) as server:
        folder = local_path(server.address("mine.tgz?download=1"))
        assert folder.is_relative_to(kept / "downloads") and folder.name == "where"
        with open_checkpoint(server.address("mine.tgz?download=1")) as found:
            assert found.source == "huggingface"
        assert len(server.requests) == 1


def test_archives_that_are_no_models(tmp_path, kept):
    (tmp_path / "other").mkdir()
    with serving(tar_of(tmp_path / "other")) as server:
        with pytest.raises(InputError, match="not a model of ALBERT"):
            local_path(server.address("a.tar.gz"))
        server.content = b"<html>Sign in to the network</html>"
        for _ in range(2):  # what came is not kept: it is asked for again
            with pytest.raises(InputError, match="not a tar or zip archive") as caught:
                local_path(server.address("b.tar.gz"))
        assert "\n" not in str(caught.value) and len(server.requests) == 3
        evil = io.BytesIO()
        with tarfile.open(fileobj=evil, mode="w") as tar:
            tar.addfile(tarfile.TarInfo("../../../evil.txt"))
        server.content = evil.getvalue()
        with pytest.raises(InputError, match="path out of the archive"):
            local_path(server.address("c.tar"))
        with pytest.raises(InputError, match="not an archive's address"):
            local_path(server.address("model.safetensors"))
    assert not list(tmp_path.rglob("evil.txt"))


def test_what_is_local_is_handed_back(tmp_path):
    assert local_path(tmp_path) == tmp_path
    assert local_path("albert_micro") == Path("albert_micro")
    for name in ("albert_base_v2", "albert_micro"):
        folder = local_path(f"./{name}")
        assert folder == Path.cwd() / name and local_path(folder) == folder
    for source in (tmp_path, "albert_micro", "bert_base", "modelscope://a/b", "./albert_base_v2"):
        assert not is_address(source)
    for source in ("albert_base_v2", "https://a/b.zip", "hf://a/b", "kaggle://a/b/c/d"):
        assert is_address(source)


class Hub:
    """What huggingface_hub is asked for, with the signatures it has."""

    def __init__(self, monkeypatch, folder):
        self.folder, self.asked, self.online = folder, {}, True
        for name in ("model_info", "snapshot_download"):
            signature = inspect.signature(getattr(huggingface_hub, name))

            def stub(*args, _name=name, _signature=signature, **kwargs):
                self.asked[_name] = _signature.bind(*args, **kwargs).arguments
                return getattr(self, _name)(**self.asked[_name])

            monkeypatch.setattr(huggingface_hub, name, stub)

    def model_info(self, repo_id, **_):
        if not self.online:
            raise ConnectionError("no network")
        files = [{"rfilename": file.name} for file in self.folder.iterdir()]
        return huggingface_hub.hf_api.ModelInfo(id=repo_id, siblings=files)

    def snapshot_download(self, repo_id, allow_patterns, local_files_only=False, **_):
        if not self.online and not local_files_only:
            raise ConnectionError("no network")
        if not self.folder.exists():
            raise FileNotFoundError("nothing was fetched before")
        return str(self.folder)


def test_a_hugging_face_repository(hf_folder, monkeypatch):
    (hf_folder / "pytorch_model.bin").write_bytes(b"not wanted")
    hub = Hub(monkeypatch, hf_folder)
    with open_checkpoint("hf://someone/something@v1") as found:
        assert found.source == "huggingface"
    asked = hub.asked["snapshot_download"]
    assert (asked["repo_id"], asked["revision"]) == ("someone/something", "v1")
    wanted = asked["allow_patterns"]
    assert "*.safetensors" in wanted and "config.json" in wanted and "spiece.model" in wanted
    assert not [name for name in wanted if name.endswith((".bin", ".msgpack", ".ot"))]


def test_pickled_weights_where_there_are_no_others(hf_folder, monkeypatch):
    (hf_folder / "model.safetensors").rename(hf_folder / "pytorch_model.bin")
    hub = Hub(monkeypatch, hf_folder)
    local_path("hf://someone/something")
    assert "pytorch_model*.bin" in hub.asked["snapshot_download"]["allow_patterns"]


def test_a_repository_without_network(hf_folder, monkeypatch, tmp_path):
    hub = Hub(monkeypatch, hf_folder)
    hub.online = False
    assert local_path("hf://someone/something") == hf_folder
    hub.folder = tmp_path / "missing"
    with pytest.raises(InputError, match=r"no network\. By hand"):
        local_path("hf://someone/something")


def test_a_published_repository_is_compared_with_its_digest(hf_folder, monkeypatch):
    hub = Hub(monkeypatch, hf_folder)
    with pytest.raises(InputError, match="is not the published file"):
        local_path("hf://albert/albert-base-v2")
    assert "model.safetensors" in hub.asked["snapshot_download"]["allow_patterns"]
    assert local_path("hf://albert/albert-base-v2@main") == hf_folder
    digest = downloads.sha256(hf_folder / "model.safetensors")
    monkeypatch.setattr(addresses, "published_file", lambda name: ("model.safetensors", digest))
    assert local_path("hf://albert/albert-base-v2") == hf_folder


def test_hugging_face_s_client_is_optional(monkeypatch):
    monkeypatch.setitem(sys.modules, "huggingface_hub", None)
    with pytest.raises(InputError, match="pip install huggingface_hub"):
        local_path("hf://someone/something")
    for address in ("hf://", "hf://name", "hf://a/b/c"):
        with pytest.raises(InputError, match="expected hf://owner/name"):
            local_path(address)


def test_a_kaggle_model(hf_folder, monkeypatch):
    import kagglehub

    signature = inspect.signature(kagglehub.model_download)
    asked = []

    def stub(*args, **kwargs):
        asked.append(signature.bind(*args, **kwargs).arguments["handle"])
        return str(hf_folder)

    monkeypatch.setattr(kagglehub, "model_download", stub)
    with open_checkpoint("kaggle://keras/albert/keras/albert_base_en_uncased/5"):
        assert asked == ["keras/albert/keras/albert_base_en_uncased/5"]
    monkeypatch.undo()
    with pytest.raises(InputError, match="Expected kaggle://owner/model"):
        local_path("kaggle://x")
