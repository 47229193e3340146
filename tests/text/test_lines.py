"""Lines of files: where they end, gzip, encodings."""

import gzip
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keras_albert.errors import InputError
from keras_albert.text import lines

# What `str.splitlines` takes for an end of a line, and is none; and white space of all kinds.
WITHIN_LINES = "\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029\u00a0\u3000\ufeff\0"


def _lines(content, **options):
    return list(lines.raw_lines(lines.unpacked(io.BytesIO(content)), **options))


@pytest.mark.parametrize("pack", [bytes, gzip.compress], ids=["plain", "gzip"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_a_line_ends_where_the_file_says(pack, end):
    texts = ["one", f"two {WITHIN_LINES} still two", "", "x" * 200_000, "last"]
    found = _lines(pack(end.join(texts).encode()))
    assert [lines.without_end(line.decode()) for line in found] == texts


@given(st.lists(st.text(st.characters(exclude_characters="\r\n", codec="utf-8")), min_size=1))
def test_lines_are_those_of_universal_newlines_where_all_are_carriage_returns(texts):
    content = "\r".join(texts).encode() + b"\r"
    # Python's text files end lines so; an end without a beginning is not a line.
    expected = list(io.TextIOWrapper(io.BytesIO(content), "utf-8", newline=None))
    found = [lines.without_end(line.decode()) for line in _lines(content)]
    assert found == [line.removesuffix("\n") for line in expected]


def test_a_carriage_return_within_a_line_is_a_character():
    assert _lines(b"a\nb\rc\n\r") == [b"a\n", b"b\rc\n", b"\r"]
    assert lines.without_end("a\r\r\n") == "a\r"


def test_a_line_of_carriage_returns_is_cut_at_the_limit():
    pieces = _lines(b"a\r" + b"x" * 1_000_000, limit=10)
    assert pieces[0] == b"a\r" and max(map(len, pieces)) <= 1 << 17


@pytest.mark.parametrize(("cut", "message"), [(30, "breaks off"), (None, "damaged gzip")])
def test_a_gzip_file_that_is_not_whole_is_named(tmp_path, cut, message):
    whole = bytearray(gzip.compress(bytes(range(256)) * 50))
    if cut is None:
        whole[-6] ^= 0xFF
    (tmp_path / "a.gz").write_bytes(whole[:cut])
    with pytest.raises(InputError, match=rf"a\.gz is a .*{message}|{message}"):
        with lines.open_unpacked(str(tmp_path / "a.gz")) as stream:
            list(lines.raw_lines(stream))


def test_encodings_by_name():
    assert lines.checked_encoding("latin1") == "iso8859-1"
    assert [lines.extends_ascii(name) for name in ("utf-8", "cp1252", "gb18030", "utf-16")] == [
        *(True, True, True),
        False,
    ]
    for name in ("utf-88", "base64", "rot13", ""):
        with pytest.raises(InputError, match="is not an encoding"):
            lines.checked_encoding(name)
    with pytest.raises(InputError, match="Did you mean 'cp1252'"):
        lines.checked_encoding("cp125")
