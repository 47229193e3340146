"""The files in presets/checkpoints."""

import json

import pytest

from keras_albert import presets_index
from keras_albert.errors import InputError
from keras_albert.fetching.published import (
    PUBLISHED,
    published_checkpoint,
    published_file,
    read_checkpoint,
)

# What Google and the CLUE team published, by the README files of both.
NAMES = {
    *(f"albert_{size}_v{v}" for size in ("base", "large", "xlarge", "xxlarge") for v in (1, 2)),
    *(f"albert_{s}_zh" for s in ("tiny", "small", "base", "large", "xlarge", "xxlarge")),
}


def test_every_published_checkpoint_is_there():
    assert set(presets_index.checkpoint_names()) == NAMES
    assert set(presets_index.names()) > NAMES


@pytest.mark.parametrize("name", sorted(NAMES))
def test_each_says_where_it_is_and_how_it_is_verified(name):
    found = published_checkpoint(name)
    assert found.name == name
    clue = name in ("albert_tiny_zh", "albert_small_zh")
    place = f"albert_zh/{name}_google.zip" if clue else f"albert_models/{name}.tar.gz"
    assert found.archive.address == f"https://storage.googleapis.com/{place}"
    for part in (found.archive, found.hugging_face):
        assert part.source and part.verified_by
        assert (part.sha256 is None) == (part.verified_by != PUBLISHED)


def test_no_digest_stands_for_two_files():
    digests = [published_checkpoint(name).hugging_face.sha256 for name in sorted(NAMES)]
    known = [digest for digest in digests if digest is not None]
    assert len(set(known)) == len(known)


def test_a_repository_and_its_file():
    file, digest = published_file("albert/albert-base-v2")
    assert file == "model.safetensors" and len(digest) == 64
    assert published_file("someone/something") is None


def test_an_unknown_name():
    with pytest.raises(InputError, match="Did you mean 'albert_base_v2'"):
        published_checkpoint("albert_bsae_v2")
    with pytest.raises(InputError, match="no published checkpoint named 'bert_base'"):
        published_checkpoint("bert_base")


@pytest.mark.parametrize(
    ("part", "change", "message"),
    [
        ("archive", {"address": "http://example.org/a.tar.gz"}, "archive.address"),
        ("archive", {"sha256": "abc"}, "archive.sha256"),
        ("archive", {"sha256": "0" * 64}, "is not verified by"),
        ("archive", {"size": -1}, "archive.size"),
        ("hugging_face", {"verified_by": "trust"}, "hugging_face.verified_by"),
        ("hugging_face", {"repository": "name"}, "hugging_face.repository"),
        ("hugging_face", {"more": 1}, "hugging_face.more"),
    ],
)
def test_a_bad_file_is_described_in_one_line(tmp_path, part, change, message):
    content = json.loads(presets_index.checkpoint_path("albert_base_v2").read_text("utf-8"))
    content[part] |= change
    path = tmp_path / "mine.json"
    path.write_text(json.dumps(content), "utf-8")
    with pytest.raises(InputError, match=rf"is not a published checkpoint.*{message}") as caught:
        read_checkpoint(path)
    assert "\n" not in str(caught.value)
