from pathlib import Path

import pytest

from keras_albert.errors import InputError
from keras_albert.text.options_file import OPTIONS_FILE, read_options, write_options

ALLOWED = {"lowercase": bool, "length": int}


def test_options_come_back_and_go(tmp_path: Path) -> None:
    assert read_options(tmp_path, ALLOWED) == {}
    write_options(tmp_path, {"lowercase": False, "length": 3})
    assert read_options(tmp_path, ALLOWED) == {"lowercase": False, "length": 3}
    write_options(tmp_path, {})
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("{", "is not a JSON file"),
        ("[]", "not an object"),
        ('{"lowercase": 1}', "lowercase=1"),
        ('{"length": true}', "length=True"),
        ('{"speed": 1}', "it has lowercase .bool., length .int."),
    ],
)
def test_other_options_are_refused(tmp_path: Path, content: str, message: str) -> None:
    (tmp_path / OPTIONS_FILE).write_text(content)
    with pytest.raises(InputError, match=message) as error:
        read_options(tmp_path, ALLOWED)
    assert str(tmp_path) in str(error.value)
