"""A document -> two segments, and a pair that is too long -> one that fits.

A *segment* is a run of consecutive sentences (paper section 3.1, BERT section 3.1). Functions
here work on sentence lengths and answer with spans, so that one call serves planning (which needs
no text) and reading alike.

Shapes: M sentences of a document, T tokens of a segment.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from keras_albert.errors import InputError

# Two segments cost [CLS] and two [SEP].
SPECIALS_IN_PAIR = 3


@dataclass(frozen=True)
class PairSpan:
    """Where the two segments of an instance lie in their document.

    Attributes:
        start: the first sentence of segment A.
        middle: one past the last sentence of A, and the first of B.
        end: one past the last sentence of B; equal to `middle` when B comes from elsewhere.
        random_next: whether B is to be taken from a random document.
        swapped: whether the two change places.
        target: how many tokens the pair aims at.
    """

    start: int
    middle: int
    end: int
    random_next: bool = False
    swapped: bool = False
    target: int = 0


def target_length(max_tokens: int, short_seq_prob: float, generator: np.random.Generator) -> int:
    """How many tokens a pair aims at: the most it may have, or now and then fewer.

    Google `create_pretraining_data.py`: with probability `short_seq_prob` an integer drawn
    evenly from 2 to `max_tokens`, so that training and fine-tuning lengths differ less.

    Args:
        max_tokens: the tokens that fit, specials not counted.
        short_seq_prob: how often a shorter length is drawn, 0 to 1; 0.1 in Google's recipe.
        generator: the source of chance.
    """
    if generator.random() < short_seq_prob and max_tokens > 2:
        return int(generator.integers(2, max_tokens + 1))
    return max_tokens


def window(lengths: np.ndarray, center: float, target: int) -> tuple[int, int]:
    """The sentences around a place in a document that hold at least `target` tokens.

    The window begins at the sentence boundary nearest to `center - target / 2` and takes sentences
    in until they hold `target` tokens (the last may reach over, as in Google's rule). One that
    would reach over an end of the document lies against that end instead, so that the first and
    the last sentences are not left out. A window of one sentence takes a neighbour in, since a
    pair needs two.

    Args:
        lengths: tokens of each sentence `[M]`, M >= 2.
        center: the middle of the window, in tokens from the start of the document.
        target: the number of tokens wanted.

    Returns:
        The first sentence and one past the last.

    >>> window(np.array([10, 10, 10, 10]), center=20, target=20)
    (1, 3)
    >>> window(np.array([10, 100, 10]), center=60, target=20)
    (1, 3)
    """
    ends = lengths.cumsum()
    total = int(ends[-1])
    first_token = center - target / 2
    if first_token > 0 and first_token + target >= total:
        end = len(lengths)
        start = int(ends.searchsorted(max(total - target, 0), side="right"))
    else:
        start = int(ends.searchsorted(first_token, side="right")) if first_token > 0 else 0
        before = int(ends[start - 1]) if start else 0
        # Up to the next boundary where that is nearer and enough is left behind it.
        if first_token - before > ends[start] - first_token and ends[start] + target <= total:
            before = int(ends[start])
            start += 1
        end = min(int(ends.searchsorted(before + target)) + 1, len(lengths))
    if end - start < 2:
        if end < len(lengths):
            end += 1
        else:
            start -= 1
    return start, end


def strict_pair(
    lengths: np.ndarray, center: float, target: int, generator: np.random.Generator
) -> PairSpan:
    """Two consecutive segments of one document, always.

    Args:
        lengths: tokens of each sentence `[M]`.
        center: where in the document, in tokens; see `window`.
        target: the number of tokens wanted, both segments together.
        generator: draws the sentence where A ends, evenly among the possible ones.

    Raises:
        InputError: the document has fewer than two sentences.
    """
    if len(lengths) < 2:
        raise InputError(
            f"A pair of segments needs a document of at least two sentences; this has "
            f"{len(lengths)}."
        )
    start, end = window(lengths, center, target)
    return PairSpan(start, int(generator.integers(start + 1, end)), end, target=target)


def google_pairs(
    lengths: Sequence[int],
    max_tokens: int,
    short_seq_prob: float,
    generator: np.random.Generator,
    *,
    random_next_sentence: bool = False,
) -> list[PairSpan]:
    """All pairs of one document as Google's `create_instances_from_document` cuts them.

    One target length is drawn for the document. Sentences are gathered until they reach it, A
    ends at a random one of them, and B is the rest, swapped with A half the time. Two quirks are
    kept: a chunk of a single sentence takes B from a random document *and is labelled as swapped*
    (google-research/albert issue 234), and what is left at the end of a document becomes a chunk
    however short it is.

    Args:
        lengths: tokens of each sentence `[M]`.
        max_tokens: the tokens that fit, specials not counted.
        short_seq_prob: see `target_length`.
        generator: the source of chance.
        random_next_sentence: BERT's task instead: half of the pairs take B from a random
            document, and the sentences not used are put back.
    """
    target = target_length(max_tokens, short_seq_prob, generator)
    pairs: list[PairSpan] = []
    start, total, i = 0, 0, 0
    while i < len(lengths):
        total += int(lengths[i])
        if i == len(lengths) - 1 or total >= target:
            end = i + 1
            middle = start + 1
            if end - start >= 2:
                middle = int(generator.integers(start + 1, end))
            if end - start == 1 or (random_next_sentence and generator.random() < 0.5):
                pairs.append(PairSpan(start, middle, middle, random_next=True, target=target))
                i = middle - 1
            else:
                swapped = not random_next_sentence and generator.random() < 0.5
                pairs.append(PairSpan(start, middle, end, swapped=swapped, target=target))
            start, total = i + 1, 0
        i += 1
    return pairs


def random_segment(
    sentences: Sequence[np.ndarray], num_tokens: int, generator: np.random.Generator
) -> np.ndarray:
    """Tokens of a document from a random sentence on, until there are `num_tokens` or it ends.

    Args:
        sentences: token ids of each sentence of the other document.
        num_tokens: the number wanted; the last sentence may reach over.
        generator: draws the first sentence.

    Returns:
        Token ids `[T]`.
    """
    first = int(generator.integers(0, len(sentences)))
    last, total = first, 0
    while last < len(sentences):
        total += len(sentences[last])
        last += 1
        if total >= num_tokens:
            break
    return np.concatenate(sentences[first:last])


def truncate_pair(
    a: np.ndarray, b: np.ndarray, max_tokens: int, generator: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Shortens two segments until they fit together.

    Google's `truncate_seq_pair`: one token at a time leaves the longer segment (B when equal),
    from its front or its back with equal chance.

    Args:
        a: token ids `[Ta]`.
        b: token ids `[Tb]`.
        max_tokens: the tokens that fit, specials not counted.
        generator: the source of chance.

    Returns:
        A and B, views of what was passed.

    >>> a, b = truncate_pair(np.arange(10), np.arange(3), 8, np.random.default_rng(0))
    >>> len(a), len(b)
    (5, 3)
    """
    excess = len(a) + len(b) - max_tokens
    if excess <= 0:
        return a, b
    # Which side loses a token never depends on the draws, so the sizes are known beforehand: the
    # longer comes down to the other, then both take turns, B first.
    lead = min(excess, abs(len(a) - len(b)))
    shared = excess - lead
    cut_a = (lead if len(a) > len(b) else 0) + shared // 2
    cut_b = (lead if len(b) > len(a) else 0) + shared - shared // 2
    return _cut(a, cut_a, generator), _cut(b, cut_b, generator)


def _cut(segment: np.ndarray, count: int, generator: np.random.Generator) -> np.ndarray:
    if not count:
        return segment
    # A sum of fair bits, not `binomial`: that goes through the C library's logarithm, whose last
    # bit differs between machines.
    front = int(generator.integers(0, 2, count).sum())
    return segment[front : len(segment) - (count - front)]
