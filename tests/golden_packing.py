"""How a pair is cut and packed, for every implementation: NumPy, the TensorFlow graph, JavaScript.

The numbers are Google's loop, `_truncate_seq_pair` of google-research/albert `classifier_utils.py`,
written out below, and for "waterfall" KerasHub's rule.
"""

from collections.abc import Iterator
from typing import NamedTuple

CLS, SEP, PAD, MASK_ID = 2, 3, 0, 4
LENGTHS = (0, 1, 2, 3, 5, 8, 13)
SEQUENCE_LENGTHS = (4, 5, 9, 16, 40)
TRUNCATIONS = ("longest_first", "round_robin", "waterfall")


class Case(NamedTuple):
    """A text or a pair, and the row that becomes of it.

    Attributes:
        sides: the ids of each text.
        sequence_length: S.
        truncate: the rule.
        token_ids: the row without padding.
        segment_ids: of the row.
        mask_positions: where the row has masks.
        truncated: whether something was cut off.
    """

    sides: list[list[int]]
    sequence_length: int
    truncate: str
    token_ids: list[int]
    segment_ids: list[int]
    mask_positions: list[int]
    truncated: bool


def cases() -> list[Case]:
    """The table: single texts and pairs of all lengths, every other of them with masks."""
    return [
        _case(sides, sequence_length, truncate)
        for sequence_length in SEQUENCE_LENGTHS
        for truncate in TRUNCATIONS
        for sides in _texts()
    ]


def _texts() -> Iterator[list[list[int]]]:
    for first in LENGTHS:
        yield [_ids(first, 10)]
        for second in LENGTHS:
            yield [_ids(first, 10), _ids(second, 40)]


def _ids(number: int, start: int) -> list[int]:
    """Different ids; of a text of odd length, every third is a mask."""
    return [MASK_ID if number % 2 and n % 3 == 1 else start + n for n in range(number)]


def _case(sides: list[list[int]], sequence_length: int, truncate: str) -> Case:
    budget = sequence_length - 1 - len(sides)
    kept = [list(side) for side in sides]
    if len(kept) == 1 or truncate == "waterfall":
        for number in range(len(kept)):
            room = budget - sum(map(len, kept[:number]))
            kept[number] = kept[number][: max(room, 0)]
    else:
        while len(kept[0]) + len(kept[1]) > budget:
            kept[0 if len(kept[0]) > len(kept[1]) else 1].pop()
    row, segments = [CLS], [0]
    for number, side in enumerate(kept):
        row += [*side, SEP]
        segments += [number] * (len(side) + 1)
    masks = [place for place, piece in enumerate(row) if piece == MASK_ID]
    return Case(sides, sequence_length, truncate, row, segments, masks, kept != sides)
