"""WordPieceTokenizer: BERT's tokenizer, which the Chinese ALBERT models have."""

import hashlib
import json
from collections.abc import Iterable, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar

import keras
import numpy as np

from keras_albert.errors import InputError
from keras_albert.files import read_json, write_aside
from keras_albert.runtime.wordpiece import SUFFIX, is_chinese, is_punctuation, read_pieces
from keras_albert.text.options_file import OPTIONS_FILE, read_options, write_options
from keras_albert.text.tokenizer_json import wordpiece_vocabulary
from keras_albert.text.tokenizers.encoded_text import Encoding, bad_text, checked_ids
from keras_albert.text.tokenizers.tokenizer_presets import TokenizerPresets
from keras_albert.text.tokenizers.wordpiece_in_graph import wordpiece_in_graph
from keras_albert.text.tokenizers.wordpiece_layer import OPTIONS, PRESET_ASSET, WordPieceLayer
from keras_albert.text.vocabulary_files import (
    TOKENIZER_CONFIG,
    VocabularyFile,
    added_to,
    check_switches,
    hugging_face_settings,
    preset_options,
)

_PRESET_ASSET = Path("assets/tokenizer") / PRESET_ASSET


# transformers' longest word, where Google's code has 200 characters.
_BERT_LONGEST = 100


def _is_bert_of_transformers(folder: Path) -> bool:
    if not (folder / "config.json").is_file():
        return False
    content = read_json(folder / "config.json")
    return isinstance(content, dict) and content.get("model_type") == "bert"


