"""keras-albert vocabulary."""

from typing import Annotated

import typer

from keras_albert.cli import options
from keras_albert.cli.backend import quiet_imports
from keras_albert.cli.console import counting, show_result
from keras_albert.cli.record import Record
from keras_albert.errors import InputError


def vocabulary(
    corpus: options.Corpus,
    output: options.Output,
    size: Annotated[int, typer.Option(help="Pieces in the vocabulary; the paper has 30000.")],
    seed: Annotated[int, typer.Option(help="Of the sample of a large corpus.")] = 0,
    max_sentences: Annotated[
        int, typer.Option(help="Sentences to learn from at most; about 1 kB of memory each.")
    ] = 1_000_000,
    character_coverage: Annotated[
        float, typer.Option(help="Share of the corpus's characters that get a piece.")
    ] = 0.99995,
    replace: options.Replace = False,
    language: options.Language = "en",
    split: options.Split = "auto",
    text_field: options.TextField = "text",
    paragraphs_field: options.ParagraphsField = "paragraphs",
    id_field: options.IdField = "id",
) -> None:
    """Learn a SentencePiece vocabulary, ALBERT's normalisation inside, from a corpus.

    Makes OUTPUT/spiece.model, OUTPUT/vocabulary.json and OUTPUT/command.json.
    """
    record = Record("vocabulary", locals())
    if (output / "spiece.model").exists() and not replace:
        raise InputError(
            f"{output} already holds a vocabulary. Choose another output, or pass --replace: "
            "token stores and models made with the old one will not fit the new one."
        )
    with quiet_imports():
        from keras_albert.text.corpus import read_documents
        from keras_albert.text.vocabulary import train_vocabulary
    documents = read_documents(
        corpus,
        text_field=text_field,
        paragraphs_field=paragraphs_field,
        id_field=id_field,
        language=language,
        split=split,  # type: ignore[arg-type]
    )
    with counting("Learning a vocabulary") as count:
        tokenizer = train_vocabulary(
            (sentence for document in documents for sentence in document.sentences),
            output,
            size=size,
            seed=seed,
            max_sentences=max_sentences,
            character_coverage=character_coverage,
            progress=lambda sentences: count(f"{sentences:,} sentences"),
        )
    result = {
        "output": str(output),
        "size": tokenizer.vocabulary_size(),
        "fingerprint": tokenizer.fingerprint,
    }
    record.write(output / "command.json", result)
    show_result(result)
