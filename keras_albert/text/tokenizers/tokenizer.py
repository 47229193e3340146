"""AlbertTokenizer: text to ids and back, the same ids in Python and in a TensorFlow graph."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar, Literal

import keras
import numpy as np
import sentencepiece

from keras_albert.errors import InputError
from keras_albert.files import write_aside
from keras_albert.text import pieces as piece_rules
from keras_albert.text.normalization import GOOGLE, HUGGINGFACE, with_normalization
from keras_albert.text.options_file import read_options, write_options
from keras_albert.text.sentencepiece_files import read_sentencepiece
from keras_albert.text.tokenizers.encoded_text import Encoding, bad_text, checked_ids
from keras_albert.text.tokenizers.in_graph import in_graph_tokenizer
from keras_albert.text.tokenizers.offsets import piece_offsets
from keras_albert.text.tokenizers.sentencepiece_layer import (
    OPTIONS,
    SentencePieceLayer,
    check_model,
)
from keras_albert.text.tokenizers.tokenizer_presets import TokenizerPresets
from keras_albert.text.vocabulary_files import VocabularyFile, preset_options

MODEL_FILENAME = "spiece.model"
_PRESET_ASSET = Path("assets/tokenizer/vocabulary.spm")
# SentencePiece starts a thread pool for every list, which costs more than encoding a few texts.
_SMALL_BATCH = 16


@keras.saving.register_keras_serializable("keras_albert")
class AlbertTokenizer(TokenizerPresets, SentencePieceLayer):
    """ALBERT's SentencePiece tokenizer.

    Everything about the text (normalisation included) lives in the SentencePiece model, so the
    ids are the same here, in tf.data, in a SavedModel and in any other SentencePiece runtime.
    Text never yields a special piece: `[CLS]` written out in a text is ordinary characters.

    As a layer, it behaves as every KerasHub tokenizer does (`tokenizer(["a text"])`, `from_preset`,
    `save_to_preset`, use inside `tf.data.Dataset.map`). The methods named below work on plain
    Python strings and NumPy arrays, with no TensorFlow involved.

    Args:
        proto: the serialised SentencePiece model (bytes) or the path of its file.
        google_digit_comma: split a piece that ends in a digit and a comma (`1,` becomes `1` and
            `,`), as Google's code does and as SentencePiece and transformers 5 do not. Off, so
            that ids are those of the bare model; it holds in the graph too.
        **kwargs: of `keras_hub.tokenizers.SentencePieceTokenizer` (`sequence_length`, `dtype`...).

    Raises:
        ValueError: the model lacks one of `<pad> <unk> [CLS] [SEP] [MASK]`.
        InputError: `google_digit_comma` together with `sequence_length` or a string `dtype`.

    Example:
    ```python
    tokenizer = AlbertTokenizer.load("V/")
    tokenizer.encode(["A text.", "Another."])       # two int32 arrays, no special pieces
    tokenizer.encode_with_offsets("Caf\u00e9 au lait").offsets
    ```
    """

    VOCABULARY_FILE: ClassVar[str] = MODEL_FILENAME
    kind = "sentencepiece"

    @classmethod
    def load(cls, path: str | Path, **kwargs: Any) -> "AlbertTokenizer":
        """Reads a vocabulary folder, a preset folder or a SentencePiece model file.

        The model is taken as it is: what was trained elsewhere goes through `imported`, and
        `find_tokenizer.load_tokenizer` finds out which it is.

        Args:
            path: the folder or the file. What `save` wrote beside it holds.
            **kwargs: constructor arguments, instead of those.

        Raises:
            InputError: there is no such file, or it is not a model with ALBERT's special pieces.
        """
        path = Path(path)
        tried = [path] if path.is_file() else [path / MODEL_FILENAME, path / _PRESET_ASSET]
        for file in tried:
            if file.is_file():
                break
        else:
            raise InputError(
                f"No vocabulary at {path}: expected a SentencePiece model file or a folder with "
                f"{MODEL_FILENAME} in it, as `keras-albert vocabulary` writes."
            )
        if file == path / _PRESET_ASSET:
            options = preset_options(path, OPTIONS)
        else:
            options = read_options(file.parent, OPTIONS)
        return cls.from_proto(file.read_bytes(), str(file), **{**options, **kwargs})

    @classmethod
    def read(cls, found: VocabularyFile, **kwargs: Any) -> "AlbertTokenizer":
        """Reads a vocabulary that was found, ALBERT's normalisation added where it lacks it."""
        tokenizer: AlbertTokenizer = read_sentencepiece(cls, found, **kwargs)
        return tokenizer

    @classmethod
    def imported(
        cls,
        path: str | Path,
        mode: Literal["google", "hf"] = "google",
        *,
        lowercase: bool = True,
        keep_accents: bool = False,
        **kwargs: Any,
    ) -> "AlbertTokenizer":
        """Reads a model whose user is expected to normalise the text: Google's published files.

        ALBERT's normalisation is written into the model, so that it reads raw text as Google's
        code or transformers do.

        Args:
            path: a `30k-clean.model`, a `spiece.model`.
            mode: "google" keeps quotes as they are and splits a piece that ends in a digit and a
                comma; "hf", as transformers 5, writes `` and '' as " and splits nothing.
            lowercase: whether to write lower case.
            keep_accents: neither decompose characters nor drop marks.
            **kwargs: constructor arguments.

        Raises:
            InputError: there is no such file, it is not a SentencePiece model with ALBERT's
                special pieces, it normalises text in another way already, or the mode is unknown.
        """
        if mode not in ("google", "hf"):
            raise InputError(f"mode={mode!r} is unknown: use 'google' or 'hf'.")
        path = Path(path)
        if not path.is_file():
            raise InputError(f"{path} is not a file; expected a SentencePiece model.")
        steps = replace(GOOGLE if mode == "google" else HUGGINGFACE, lowercase=lowercase)
        if keep_accents:
            steps = replace(steps, accents="keep")
        try:
            proto = with_normalization(path.read_bytes(), steps)
        except (RuntimeError, ValueError) as error:
            raise InputError(f"{path}: {' '.join(str(error).split())}") from error
        kwargs = {"google_digit_comma": mode == "google", **kwargs}
        return cls.from_proto(proto, str(path), **kwargs)

    @classmethod
    def from_proto(cls, proto: bytes, source: str, **kwargs: Any) -> "AlbertTokenizer":
        """A tokenizer of a serialised model, with errors that name where it came from.

        Args:
            proto: the model.
            source: what to call it.
            **kwargs: constructor arguments.

        Raises:
            InputError: it is not a SentencePiece model with ALBERT's special pieces.
        """
        try:
            check_model(proto)
        except InputError as error:
            raise InputError(f"{source} is not a SentencePiece model.") from error
        try:
            return cls(proto, **kwargs)
        except InputError:
            raise
        except (RuntimeError, ValueError) as error:  # SentencePiece looks at some parts only now
            raise InputError(
                f"{source} is not an ALBERT vocabulary: {' '.join(str(error).split())}"
            ) from error

    def save(self, folder: str | Path) -> Path:
        """Writes `spiece.model`, and what it does not say beside it; returns the model's path."""
        destination = Path(folder) / MODEL_FILENAME
        with write_aside(destination) as aside:
            aside.write_bytes(self.proto)
        write_options(folder, {"google_digit_comma": True} if self.google_digit_comma else {})
        return destination

    # Text to ids

    def encode(
        self,
        texts: Sequence[str],
        *,
        sample: bool = False,
        alpha: float = 0.1,
        nbest: int = -1,
        seed: int | None = None,
        num_threads: int = 1,
    ) -> list[np.ndarray]:
        """Encodes texts, without special pieces.

        Args:
            texts: B strings.
            sample: draw a segmentation instead of taking the likeliest (subword regularization,
                Kudo 2018, arXiv 1804.10959).
            alpha: when sampling, the smoothing exponent: 0 is uniform, larger is closer to the
                likeliest.
            nbest: when sampling, from how many of the best segmentations; -1 is all of them.
            seed: when sampling, what the draws depend on, together with the texts.
            num_threads: over how many threads SentencePiece spreads the batch; when sampling, 1.

        Returns:
            B int32 arrays.

        Raises:
            InputError: a text is not a string, or holds a lone surrogate; or `sample` without
                `seed`.
        """
        if isinstance(texts, str):
            raise InputError("encode takes a list of texts; for one text, pass [text].")
        texts = list(texts)
        options: dict[str, Any] = {"num_threads": num_threads}
        if sample:
            if seed is None:
                raise InputError("Sampling needs a seed: pass seed=0, or any other integer.")
            sentencepiece.SetRandomGeneratorSeed(seed)
            options = {
                "num_threads": 1,
                "enable_sampling": True,
                "alpha": alpha,
                "nbest_size": nbest,
            }
        try:
            small = len(texts) < _SMALL_BATCH and all(isinstance(text, str) for text in texts)
            if small and not sample:
                encoded = [self.processor.Encode(text, return_type="numpy") for text in texts]
            else:
                encoded = self.processor.Encode(texts, return_type="numpy", **options)
        except (RuntimeError, TypeError) as error:
            raise bad_text(texts) from error
        if self.google_digit_comma:
            encoded = [piece_rules.apply_table(ids, *self._digit_comma) for ids in encoded]
        return list(encoded)

    def encode_with_offsets(self, text: str) -> Encoding:
        """Encodes one text and says which characters of it each piece comes from.

        The offsets count the characters of `text` as given, before normalisation. A mark that was
        dropped belongs to the letter before it; where one character was written as several (a
        ligature, `\u00bd`), each piece of them has that character's whole range. Offsets leave
        out white space, so a piece that is nothing but a word mark has an empty range.

        Raises:
            InputError: the text is not a string, or holds a lone surrogate.
        """
        ids = self.encode([text])[0]
        normalized, origins = self.processor.Normalize(text, with_offsets=True)
        surfaces = self.processor.Encode(text, return_type=str)
        if self.google_digit_comma:
            surfaces = [part for piece in surfaces for part in self._split_digit_comma(piece)]
        offsets = piece_offsets(text, normalized, origins, surfaces)
        return Encoding(ids, surfaces, offsets)

    def in_graph(self, *, fast: bool = True) -> Any:
        """The tokenizer as a `tf.Module`: strings [B] -> (int32 [T], row_splits int64 [B + 1]).

        Args:
            fast: use tensorflow-text's `FastSentencepieceTokenizer`, which gives the ids that
                `encode` gives and is the one that TFLite has. The ordinary operation picks
                another of several equally likely segmentations (`w ww`, `ww w`) in about 1 text
                of 2,500.

        Raises:
            InputError: tensorflow or tensorflow-text is not installed.
        """
        table = self._digit_comma if self.google_digit_comma else None
        return in_graph_tokenizer(self.proto, fast=fast, digit_comma_table=table)

    # Ids to text

    def decode(self, ids: Iterable[int]) -> str:
        """The (normalised) text of some ids; special pieces leave nothing, `<unk>` leaves a mark.

        Raises:
            InputError: an id is outside the vocabulary.
        """
        return str(self.processor.Decode(checked_ids(ids, self.vocabulary_size())))

    def pieces(self, ids: Iterable[int]) -> list[str]:
        """The pieces of some ids.

        Raises:
            InputError: an id is outside the vocabulary.
        """
        return [
            self.processor.IdToPiece(index) for index in checked_ids(ids, self.vocabulary_size())
        ]

    # The vocabulary

    @property
    def special_token_ids(self) -> list[int]:
        """The ids of `<pad> <unk> [CLS] [SEP] [MASK]`, in increasing order."""
        return sorted(super().special_token_ids)

    @cached_property
    def word_starts(self) -> np.ndarray:
        """Which ids begin a word, by Google's rule (`pieces.is_word_start`): bool [V].

        Special pieces count as words of their own.
        """
        return piece_rules.word_starts(self.get_vocabulary(), self.special_token_ids)

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256 of the serialised model, hexadecimal: what a token store remembers it by.

        With `google_digit_comma` the option's name is part of what is digested.
        """
        self._check_vocabulary()
        option = b"google_digit_comma" if self.google_digit_comma else b""
        return hashlib.sha256(self.proto + option).hexdigest()

    @property
    def vocabulary_bytes(self) -> bytes:
        """What `save` writes: the serialised model."""
        self._check_vocabulary()
        return bytes(self.proto)

    def description(self) -> dict[str, Any]:
        """What a program needs beside the vocabulary's file to make the same ids, as JSON.

        "id_replacements": by which ids each id is replaced, where `google_digit_comma` is on.
        """
        replaced: dict[str, list[int]] = {}
        if self.google_digit_comma:
            lengths, table = self._digit_comma
            rows = np.flatnonzero(lengths != 1).tolist()
            replaced = {str(row): table[row, : lengths[row]].tolist() for row in rows}
        return {
            "tokenizer": "sentencepiece",
            "vocabulary_file": MODEL_FILENAME,
            "id_replacements": replaced,
            "normalization": f"inside {MODEL_FILENAME}; pass the text as it is",
        }

    # Helpers

    def _split_digit_comma(self, piece: str) -> list[str]:
        index = self.processor.PieceToId(piece)
        lengths, replacements = self._digit_comma
        if index == self.unk_token_id or lengths[index] == 1:
            return [piece]
        return [self.processor.IdToPiece(int(i)) for i in replacements[index, : lengths[index]]]
