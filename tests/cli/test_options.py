"""Shared options are the same in every command that has them."""

import inspect

from keras_albert.cli import options
from keras_albert.cli.prepare import prepare
from keras_albert.cli.vocabulary import vocabulary


def test_the_corpus_is_read_the_same_way_by_both_commands() -> None:
    """A vocabulary learnt from one reading and a store made by another would not fit."""
    names = ["corpus", "language", "split", "text_field", "paragraphs_field", "id_field"]
    one, other = (inspect.signature(f).parameters for f in (vocabulary, prepare))
    for name in names:
        assert one[name].annotation == other[name].annotation
        assert one[name].default == other[name].default
    assert one["corpus"].annotation == options.Corpus
