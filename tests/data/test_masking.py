"""N-gram whole-word masking, beside Google's procedure written out in plain Python."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from keras_albert.data.masking import Masker, MaskingOptions
from keras_albert.errors import InputError

VOCABULARY = 1000
CLS, SEP, MASK = 2, 3, 4
SPECIALS = [0, 1, 2, 3, 4]
WORD_STARTS = np.arange(VOCABULARY) % 3 != 0
WORD_STARTS[:5] = True


def make_masker(max_predictions=20, word_starts=WORD_STARTS, **options):
    return Masker(
        word_starts=word_starts,
        special_token_ids=SPECIALS,
        cls_token_id=CLS,
        sep_token_id=SEP,
        mask_token_id=MASK,
        max_predictions=max_predictions,
        options=MaskingOptions(**options),
    )


@st.composite
def instances(draw):
    """`[CLS] a [SEP] b [SEP]` with an `<unk>` here and there."""
    generator = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    a, b = draw(st.integers(1, 80)), draw(st.integers(1, 80))
    ids = generator.integers(5, VOCABULARY, a + b + 3)
    ids[generator.random(len(ids)) < 0.05] = 1
    ids[0], ids[a + 1], ids[-1] = CLS, SEP, SEP
    return ids.astype(np.int32)


MODES = st.sampled_from(["strict", "google"])
SEEDS = st.integers(0, 2**32 - 1)


@given(instances(), MODES, st.integers(1, 30), st.floats(0.01, 0.5), SEEDS)
def test_budget_specials_order_and_restoring(ids, mode, most, probability, seed):
    masker = make_masker(most, probability=probability, mode=mode)
    masked, positions, labels = masker.mask(ids, np.random.default_rng(seed))
    # Reference section 4: min(max_predictions, max(1, round(length * p))).
    assert len(positions) <= min(most, max(1, round(len(ids) * probability)))
    assert (np.diff(positions) > 0).all()
    protected = SPECIALS if mode == "strict" else [CLS, SEP]
    assert not np.isin(ids[positions], protected).any()
    if mode == "strict":
        replaced = masked[positions]
        assert not np.isin(replaced[replaced != MASK], SPECIALS).any()
    # Masked ids and labels together are the original.
    untouched = np.ones(len(ids), bool)
    untouched[positions] = False
    np.testing.assert_array_equal(masked[untouched], ids[untouched])
    restored = masked.copy()
    restored[positions] = labels
    np.testing.assert_array_equal(restored, ids)
    assert masked.dtype == positions.dtype == labels.dtype == np.int32


@given(instances(), SEEDS)
def test_strict_words_are_masked_whole(ids, seed):
    positions = set(make_masker().choose(ids, np.random.default_rng(seed)).tolist())
    for i in range(1, len(ids)):
        joined = not WORD_STARTS[ids[i]] and ids[i - 1] not in SPECIALS
        if joined and ids[i] not in SPECIALS:
            assert (i in positions) == (i - 1 in positions)


def reference_words(ids, special):
    """Positions of the pieces of each word, as Google's script gathers them."""
    words = []
    for i, piece in enumerate(ids):
        if piece in special:
            continue
        if words and not WORD_STARTS[piece]:
            words[-1].append(i)
        else:
            words.append([i])
    return words


def reference_positions(words, budget, sizes, order):
    """Google's `create_masked_lm_predictions` from its description, in lists of pieces.

    The n-gram size at each word and the order of the words are given, so that both sides use the
    same chance.
    """
    ngrams = [[words[first : first + n] for n in range(1, 4)] for first in range(len(words))]
    covered = set()
    for first in order:
        if len(covered) >= budget:
            break
        candidates = ngrams[first]
        n = sizes[first]
        pieces = sum(candidates[n - 1], [])
        while len(covered) + len(pieces) > budget and n > 1:
            n -= 1
            pieces = sum(candidates[n - 1], [])
        if len(covered) + len(pieces) > budget or covered & set(pieces):
            continue
        covered |= set(pieces)
    return sorted(covered)


@given(instances(), st.integers(1, 30), SEEDS)
def test_google_mode_is_googles_procedure(ids, most, seed):
    masker = make_masker(most, mode="google")
    words = reference_words(ids, [CLS, SEP])
    generator = np.random.default_rng(seed)
    draws = generator.random(len(words))
    # p(1), p(2), p(3) = 6/11, 3/11, 2/11.
    sizes = [1 if draw < 6 / 11 else 2 if draw < 9 / 11 else 3 for draw in draws]
    order = generator.permutation(len(words))
    wanted = reference_positions(words, masker.budget(len(ids)), sizes, order)
    assert masker.choose(ids, np.random.default_rng(seed)).tolist() == wanted


