"""CMRC 2018's metrics: exact match and F1 for Chinese (`cmrc2018_evaluate.py`, version 4)."""

import re
from collections.abc import Sequence

from keras_albert.benchmarks.questions.treebank_words import treebank_words

# What the official script leaves out; its list has an ellipsis of two characters, which its
# comparison by character never meets.
PUNCTUATION = frozenset("-:_*^/\\~`+=，。：？！“”；’《》·、「」（）－～『』")
_CHINESE = re.compile("[\u4e00-\u9fa5]")


def without_punctuation(text: str) -> str:
    """In lower case, without punctuation.

    >>> without_punctuation("《三国演义》")
    '三国演义'
    """
    return "".join(c for c in text.lower().strip() if c not in PUNCTUATION)


def mixed_segments(text: str) -> list[str]:
    """Chinese characters one by one, the rest in words; punctuation is left out.

    A stretch between Chinese characters or punctuation is words by the Penn Treebank's rules. The
    official script cuts it into sentences first, with a model of `nltk`; that differs only where
    such a stretch holds a full stop amid other text.

    >>> mixed_segments("基于 Python 3.11，很快")
    ['基', '于', 'python', '3.11', '很', '快']
    """
    segments: list[str] = []
    stretch = ""
    for character in text.lower().strip():
        if character in PUNCTUATION:
            # The official script drops it before it looks for the end of a stretch.
            continue
        if _CHINESE.match(character):
            segments += treebank_words(stretch)
            stretch = ""
            segments.append(character)
        else:
            stretch += character
    return segments + treebank_words(stretch)


def longest_common_run(first: Sequence[str], second: Sequence[str]) -> int:
    """The length of the longest run of segments that both have.

    The official script calls it the longest common subsequence; it finds the longest common
    substring.

    >>> longest_common_run("abcd", "bcxd")
    2
    """
    best = 0
    previous = [0] * (len(second) + 1)
    for one in first:
        current = [0] * (len(second) + 1)
        for j, other in enumerate(second):
            if one == other:
                current[j + 1] = previous[j] + 1
                best = max(best, current[j + 1])
        previous = current
    return best


def cmrc_exact_match(prediction: str, answers: Sequence[str]) -> float:
    """1 where the prediction is one of the answers, apart from punctuation and case."""
    found = without_punctuation(prediction)
    return float(any(found == without_punctuation(answer) for answer in answers))


def cmrc_f1(prediction: str, answers: Sequence[str]) -> float:
    """The F1 of the longest common run with the answer that gives most.

    >>> cmrc_f1("三国演义的作者", ["三国演义"])
    0.7272727272727273
    """
    found = mixed_segments(prediction)
    best = 0.0
    for answer in answers:
        right = mixed_segments(answer)
        common = longest_common_run(right, found)
        if common:
            precision, recall = common / len(found), common / len(right)
            best = max(best, 2 * precision * recall / (precision + recall))
    return best
