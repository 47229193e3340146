"""Corpus -> token store: one pass, in little memory, over processes if wanted."""

import multiprocessing
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from keras_albert.data.block_encoding import (
    EncodedBlock,
    Encoder,
    SentencePieceEncoder,
    WordPieceEncoder,
    encode_block,
    encode_in_worker,
    take_encoder,
)
from keras_albert.data.token_store_writer import TokenStoreWriter
from keras_albert.data.tokenizer_protocol import TokenizerProtocol
from keras_albert.errors import InputError
from keras_albert.runtime.wordpiece import read_pieces

if TYPE_CHECKING:
    from keras_albert.text.corpus import Document

# A block is what is tokenized at once: large enough that handing it over costs little beside the
# work, small enough that all blocks in hand stay within some tens of MB.
BLOCK_CHARACTERS = 1 << 18
BLOCK_DOCUMENTS = 4096
TOKENIZER_FOLDER = "tokenizer"
"""Where in a store its vocabulary is."""
# The names of some documents and their sentences.
_Block = tuple[list[str], list[list[str]]]
Progress = Callable[[Mapping[str, int]], None]


def prepare(
    sources: Sequence[str],
    tokenizer: TokenizerProtocol,
    output: str | Path,
    *,
    workers: int = 1,
    progress: Progress | None = None,
    max_document_tokens: int = 1 << 16,
    replace: bool = False,
    **corpus_options: Any,
) -> dict[str, Any]:
    """Tokenizes a corpus into a token store, with a copy of the vocabulary in its `tokenizer/`.

    The same corpus and vocabulary give the same bytes, with any number of workers. Memory does
    not grow with the corpus.

    Args:
        sources: files, folders, globs or "-", as `read_documents` takes them.
        tokenizer: an `AlbertTokenizer` or a `WordPieceTokenizer`.
        output: the folder to make; it appears when all is written.
        workers: processes that tokenize; with 1 this one does.
        progress: called after each block with the counts so far (`documents`, `sentences`,
            `tokens`, ...).
        max_document_tokens: longer documents are stored in parts of about this size, because an
            instance reads its whole document; the parts are called `name#2`, `name#3`, ...
        replace: whether an existing folder gives way.
        **corpus_options: further arguments of `read_documents`.

    Returns:
        The store's manifest.

    Raises:
        InputError: the corpus cannot be read or is empty, the output exists, the disk is full.
    """
    # Imported here, so that a process that only tokenizes does not load the readers.
    from keras_albert.text.corpus import read_documents

    return prepare_documents(
        read_documents(sources, **corpus_options),
        tokenizer,
        output,
        workers=workers,
        progress=progress,
        max_document_tokens=max_document_tokens,
        replace=replace,
        source=[str(source) for source in sources],
    )


def prepare_documents(
    documents: "Iterable[Document]",
    tokenizer: TokenizerProtocol,
    output: str | Path,
    *,
    workers: int = 1,
    progress: Progress | None = None,
    max_document_tokens: int = 1 << 16,
    replace: bool = False,
    source: Sequence[str] = (),
) -> dict[str, Any]:
    """Tokenizes documents into a token store; see `prepare`.

    Args:
        documents: read once, as they are needed.
        tokenizer: a trained vocabulary.
        output: see `prepare`, as the rest.
        workers: processes that tokenize.
        progress: called after each block.
        max_document_tokens: where longer documents are cut.
        replace: whether an existing folder gives way.
        source: what the manifest says the documents come from.

    Returns:
        The store's manifest.
    """
    if workers < 1:
        raise InputError(f"workers is {workers}; it must be 1 or more.")
    writer = TokenStoreWriter(
        output,
        tokenizer_fingerprint=tokenizer.fingerprint,
        vocabulary_size=tokenizer.vocabulary_size(),
        source=source,
        replace=replace,
    )
    with writer:
        # Inside the folder that is written aside: a store without its vocabulary never exists.
        (writer.aside / TOKENIZER_FOLDER).mkdir()
        tokenizer.save(writer.aside / TOKENIZER_FOLDER)
        for block in _encoded(_blocks(documents), tokenizer, workers):
            for name, sentences in _documents(block):
                for part, piece in enumerate(_parts(sentences, max_document_tokens), 1):
                    writer.write(name if part == 1 else f"{name}#{part}", piece)
            if progress is not None:
                progress(dict(writer.counts))
    return writer.manifest


