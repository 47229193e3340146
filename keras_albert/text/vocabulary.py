"""Training a SentencePiece vocabulary as ALBERT's was trained."""

import hashlib
import io
import random
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import sentencepiece

from keras_albert.errors import InputError
from keras_albert.files import write_aside, write_json
from keras_albert.text.normalization import NORMALIZER_NAME, normalizer
from keras_albert.text.pieces import CONTROL_PIECES, USER_SYMBOLS
from keras_albert.text.tokenizers.tokenizer import MODEL_FILENAME, AlbertTokenizer

CHARACTER_COVERAGE = 0.99995
"""The share of the corpus's characters that get a piece; the rest are `<unk>` (Google's value)."""

MAX_SENTENCE_BYTES = 1 << 16
"""A sentence longer than this, in UTF-8, is cut: SentencePiece would drop it in silence."""

_NO_TEXT = "There is no text to learn a vocabulary from: every sentence is empty."
_TRAINING_THREADS = 2  # part of the result: SentencePiece adds up floats thread by thread


def train_vocabulary(
    sentences: Iterable[str],
    output: str | Path,
    *,
    size: int,
    seed: int = 0,
    max_sentences: int = 1_000_000,
    character_coverage: float = CHARACTER_COVERAGE,
    progress: Callable[[int], None] | None = None,
) -> AlbertTokenizer:
    """Trains a unigram vocabulary with ALBERT's normalisation, special pieces and symbols.

    Ids: `<pad>` 0, `<unk>` 1, `[CLS]` 2, `[SEP]` 3, `[MASK]` 4, then the user symbols, then the
    learnt pieces. The same sentences and options give the same bytes.

    Sentences are read as a stream. At most `max_sentences` are held: from a longer stream, a
    uniform sample of that many, drawn with `seed` (Google samples 10 million).

    Args:
        sentences: the text to learn from, a sentence at a time.
        output: the folder that receives `spiece.model` and `vocabulary.json`.
        size: how many pieces, V, special ones included.
        seed: what the sample depends on. Without sampling it changes nothing.
        max_sentences: how many sentences to train on at most.
        character_coverage: the share of characters that get a piece.
        progress: called now and then with the number of sentences read so far, and at the end.

    Returns:
        The tokenizer.

    Raises:
        InputError: no text, or `size` too small for its characters or too large for its words
            (the message names the bound).

    Source: Lan et al. 2019, section 4.1; google-research/albert, README, "SentencePiece".
    """
    if size < 1 or max_sentences < 1:
        raise InputError(
            f"size and max_sentences must be at least 1, got size={size}, "
            f"max_sentences={max_sentences}."
        )
    if not 0 < character_coverage <= 1:
        raise InputError(f"character_coverage lies in (0, 1], got {character_coverage}.")
    sample, count = _sample(sentences, max_sentences, seed, progress)
    if not sample:
        raise InputError(_NO_TEXT)
    proto = _train(sample, size, character_coverage)
    output = Path(output)
    with write_aside(output / MODEL_FILENAME) as aside:
        aside.write_bytes(proto)
    write_json(
        output / "vocabulary.json",
        {
            "size": size,
            "fingerprint": hashlib.sha256(proto).hexdigest(),
            "sentences_read": count,
            "sentences_used": len(sample),
            "seed": seed,
            "max_sentences": max_sentences,
            "character_coverage": character_coverage,
            "normalizer": NORMALIZER_NAME,
            "user_symbols": list(USER_SYMBOLS),
            "control_pieces": list(CONTROL_PIECES),
            "versions": {
                "sentencepiece": sentencepiece.__version__,
                "unicode": unicodedata.unidata_version,
            },
        },
    )
    return AlbertTokenizer(proto)


def _sample(
    sentences: Iterable[str],
    limit: int,
    seed: int,
    progress: Callable[[int], None] | None,
) -> tuple[list[str], int]:
    """A uniform sample of at most `limit` sentences (reservoir sampling), and how many there were.

    SentencePiece has a sampler of its own; its seed cannot be set from Python.
    """
    generator = random.Random(seed)
    kept: list[str] = []
    count = 0
    for sentence in _cut(sentences):
        if len(kept) < limit:
            kept.append(sentence)
        else:
            place = generator.randrange(count + 1)
            if place < limit:
                kept[place] = sentence
        count += 1
        if progress is not None and count % 10_000 == 0:
            progress(count)
    if progress is not None:
        progress(count)
    return kept, count


def _cut(sentences: Iterable[str]) -> Iterator[str]:
    """The sentences that hold something, cut where they are longer than SentencePiece takes."""
    longest = MAX_SENTENCE_BYTES // 4  # in characters: UTF-8 needs 4 bytes at most
    for number, sentence in enumerate(sentences):
        try:
            sentence.encode()
        except UnicodeEncodeError as error:
            raise InputError(
                f"Sentence {number} holds a lone surrogate at character {error.start}, which is "
                "no character. Read the corpus as UTF-8."
            ) from error
        for start in range(0, len(sentence), longest):
            part = sentence[start : start + longest]
            if part.strip():
                yield part


def _train(sample: list[str], size: int, character_coverage: float) -> bytes:
    """Runs SentencePiece's trainer; its complaints about the size become an `InputError`."""
    model = io.BytesIO()
    try:
        sentencepiece.SentencePieceTrainer.train(
            sentence_iterator=iter(sample),
            model_writer=model,
            model_type="unigram",
            vocab_size=size,
            character_coverage=character_coverage,
            normalizer=normalizer(),
            pad_id=0,
            unk_id=1,
            bos_id=-1,
            eos_id=-1,
            pad_piece="<pad>",
            unk_piece="<unk>",
            control_symbols=list(CONTROL_PIECES),
            user_defined_symbols=list(USER_SYMBOLS),
            max_sentence_length=MAX_SENTENCE_BYTES,
            num_threads=_TRAINING_THREADS,
            minloglevel=1,
        )
    except RuntimeError as error:
        message = str(error)
        if too_large := re.search(r"value <= (\d+)", message):
            raise InputError(
                f"size={size} is too large for this corpus: its {len(sample)} sentences yield at "
                f"most {too_large[1]} pieces. Use --size {too_large[1]} or less, or more text."
            ) from error
        if too_small := re.search(r"required_chars\. \d+ vs (\d+)", message):
            raise InputError(
                f"size={size} is too small for this corpus: its characters alone need "
                f"{too_small[1]} pieces. Use a larger size or a lower character_coverage."
            ) from error
        if "all_chars_count" in message:  # nothing is left of them once normalised
            raise InputError(_NO_TEXT) from error
        raise InputError(f"SentencePiece cannot train on this corpus: {message}") from error
    return model.getvalue()
