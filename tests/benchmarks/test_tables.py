"""Rows of files: where each stands, and what is wrong with it."""

import pytest

from keras_albert.benchmarks import tables
from keras_albert.errors import InputError

pytestmark = pytest.mark.once


def test_lines_are_decoded_one_by_one(tmp_path):
    file = tmp_path / "f"
    file.write_bytes(b"\xef\xbb\xbfa\r\n\xff\nb")
    found = list(tables.decoded_lines(file))
    assert [where.rsplit(":")[-1] for where, _ in found] == ["1", "2", "3"]
    assert (found[0][1], found[2][1]) == ("a", "b")
    assert "is not UTF-8" in str(found[1][1])


def test_columns_without_a_header(tmp_path):
    (tmp_path / "f").write_text('a\t"b\n')
    found = tables.tab_rows(tmp_path / "f", ("x", "y"))
    assert [row for _, row in found] == [{"x": "a", "y": '"b'}]


def test_a_header_that_is_not_utf8_is_an_error(tmp_path):
    (tmp_path / "f").write_bytes(b"\xff\n")
    with pytest.raises(InputError, match="f:1 is not UTF-8"):
        list(tables.tab_rows(tmp_path / "f"))


def test_a_bad_row_of_a_table_takes_no_other_with_it(tmp_path):
    (tmp_path / "f").write_bytes(
        b'text,label\r\n"a\nb",x\r\n"unpaired,x\r\n"c ""d""",y\n\xff,x\n\ne,y\n"last,x\nf,y'
    )
    found = list(tables.comma_rows(tmp_path / "f"))
    assert [row["text"] for _, row in found if isinstance(row, dict)] == ["a\nb", 'c "d"', "e", "f"]
    bad = [str(row).split(":")[1][:2] for _, row in found if isinstance(row, InputError)]
    assert bad == ["4 ", "6 ", "9 "]


def test_what_is_collected_is_in_order():
    def make(row, where):
        if row < 0:
            raise InputError(f"{where}: below 0")
        return row

    found = [("f:1", 1), ("f:2", -1), ("f:3", InputError("f:3: no JSON")), ("f:4", 4)]
    examples = tables.collect("f", iter(found), make, skip_bad=True)
    assert examples.items == [1, 4]
    assert examples.skipped == ["f:2: below 0", "f:3: no JSON"]
    with pytest.raises(InputError, match="f:2: below 0"):
        tables.collect("f", iter(found), make)
    with pytest.raises(InputError, match="f holds no examples"):
        tables.collect("f", iter([]), make)


def test_the_nearest_key_is_suggested():
    with pytest.raises(InputError, match="f:1: .*'txt'.* Did you mean 'txt'"):
        tables.required_text({"txt": "a"}, "text", "f:1")
