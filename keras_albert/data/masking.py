"""N-gram whole-word masking, as Google's `create_masked_lm_predictions` does it.

Words are drawn in a random order; at each, an n-gram of up to three words with p(n) proportional
to 1/n (paper section 3.1); one that would exceed the budget is shortened word by word, and skipped
when even one word is too much; one that touches a masked token is skipped.
"""

from dataclasses import dataclass

import numpy as np

from keras_albert.errors import InputError

MODES = ("strict", "google")


@dataclass(frozen=True)
class MaskingOptions:
    """How tokens are chosen and what replaces them.

    Attributes:
        probability: the share of tokens to predict, specials counted in the length; 0.15 (BERT
            section 3.1).
        max_ngram: the longest n-gram, in words; 3 in ALBERT, 1 in BERT.
        mask_share: how many of the chosen tokens become `[MASK]`; 0.8 (BERT section 3.1).
        random_share: how many become a random piece; 0.1. The others stay as they are.
        whole_words: whether the pieces of a word are masked together.
        mode: `strict` or `google`. In `strict` mode no special piece (`<unk>` included) is chosen
            or drawn as a replacement, and no word or n-gram reaches across one. In `google` mode
            only `[CLS]` and `[SEP]` are safe, random pieces come from the whole vocabulary, a B
            that begins inside a word continues the last word of A, and n-grams run across `[SEP]`.

    Raises:
        InputError: a number is out of its range, or the mode is unknown.
    """

    probability: float = 0.15
    max_ngram: int = 3
    mask_share: float = 0.8
    random_share: float = 0.1
    whole_words: bool = True
    mode: str = "strict"

    def __post_init__(self) -> None:
        if not 0 < self.probability < 1:
            raise InputError(f"The masking probability is {self.probability}; between 0 and 1.")
        if self.max_ngram < 1:
            raise InputError(f"max_ngram is {self.max_ngram}; it must be 1 or more (ALBERT: 3).")
        if min(self.mask_share, self.random_share) < 0 or self.mask_share + self.random_share > 1:
            raise InputError(
                f"mask_share {self.mask_share} and random_share {self.random_share} must not be "
                "negative nor add up to more than 1."
            )
        if self.mode not in MODES:
            raise InputError(f"The masking mode is {self.mode!r}; it must be one of {MODES}.")


def cumulative_ngram_shares(max_ngram: int) -> np.ndarray:
    """p(1), p(1) + p(2), ... with p(n) proportional to 1/n (paper section 3.1).

    Args:
        max_ngram: the longest n-gram, in words.

    Returns:
        float64 `[max_ngram]`, the last exactly 1.

    >>> cumulative_ngram_shares(2)
    array([0.66666667, 1.        ])
    """
    shares = np.cumsum(1 / np.arange(1, max_ngram + 1))
    return np.append(shares[:-1] / shares[-1], 1.0)