def light_encoder(tokenizer: TokenizerProtocol) -> Encoder:
    """What a worker tokenizes with: the same ids, without the Keras layer that a tokenizer is.

    Args:
        tokenizer: an `AlbertTokenizer` or a `WordPieceTokenizer`; another is handed over as it is.
    """
    describe = getattr(tokenizer, "description", None)
    if describe is None:
        return tokenizer
    description: dict[str, Any] = describe()
    vocabulary: bytes = tokenizer.vocabulary_bytes  # type: ignore[attr-defined]
    if description["tokenizer"] == "wordpiece":
        return WordPieceEncoder(read_pieces(vocabulary), description["tokenizer_options"])
    replaced = description["id_replacements"]
    return SentencePieceEncoder(vocabulary, {int(old): new for old, new in replaced.items()})


def _blocks(documents: "Iterable[Document]") -> Iterator[_Block]:
    names: list[str] = []
    sentences: list[list[str]] = []
    characters = 0
    for document in documents:
        names.append(document.id)
        sentences.append(document.sentences)
        characters += sum(map(len, document.sentences))
        if characters >= BLOCK_CHARACTERS or len(names) >= BLOCK_DOCUMENTS:
            yield names, sentences
            names, sentences, characters = [], [], 0
    if names:
        yield names, sentences


def _documents(block: EncodedBlock) -> Iterator[tuple[str, list[np.ndarray]]]:
    sentences = np.split(block.ids, np.cumsum(block.lengths)[:-1])
    first = 0
    for name, count in zip(block.names, block.sentences.tolist(), strict=True):
        yield name, sentences[first : first + count]
        first += count


def _parts(sentences: list[np.ndarray], max_tokens: int) -> Iterator[list[np.ndarray]]:
    """Cuts a long document between sentences; no part has a single sentence unless all it has."""
    total = sum(map(len, sentences))
    if total <= max_tokens:
        yield sentences
        return
    start = held = 0
    for i, sentence in enumerate(sentences):
        held += len(sentence)
        if held >= max_tokens and i - start >= 1 and len(sentences) - (i + 1) >= 2:
            yield sentences[start : i + 1]
            start, held = i + 1, 0
    yield sentences[start:]


def _encoded(
    blocks: Iterator[_Block], tokenizer: TokenizerProtocol, workers: int
) -> Iterator[EncodedBlock]:
    """The blocks tokenized, in their order whatever order the workers finish in."""
    if workers == 1:
        for block in blocks:
            yield encode_block(tokenizer, *block)
        return
    # Spawned, not forked: the parent may run threads of TensorFlow or JAX, and a fork of those can
    # hang.
    with ProcessPoolExecutor(
        workers,
        mp_context=multiprocessing.get_context("spawn"),
        initializer=take_encoder,
        initargs=(light_encoder(tokenizer),),
    ) as pool:
        pending: deque[Future[EncodedBlock]] = deque()
        try:
            for block in blocks:
                pending.append(pool.submit(encode_in_worker, *block))
                # Bounded, so that a slow disk does not pile up the corpus in memory.
                if len(pending) > 2 * workers:
                    yield pending.popleft().result()
            while pending:
                yield pending.popleft().result()
        except BrokenProcessPool as error:
            raise InputError(
                "A tokenizing process died, perhaps for want of memory; nothing was written. "
                f"Try fewer workers than {workers}."
            ) from error
        finally:
            for future in pending:
                future.cancel()
