"""Digests of files and descriptions, against hashlib and coreutils' format."""

import hashlib
import json

import pytest

from keras_albert.runtime.digests import (
    ITSELF,
    changed_files,
    description_digest,
    file_digest,
    sealed,
)

pytestmark = pytest.mark.once


def test_a_file_s_digest_is_sha256(tmp_path):
    (tmp_path / "f").write_bytes(b"abc" * 1_000_000)
    assert file_digest(tmp_path / "f") == hashlib.sha256(b"abc" * 1_000_000).hexdigest()


def test_a_sealed_description_survives_json_and_nothing_else():
    description = sealed({"labels": ["é", "b"], "depth": 3, "scale": 0.1, "options": {"a": None}})
    again = json.loads(json.dumps(description, indent=2, ensure_ascii=False))
    assert again[ITSELF] == description_digest(again)
    for change in ({"depth": 2}, {"labels": ["e", "b"]}, {"more": 1}):
        assert description_digest({**again, **change}) != again[ITSELF]


def test_changed_and_missing_files_are_named(tmp_path):
    for name in ("a", "b"):
        (tmp_path / name).write_text(name)
    digests = {name: hashlib.sha256(name.encode()).hexdigest() for name in ("a", "b", "c")}
    (tmp_path / "b").write_text("x")
    assert changed_files(tmp_path, digests) == ["b", "c"]
