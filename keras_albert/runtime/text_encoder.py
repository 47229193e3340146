"""Texts to a model's inputs with SentencePiece (or WordPiece in plain Python) and NumPy alone."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from keras_albert.runtime import wordpiece
from keras_albert.runtime.packing import MASK, joined_by_mask, mask_positions, pack
from keras_albert.runtime.task_kinds import kind_named


class TextEncoder:
    """Turns texts or pairs of texts into the arrays that a model reads.

    `[MASK]` written in a text becomes the mask token where the model predicts masked tokens; the
    stretches between are encoded on their own, each with a word mark in front (so does
    transformers). For other models it is ordinary characters.

    Args:
        vocabulary: the content of the vocabulary's file: a serialised SentencePiece model, or the
            pieces of a WordPiece vocabulary, one a line.
        description: what the model needs to know, `SavedTask.description` or an artifact's
            model.json.

    Raises:
        ValueError: the vocabulary is damaged, or the description lacks something.

    Attributes:
        piece: an id to its piece.
        suffix_mark: what a piece that continues a word begins with, `##`; empty for SentencePiece,
            where pieces that begin a word are marked.
    """

    def __init__(self, vocabulary: bytes, description: dict[str, Any]) -> None:
        self.piece: Callable[[int], str]
        self._encode: Callable[[str], list[int]]
        self.suffix_mark = ""
        if description.get("tokenizer") == "wordpiece":
            size = self._take_wordpiece(vocabulary, description)
        else:
            size = self._take_sentencepiece(vocabulary)
        try:
            self.sequence_length = int(description["sequence_length"])
            self.truncate = str(description["truncate"])
            special = description["special_token_ids"]
            self.pad_id, self.cls_id = int(special["pad"]), int(special["cls"])
            self.sep_id, self.mask_id = int(special["sep"]), int(special["mask"])
            self.predicts_masks = kind_named(description["task"]).predicts_masks
            self.replacements = {
                int(i): list(ids) for i, ids in description.get("id_replacements", {}).items()
            }
            vocabulary_size = int(description["vocabulary_size"])
        except (KeyError, TypeError, ValueError) as error:
            raise ValueError(f"the model's description is not complete: {error!r}") from error
        if size != vocabulary_size:
            raise ValueError(
                f"the vocabulary has {size} pieces and the model was made with {vocabulary_size}"
            )

    def __call__(
        self, texts: Sequence[str], second_texts: Sequence[str] | None = None
    ) -> tuple[dict[str, np.ndarray], np.ndarray]:
        """Encodes, cuts and pads to the longest row.

        A text that is too long loses its end: what is left is S - 2 tokens; of a pair, S - 3
        together, the longer text losing tokens first ("longest_first"), or the second one
        ("waterfall").

        Args:
            texts: B strings.
            second_texts: B strings for pairs, or None.

        Returns:
            "token_ids", "segment_ids" and "padding_mask", int32 (B, S'), S' at most S; for a model
            that predicts masked tokens also "mask_positions", int32 (B, P), unused ones 0, P at
            least 1. And bool (B,): which rows were cut.

        Raises:
            ValueError: something is not text.
        """
        sides = [texts] if second_texts is None else [texts, second_texts]
        if len(texts) == 0 or len({len(side) for side in sides}) > 1:
            raise ValueError("there are no texts, or the two sides of the pairs differ in number")
        segments = [[self._ids(text, number) for number, text in enumerate(side)] for side in sides]
        arrays = pack(
            segments,
            sequence_length=self.sequence_length,
            truncate=self.truncate,
            cls_token_id=self.cls_id,
            sep_token_id=self.sep_id,
            pad_token_id=self.pad_id,
        )
        rows = arrays["padding_mask"].sum(axis=1)
        whole = sum(np.array([len(ids) for ids in side]) for side in segments) + 1 + len(sides)
        arrays = {name: array[:, : int(rows.max())] for name, array in arrays.items()}
        if self.predicts_masks:
            arrays["mask_positions"] = mask_positions(arrays["token_ids"], self.mask_id)
        return arrays, rows < whole

    def _take_sentencepiece(self, model_proto: bytes) -> int:
        """Reads a SentencePiece model; returns its size."""
        import sentencepiece

        try:
            processor = sentencepiece.SentencePieceProcessor(model_proto=model_proto)
        except (RuntimeError, ValueError) as error:
            raise ValueError("the vocabulary is not a SentencePiece model") from error
        self.piece, self._encode = processor.IdToPiece, processor.Encode
        return int(processor.GetPieceSize())

    def _take_wordpiece(self, content: bytes, description: dict[str, Any]) -> int:
        """Reads a WordPiece vocabulary; returns its size."""
        try:
            pieces = wordpiece.read_pieces(content)
            encoder = wordpiece.WordPiece(pieces, **description["tokenizer_options"])
        except (KeyError, TypeError, ValueError) as error:
            raise ValueError(f"the vocabulary is not a WordPiece vocabulary: {error}") from error
        self.piece, self._encode = pieces.__getitem__, encoder.encode
        self.suffix_mark = wordpiece.SUFFIX
        return len(pieces)

    def _ids(self, text: Any, number: int) -> np.ndarray:
        if not isinstance(text, str):
            raise ValueError(f"text {number} is {type(text).__name__}, not a string")
        try:
            text.encode()
        except UnicodeEncodeError as error:
            raise ValueError(
                f"text {number} holds a lone surrogate (U+{ord(text[error.start]):04X}) at "
                f"character {error.start}; was it read with the right encoding?"
            ) from error
        if not self.predicts_masks:
            return self._pieces(text)
        parts = [self._pieces(part) for part in text.split(MASK)]
        return joined_by_mask(parts, self.mask_id)

    def _pieces(self, text: str) -> np.ndarray:
        ids: list[int] = []
        for piece in self._encode(text):
            ids += self.replacements.get(piece, [piece])
        return np.array(ids, np.int32)