@given(instances(), st.integers(1, 30), SEEDS)
def test_strict_mode_is_the_procedure_between_special_pieces(ids, most, seed):
    masker = make_masker(most)
    # Words of each stretch between special pieces, with how many are left in the stretch.
    words, left = [], []
    cuts = [i for i, piece in enumerate(ids) if piece in SPECIALS]
    for before, after in zip(cuts, [*cuts[1:], len(ids)], strict=True):
        stretch = reference_words(ids[before + 1 : after], [])
        words += [[before + 1 + i for i in word] for word in stretch]
        left += range(len(stretch), 0, -1)
    generator = np.random.default_rng(seed)
    sizes = []
    for draw, most_words in zip(generator.random(len(words)), left, strict=True):
        shares = [1 / n for n in range(1, min(3, most_words) + 1)]
        sizes.append(1 + sum(draw * sum(shares) >= sum(shares[:n]) for n in range(1, len(shares))))
    order = generator.permutation(len(words)) if words else []
    wanted = reference_positions(words, masker.budget(len(ids)), sizes, order)
    assert masker.choose(ids, np.random.default_rng(seed)).tolist() == wanted


def runs(positions):
    """Lengths of the runs of neighbouring positions."""
    breaks = np.flatnonzero(np.diff(positions) > 1) + 1
    return [len(run) for run in np.split(positions, breaks)]


@pytest.mark.parametrize("mode", ["strict", "google"])
def test_ngram_lengths_follow_one_over_n(mode):
    """In a text so long and masked so thinly that n-grams do not touch, runs are n-grams."""
    masker = make_masker(
        10**6, probability=0.0005, mode=mode, word_starts=np.ones(VOCABULARY, bool)
    )
    ids = np.full(200_000, 7, np.int32)
    generator = np.random.default_rng(0)
    lengths = [n for _ in range(25) for n in runs(masker.choose(ids, generator))]
    counts = np.bincount(lengths, minlength=4)[1:4]
    expected = counts.sum() * np.array([6, 3, 2]) / 11
    assert counts.sum() > 1000
    assert stats.chisquare(counts, expected).pvalue > 0.01


def test_bert_masks_single_words():
    masker = make_masker(
        10**6, probability=0.001, max_ngram=1, word_starts=np.ones(VOCABULARY, bool)
    )
    positions = masker.choose(np.full(20_000, 7, np.int32), np.random.default_rng(0))
    assert np.mean(np.array(runs(positions)) == 1) > 0.9


@pytest.mark.parametrize(("mode", "lowest"), [("strict", 5), ("google", 0)])
def test_replacements_are_80_10_10(mode, lowest):
    masker = make_masker(10**6, probability=0.5, mode=mode)
    ids = np.full(100_000, 7, np.int32)
    masked, positions, labels = masker.mask(ids, np.random.default_rng(0))
    replaced = masked[positions]
    n = len(positions)
    share = 1 / (VOCABULARY - lowest)
    # A random piece may be the one that stood there, or, in google mode, [MASK] itself.
    wanted = {
        "mask": 0.8 + (0.1 * share if mode == "google" else 0),
        "same": 0.1 + 0.1 * share,
    }
    got = {"mask": np.mean(replaced == MASK), "same": np.mean(replaced == labels)}
    for name, expected in wanted.items():
        assert abs(got[name] - expected) < 6 * np.sqrt(expected * (1 - expected) / n)
    others = replaced[(replaced != MASK) & (replaced != labels)]
    assert others.min() == lowest
    assert others.max() == VOCABULARY - 1
    # Even over the vocabulary: chi-square over 20 bands of ids.
    counts, _ = np.histogram(others, np.linspace(lowest, VOCABULARY, 21))
    assert stats.chisquare(counts).pvalue > 0.001


def test_other_shares_and_no_whole_words():
    ids = np.full(1000, 6, np.int32)  # 6 continues a word: the whole text is one word
    assert make_masker().choose(ids, np.random.default_rng(0)).size == 0
    masker = make_masker(whole_words=False, mask_share=1.0, random_share=0.0)
    masked, positions, _ = masker.mask(ids, np.random.default_rng(0))
    assert len(positions) == 20
    assert (masked[positions] == MASK).all()


def test_nothing_to_mask():
    ids = np.array([CLS, 1, SEP, 1, SEP], np.int32)
    masked, positions, labels = make_masker().mask(ids, np.random.default_rng(0))
    assert masked.tolist() == ids.tolist()
    assert positions.size == labels.size == 0


@pytest.mark.parametrize("length", [3, 10, 13, 128, 512])
def test_budget_is_googles_count(length):
    for most in (1, 20, 76):
        assert make_masker(most).budget(length) == min(most, max(1, int(round(length * 0.15))))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"probability": 0.0}, "probability is 0.0"),
        ({"probability": 15}, "probability is 15"),
        ({"max_ngram": 0}, "max_ngram is 0"),
        ({"mask_share": 0.9, "random_share": 0.2}, "mask_share 0.9"),
        ({"random_share": -0.1}, "random_share -0.1"),
        ({"mode": "gogle"}, "'gogle'"),
        ({"max_predictions": 0}, "max_predictions is 0"),
    ],
)
def test_bad_options_are_named(options, message):
    with pytest.raises(InputError, match=message):
        make_masker(**options)
