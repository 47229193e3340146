"""Lines of files of examples: any encoding that is named, and what is not text at all."""

import gzip

import pytest

from keras_albert.benchmarks.row_lines import decoded_lines, existing
from keras_albert.errors import InputError

pytestmark = pytest.mark.once
TEXT = "caf\u00e9\n\u00fcber"


@pytest.mark.parametrize("pack", [bytes, gzip.compress], ids=["plain", "gzip"])
@pytest.mark.parametrize(
    ("encoding", "named"),
    [
        ("utf-8", None),
        ("utf-8-sig", None),
        ("utf-16", None),
        ("utf-32", None),
        ("utf-16-le", "utf-16-le"),
        ("cp1252", "cp1252"),
        ("gb18030", "gb18030"),
        ("cp037", "cp037"),
    ],
)
def test_encodings(tmp_path, encoding, named, pack):
    (tmp_path / "f").write_bytes(pack(TEXT.encode(encoding)))
    found = list(decoded_lines(tmp_path / "f", named))
    assert [line for _, line in found] == TEXT.split("\n")
    assert [where for where, _ in found] == [f"{tmp_path / 'f'}:{n}" for n in (1, 2)]


def test_the_option_is_named_where_the_encoding_is_another(tmp_path):
    (tmp_path / "f").write_bytes(TEXT.encode("cp1252") + b"\nlast")
    first, second, third = (line for _, line in decoded_lines(tmp_path / "f"))
    for number, line, byte in ((1, first, "E9"), (2, second, "FC")):
        assert f"f:{number} is not UTF-8: byte 0x{byte}" in str(line)
        assert "--encoding cp1252" in str(line)
    assert third == "last"
    (tmp_path / "f").write_bytes(b"\xff\xfea")
    with pytest.raises(InputError, match="f:1 is not utf-16"):
        list(decoded_lines(tmp_path / "f"))


@pytest.mark.parametrize("head", [b"PK\x03\x04", b"PAR1", b"BZh", b"\xfd7zXZ\0", b"%PDF-1.7"])
def test_what_is_not_text_is_said(tmp_path, head):
    (tmp_path / "f.csv").write_bytes(head + b"\x00\x01\n")
    with pytest.raises(InputError, match="f.csv is not text but "):
        list(decoded_lines(tmp_path / "f.csv"))


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(InputError, match="does not exist, or is not a file"):
        existing(tmp_path)
