import pytest

from keras_albert.runtime.depths import checked_depth

pytestmark = pytest.mark.once

FREE = {"depth": 8, "depth_is_input": True, "num_layers": 12}
FIXED = {"depth": 8, "depth_is_input": False, "num_layers": 12}


def test_a_depth_is_given_where_it_is_an_input() -> None:
    assert [checked_depth(depth, FREE) for depth in (None, 1, 12)] == [8, 1, 12]
    assert [checked_depth(depth, FIXED) for depth in (None, 8)] == [None, None]
    # Exports made before the depth was an input.
    assert checked_depth(None, {"depth": 8}) is None


@pytest.mark.parametrize(
    ("depth", "description", "message"),
    [
        (0, FREE, "12 layers"),
        (13, FREE, "12 layers"),
        (-1, FREE, "12 layers"),
        (True, FREE, "an int"),
        ("4", FREE, "an int"),
        (4, FIXED, "8 layers always"),
    ],
)
def test_other_depths_are_refused(depth, description, message) -> None:
    with pytest.raises(ValueError, match=message):
        checked_depth(depth, description)
