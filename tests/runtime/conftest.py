"""Texts and vocabularies, as for `text`."""

from tests.text.conftest import (
    chinese_paragraphs,
    chinese_tokenizer,
    chinese_vocabulary,
    paragraphs,
)

__all__ = ["chinese_paragraphs", "chinese_tokenizer", "chinese_vocabulary", "paragraphs"]
