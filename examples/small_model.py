"""A small ALBERT, pretrained on given texts: what the other examples fine-tune.

    python -m examples.small_model texts.txt --output small-model [--language zh] [--small]

Vocabulary, token store and pretraining run, each made once: called again with the same folder,
what is there is used, and a run that was stopped goes on. English (and every language with spaces)
gets a SentencePiece vocabulary, Chinese one of its characters. The network is `albert_nano`, 2
layers 128 wide, with as many positions as asked for; a few minutes on two cores.
"""

import argparse
import os
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

os.environ.setdefault("KERAS_BACKEND", "jax")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

from keras_albert.data.prepare import prepare_documents
from keras_albert.presets_index import architecture
from keras_albert.text import Document, WordPieceTokenizer, train_vocabulary
from keras_albert.text.tokenizers.find_tokenizer import load_tokenizer
from keras_albert.training import Recipe, load_recipe, pretrain

SPECIAL_PIECES = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")


def small_model(
    documents: Iterable[list[str]],
    folder: Path,
    *,
    language: str = "en",
    sequence_length: int = 64,
    steps: int = 2400,
    vocabulary_size: int = 4000,
    small: bool = False,
    **data: Any,
) -> Path:
    """Pretrains a small model on documents, or finds the one made before.

    Args:
        documents: each a list of sentences in their order, at least one.
        folder: where vocabulary/, store/ and run/ are made.
        language: "zh" for a vocabulary of characters, anything else for SentencePiece.
        sequence_length: positions of the model, and tokens a row of pretraining.
        steps: updates.
        vocabulary_size: pieces at most.
        small: a model of seconds, for tests: it learns nothing worth having.
        **data: further settings of `DataSettings`, such as batch_size.

    Returns:
        The run's folder, which every `from_preset` and `keras-albert finetune --model` take.
    """
    run = folder / "run"
    if (run / "model").is_dir():
        return run
    if small:
        steps, vocabulary_size = 20, 400
        data = {"batch_size": 4, **data}
    vocabulary, store = folder / "vocabulary", folder / "store"
    if not store.is_dir():
        texts = [sentences for sentences in documents if sentences]
        learn = character_vocabulary if language == "zh" else sentencepiece_vocabulary
        learn(texts, vocabulary, vocabulary_size)
        prepare_documents(
            (Document(f"{n}", sentences, "examples") for n, sentences in enumerate(texts)),
            load_tokenizer(vocabulary),
            store,
        )
    pretrain(recipe(sequence_length, steps, small, **data), store, run, message=print)
    return run


def sentencepiece_vocabulary(documents: list[list[str]], folder: Path, size: int) -> None:
    """As `keras-albert vocabulary`."""
    train_vocabulary((s for document in documents for s in document), folder, size=size)


def character_vocabulary(documents: list[list[str]], folder: Path, size: int) -> None:
    """The most frequent characters, by themselves and (Latin letters, digits) inside a word."""
    counts = Counter(c for document in documents for s in document for c in s.lower())
    common = [c for c, _ in counts.most_common() if not c.isspace()][: size - len(SPECIAL_PIECES)]
    inside = [f"##{c}" for c in common if c.isascii() and c.isalnum()]
    pieces = [*SPECIAL_PIECES, *common[: size - len(SPECIAL_PIECES) - len(inside)], *inside]
    folder.mkdir(parents=True, exist_ok=True)
    WordPieceTokenizer(pieces).save(folder)


def recipe(sequence_length: int, steps: int, small: bool, **data: Any) -> Recipe:
    """`albert_nano`'s recipe, as long as asked for."""
    nano = load_recipe("albert_nano")
    network = dict(architecture("albert_nano").backbone)
    del network["vocabulary_size"]
    network["max_sequence_length"] = max(sequence_length, 64)
    if small:
        network |= {"hidden_dim": 32, "embedding_dim": 16, "intermediate_dim": 64, "num_heads": 2}
    lengths = {"sequence_length": sequence_length, "max_predictions": max(1, sequence_length // 6)}
    return nano.model_copy(
        update={
            "architecture": network,
            "data": nano.data.model_copy(update={**lengths, **data}),
            "optimizer": nano.optimizer.model_copy(update={"warmup_steps": steps // 10}),
            "total_steps": steps,
        }
    )


def main() -> None:
    """Reads the options and runs."""
    from keras_albert.text import read_documents

    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("texts", nargs="+")
    parser.add_argument("--output", type=Path, default=Path("small-model"))
    parser.add_argument("--language", default="en")
    parser.add_argument("--small", action="store_true")
    options = parser.parse_args()
    documents = [d.sentences for d in read_documents(options.texts, language=options.language)]
    print(small_model(documents, options.output, language=options.language, small=options.small))


if __name__ == "__main__":
    main()