@keras.saving.register_keras_serializable("keras_albert")
class WordPieceTokenizer(TokenizerPresets, WordPieceLayer):
    """BERT's basic tokenization and WordPiece: every Chinese character is a word of its own.

    It reads the `vocab.txt` of the Chinese ALBERT models (Google's and CLUE's, of 21,128 pieces),
    or any other with `[PAD] [UNK] [CLS] [SEP] [MASK]` in it, wherever they stand. Text never
    yields one of these: `[CLS]` written out in a text is ordinary characters.

    It has what `AlbertTokenizer` has: as a layer it behaves as every KerasHub tokenizer does, and
    the methods named below work on plain Python strings and NumPy arrays without TensorFlow.
    KerasHub's own `WordPieceTokenizer` splits words at control characters, folds case instead of
    lowering it, and gives up on words above 100 bytes; this one follows Google's code.

    Args:
        vocabulary: the V pieces by id, or the path of a file with one a line.
        lowercase: write the text in lower case.
        strip_accents: drop accents; by default as `lowercase`, which is Google's only way.
        max_word_characters: a longer word is unknown (200 in ALBERT's code, 100 in BERT's and in
            transformers).
        **kwargs: of `keras_hub.tokenizers.Tokenizer`, and `sequence_length` and `dtype`.

    Raises:
        ValueError: the vocabulary lacks one of `[PAD] [UNK] [CLS] [SEP] [MASK]`.
        InputError: a piece occurs twice, or an option is one that is fixed here.

    Source: google-research/albert, `tokenization.FullTokenizer` without a SentencePiece model.

    Example:
    ```python
    tokenizer = WordPieceTokenizer.load("albert_base_zh/")
    tokenizer.encode(["\u4eca\u5929\u5929\u6c14\u5f88\u597d\u3002"])
    ```
    """

    VOCABULARY_FILE: ClassVar[str] = "vocab.txt"
    kind = "wordpiece"

    @classmethod
    def load(cls, path: str | Path, **kwargs: Any) -> "WordPieceTokenizer":
        """Reads a folder with a `vocab.txt`, a preset folder or the file itself.

        Args:
            path: the folder or the file. What `save` wrote beside it holds.
            **kwargs: constructor arguments, instead of those.

        Raises:
            InputError: there is no such file, or it is no WordPiece vocabulary with BERT's special
                pieces.
        """
        path = Path(path)
        tried = [path] if path.is_file() else [path / cls.VOCABULARY_FILE, path / _PRESET_ASSET]
        for file in tried:
            if file.is_file():
                break
        else:
            raise InputError(
                f"No vocabulary at {path}: expected a file with a piece a line or a folder with "
                f"{cls.VOCABULARY_FILE} in it."
            )
        if file == path / _PRESET_ASSET:
            options = preset_options(path, OPTIONS)
        else:
            options = read_options(file.parent, OPTIONS)
        try:
            pieces = read_pieces(file.read_bytes())
        except ValueError as error:
            raise InputError(f"{file} is not a vocabulary of one piece a line: {error}.") from error
        return cls.from_pieces(pieces, str(file), **{**options, **kwargs})

    @classmethod
    def read(cls, found: VocabularyFile, **kwargs: Any) -> "WordPieceTokenizer":
        """Reads a vocabulary that was found, with the settings of a Hugging Face folder."""
        file, folder = found.file, found.folder
        added_tokens = kwargs.pop("added_tokens", "refuse")
        if added := added_to(found, added_tokens):
            raise InputError(
                f"{folder} adds {added[0]!r} to a WordPiece vocabulary, whose words end at "
                'punctuation. Pass added_tokens="leave" to read texts without it.'
            )
        if not found.in_preset and _is_bert_of_transformers(folder):
            kwargs = {"max_word_characters": _BERT_LONGEST, **kwargs}
        if found.in_json:
            pieces, options = wordpiece_vocabulary(read_json(file), file)
            return cls.from_pieces(pieces, str(file), **{**options, **kwargs})
        if found.in_preset:
            return cls.load(folder, **kwargs)
        switches: dict[str, Any] = {}
        if not (folder / OPTIONS_FILE).is_file():
            settings = hugging_face_settings(folder) or {}
            switches = {"lowercase": settings.get("do_lower_case", True)}
            accents = settings.get("strip_accents")
            switches["strip_accents"] = switches["lowercase"] if accents is None else accents
            check_switches(switches, folder)
            if settings.get("tokenize_chinese_chars", True) is not True:
                raise InputError(
                    f"{folder / TOKENIZER_CONFIG} says tokenize_chinese_chars=false; here every "
                    "Chinese character is a word."
                )
        return cls.load(file, **{**switches, **kwargs})

    @classmethod
    def from_pieces(cls, pieces: Sequence[str], source: str, **kwargs: Any) -> "WordPieceTokenizer":
        """A tokenizer of some pieces, with errors that name where they came from.

        Args:
            pieces: the V pieces, by id.
            source: what to call them.
            **kwargs: constructor arguments.

        Raises:
            InputError: they are no WordPiece vocabulary with BERT's special pieces.
        """
        try:
            return cls(pieces, **kwargs)
        except InputError as error:
            raise InputError(f"{source}: {error}") from error
        except ValueError as error:
            raise InputError(
                f"{source} is not a WordPiece vocabulary: {' '.join(str(error).split())}"
            ) from error

    def save(self, folder: str | Path) -> Path:
        """Writes `vocab.txt` and the options into `folder`; returns the vocabulary's path."""
        destination = Path(folder) / self.VOCABULARY_FILE
        with write_aside(destination) as aside:
            aside.write_bytes(self.vocabulary_bytes)
        write_options(folder, self.options())
        return destination

    # Text to ids

    def encode(self, texts: Sequence[str]) -> list[np.ndarray]:
        """Encodes texts, without special pieces.

        Args:
            texts: B strings.

        Returns:
            B int32 arrays.

        Raises:
            InputError: a text is not a string, or holds a lone surrogate.
        """
        if isinstance(texts, str):
            raise InputError("encode takes a list of texts; for one text, pass [text].")
        encode = self.wordpiece.encode
        try:
            return [np.array(encode(text), np.int32) for text in texts]
        except (AttributeError, TypeError, ValueError) as error:
            raise bad_text(list(texts)) from error

    def encode_with_offsets(self, text: str) -> Encoding:
        """Encodes one text and says which characters of it each piece comes from.

        The offsets count the characters of `text` as given; see
        `wordpiece.WordPiece.encode_with_offsets`.

        Raises:
            InputError: the text is not a string, or holds a lone surrogate.
        """
        try:
            ids, surfaces, offsets = self.wordpiece.encode_with_offsets(text)
        except (TypeError, ValueError) as error:
            raise bad_text([text]) from error
        ranges = np.array(offsets, np.int64).reshape(-1, 2)
        return Encoding(np.array(ids, np.int32), surfaces, ranges)

    def in_graph(self) -> Any:
        """The tokenizer as a `tf.Module`: strings [B] -> (int32 [T], row_splits int64 [B + 1]).

        It gives the ids that `encode` gives, and is made of operations that a SavedModel holds.

        Raises:
            InputError: tensorflow or tensorflow-text is not installed.
        """
        return wordpiece_in_graph(self.wordpiece)

    # Ids to text

    def decode(self, ids: Iterable[int]) -> str:
        """The (normalised) text of some ids; special pieces leave nothing, `[UNK]` itself.

        A vocabulary of this kind keeps no spaces: one is put between two words, unless one of
        them is a Chinese character or a punctuation mark outside ASCII.

        Raises:
            InputError: an id is outside the vocabulary.
        """
        silent = set(self.special_token_ids) - {self.unk_token_id}
        text = ""
        for piece in self.pieces(index for index in ids if index not in silent):
            if text and piece.startswith(SUFFIX) and len(piece) > len(SUFFIX):
                text += piece.removeprefix(SUFFIX)
            elif text and not _stands_close(text[-1]) and not _stands_close(piece[:1]):
                text += f" {piece}"
            else:
                text += piece
        return text

    def pieces(self, ids: Iterable[int]) -> list[str]:
        """The pieces of some ids.

        Raises:
            InputError: an id is outside the vocabulary.
        """
        vocabulary = self.get_vocabulary()
        return [vocabulary[index] for index in checked_ids(ids, len(vocabulary))]

    # The vocabulary

    @property
    def special_token_ids(self) -> list[int]:
        """The ids of `[PAD] [UNK] [CLS] [SEP] [MASK]`, in increasing order."""
        return sorted(super().special_token_ids)

    @cached_property
    def word_starts(self) -> np.ndarray:
        """Which ids begin a word: those without `##`, bool [V].

        Google's rule for WordPiece (google-research/albert, `create_pretraining_data.py`,
        `_is_start_piece_bert`). A Chinese character is a word, so n-grams of words are n-grams of
        characters; other projects mask the words of a Chinese segmenter, Google does not.
        """
        return np.array([not piece.startswith(SUFFIX) for piece in self.get_vocabulary()], np.bool_)

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256 of vocabulary and options, hexadecimal: what a token store remembers it by."""
        options = json.dumps(self.options(), sort_keys=True).encode()
        return hashlib.sha256(self.vocabulary_bytes + options).hexdigest()

    def description(self) -> dict[str, Any]:
        """What a program needs beside the vocabulary's file to make the same ids, as JSON."""
        return {
            "tokenizer": "wordpiece",
            "vocabulary_file": self.VOCABULARY_FILE,
            "tokenizer_options": self.options(),
            "normalization": "basic tokenization of BERT, by tokenizer_options; pass the text as "
            "it is",
        }


# What models saved before the class had this name call it.
keras.saving.get_custom_objects()["keras_albert>ChineseTokenizer"] = WordPieceTokenizer


def _stands_close(character: str) -> bool:
    if character.isascii():
        return False
    return is_chinese(character) or is_punctuation(character)
