"""The tokenizer of any ALBERT folder, by what the folder holds."""

from pathlib import Path
from typing import Any

from keras_albert.text.tokenizers.tokenizer import AlbertTokenizer
from keras_albert.text.tokenizers.wordpiece_tokenizer import WordPieceTokenizer
from keras_albert.text.vocabulary_files import AddedTokens, find_vocabulary


def load_tokenizer(
    path: str | Path, *, added_tokens: AddedTokens = "refuse", **kwargs: Any
) -> AlbertTokenizer | WordPieceTokenizer:
    """Reads the tokenizer of a folder, a vocabulary's file, or a preset's name or address.

    - What `save` or `save_to_preset` of our tokenizers wrote is read as it is.
    - A SentencePiece model without ALBERT's normalisation gets it: in the mode "hf" where the
      folder is Hugging Face's (it holds `tokenizer_config.json` or `tokenizer.json`, whose
      `do_lower_case` and `keep_accents` hold), else in the mode "google" (a TF1 checkpoint's
      folder, KerasHub's own preset, a file alone). See `AlbertTokenizer.imported`.
    - A `vocab.txt` becomes a `WordPieceTokenizer`, with `do_lower_case` and `strip_accents` of a
      `tokenizer_config.json` beside it; in a BERT of transformers, words of more than 100
      characters are unknown, as there, elsewhere of more than 200.
    - A Hugging Face folder with nothing but a `tokenizer.json` is read from that.

    Where there are several, the first in this order counts: SentencePiece model, list of pieces,
    `tokenizer.json`. `remove_space` changes nothing: the model itself collapses spaces.

    Args:
        path: the folder (a run's, whose preset is `model/` in it, too) or the file; a name of this
            package such as "albert_micro"; or an address that `local_path` fetches.
        added_tokens: what becomes of pieces that transformers added to the vocabulary
            (`tokenizer.add_tokens`). "symbols" appends them, with the ids that transformers gave
            them, as SentencePiece's own symbols, which are found in a text as they are written.
            Text that follows one without a space begins with a word mark in transformers and not
            here, and so does one that begins a text here and not there. "leave" reads texts as if
            there were none.
        **kwargs: constructor arguments of the tokenizer, instead of those found.

    Raises:
        InputError: there is no tokenizer, or a file is damaged or of another kind.

    Example:
    ```python
    keras_albert.load_tokenizer("albert_micro").encode(["A text."])
    ```
    """
    found = find_vocabulary(path)
    if found.kind == "wordpiece":
        return WordPieceTokenizer.read(found, added_tokens=added_tokens, **kwargs)
    return AlbertTokenizer.read(found, added_tokens=added_tokens, **kwargs)