class Masker:
    """Masks instances with one vocabulary and one set of options.

    Args:
        word_starts: bool `[V]`, whether a piece begins a word.
        special_token_ids: ids of the special pieces, `[CLS]` and `[SEP]` among them.
        cls_token_id: the id of `[CLS]`.
        sep_token_id: the id of `[SEP]`.
        mask_token_id: the id of `[MASK]`.
        max_predictions: the most tokens chosen in an instance.
        options: see `MaskingOptions`.

    Raises:
        InputError: `max_predictions` is less than 1.
    """

    def __init__(
        self,
        *,
        word_starts: np.ndarray,
        special_token_ids: tuple[int, ...] | list[int],
        cls_token_id: int,
        sep_token_id: int,
        mask_token_id: int,
        max_predictions: int,
        options: MaskingOptions = MaskingOptions(),
    ) -> None:
        if max_predictions < 1:
            raise InputError(f"max_predictions is {max_predictions}; it must be 1 or more.")
        self.max_predictions = max_predictions
        self.options = options
        self._strict = options.mode == "strict"
        self._mask_token_id = mask_token_id
        self._word_starts = np.array(word_starts, bool)
        if not options.whole_words:
            self._word_starts[:] = True
        protected = [*special_token_ids] if self._strict else [cls_token_id, sep_token_id]
        self._maskable = np.ones(self._word_starts.shape, bool)
        self._maskable[protected] = False
        everything = np.arange(len(self._word_starts), dtype=np.int32)
        self._replacements = everything[self._maskable] if self._strict else everything
        # Row r: the cumulative p(n) where r + 1 words are left.
        self._cumulative = [cumulative_ngram_shares(r + 1) for r in range(options.max_ngram)]

    def budget(self, length: int) -> int:
        """How many tokens of an instance are to be predicted.

        Google: `min(max_predictions, max(1, round(length * probability)))`.

        Args:
            length: tokens of the instance, specials counted.
        """
        return min(self.max_predictions, max(1, round(length * self.options.probability)))

    def mask(
        self, token_ids: np.ndarray, generator: np.random.Generator
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Chooses tokens and replaces them.

        Args:
            token_ids: one packed instance without padding, int32 `[n]`.
            generator: the source of chance.

        Returns:
            The ids with replacements, int32 `[n]`; the chosen positions in rising order, int32
            `[k]` with k at most `budget(n)`; the ids that stood there, int32 `[k]`.
        """
        positions = self.choose(token_ids, generator)
        labels = token_ids[positions]
        masked = token_ids.copy()
        masked[positions] = self._replace(labels, generator)
        return masked, positions, labels

    def choose(self, token_ids: np.ndarray, generator: np.random.Generator) -> np.ndarray:
        """The positions to predict, int32 `[k]` in rising order; see `mask`."""
        # This runs for every instance, so it keeps to few and cheap NumPy calls:
        # `nonzero()[0]` costs a third of `flatnonzero`, slices a fifth of `diff`.
        candidates = self._maskable[token_ids].nonzero()[0]
        if not candidates.size:
            return np.zeros(0, np.int32)
        begins = self._word_starts[token_ids[candidates]]
        begins[0] = True
        # The candidates that a special piece stands before.
        barriers = ((candidates[1:] - candidates[:-1]) > 1).nonzero()[0] + 1
        if self._strict:
            begins[barriers] = True
        # Word w is candidates[bounds[w]:bounds[w + 1]].
        bounds = [*begins.nonzero()[0].tolist(), len(candidates)]
        sizes = self._ngram_sizes(bounds, barriers.tolist(), generator)
        order = generator.permutation(len(sizes)).tolist()
        budget = self.budget(len(token_ids))
        left = budget
        chosen = bytearray(len(candidates))
        for word in order:
            n = sizes[word]
            first = bounds[word]
            while n and bounds[word + n] - first > left:
                n -= 1
            last = bounds[word + n]
            # `find` looks for a masked token within the n-gram.
            if not n or chosen.find(1, first, last) >= 0:
                continue
            chosen[first:last] = b"\1" * (last - first)
            left -= last - first
            if not left:
                break
        return candidates[np.frombuffer(chosen, bool)].astype(np.int32)

    def _ngram_sizes(
        self, bounds: list[int], barriers: list[int], generator: np.random.Generator
    ) -> list[int]:
        """How many words the n-gram at each word has."""
        num_words = len(bounds) - 1
        draws = generator.random(num_words)
        drawn = self._cumulative[-1].searchsorted(draws, side="right") + 1
        sizes: list[int] = drawn.tolist()
        # Near the end of a run of words there are fewer lengths to draw from. Google has one run
        # and cuts what reaches over its end.
        run_start = 0
        ends = [bounds.index(barrier) for barrier in barriers] if self._strict else []
        for run_end in [*ends, num_words]:
            for left in range(1, min(self.options.max_ngram, run_end - run_start + 1)):
                word = run_end - left
                if self._strict:
                    shares = self._cumulative[left - 1]
                    sizes[word] = int(shares.searchsorted(draws[word], side="right")) + 1
                else:
                    sizes[word] = min(sizes[word], left)
            run_start = run_end
        return sizes

    def _replace(self, labels: np.ndarray, generator: np.random.Generator) -> np.ndarray:
        """What stands at the chosen positions afterwards, decided token by token."""
        draws = generator.random(len(labels))
        pieces = self._replacements[generator.integers(0, len(self._replacements), len(labels))]
        masked = draws < self.options.mask_share
        kept = draws >= self.options.mask_share + self.options.random_share
        pieces[masked] = self._mask_token_id
        pieces[kept] = labels[kept]
        return pieces
